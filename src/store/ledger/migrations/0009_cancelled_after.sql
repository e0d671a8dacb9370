-- A mail may go out without a notice that was cancelled while it waited: of whom that notice may have reached, only the
-- attempts before it was cancelled tell. How many its message had by then; null while it stands.
alter table notice add column cancelled_after integer;

update notice set cancelled_after = (
  select count(*) from attempt
  where attempt.message_id = notice.message_id
    and attempt.started_at < (select max(at) from audit where subject = notice.key and what = 'cancelled'))
where state = 'cancelled';
