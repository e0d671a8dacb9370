-- Who has acknowledged (签收) which notice: the first word counts, and there is no second.
create table acknowledgement (
  -- What was acknowledged.
  notice_id integer primary key references notice (id),
  -- Who says so: the name as it was given.
  by        text not null,
  -- When it was recorded.
  at        text not null,
  -- By the link in the message, or by the supervision centre (`duban ack`).
  how       text not null check (how in ('link', 'centre')),
  -- What the centre noted with it.
  note      text
) strict;

-- A repeat that everybody it is for has acknowledged already is recorded and not told. A check cannot be changed in
-- place: the table is made anew, in one transaction with its rows. Nothing refers to it.
create temporary table rung_kept as select * from rung;
drop table rung;

-- Every rung that was reached: told, superseded by a higher one after a gap, or quieted.
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
  -- Whether it was told, a higher rung spoke for it, or everybody had acknowledged the same before.
  fate          text not null check (fate in ('told', 'superseded', 'quieted')),
  -- When this was recorded.
  at            text not null,
  primary key (obligation_id, revision, level)
) strict;

insert into rung (obligation_id, revision, level, name, on_date, fate, at)
select obligation_id, revision, level, name, on_date, fate, at from rung_kept;
drop table rung_kept;

-- An inspection costs what was told in the last days, not what was ever told.
create index rung_told on rung (at) where fate = 'told';
