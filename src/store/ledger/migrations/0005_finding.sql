-- What the last inspection found wrong, so that a restart alarms nobody anew.
create table finding (
  -- What is wrong, such as 'messages_late'.
  code     text not null,
  -- With what: a destination, a unit; empty where there is only one.
  subject  text not null,
  -- How grave it is.
  severity text not null check (severity in ('warning', 'critical')),
  -- In words, as it stands now.
  words    text not null,
  -- When it was first found.
  since    text not null,
  primary key (code, subject)
) strict;

-- An inspection costs what was told in the last days, not what was ever told.
create index rung_told on rung (at) where fate = 'told';
