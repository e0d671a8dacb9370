-- Three more ways to send, the robots of chat groups. A check cannot be changed in place: the table is made anew, in
-- one transaction with its rows, while what refers to it waits for the end of that transaction.
pragma defer_foreign_keys = on;

create temporary table message_kept as select * from message;
drop table message;

-- What one recipient receives at once.
create table message (
  id           integer primary key,
  -- Stable over every attempt: the stem of Message-ID and the webhook-id.
  key          text not null unique,
  -- How it travels.
  channel      text not null check (channel in ('mail', 'webhook', 'wecom', 'dingtalk', 'feishu')),
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
  last_word    text,
  -- A person may keep a single message back: since when, and why.
  held_since   text,
  held_because text,
  -- How far a message that cannot be delivered has failed upward: 0 not yet, 1 to the unit's other people and
  -- channels, 2 as far as it goes: to the supervision centre, or the unit was reached another way.
  upward       integer not null default 0 check (upward in (0, 1, 2))
) strict;

insert into message (id, key, channel, destination, recipient, digest, state, made_at, next_at, attempts, trying_since,
                     maybe_repeat, lease_until, lease_holder, last_word, held_since, held_because, upward)
select id, key, channel, destination, recipient, digest, state, made_at, next_at, attempts, trying_since,
       maybe_repeat, lease_until, lease_holder, last_word, held_since, held_because, upward
from message_kept;
drop table message_kept;

create index message_leased on message (lease_until) where state = 'leased';
create index message_open on message (recipient) where state = 'pending' and attempts = 0 and digest is null;
create index message_failed on message (made_at) where state = 'failed';
create index message_lane on message (destination, next_at, id) where state = 'pending' and held_since is null;
