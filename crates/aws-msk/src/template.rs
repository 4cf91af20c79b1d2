//! The presigned URL in base64url, of which all but the date and the signature stands from one token to the next.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

/// Three bytes are four characters.
const GROUP: usize = 3;

/// The bytes that a gap and its neighbours take: the date's 16 and the signature's 64 are both one more than whole groups are.
const DATE: usize = 18;
const SIGNATURE: usize = 66;

/// A text with two gaps, in base64url but for the groups that the gaps touch.
pub(crate) struct Template {
    head: String,
    date: Gap<DATE>,
    middle: String,
    signature: Gap<SIGNATURE>,
    tail: String,
}

/// Whole groups of base64: a gap, and what of its neighbours shares a group with it.
struct Gap<const LENGTH: usize> {
    around: [u8; LENGTH],
    start: usize,
}

impl Template {
    /// The text is `before`, a date, `between`, a signature, `after`. The two last are at least two bytes long.
    pub(crate) fn new(before: &[u8], between: &[u8], after: &[u8]) -> Self {
        let (head, date, between) = Gap::between(before, between);
        let (middle, signature, tail) = Gap::between(between, after);
        Self { head: encoded(head), date, middle: encoded(middle), signature, tail: encoded(tail) }
    }

    /// The whole, without padding.
    pub(crate) fn fill(&self, date: &[u8; 16], signature: &[u8; 64]) -> String {
        let fixed = self.head.len() + self.middle.len() + self.tail.len();
        let mut text = String::with_capacity(fixed + (DATE + SIGNATURE) / GROUP * 4);
        text.push_str(&self.head);
        self.date.fill(date, &mut text);
        text.push_str(&self.middle);
        self.signature.fill(signature, &mut text);
        text.push_str(&self.tail);
        text
    }
}

impl<const LENGTH: usize> Gap<LENGTH> {
    /// Splits the texts on both sides of a gap into the whole groups before it, the groups that it touches, and the rest.
    fn between<'a>(before: &'a [u8], after: &'a [u8]) -> (&'a [u8], Self, &'a [u8]) {
        let start = before.len() % GROUP;
        let (groups, first) = before.split_at(before.len() - start);
        let (last, rest) = after.split_at(GROUP - 1 - start);
        let mut around = [0; LENGTH];
        around[..start].copy_from_slice(first);
        around[LENGTH - last.len()..].copy_from_slice(last);
        (groups, Self { around, start }, rest)
    }

    fn fill(&self, gap: &[u8], text: &mut String) {
        let mut groups = self.around;
        groups[self.start..][..gap.len()].copy_from_slice(gap);
        // There is room for the longer of both.
        let mut characters = [0; SIGNATURE / GROUP * 4];
        let length = URL_SAFE_NO_PAD.encode_slice(groups, &mut characters).unwrap_or_default();
        text.push_str(std::str::from_utf8(&characters[..length]).unwrap_or_default());
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole_wherever_the_gaps_lie() {
        let fixed = b"abcdefghij";
        let (date, signature) = (b"20231114T221320Z", &[b'5'; 64]);
        for before in 0..=5 {
            for between in 2..=7 {
                for after in 2..=7 {
                    let [before, between, after] = [before, between, after].map(|length| &fixed[..length]);
                    let whole = [before, date, between, signature, after].concat();
                    let template = Template::new(before, between, after);
                    assert_eq!(template.fill(date, signature), encoded(&whole), "{whole:?}");
                }
            }
        }
    }
}
