-- What ends the hold of a broken way: 'try', the next probe shows whether it is mended; 'moment', the one the other side
-- named, and nothing before it; 'person', people are told at once.
alter table hold add column relief text not null default 'try' check (relief in ('try', 'moment', 'person'));
