//! The tags that a token carries, as STS bounds them (STS API reference, `Tag` and GetWebIdentityToken).

use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use icu_properties::CodePointMapData;
use oauthbearer_core::keys::shown;
use oauthbearer_core::Reader;

/// What a tag's key begins with in the configuration.
pub(crate) const PREFIX: &str = "tag_";

const MOST: usize = 50;
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Names, without the prefix, and values. What is wrong with them is the reader's to report; `place` names the property.
pub(crate) fn read(reader: &mut Reader<'_>, place: &str) -> Vec<(String, String)> {
    let tags = reader.prefixed(PREFIX);
    if tags.len() > MOST {
        let message = format!(
            "{place} has {} tags; AWS allows at most {MOST}. Remove {} of the {PREFIX}<name> keys.",
            tags.len(),
            tags.len() - MOST
        );
        reader.plain_problem(PREFIX, message);
    }
    for (name, value) in &tags {
        if name.is_empty() {
            let message = format!("{place} tag key '{PREFIX}' has empty name. Write {PREFIX}<name>=<value>.");
            reader.plain_problem(PREFIX, message);
        }
        if let Some(fault) = fault(name, value) {
            reader.problem(&format!("{PREFIX}{}", shown(name)), &fault);
        }
    }
    tags
}

fn fault(name: &str, value: &str) -> Option<String> {
    let (name_length, value_length) = (name.chars().count(), value.chars().count());
    if name_length > LONGEST_NAME {
        return Some(format!(
            "has a name of {name_length} characters; AWS allows 1 to {LONGEST_NAME}. Use a shorter one."
        ));
    }
    if value_length > LONGEST_VALUE {
        return Some(format!(
            "has a value of {value_length} characters; AWS allows 0 to {LONGEST_VALUE}. Use a shorter one."
        ));
    }
    let place = match (name.chars().all(is_allowed), value.chars().all(is_allowed)) {
        (true, true) => return None,
        (false, _) => "its name",
        (true, false) => "its value",
    };
    Some(format!(
        "has characters in {place} that AWS refuses: use letters, digits, spaces and _ . : / = + - @"
    ))
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
fn is_allowed(char: char) -> bool {
    const GROUPS: GeneralCategoryGroup = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Separator)
        .union(GeneralCategoryGroup::Number);
    "_.:/=+-@".contains(char) || GROUPS.contains(CodePointMapData::<GeneralCategory>::new().get(char))
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::{Key, Pairs};

    use super::*;

    fn check(text: &str) -> Result<Vec<(String, String)>, String> {
        static KEYS: &[Key] = &[Key::prefix(PREFIX, "A tag.")];
        let pairs = Pairs::parse("p", text).unwrap();
        let mut reader = Reader::new(&pairs, &[KEYS]);
        let tags = read(&mut reader, "p");
        reader.finish(tags).map_err(|error| error.to_string())
    }

    fn refused(text: &str, expected: &str) {
        let error = check(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }

    #[test]
    fn takes_what_aws_takes() {
        let name = "n".repeat(128);
        let text = format!(
            "tag_team=,{}={},tag_größe:a/b=日本 x_.:/=+-@½Ⅳ٣,tag_sp=a\u{a0}\u{3000}\u{2028}b",
            name_key(&name),
            "ß".repeat(256)
        );
        let tags = check(&text).unwrap();
        assert_eq!(tags.len(), 4);
        assert_eq!(tags[0], ("team".into(), String::new()));
        assert_eq!(tags[1].0, name);
        assert_eq!(tags[2].0, "größe:a/b");
    }

    fn name_key(name: &str) -> String {
        format!("tag_{name}")
    }

    #[test]
    fn refuses_what_aws_refuses() {
        refused("tag_=v", "p tag key 'tag_' has empty name.");
        refused(&format!("tag_{}=v", "n".repeat(129)), "has a name of 129 characters; AWS allows 1 to 128");
        refused(
            &format!("tag_k={}", "v".repeat(257)),
            "p 'tag_k' has a value of 257 characters; AWS allows 0 to 256",
        );
        // Of no letter, number or separator: marks, symbols, controls, emoji.
        for bad in [
            "a!b",
            "a*",
            "e\u{301}",
            "का",
            "Ⓐ",
            "$",
            "a\u{7f}b",
            "\u{200b}x",
            "😀",
            "a\\tb",
            "#",
            "(",
            "\\\\",
        ] {
            refused(
                &format!("tag_k={bad}"),
                "p 'tag_k' has characters in its value that AWS refuses: use letters",
            );
        }
        refused("tag_a!b=v", "p 'tag_a!b' has characters in its name that AWS refuses");
    }

    #[test]
    fn there_are_at_most_fifty() {
        let tags = |count: usize| (0..count).map(|i| format!("tag_k{i}=v,")).collect::<String>();
        assert_eq!(check(&tags(50)).unwrap().len(), 50);
        refused(&tags(51), "p has 51 tags; AWS allows at most 50. Remove 1 of");
    }

    #[test]
    fn values_are_not_shown() {
        assert!(!check("tag_k=hunter2!").unwrap_err().contains("hunter2"));
    }
}
