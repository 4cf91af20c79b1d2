//! What of a server's words is shown: no secret of ours, no token, nothing long.

use super::kind::is_known;
use crate::request::Secrets;

/// In characters: enough for the cause and the ids that a vendor's support asks for.
const LONGEST: usize = 240;

/// Longer words are tokens and the like, in characters.
const LONGEST_WORD: usize = 80;

const LEFT_OUT: &str = "[left out]";

/// An error code, if it looks like one.
pub(super) fn code<'a>(code: &'a str, secrets: &Secrets) -> &'a str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    let shows = code.len() <= 64 && code.bytes().all(plain) && !secrets.are_in(code);
    match is_known(code) || shows {
        true => code,
        false => "an error code that is not shown",
    }
}

/// A description on one line, without an end mark; none if there is none.
pub(super) fn clean(description: &str, secrets: &Secrets) -> Option<String> {
    let words = description.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).map(shown).collect();
    let line = words.join(" ");
    if secrets.are_in(description) || secrets.are_in(&line) {
        return Some("(its description repeats a secret and is left out)".to_owned());
    }
    let end = line.char_indices().nth(LONGEST).map_or(line.len(), |(end, _)| end);
    let cut = if end < line.len() { "…" } else { "" };
    let line = line[..end].trim_end_matches(['.', ' ', ':']);
    (!line.is_empty()).then(|| format!("{line}{cut}"))
}

/// A word, unless it may be a token: those of JWTs begin with `eyJ`.
fn shown(word: &str) -> &str {
    match word.contains("eyJ") || word.chars().count() > LONGEST_WORD {
        true => LEFT_OUT,
        false => word,
    }
}
