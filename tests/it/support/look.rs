//! Looking into the ledger of a world, as a person with a database shell would.

use duban::store::ledger::audit::{self, Entry};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Row};

use super::world::World;

impl World {
    /// The rows of a question, each in one line.
    pub(crate) fn rows(&self, question: &str) -> Vec<String> {
        let ledger = self.look();
        let mut statement = ledger.prepare(question).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| Ok(line(row, columns)));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// Each notice of `rule` as rung, address and fate, in the order they were made.
    pub(crate) fn notices(&self, rule: &str) -> Vec<String> {
        self.rows(&format!(
            "select notice.rung, json_extract(message.recipient, '$.address'),
                    case when notice.state = 'cancelled' then 'cancelled' else message.state end
             from notice join message on message.id = notice.message_id
                         join obligation on obligation.id = notice.obligation_id
             where obligation.rule = '{rule}' order by notice.id"
        ))
    }

    /// Each rung of `rule` that was reached: its day, its name, its fate.
    pub(crate) fn rungs(&self, rule: &str) -> Vec<String> {
        self.rows(&format!(
            "select rung.on_date, rung.name, rung.fate
             from rung join obligation on obligation.id = rung.obligation_id
             where obligation.rule = '{rule}' order by rung.obligation_id, rung.revision, rung.level"
        ))
    }

    /// What the audit log says of `subject`.
    pub(crate) fn audit(&self, subject: &str) -> Vec<Entry> {
        audit::about(&self.look(), subject).unwrap()
    }

    /// How many messages are in that state.
    pub(crate) fn messages(&self, state: &str) -> usize {
        self.rows(&format!("select key from message where state = '{state}'"))
            .len()
    }

    fn look(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        Connection::open_with_flags(self.at("ledger.db"), flags).unwrap()
    }
}

fn line(row: &Row<'_>, columns: usize) -> String {
    let cells = (0..columns).map(|column| match row.get_unwrap(column) {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(_) => "blob".to_owned(),
    });
    cells.collect::<Vec<_>>().join(" ")
}
