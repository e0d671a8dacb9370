-- The audit log becomes a chain: each entry's hash covers the entry before it. What there is already is copied by the
-- program, which can work out hashes; it drops the old table in the same transaction.
drop trigger audit_is_never_changed;
drop trigger audit_is_never_shortened;
drop trigger audit_is_never_replaced;
drop index audit_subject;
alter table audit rename to audit_unchained;

-- What happened, for ever. Nothing here is changed or taken away.
create table audit (
  -- One more than that of the entry before it: a gap is a missing entry.
  seq     integer primary key,
  at      text not null,
  -- What happened, such as 'date moved' or 'delivered'.
  what    text not null,
  -- The obligation, message or destination it happened to, or the process that did it.
  subject text not null,
  -- The particulars, as JSON: enough to do the same write again.
  detail  text not null,
  -- SHA-256 of the previous entry's hash and of the fields above, in lower-case hex (store/ledger/chain.rs).
  hash    text not null check (length(hash) = 64)
) strict;

create index audit_subject on audit (subject);

-- The log's newest entry, kept beside it: a log that was shortened does not reach it.
create table chain (
  one   integer primary key check (one = 1),
  -- That of the newest entry; 0 while there is none.
  seq   integer not null,
  -- Its hash; 64 zeros while there is none.
  hash  text not null,
  -- 1 where the log holds everything from the ledger's first write on; 0 where an older duban began it, whose
  -- entries are not enough to rebuild the tables from.
  whole integer not null check (whole in (0, 1))
) strict;

insert into chain (one, seq, hash, whole)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 1);

create trigger audit_is_never_changed before update on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

create trigger audit_is_never_shortened before delete on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

-- `insert or replace` takes the row in its way without firing a delete trigger.
create trigger audit_is_never_replaced before insert on audit
when exists (select 1 from audit where seq = new.seq)
begin
  select raise(abort, 'the audit log is append-only');
end;

create trigger audit_has_no_gaps before insert on audit
when new.seq <> (select seq + 1 from chain)
begin
  select raise(abort, 'the audit log is append-only and has no gaps');
end;

create trigger audit_moves_the_head after insert on audit
begin
  update chain set seq = new.seq, hash = new.hash;
end;

create trigger chain_only_grows before update of seq, hash on chain
when new.seq <= old.seq
begin
  select raise(abort, 'the audit log is append-only');
end;

create trigger chain_stays before delete on chain
begin
  select raise(abort, 'the audit log is append-only');
end;

create trigger chain_is_never_replaced before insert on chain
begin
  select raise(abort, 'the audit log is append-only');
end;

-- 1 once anything happened to it that is in the audit log: from then on all that is written of it is. Until then it can
-- be worked out anew from the catalogue, and nobody was ever told of it.
alter table obligation add column history integer not null default 0 check (history in (0, 1));

update obligation set history = 1
where revision > 1 or live = 0 or told_level is not null
   or id in (select obligation_id from rung) or id in (select obligation_id from notice);
