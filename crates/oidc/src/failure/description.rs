//! What of a server's words is shown: no secret of ours, no token, nothing long.

use super::kind::is_known;
use crate::secrets::{Secrets, LEFT_OUT};

/// In characters: enough for the cause and the ids that a vendor's support asks for.
const LONGEST: usize = 240;

/// Longer words are tokens and the like, in characters.
const LONGEST_WORD: usize = 80;

/// An error code.
pub(super) fn code(code: &str, secrets: &Secrets) -> String {
    match is_known(code) {
        true => code.to_owned(),
        false => clean(code, secrets).unwrap_or_else(|| LEFT_OUT.to_owned()),
    }
}

/// A description on one line, without an end mark; none if there is none.
pub(super) fn clean(description: &str, secrets: &Secrets) -> Option<String> {
    let description = secrets.redacted(description);
    let visible: String = description.chars().filter(|char| !is_invisible(*char)).collect();
    let words = visible.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).map(shown).collect();
    // Again, since a removed character may have stood inside a secret.
    let line = secrets.redacted(&words.join(" "));
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

/// Invisible characters that terminals obey.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
