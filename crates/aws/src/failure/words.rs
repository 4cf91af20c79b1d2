//! A service's or a program's own words, as an error may show them.

/// Longest text that is shown, in characters.
const LONGEST: usize = 200;

/// Replaces a word that may be a secret.
const HIDDEN: &str = "(hidden)";

/// The first line of `text` that is not blank, without control characters, at most 200 characters long, and
/// without words that may be secrets. `secrets` are the known ones.
pub(crate) fn cleaned<S: AsRef<str>>(text: &str, secrets: &[S]) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.chars().any(|char| !char.is_control()))?;
    let mut line: String = line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    for secret in secrets.iter().map(AsRef::as_ref).filter(|secret| secret.len() >= 4) {
        line = line.replace(secret, HIDDEN);
    }
    let shown = hide_secrets(&line);
    Some(match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", shown[..end].trim_end()),
        None => shown,
    })
}

fn hide_secrets(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    // Whether the previous word announces a secret.
    let mut announced = false;
    for word in line.split_whitespace() {
        let shown = if announced && !announces(word) { HIDDEN.to_owned() } else { hide_in(word) };
        announced = announces(word);
        words.push(shown);
    }
    words.join(" ")
}

/// `--password`, `token:`, `secret=`, `Bearer`: a secret follows.
fn announces(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', ',']);
    let is_label = word.starts_with('-') || word.ends_with([':', '=']);
    word.eq_ignore_ascii_case("bearer")
        || word.eq_ignore_ascii_case("basic")
        || (is_label && names_a_secret(word))
}

fn names_a_secret(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "secret",
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "token",
        "key",
        "credential",
        "authorization",
        "assertion",
    ];
    let name = name.to_ascii_lowercase();
    // A path or a host is not a label.
    !name.contains(['/', '.']) && NAMES.iter().any(|secret| name.contains(secret))
}

/// A word, with everything that may be secret hidden.
fn hide_in(word: &str) -> String {
    if let Some((name, value)) =
        word.split_once(['=', ':']).filter(|(name, value)| names_a_secret(name) && !value.is_empty())
    {
        let mark = &word[name.len()..name.len() + 1];
        if !value.trim_matches(['"', '\'', ',', '}']).is_empty() {
            return format!("{name}{mark}{HIDDEN}");
        }
    }
    if word.split(|char: char| !char.is_ascii_alphanumeric()).any(|run| run.starts_with("eyJ")) {
        return HIDDEN.to_owned();
    }
    match word.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", hide_in_url(rest)),
        None => hide_runs(word, |char| char.is_ascii_alphanumeric() || "+/=_-".contains(char), is_secret),
    }
}

/// The part of a URL after its scheme: ids in its path are kept, such as those of OIDC providers.
fn hide_in_url(rest: &str) -> String {
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(place, _)| (place, "?(hidden)"));
    let (user, place) = place.rsplit_once('@').map_or(("", place), |(_, place)| ("(hidden)@", place));
    let is_secret = |run: &str| is_secret(run) && !is_hex(run);
    format!(
        "{user}{}{query}",
        hide_runs(place, |char| char.is_ascii_alphanumeric() || "+=_-".contains(char), is_secret)
    )
}

/// `word` without those runs of `is_token` characters that are secret.
fn hide_runs(word: &str, is_token: impl Fn(char) -> bool, is_secret: impl Fn(&str) -> bool) -> String {
    let mut shown = String::new();
    for part in word.split_inclusive(|char| !is_token(char)) {
        let (run, mark) = match part.char_indices().next_back() {
            Some((at, last)) if !is_token(last) => part.split_at(at),
            _ => (part, ""),
        };
        shown.push_str(if is_secret(run) { HIDDEN } else { run });
        shown.push_str(mark);
    }
    shown
}

/// Whether a run of letters and digits looks like a key or a token rather than a word, a path or an id.
fn is_secret(run: &str) -> bool {
    let has = |is: fn(&char) -> bool| run.chars().any(|char| is(&char));
    let mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
    let is_key_id = run.len() >= 16
        && ["AKIA", "ASIA", "ABIA", "ACCA"].iter().any(|start| run.starts_with(start))
        && run.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_key_id || is_hex(run) || (run.len() >= 20 && mixed) || run.len() >= 64
}

fn is_hex(run: &str) -> bool {
    run.len() >= 32 && run.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_words_are_kept() {
        for words in [
            "sh: 1: /opt/acme/bin/get-credentials: not found",
            "Error: the security token included in the request is expired",
            "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718A1B2C3D4E5F60718",
            "Incorrect token audience",
            "User arn:aws:iam::123456789012:role/kafka-client is not authorized",
            "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint",
            "request id 4f5d3c2b-0a1b-4c2d-9e8f-001122334455",
            "connect to vault.example.com:8200: connection refused",
        ] {
            assert_eq!(cleaned(words, &[] as &[&str]).as_deref(), Some(words));
        }
    }

    #[test]
    fn what_may_be_secret_is_hidden() {
        for (words, expected) in [
            ("bad key AKIAIOSFODNN7EXAMPLE", "bad key (hidden)"),
            ("no ASIAIOSFODNN7EXAMPLE, sorry", "no (hidden), sorry"),
            ("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "got (hidden)"),
            ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "token (hidden)"),
            ("password=hunter2 refused", "password=(hidden) refused"),
            ("{\"SecretAccessKey\":\"hunter2\"}", "{\"SecretAccessKey\":(hidden)"),
            ("--password hunter2 is wrong", "--password (hidden) is wrong"),
            ("client secret: hunter2", "client secret: (hidden)"),
            ("Authorization: Bearer hunter2", "Authorization: Bearer (hidden)"),
            ("see https://vault.example/v1?token=hunter2", "see https://vault.example/v1?(hidden)"),
            ("https://me:hunter2@vault.example/x", "https://(hidden)@vault.example/x"),
            ("0123456789abcdef0123456789abcdef", "(hidden)"),
        ] {
            assert_eq!(cleaned(words, &[] as &[&str]).as_deref(), Some(expected), "{words}");
        }
        assert_eq!(
            cleaned("wrong pass phrase: open sesame", &["sesame"]).as_deref(),
            Some("wrong pass phrase: open (hidden)")
        );
    }

    #[test]
    fn it_is_one_short_line_without_control_characters() {
        let none: &[&str] = &[];
        assert_eq!(cleaned("\n \r\n\u{1b}[31mno\tway\u{7}\nmore", none).as_deref(), Some("[31mno way"));
        let long = cleaned(&"word ".repeat(100), none).unwrap();
        assert!(long.chars().count() <= LONGEST + 1 && long.ends_with('…'), "{long}");
        assert_eq!(cleaned("", none), None);
        assert_eq!(cleaned(" \n\u{1}\n", none), None);
    }
}
