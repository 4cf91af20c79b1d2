//! The text of AWS's configuration files, read as the AWS CLI and the AWS SDKs do:
//!
//! - `[name]` begins a section; what follows the bracket is a comment. Lines that begin with `#` or `;` are comments, and so is
//!   the rest of a line from a `#` or `;` after white space.
//! - `key = value` or `key: value`; keys in any letter case. A section's lines may all be indented.
//! - A line that is indented deeper than the one before belongs to that one's value; where that is empty, each is a
//!   `key = value` of its own (`services`, `s3`).
//! - Lines end with a line feed, a carriage return, or both.
//! - Anything else is an error with its line number. The text of a line is never shown: it may be a secret.

/// White space as the AWS tools define it.
const SPACE: &[char] = &[' ', '\t'];
const COMMENT: &[char] = &['#', ';'];

/// One section, as written.
pub(super) struct Section {
    /// The text between the brackets.
    pub(super) header: String,
    pub(super) line: usize,
    pub(super) entries: Vec<Entry>,
}

/// One key of a section.
pub(super) struct Entry {
    /// In lower case.
    pub(super) key: String,
    /// Continuation lines are appended after line feeds.
    pub(super) value: String,
    pub(super) line: usize,
}

/// The number of the line that cannot be parsed, from 1, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unparsable {
    pub(super) line: usize,
    pub(super) why: &'static str,
}

/// The sections of a file.
pub(super) fn parse(text: &str) -> Result<Vec<Section>, Unparsable> {
    let mut parser = Parser { sections: Vec::new(), indent: 0, continues: false };
    let text = text.replace("\r\n", "\n");
    for (number, line) in (1..).zip(text.split(['\n', '\r'])) {
        parser.line(number, line).map_err(|why| Unparsable { line: number, why })?;
    }
    Ok(parser.sections)
}

struct Parser {
    sections: Vec<Section>,
    /// Indentation of the last line that began a section or an entry.
    indent: usize,
    /// Whether a deeper line would continue an entry.
    continues: bool,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), &'static str> {
        let text = line.trim_matches(SPACE);
        if text.is_empty() || text.starts_with(COMMENT) {
            return Ok(());
        }
        let indent = line.len() - line.trim_start_matches(SPACE).len();
        if text.starts_with('[') {
            self.sections.push(Section {
                header: header(text)?.to_owned(),
                line: number,
                entries: Vec::new(),
            });
            (self.indent, self.continues) = (indent, false);
            return Ok(());
        }
        let section = self.sections.last_mut().ok_or("stands before the first section")?;
        match section.entries.last_mut().filter(|_| self.continues && indent > self.indent) {
            Some(entry) => continue_value(&mut entry.value, text),
            None => {
                let (key, value) = key_and_value(text)?;
                section.entries.push(Entry {
                    key: key.to_lowercase(),
                    value: value.to_owned(),
                    line: number,
                });
                (self.indent, self.continues) = (indent, true);
                Ok(())
            }
        }
    }
}

fn header(text: &str) -> Result<&str, &'static str> {
    let (name, _) = text[1..].split_once(']').ok_or("begins a section without a closing ']'")?;
    match name.trim_matches(SPACE) {
        "" => Err("begins a section without a name"),
        name => Ok(name),
    }
}

fn continue_value(value: &mut String, text: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.starts_with('\n') {
        key_and_value(text)?;
    }
    value.push('\n');
    value.push_str(text);
    Ok(())
}

/// The two sides of the first `=` or `:`.
pub(super) fn key_and_value(text: &str) -> Result<(&str, &str), &'static str> {
    let (key, value) = without_comment(text).split_once(['=', ':']).ok_or("has no '='")?;
    match key.trim() {
        "" => Err("has no key before its '='"),
        key => Ok((key, value.trim_matches(SPACE))),
    }
}

fn without_comment(text: &str) -> &str {
    let mut after_space = false;
    let comment = text.char_indices().find(|(_, char)| {
        let begins = after_space && COMMENT.contains(char);
        after_space = char.is_whitespace();
        begins
    });
    comment.map_or(text, |(index, _)| &text[..index]).trim_matches(SPACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(String, Vec<(String, String)>)> {
        let sections = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let entries =
            |section: Section| section.entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
        sections.into_iter().map(|section| (section.header.clone(), entries(section))).collect()
    }

    #[test]
    fn what_the_aws_tools_take_is_taken() {
        for text in [
            "[default]\na = 1\nb = 2\n",
            "[default]\r\na = 1\r\nb = 2\r\n",
            "[default]\na=1\nb=2",
            "[default]\ra = 1\rb = 2\r",
            "[default]\r\r\na = 1\r\r\nb = 2\r\r\n",
            "[default]\n  a = 1\n  b = 2\n",
            "[default]\n\ta = 1\n\tb = 2\n",
            "  [default]\n  a = 1\n  b = 2\n",
            "  [default]\n    a = 1\n  b = 2\n",
            "[default]\n    a = 1\n  b = 2\n",
            "[ default ]\nA = 1\nB = 2\n",
            "[default] # mine\na = 1\nb = 2\n",
            "[default] mine\na = 1\nb = 2\n",
            "[default]]\na = 1\nb = 2\n",
            "[default];\na = 1 # one\nb = 2 ; two\n",
            "# first\n; second\n\n[default]\n\n  # indented\na = 1\n   \nb = 2\n",
            "[default]\na: 1\nb : 2\n",
            "[default]\na = 1\n  # a comment continues nothing\nb = 2\n",
        ] {
            let entries = vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
            assert_eq!(parsed(text), [("default".to_owned(), entries)], "{text:?}");
        }
    }

    #[test]
    fn values_keep_their_marks() {
        for (line, key, value) in [
            ("k = a=b", "k", "a=b"),
            ("k = a:b", "k", "a:b"),
            ("k: a=", "k", "a="),
            ("k = a#b;c", "k", "a#b;c"),
            ("k =", "k", ""),
            ("k = # nothing", "k", ""),
            ("k = \"a\"", "k", "\"a\""),
            ("k\u{a0}= a", "k", "a"),
        ] {
            assert_eq!(key_and_value(line), Ok((key, value)), "{line}");
        }
    }

    #[test]
    fn deeper_lines_belong_to_the_value_before() {
        let text = "[services x]\nsts =\n  endpoint_url = https://a\n  # no\n  other = 1\ns3 = flat\n  more\nlast = 1\n";
        let sections = parsed(text);
        let values: Vec<&str> = sections[0].1.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["\nendpoint_url = https://a\nother = 1", "flat\nmore", "1"]);
    }

    #[test]
    fn what_cannot_be_parsed_has_a_line() {
        for (text, line, why) in [
            ("a = 1\n", 1, "stands before the first section"),
            ("  a = 1\n[default]\n", 1, "stands before the first section"),
            ("[default\na = 1\n", 1, "begins a section without a closing ']'"),
            ("\n\n[]\n", 3, "begins a section without a name"),
            ("[ ]\n", 1, "begins a section without a name"),
            ("[default]\n\nhunter2\n", 3, "has no '='"),
            ("[default]\n = hunter2\n", 2, "has no key before its '='"),
            ("[default]\na =\n  hunter2\n", 3, "has no '='"),
            ("{\n  \"a\": 1\n}\n", 1, "stands before the first section"),
        ] {
            assert_eq!(parse(text).err(), Some(Unparsable { line, why }), "{text}");
        }
    }
}
