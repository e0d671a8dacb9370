-- What has been worked out, what has been said to whom, and what came of it.
-- Civil dates are 'YYYY-MM-DD'; instants are RFC 3339 in UTC with milliseconds, so that text order is time order.

-- A single value the daemon keeps between runs: the catalogue's watermark, the fingerprint of the law in force.
create table setting (
  -- What it is.
  name  text primary key,
  -- Its value.
  value text not null
) strict;

-- A duty that has, or has had, a date and was still to be done when it was first seen.
create table obligation (
  id          integer primary key,
  -- The decision in the city's catalogue.
  decision_id text not null,
  -- The rule in the pack.
  rule        text not null,
  -- The event it occurs for; empty where it occurs once.
  occurrence  text not null,
  -- Rises by one each time its date moves.
  revision    integer not null check (revision >= 1),
  -- The safe reading: the date people are told.
  due_on      text not null,
  -- The lenient reading: overdue only past it.
  latest_on   text not null,
  -- 1 while it is still to be done.
  live        integer not null check (live in (0, 1)),
  -- From this day it is near and stands in the digest.
  near_on     text,
  -- From this day it is overdue.
  overdue_on  text,
  -- The next day on which time alone may ask for something.
  next_on     text,
  -- The highest rung of this revision that was told.
  told_level  integer,
  unique (decision_id, rule, occurrence)
) strict;

-- A sweep costs what is due, not what exists.
create index obligation_next on obligation (next_on) where live = 1 and next_on is not null;
create index obligation_near on obligation (near_on) where live = 1 and near_on is not null;

-- Every rung that was reached: told, or superseded by a higher one after a gap.
create table rung (
  obligation_id integer not null references obligation (id),
  -- The obligation's revision at the time.
  revision      integer not null,
  -- Its place on the ladder, from 0.
  level         integer not null,
  -- Its name in the pack, such as '-3d'.
  name          text not null,
  -- The working day it was due on.
  on_date       text not null,
  -- Whether it was told, or a higher rung spoke for it.
  fate          text not null check (fate in ('told', 'superseded')),
  -- When this was recorded.
  at            text not null,
  primary key (obligation_id, revision, level)
) strict;

-- What one recipient receives at once.
create table message (
  id           integer primary key,
  -- Stable over every attempt: the stem of Message-ID and the webhook-id.
  key          text not null unique,
  -- How it travels.
  channel      text not null check (channel in ('mail', 'webhook')),
  -- What it shares its way with; destinations do not wait for each other.
  destination  text not null,
  -- The recipient, as JSON.
  recipient    text not null,
  -- The digest it carries, as JSON; null where it carries notices.
  digest       text,
  -- Where it stands.
  state        text not null check (state in ('pending', 'leased', 'delivered', 'failed', 'cancelled')),
  -- When it was made.
  made_at      text not null,
  -- Not before this moment.
  next_at      text not null,
  -- How many attempts were begun.
  attempts     integer not null default 0,
  -- When the first of them was, or the first since a person asked for another try.
  trying_since text,
  -- 1 if an earlier attempt may have arrived.
  maybe_repeat integer not null default 0 check (maybe_repeat in (0, 1)),
  -- While leased: until when, and by which process.
  lease_until  text,
  lease_holder text,
  -- The last word on it, for people.
  last_word    text
) strict;

create index message_pending on message (next_at, id) where state = 'pending';
create index message_leased on message (lease_until) where state = 'leased';
create index message_open on message (recipient) where state = 'pending' and attempts = 0 and digest is null;
create index message_failed on message (made_at) where state = 'failed';

-- What one recipient is told about one obligation, over one channel.
create table notice (
  id            integer primary key,
  -- Obligation, revision, rung, recipient and channel.
  key           text not null unique,
  obligation_id integer not null references obligation (id),
  revision      integer not null,
  rung          text not null,
  kind          text not null,
  -- The message it travels in.
  message_id    integer not null references message (id),
  -- Everything it says, frozen when it was made, as JSON.
  facts         text not null,
  -- A notice is cancelled when its duty ends or its date moves before it was sent.
  state         text not null check (state in ('standing', 'cancelled')),
  -- Why it was cancelled.
  reason        text,
  made_at       text not null
) strict;

create index notice_obligation on notice (obligation_id);
create index notice_message on notice (message_id);

-- One try to deliver a message, on disk before the network is touched.
create table attempt (
  id         integer primary key,
  message_id integer not null references message (id),
  -- From 1.
  number     integer not null check (number >= 1),
  -- The process that made it.
  holder     text not null,
  started_at text not null,
  ended_at   text,
  -- What the network said, and what followed, as JSON; null while under way.
  outcome    text,
  verdict    text,
  unique (message_id, number)
) strict;

-- A channel that waits as a whole: a refused login, a broken TLS setup.
create table hold (
  channel  text primary key,
  since    text not null,
  -- From then on one message may try.
  probe_at text not null,
  reason   text not null
) strict;

-- Rows of the catalogue that cannot be read, as they stand now.
create table fault (
  decision_id text not null,
  place       text not null,
  found       text not null,
  expected    text not null,
  primary key (decision_id, place, found)
) strict;

-- What happened, for ever. Nothing here is changed or taken away.
create table audit (
  seq     integer primary key,
  at      text not null,
  -- What happened, such as 'date moved' or 'delivered'.
  what    text not null,
  -- The obligation, message or channel it happened to.
  subject text not null,
  -- The particulars, as JSON.
  detail  text not null
) strict;

create index audit_subject on audit (subject);

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
