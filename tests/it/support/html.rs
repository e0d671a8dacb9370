//! Enough of HTML to look at our own mails: tags with their attributes, and text with the
//! ink, ground and size that it inherits.

/// A part of a page.
#[derive(Debug)]
pub(crate) enum Piece {
    Tag(Tag),
    Text(Run),
}

#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) closes: bool,
    attributes: Vec<(String, String)>,
}

/// Text within one element.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) ink: [u8; 3],
    pub(crate) ground: [u8; 3],
    pub(crate) size: f64,
    path: Vec<String>,
}

#[derive(Clone)]
struct Look {
    name: String,
    ink: [u8; 3],
    ground: [u8; 3],
    size: f64,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(one, _)| one == name)
            .map(|(_, value)| value.as_str())
    }

    /// A property of its inline style.
    pub(crate) fn style(&self, name: &str) -> Option<&str> {
        let all = self.attribute("style")?.split(';');
        let mut pairs = all.filter_map(|pair| pair.split_once(':'));
        pairs
            .find(|(one, _)| one.trim() == name)
            .map(|(_, value)| value.trim())
    }

    fn read(inside: &str) -> Self {
        let closes = inside.starts_with('/');
        let inside = inside.trim_start_matches('/');
        let (name, mut rest) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        while let Some((name, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').expect("a quoted value");
            attributes.push((name.trim().to_owned(), unescaped(value)));
            rest = after;
        }
        assert_eq!(rest.trim(), "", "{inside}");
        let name = name.to_owned();
        Self {
            name,
            closes,
            attributes,
        }
    }
}

impl Run {
    pub(crate) fn within(&self, name: &str) -> bool {
        self.path.iter().any(|one| one == name)
    }
}

/// The page in pieces; every tag must be closed in its turn.
pub(crate) fn read(page: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open = vec![Look {
        name: String::new(),
        ink: [0; 3],
        ground: [255; 3],
        size: 16.0,
    }];
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some((text, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            pieces.push(Piece::Text(run(text, &open)));
            rest = comment.split_once("-->").expect("a comment that ends").1;
            continue;
        }
        let (inside, after) = after.split_once('>').expect("a tag that ends");
        pieces.push(Piece::Text(run(text, &open)));
        let tag = Tag::read(inside);
        enter(&mut open, &tag);
        pieces.push(Piece::Tag(tag));
        rest = after;
    }
    assert_eq!(open.len(), 1, "a tag is left open");
    pieces
}

fn run(text: &str, open: &[Look]) -> Run {
    let look = open.last().unwrap();
    Run {
        text: unescaped(text),
        ink: look.ink,
        ground: look.ground,
        size: look.size,
        path: open.iter().map(|look| look.name.clone()).collect(),
    }
}

fn unescaped(text: &str) -> String {
    let entities = [
        ("&#x2f;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let replaced = |text: String, (entity, c): &(&str, &str)| text.replace(entity, c);
    entities.iter().fold(text.to_owned(), replaced)
}

fn enter(open: &mut Vec<Look>, tag: &Tag) {
    if ["br", "meta"].contains(&tag.name.as_str()) {
        return;
    }
    if tag.closes {
        let look = open.pop().unwrap();
        assert_eq!(look.name, tag.name, "closed out of turn");
        return;
    }
    let mut look = open.last().unwrap().clone();
    look.name.clone_from(&tag.name);
    if let Some(ink) = tag.style("color") {
        look.ink = colour(ink);
    }
    if let Some(ground) = tag.style("background-color") {
        look.ground = colour(ground);
        // Word takes the attribute.
        assert_eq!(tag.attribute("bgcolor"), Some(ground), "{tag:?}");
    }
    if let Some(size) = tag.style("font-size") {
        look.size = size.strip_suffix("px").unwrap().parse().unwrap();
    }
    open.push(look);
}

fn colour(text: &str) -> [u8; 3] {
    let part = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    assert!(text.starts_with('#') && text.len() == 7, "{text}");
    [part(1), part(3), part(5)]
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.1).
pub(crate) fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
