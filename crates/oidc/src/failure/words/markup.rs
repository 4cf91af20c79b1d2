//! Reads a few elements of XML and HTML; servers' error pages are often not well-formed.

use super::names;
use super::Words;

/// Reads an error in XML, or the title of a web page.
pub(super) fn read(text: &str) -> Words {
    let elements = elements(text);
    let of = |name: &str| {
        elements.iter().find(|(element, text)| element.eq_ignore_ascii_case(name) && !text.is_empty())
    };
    if ["html", "head", "body", "title"]
        .iter()
        .any(|name| elements.iter().any(|(element, _)| element.eq_ignore_ascii_case(name)))
    {
        let title = of("title").or_else(|| of("h1")).or_else(|| of("h2"));
        return Words {
            texts: title.map(|(_, text)| text.clone()).into_iter().collect(),
            ..Words::default()
        };
    }
    names::read(elements.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// Each element with the text that follows its start tag.
fn elements(text: &str) -> Vec<(String, String)> {
    /// Error pages say at their start what is wrong.
    const LONGEST: usize = 64 * 1024;
    let end =
        text.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last().unwrap_or_default();
    let text = if text.len() > LONGEST { &text[..end] } else { text };
    let text = text.replace("<![CDATA[", "").replace("]]>", "");
    let tags = text.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '!', '?']));
    let element = |tag: &str| {
        let (tag, content) = tag.split_once('>')?;
        let name = tag.split(|char: char| char.is_whitespace() || char == '/').next()?;
        Some((name.to_owned(), unescaped(content.trim())))
    };
    tags.filter_map(element).collect()
}

/// Replaces the escapes that occur in one line of text.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((char, after)) => {
                plain.push(char);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" | "mdash" => '-',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}
