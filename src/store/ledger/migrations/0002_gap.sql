-- What nobody has entered of a decision, as it stands now: a row where something is
-- missing, or where a day lies ahead on which that changes by itself.
create table gap (
  -- The decision in the city's catalogue.
  decision_id   text primary key,
  -- Events, fields, flags and units, each as its alternatives, as JSON; null where
  -- nothing is missing yet.
  missing       text,
  -- The furthest step that has happened all the same.
  although      text,
  -- When that was.
  on_date       text,
  -- The next day on which something that is entered ahead changes the answer.
  look_again_on text,
  check ((missing is null) = (although is null) and (missing is null) = (on_date is null)),
  check (missing is not null or look_again_on is not null)
) strict;

-- A sweep costs what is due, and the digest what it lists.
create index gap_again on gap (look_again_on) where look_again_on is not null;
create index gap_on on gap (on_date, decision_id) where missing is not null;

-- What older versions planned was never looked at for gaps: every decision is, once.
delete from setting where name = 'books';
