//! Values that are surely mistakes: what a template left behind, and what copying adds.
//!
//! A secret may be any text, so it is refused only if all of it is such a mistake; other values also if they
//! contain one.

/// What is wrong with `value`, the text of a key that is not a secret, phrased to follow the key's name; none
/// if nothing is.
#[must_use]
pub fn text_slip(value: &str) -> Option<&'static str> {
    let one_sided = value.starts_with(is_quote) || value.ends_with(is_quote);
    if is_placeholder(value) || holds_placeholder(value) {
        Some(PLACEHOLDER)
    } else if one_sided {
        Some(QUOTES)
    } else {
        secret_slip(value)
    }
}

/// What is wrong with `value`, a secret, phrased to follow the name of its key; none if nothing is. Shows no
/// part of it.
#[must_use]
pub fn secret_slip(value: &str) -> Option<&'static str> {
    if is_placeholder(value) {
        Some(PLACEHOLDER)
    } else if is_mask(value) {
        Some(MASK)
    } else if is_reference(value) {
        Some(REFERENCE)
    } else if is_nothing(value) {
        Some(NOTHING)
    } else if value.starts_with(char::is_whitespace) || value.ends_with(char::is_whitespace) {
        Some(SPACE)
    } else if value.contains(is_invisible) {
        Some(INVISIBLE)
    } else if is_quoted(value) {
        Some(QUOTES)
    } else {
        None
    }
}

/// Whether all of `value` is a placeholder that a shell, a template or a person had to replace: `${NAME}`, `$(NAME)`,
/// `$NAME`, `{{ name }}`, `{name}`, `<name>`, `%NAME%`, `@NAME@`, `#{name}`, `((name))`, `YOUR_NAME`.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let between = |start: &str, end: &str| {
        let inner = value.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        inner.filter(|inner| !inner.is_empty())
    };
    let around = |start, end, fits: fn(&str) -> bool| between(start, end).is_some_and(fits);
    [
        ("${", "}"),
        ("$(", ")"),
        ("$((", "))"),
        ("{{", "}}"),
        ("#{", "}"),
        ("#{", "}#"),
        ("%{", "}"),
        ("<%", "%>"),
        ("((", "))"),
    ]
    .into_iter()
    .any(|(start, end)| around(start, end, |inner| !inner.contains(['$', '<', '>'])))
        || around("<", ">", is_words)
        || around("{", "}", is_name)
        || around("%", "%", is_name)
        || around("@", "@", is_name)
        || value.strip_prefix("$env:").is_some_and(is_name)
        || value.strip_prefix('$').is_some_and(is_variable)
        || between("__", "__").or_else(|| between("%%", "%%")).is_some_and(is_variable)
        || value.strip_prefix("$$").is_some_and(is_variable)
        || is_yours(value)
}

const PLACEHOLDER: &str =
    "is, or holds, a placeholder that nobody filled in, such as ${NAME} or <name>: write the value \
                           itself, or fix what should have filled it in.";
const MASK: &str = "is what tools show in place of a secret: write the secret itself.";
const REFERENCE: &str =
    "is a reference into a secret store, such as op://… or ENC(…), or what encrypts one, and nobody \
                         resolved it: write the secret itself, or fix what should have resolved it.";
const NOTHING: &str =
    "is what programs write where they have no value: write the secret itself, or fix what should have \
                       filled it in.";
const SPACE: &str = "has white space around it: remove it.";
const INVISIBLE: &str = "has an invisible character, such as a zero-width space: type the value anew.";
const QUOTES: &str = "is in quotes, which would become part of it: remove them.";

/// Whether a text that is not a secret contains a placeholder.
fn holds_placeholder(value: &str) -> bool {
    let holds = |start: &str, end: &str, fits: fn(&str) -> bool| {
        value.match_indices(start).any(|(at, _)| {
            let rest = &value[at + start.len()..];
            rest.find(end).is_some_and(|end| fits(&rest[..end]))
        })
    };
    let any = |inner: &str| !inner.is_empty();
    holds("${", "}", any)
        || holds("$(", ")", any)
        || holds("{{", "}}", any)
        || holds("#{", "}", any)
        || holds("<", ">", is_words)
        || value.match_indices('$').any(|(at, _)| {
            // Not in the middle of a password, which a proxy's URL may contain.
            let begins = value[..at].chars().next_back().is_none_or(|before| "/-_.:=, ".contains(before));
            let rest = &value[at + 1..];
            let end =
                rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(rest.len());
            begins && is_variable(&rest[..end])
        })
}

/// Words as people write them into a placeholder.
fn is_words(inner: &str) -> bool {
    let fits =
        |char: char| char.is_alphanumeric() || matches!(char, ' ' | '_' | '-' | '.' | ':' | '/' | '\'');
    inner.len() <= 60 && inner.starts_with(char::is_alphabetic) && inner.chars().all(fits)
}

fn is_name(inner: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphabetic() || matches!(char, '_' | '-' | '.');
    inner.len() >= 2 && inner.chars().all(fits)
}

/// The name of an environment variable, in a shell's syntax.
fn is_variable(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() >= 3 && name.starts_with(|char: char| char.is_ascii_uppercase()) && name.bytes().all(fits)
}

/// `YOUR_CLIENT_SECRET`, as in manuals.
fn is_yours(value: &str) -> bool {
    let separated = value.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("your"))
        && value[4..].starts_with(['_', '-']);
    separated && is_name(&value[5..])
}

/// What tools print instead of a secret.
fn is_mask(value: &str) -> bool {
    let dots = value.chars().count() >= 3 && value.chars().all(|char| matches!(char, '*' | '•' | '●'));
    let words = ["[hidden]", "[redacted]", "[masked]", "[filtered]", "(sensitive value)", "(hidden)"];
    dots || words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// What 1Password, Vault's injectors, vals, Jasypt, SOPS, Ansible, Spring, Azure and AWS have in a secret's place.
fn is_reference(value: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "op://",
        "ref+",
        "secretref:",
        "awssm://",
        "awssm:arn:",
        "gcpsm://",
        "sm://",
        "akv://",
        "azkv://",
        "vault://",
        "ENC[AES256_GCM,",
        "$ANSIBLE_VAULT;",
        "!vault",
        "{cipher}",
        "@Microsoft.KeyVault(",
        "arn:aws:secretsmanager:",
        "arn:aws:ssm:",
    ];
    PREFIXES.iter().any(|prefix| value.len() > prefix.len() && value.starts_with(prefix))
        || (value.starts_with("vault:") && value.contains('/'))
        || (value.starts_with("ENC(") && value.ends_with(')'))
        || (value.starts_with("projects/") && value.contains("/secrets/"))
}

/// What Java, Python and JavaScript write for a value that is not there.
fn is_nothing(value: &str) -> bool {
    ["null", "None", "undefined", "[object Object]"].contains(&value)
}

fn is_quoted(value: &str) -> bool {
    let mut chars = value.strip_suffix(';').unwrap_or(value).chars();
    let (first, last) = (chars.next(), chars.next_back());
    first.zip(last).is_some_and(|(first, last)| is_quote(first) && is_quote(last))
}

fn is_quote(char: char) -> bool {
    matches!(char, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’')
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_as_a_whole() {
        for value in [
            "${CLIENT_SECRET}",
            "${client.secret}",
            "${CLIENT_SECRET:-hunter2}",
            "${file:/etc/kafka/secret.properties:secret}",
            "${env:SECRET}",
            "$(CLIENT_SECRET)",
            "$(cat /run/secret)",
            "$CLIENT_SECRET",
            "$env:CLIENT_SECRET",
            "{{ client_secret }}",
            "{{.Values.secret}}",
            "{{ vault \"kv/data/x\" }}",
            "{client_secret}",
            "{yourClientSecret}",
            "<client_secret>",
            "<your-client-secret>",
            "<your client's secret>",
            "<REDACTED>",
            "<%= secret %>",
            "%CLIENT_SECRET%",
            "%{CLIENT_SECRET}",
            "@client.secret@",
            "#{ClientSecret}",
            "#{ClientSecret}#",
            "((client-secret))",
            "YOUR_CLIENT_SECRET",
            "your-client-secret",
            "__CLIENT_SECRET__",
            "%%CLIENT_SECRET%%",
            "$$CLIENT_SECRET",
        ] {
            assert_eq!(secret_slip(value), Some(PLACEHOLDER), "{value}");
            assert_eq!(text_slip(value), Some(PLACEHOLDER), "{value}");
        }
    }

    #[test]
    fn secrets_that_only_look_odd() {
        for value in [
            "p$ssw0rd",
            "$ecret",
            "$2y$10$N9qo8uLOickgx2ZMRZoMye",
            "a${b}c",
            "a<b>c",
            "<",
            "<>",
            "${",
            "${}",
            "}{",
            "{}",
            "{1}",
            "%41%42",
            "100%",
            "%x%",
            "@home",
            "your",
            "yourself",
            "yoursecret1",
            "it\"s",
            "\"",
            "'tis",
            "**",
            "*a*",
            "two words",
            "abc8Q~entra.secret_value-with~tildes",
            "p9Xr:keycloak/secret+value%41",
            "s3cret 0:+/?%&=#\"ü€~*",
            "<a>b<c>",
            "${a}x${b}",
            "changeme",
            "op:",
            "ENC",
            "vault:1",
            "nothing",
            "__init__",
            "ref+",
            "…",
        ] {
            assert_eq!(secret_slip(value), None, "{value}");
        }
    }

    #[test]
    fn texts_may_hold_none_either() {
        for value in [
            "https://${HOST}/token",
            "https://$HOST/token",
            "https://idp.example/<tenant>/token",
            "https://login.microsoftonline.com/<your-tenant-id>/oauth2/v2.0/token",
            "https://idp.example/{{ realm }}/token",
            "api://<app-id>/.default",
            "${ENV}-orders",
            "orders-$(hostname)",
            "arn:aws:iam::<account id>:role/x",
            "$HOME/token",
            "orders-$ENV",
        ] {
            assert_eq!(text_slip(value), Some(PLACEHOLDER), "{value}");
            assert_eq!(secret_slip(value), None, "{value}");
        }
        for value in [
            "https://idp.example/token?x=$filter",
            "orders$",
            "http://me:pa$WORD@proxy.example:3128",
            "CORP\\svc$",
            "a < b > c",
            "api://kafka/.default",
            "a b",
            "https://idp.example/{tenantid}/v2.0",
            "role/$a",
            "o'clock",
            "tenant%20one",
        ] {
            assert_eq!(text_slip(value), None, "{value}");
        }
    }

    #[test]
    fn what_copying_adds() {
        for (value, expected) in [
            ("\"s3cret\"", QUOTES),
            ("'s3cret'", QUOTES),
            ("“s3cret”", QUOTES),
            ("`s3cret`", QUOTES),
            ("\"s3cret\";", QUOTES),
            ("\"\"", QUOTES),
            (" s3cret", SPACE),
            ("s3cret ", SPACE),
            ("s3cret\u{a0}", SPACE),
            ("s3cret\n", SPACE),
            ("s3c\u{200b}ret", INVISIBLE),
            ("\u{feff}s3cret", INVISIBLE),
            ("op://vault/kafka/client-secret", REFERENCE),
            ("vault:secret/data/kafka#client_secret", REFERENCE),
            ("ref+vault://secret/kafka#/secret", REFERENCE),
            ("ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)", REFERENCE),
            ("ENC[AES256_GCM,data:Tr7o=,iv:1=,tag:k=,type:str]", REFERENCE),
            ("{cipher}b1a2", REFERENCE),
            ("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)", REFERENCE),
            ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf", REFERENCE),
            ("projects/1/secrets/kafka/versions/latest", REFERENCE),
            ("secretref:kafka", REFERENCE),
            ("null", NOTHING),
            ("None", NOTHING),
            ("undefined", NOTHING),
            ("[object Object]", NOTHING),
            ("********", MASK),
            ("••••", MASK),
            ("[hidden]", MASK),
            ("(sensitive value)", MASK),
        ] {
            assert_eq!(secret_slip(value), Some(expected), "{value:?}");
            assert_eq!(text_slip(value), Some(expected), "{value:?}");
        }
        for one_sided in ["\"orders", "orders\"", "'orders", "orders”"] {
            assert_eq!(text_slip(one_sided), Some(QUOTES), "{one_sided}");
            assert_eq!(secret_slip(one_sided), None, "{one_sided}");
        }
    }
}
