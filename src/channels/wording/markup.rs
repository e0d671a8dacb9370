//! Whether HTML is well formed: what is opened is closed, in order.
//!
//! Owns that one question, asked of mails before they are ever sent: mail programs repair
//! broken markup each in its own way. Refuses to know what elements mean.

/// Elements without an end (HTML Living Standard, 13.1.2).
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// What is wrong first; none where the markup is well formed.
pub(super) fn first_fault(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let Some(end) = end_of(tag) else {
            return Some("a tag without `>`".to_owned());
        };
        let (tag, after) = tag.split_at(end);
        if let Some(fault) = step(&mut open, tag) {
            return Some(fault);
        }
        rest = after;
    }
    open.last().map(|name| format!("<{name}> without its end"))
}

/// Past the `>` that ends the tag whose inside begins here; one between quotes does not.
fn end_of(tag: &str) -> Option<usize> {
    if let Some(comment) = tag.strip_prefix("!--") {
        return comment.find("-->").map(|at| at + "!---->".len());
    }
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            // A second tag begins before the first has ended.
            (None, '<') => return None,
            _ => {}
        }
    }
    None
}

/// Opens or closes one element.
fn step<'h>(open: &mut Vec<&'h str>, tag: &'h str) -> Option<String> {
    let inside = tag.trim_end_matches('>');
    let name = inside.trim_start_matches('/');
    let name = name.split([' ', '\n', '/']).next().unwrap_or_default();
    if name.starts_with('!') || VOID.contains(&name) || inside.ends_with('/') {
        return None;
    }
    if name.is_empty() {
        return Some("a `<` that begins no tag".to_owned());
    }
    if !inside.starts_with('/') {
        open.push(name);
        return None;
    }
    match open.pop() {
        Some(last) if last == name => None,
        Some(last) => Some(format!("</{name}> where <{last}> is open")),
        None => Some(format!("</{name}> where nothing is open")),
    }
}
