-- Destinations take turns: the first message of each is found without a look at the others.
drop index message_pending;
create index message_lane on message (destination, next_at, id) where state = 'pending' and held_since is null;
