//! Items put into a list and taken out of one.
//!
//! Owns commas, and lines of their own where the neighbours have them. Refuses to move a comment
//! away from the item it stands beside.

use std::ops::Range;

use toml_edit::{Array, Value};

use super::EditError;
use super::splice::Draft;

impl Draft<'_> {
    /// Puts items at the end of an array.
    pub(super) fn add(&mut self, array: &Array, items: &[String]) -> Result<(), EditError> {
        let spans: Option<Vec<Range<usize>>> = array.iter().map(Value::span).collect();
        let spans = spans.ok_or(EditError::Shape)?;
        // Beside those that go, the last that stays is the neighbour.
        let stays = |span: &&Range<usize>| {
            let mut gone = self.splices.iter();
            !gone.any(|(gone, _)| gone.start <= span.start && span.end <= gone.end)
        };
        let Some(last) = spans.iter().rfind(stays) else {
            let open = array.span().ok_or(EditError::Shape)?.start + 1;
            self.insert(open, items.join(", "));
            return Ok(());
        };
        let line = self.line_start(last.start);
        let indent = &self.text[line..last.start];
        let comma = self.comma_after(last.end);
        let end = self.after_line(comma.map_or(last.end, |comma| comma + 1));
        let rest = self.text[comma.map_or(last.end, |comma| comma + 1)..end].trim();
        let has_own_line = indent.trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        if !has_own_line {
            self.insert(last.end, format!(", {}", items.join(", ")));
            return Ok(());
        }
        if comma.is_none() {
            self.insert(last.end, ",");
        }
        let lines = items.iter();
        let lines = lines.map(|item| format!("{indent}{item},{}", self.newline));
        let lines = lines.collect::<String>();
        self.insert(end, lines);
        Ok(())
    }

    /// Takes an item out of an array, with its comma, and with its line where it has one.
    pub(super) fn take_out(&mut self, array: &Array, at: usize) -> Result<(), EditError> {
        let spans: Option<Vec<Range<usize>>> = array.iter().map(Value::span).collect();
        let spans = spans.ok_or(EditError::Shape)?;
        let own = spans.get(at).ok_or(EditError::Shape)?;
        let comma = self.comma_after(own.end);
        let end = comma.map_or(own.end, |comma| comma + 1);
        let line = self.line_start(own.start)..self.after_line(end);
        let before = self.text[line.start..own.start].trim();
        let after = self.text[end..line.end].trim();
        let range = if before.is_empty() && (after.is_empty() || after.starts_with('#')) {
            line
        } else if comma.is_none() && at > 0 {
            spans[at - 1].end..own.end
        } else {
            let rest = &self.text[end..];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            own.start..end + blanks
        };
        self.replace(range, "");
        Ok(())
    }

    /// Where the comma stands that follows an item, past blanks, lines and comments.
    fn comma_after(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = &self.text[at..];
            at += rest.len() - rest.trim_start().len();
            match self.text[at..].chars().next()? {
                ',' => return Some(at),
                '#' => at = self.after_line(at),
                _ => return None,
            }
        }
    }
}
