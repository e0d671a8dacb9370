-- A decision may become confidential (涉密) after a notice with its title was made: what is still to be sent or shown of
-- that notice leaves the title out.
create table confidential (
  -- The decision, as the catalogue had it when it was last planned.
  decision_id text primary key
) strict;

-- What older versions planned was never asked for it: every decision is, once.
delete from setting where name = 'books';
