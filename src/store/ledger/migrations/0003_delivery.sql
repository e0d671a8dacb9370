-- Those that there are were of whole kinds of channel; the next attempt holds again what it must.
drop table hold;

-- A destination that waits as a whole, so that one unit's broken endpoint stops nobody else's.
create table hold (
  -- As in message.destination, or 'everything'.
  destination text primary key,
  since       text not null,
  -- From then on one message may try; null: only a person ends it.
  probe_at    text,
  cause       text not null check (cause in ('fault', 'clock', 'restored', 'hand')),
  -- Why, for people.
  reason      text not null
) strict;

-- A person may keep a single message back: since when, and why.
alter table message add column held_since text;
alter table message add column held_because text;

-- How far a message that cannot be delivered has failed upward: 0 not yet, 1 to the unit's
-- other people and channels, 2 as far as it goes: to the supervision centre, or the unit was
-- reached another way.
alter table message add column upward integer not null default 0 check (upward in (0, 1, 2));

-- What a person keeps back is not looked at by every claim.
drop index message_pending;
create index message_pending on message (next_at, id) where state = 'pending' and held_since is null;
