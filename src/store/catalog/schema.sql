-- The catalogue of major administrative decisions: the contract between the city and duban.
-- The city and its other software may write here at any time; duban's daemon only reads.
--
-- The tables are not STRICT: a strict table would refuse another program's whole row for one
-- mistyped cell, and a refused row is a lost one. duban reads what it can and reports the rest.
-- Further columns, tables and triggers are welcome and ignored.

-- One row for each item of a year's published catalogue.
create table decision (
    -- Key, by custom year and place: `2026-003`.
    id text primary key not null,
    -- 决策机关, the body that decides.
    organ text not null,
    -- Year of the published catalogue.
    year integer not null,
    -- Place in that year's published catalogue; it never changes when other items are withdrawn.
    seq integer not null,
    -- 决策事项名称.
    title text not null,
    -- 起草/承办单位, one unit, by the name the catalogue uses.
    drafting_unit text,
    -- 执行单位, one unit.
    executing_unit text,
    -- 配合单位, a JSON array of names.
    cooperating_units text,
    -- The planned time as published, such as `第三季度`.
    planned_text text,
    -- The last day of the planned time, YYYY-MM-DD.
    planned_on text,
    -- First day of the term of a plan or a policy, part of the term, YYYY-MM-DD.
    term_start text,
    -- Last day of the term, part of the term, YYYY-MM-DD.
    term_end text,
    -- The flags are 0, 1 or NULL; NULL means that nobody has said, which is not the same as no.
    -- 专业性、技术性较强.
    professional integer,
    -- 涉及面较广.
    wide_impact integer,
    -- 争议性较强.
    contested integer,
    -- 内容特别复杂.
    complex integer,
    -- 敏感.
    sensitive integer,
    -- 可能对社会稳定、公共安全造成不利影响.
    stability_risk integer,
    -- 涉及市场主体经济活动.
    market_impact integer,
    -- 重大改革.
    major_reform integer,
    -- 对公民权利义务有普遍影响.
    general_effect integer,
    -- 社会普遍关注.
    public_concern integer,
    -- 重大规划或政策.
    plan_or_policy integer,
    -- 上级部署并由上级评估.
    superior_mandated integer,
    -- 1 where messages may carry the number only, never the title.
    confidential integer not null default 0,
    -- `active`, `withdrawn` or `closed`.
    status text not null default 'active',
    -- Free text; duban never reads meaning from it.
    note text,
    unique (organ, year, seq)
);

-- What has happened to a decision, or is fixed to happen.
create table event (
    -- Key; later events point to it.
    id integer primary key,
    -- The decision it belongs to.
    decision_id text not null references decision (id),
    -- One of the contract's kinds, or a kind that only the city's rule pack knows.
    kind text not null,
    -- The civil date in Asia/Shanghai, YYYY-MM-DD; it may lie ahead.
    on_date text not null,
    -- The event it answers: a reply its request, a list its hearing. Checked when read and not by a
    -- foreign key, because a reply may be entered before its request.
    ref integer,
    -- A quantity: percent of progress, number of experts; of a volume (案卷) its 案卷号.
    value real,
    -- For `evaluation_*` the kind of evaluation; for `waived` and `evaluation_exempted`
    -- rule, person and reason, parted by `；`; a volume's begins with 正卷 or 副卷, and may go on with
    -- `；` and its retention.
    note text,
    -- Document number or link; of a volume its 档号, 全宗号—目录号—案卷号.
    evidence text,
    -- When it was entered, as the writer tells it.
    recorded_at text
);

-- Every read of a decision looks its events up by this.
create index event_by_decision on event (decision_id);

-- What has changed since the daemon last looked. The triggers keep one row for each decision, so
-- the table never outgrows the catalogue; a change gives the decision a new and higher number.
create table change (
    -- Ever growing; autoincrement, so that no number returns after a deletion.
    seq integer primary key autoincrement,
    -- The decision that changed; it may be gone by now.
    decision_id text not null
);

-- Finds the row that a new change of the same decision replaces.
create index change_by_decision on change (decision_id);

create trigger decision_inserted after insert on decision
begin
    delete from change where decision_id = new.id;
    insert into change (decision_id) values (new.id);
end;

create trigger decision_updated after update on decision
begin
    delete from change where decision_id in (old.id, new.id);
    insert into change (decision_id) select old.id union select new.id;
end;

create trigger decision_deleted after delete on decision
begin
    delete from change where decision_id = old.id;
    insert into change (decision_id) values (old.id);
end;

-- `insert or replace` removes the row in its way without firing a delete trigger. The same number
-- under another id would so disappear unseen; this trigger writes it down first.
create trigger decision_displaced before insert on decision
begin
    delete from change where decision_id in (
        select id from decision
        where organ = new.organ and year = new.year and seq = new.seq and id <> new.id
    );
    insert into change (decision_id)
    select id from decision
    where organ = new.organ and year = new.year and seq = new.seq and id <> new.id;
end;

create trigger event_inserted after insert on event
begin
    delete from change where decision_id = new.decision_id;
    insert into change (decision_id) values (new.decision_id);
end;

-- An event that moves changes the decision it leaves and the one it reaches.
create trigger event_updated after update on event
begin
    delete from change where decision_id in (old.decision_id, new.decision_id);
    insert into change (decision_id) select old.decision_id union select new.decision_id;
end;

create trigger event_deleted after delete on event
begin
    delete from change where decision_id = old.decision_id;
    insert into change (decision_id) values (old.decision_id);
end;

-- As decision_displaced, for an event that `insert or replace` takes away from another decision.
create trigger event_displaced before insert on event
begin
    delete from change where decision_id in (
        select decision_id from event where id = new.id and decision_id <> new.decision_id
    );
    insert into change (decision_id)
    select decision_id from event where id = new.id and decision_id <> new.decision_id;
end;
