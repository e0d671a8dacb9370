//! XML as `ods` walks through it: elements by their plain names, and the few attributes it asks for.
//!
//! Owns the skipping of what nobody asks for. Refuses entities of a document's own, which is how
//! a few lines become gigabytes, and documents that end before they are closed.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::damaged;
use crate::domain::fault::Fault;

/// What comes next in a document.
#[derive(Debug)]
pub(super) enum Node {
    /// An element begins. An empty one ends right after.
    Open(Element),
    /// An element ends; its name without its prefix.
    Close(String),
    /// Text.
    Text(String),
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Element {
    /// Its name without its prefix.
    pub(super) name: String,
    attributes: Vec<(&'static str, String)>,
}

impl Element {
    /// What its attribute `name` says.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The number its attribute `name` says, as far as a sheet goes; 1 where it says none.
    ///
    /// # Errors
    /// It says something else.
    pub(super) fn times(&self, name: &str) -> Result<u32, Fault> {
        let Some(text) = self.get(name) else {
            return Ok(1);
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().unwrap_or(u32::MAX));
        number.ok_or_else(|| damaged(format!("`{text}` where a number should be")))
    }
}

/// A document that is being read.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    wanted: &'static [&'static str],
}

impl<R: BufRead> Xml<R> {
    /// The document in `source`, whose attributes with names in `wanted` will be asked for.
    pub(super) fn new(source: R, wanted: &'static [&'static str]) -> Self {
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            wanted,
        }
    }

    /// What comes next.
    ///
    /// # Errors
    /// No XML, an entity of the document's own, or the end.
    pub(super) fn next(&mut self) -> Result<Node, Fault> {
        loop {
            self.buffer.clear();
            let event = self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(damaged)?;
            return Ok(match event {
                Event::Start(start) => Node::Open(element(&start, self.wanted)?),
                Event::End(end) => Node::Close(end.local_name().as_ref().to_owned()),
                Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(entity) => Node::Text(letter(&entity)?),
                Event::Eof => return Err(damaged("its text ends too early")),
                Event::Empty(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => continue,
            });
        }
    }

    /// Goes on behind the end of the element that has just begun.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Node::Open(_) => depth += 1,
                Node::Close(_) => depth -= 1,
                Node::Text(_) => {}
            }
        }
        Ok(())
    }
}

fn element(start: &BytesStart<'_>, wanted: &[&'static str]) -> Result<Element, Fault> {
    let mut attributes = Vec::new();
    // Which attributes come twice is not asked: that takes the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        let name = attribute.key.local_name();
        if let Some(name) = wanted.iter().find(|wanted| **wanted == name.as_ref()) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            attributes.push((*name, value.map_err(damaged)?.into_owned()));
        }
    }
    Ok(Element {
        name: start.local_name().as_ref().to_owned(),
        attributes,
    })
}

fn letter(entity: &BytesRef<'_>) -> Result<String, Fault> {
    let name: &str = entity.as_ref();
    if let Some(text) = resolve_xml_entity(name) {
        return Ok(text.to_owned());
    }
    match entity.resolve_char_ref().map_err(damaged)? {
        Some(letter) => Ok(letter.to_string()),
        None => Err(damaged(format!("the entity `{name}` in its text"))),
    }
}
