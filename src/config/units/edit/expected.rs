//! What the file must say after a change, worked out without its text.
//!
//! Owns the same changes on the values that the file holds. Refuses to know how they are
//! written: that two ways lead to the same is the proof that a change did what it should.

use toml::{Table, Value};

use super::{Edit, EditError, Fields};

/// The values of `text` with all of `edits` made.
///
/// # Errors
/// The file is not TOML, or has no such unit or person.
pub(super) fn changed(text: &str, edits: &[Edit]) -> Result<Table, EditError> {
    let mut root: Table = toml::from_str(text).map_err(|_| EditError::Shape)?;
    // People go last and from behind, for the others are counted in the order of the old file.
    let (mut gone, others): (Vec<&Edit>, Vec<&Edit>) = edits
        .iter()
        .partition(|edit| matches!(edit, Edit::NoPerson { .. }));
    gone.sort_by_key(|edit| match edit {
        Edit::NoPerson { person, .. } => std::cmp::Reverse(*person),
        _ => std::cmp::Reverse(0),
    });
    let late = |edit: &&Edit| matches!(edit, Edit::People { .. });
    let (added, first): (Vec<&Edit>, Vec<&Edit>) = others.into_iter().partition(late);
    for edit in first.into_iter().chain(gone).chain(added) {
        change(&mut root, edit)?;
    }
    Ok(without_empty(root))
}

/// The same without empty lists of people: a unit whose people stand in blocks has no list once
/// all are gone.
pub(super) fn without_empty(mut root: Table) -> Table {
    let is_full = |key: &str, value: &Value| {
        key != "contact" || value.as_array().is_none_or(|people| !people.is_empty())
    };
    for (_, value) in &mut root {
        match value {
            Value::Table(table) => table.retain(|key, value| is_full(key, value)),
            Value::Array(tables) => {
                let tables = tables.iter_mut().filter_map(Value::as_table_mut);
                tables.for_each(|table| table.retain(|key, value| is_full(key, value)));
            }
            _ => {}
        }
    }
    root
}

fn change(root: &mut Table, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::Aliases { unit, aliases } => {
            let list = list(unit_of(root, unit)?, "aliases")?;
            list.extend(aliases.iter().cloned().map(Value::String));
        }
        Edit::NoAlias { unit, alias } => {
            let list = list(unit_of(root, unit)?, "aliases")?;
            list.retain(|one| one.as_str().map(str::trim) != Some(alias));
        }
        Edit::Unit {
            name,
            aliases,
            people,
        } => {
            let mut unit = Table::new();
            unit.insert("name".to_owned(), Value::String(name.clone()));
            if !aliases.is_empty() {
                let aliases = aliases.iter().cloned().map(Value::String).collect();
                unit.insert("aliases".to_owned(), Value::Array(aliases));
            }
            if !people.is_empty() {
                let people = people.iter().map(person).collect();
                unit.insert("contact".to_owned(), Value::Array(people));
            }
            list(root, "unit")?.push(Value::Table(unit));
        }
        Edit::People { unit, people } => {
            let list = list(unit_of(root, unit)?, "contact")?;
            list.extend(people.iter().map(person));
        }
        Edit::Person {
            unit,
            person,
            fields,
        } => {
            let list = list(unit_of(root, unit)?, "contact")?;
            let one = list.get_mut(*person).and_then(Value::as_table_mut);
            let one = one.ok_or(EditError::Shape)?;
            for (key, value) in fields {
                match value {
                    Some(value) => one.insert((*key).to_owned(), Value::String(value.clone())),
                    None => one.remove(*key),
                };
            }
        }
        Edit::NoPerson { unit, person } => {
            let people = list(unit_of(root, unit)?, "contact")?;
            if *person >= people.len() {
                return Err(EditError::Shape);
            }
            people.remove(*person);
        }
    }
    Ok(())
}

fn person(fields: &Fields) -> Value {
    let fields = fields.iter();
    let fields = fields.map(|(key, value)| ((*key).to_owned(), Value::String(value.clone())));
    Value::Table(fields.collect())
}

fn unit_of<'t>(root: &'t mut Table, name: &str) -> Result<&'t mut Table, EditError> {
    let is_it = |table: &&mut Table| {
        let own = table.get("name").and_then(Value::as_str);
        own.map(str::trim) == Some(name)
    };
    let mut tables: Vec<&mut Table> = Vec::new();
    for (key, value) in root.iter_mut() {
        match (key.as_str(), value) {
            ("centre", Value::Table(table)) => tables.push(table),
            ("unit", Value::Array(units)) => {
                tables.extend(units.iter_mut().filter_map(Value::as_table_mut));
            }
            _ => {}
        }
    }
    let unit = tables.into_iter().find(is_it);
    unit.ok_or_else(|| EditError::NoUnit(name.to_owned()))
}

/// The list under that key, made where there is none.
fn list<'t>(table: &'t mut Table, key: &str) -> Result<&'t mut Vec<Value>, EditError> {
    let empty = || Value::Array(Vec::new());
    let value = table.entry(key.to_owned()).or_insert_with(empty);
    value.as_array_mut().ok_or(EditError::Shape)
}
