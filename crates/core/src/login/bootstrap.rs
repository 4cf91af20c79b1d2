//! The list of brokers: `host:port` entries with commas between them, as librdkafka reads it.
//!
//! librdkafka skips spaces and commas between entries. It accepts `SASL_SSL://host:port` if the protocol is
//! that of `security.protocol`, in any letter case, and ignores a path after the host; it assumes port 9092
//! if none is given, and takes IPv6 addresses in brackets. Anything else it takes for a part of a name, which
//! is then never found, or drops together with the entries that follow.

use crate::keys::shown;
use crate::{Problem, Properties};

const KEY: &str = "bootstrap.servers";
const ALIAS: &str = "metadata.broker.list";

/// What people put between and around entries where only a comma is allowed.
const MARKS: &[char] = &['[', ']', '{', '}', '(', ')', '"', '\'', '`', '“', '”', ';', '|', ','];

/// The longest list that an error shows in its right form.
const LONGEST: usize = 400;

/// A broker's host, and its port if given, without a `protocol://` before and a path behind.
pub(crate) fn split(server: &str) -> (&str, Option<&str>) {
    let server = match server.split_once("://") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => server,
    };
    match server.rsplit_once(':') {
        // Several colons outside brackets are an IPv6 address without a port.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    }
}

/// Checks the list for a login that speaks `protocol`.
pub(super) fn check(properties: &Properties, protocol: &str, problems: &mut Vec<Problem>) {
    let mut given = [KEY, ALIAS].into_iter().filter_map(|key| Some((key, properties.value(key)?)));
    let (Some((key, list)), second) = (given.next(), given.next()) else { return };
    if let Some((other, _)) = second.filter(|(_, other)| *other != list) {
        let message = format!("'{key}' and '{other}' are the same key and differ: set one of them.");
        problems.push(Problem { key: other.to_owned(), message });
    }
    if let Some(fault) = fault(list, protocol) {
        let message = format!(
            "'{key}' must be host:port entries with commas between them, and nothing else: {fault}. Write {key}={}.",
            right_form(list)
        );
        problems.push(Problem { key: key.to_owned(), message });
    }
}

/// The same properties with a corrected list, if it can be read, so that a provider that reads the brokers'
/// names does not report again what this check has reported.
pub(super) fn corrected(properties: &Properties, problems: &[Problem]) -> Properties {
    let mut corrected = properties.clone();
    for key in [KEY, ALIAS].into_iter().filter(|key| problems.iter().any(|problem| problem.key == **key)) {
        if let Some(servers) = properties.value(key).and_then(servers) {
            corrected.set(key, servers.join(","));
        }
    }
    corrected
}

/// What is wrong with `list`.
fn fault(list: &str, protocol: &str) -> Option<String> {
    let entries: Vec<&str> = list.split(',').map(|entry| entry.trim_matches(' ')).collect();
    let entries: Vec<&str> = entries.into_iter().filter(|entry| !entry.is_empty()).collect();
    if entries.is_empty() {
        return Some("it is empty".to_owned());
    }
    entries.iter().enumerate().find_map(|(at, entry)| {
        let fault = entry_fault(entry, protocol)?;
        Some(match shown_entry(entry) {
            Some(text) => format!("entry {} ('{text}') {fault}", at + 1),
            None => format!("entry {} {fault}", at + 1),
        })
    })
}

/// The entry, unless it may contain a user name and password.
fn shown_entry(entry: &str) -> Option<String> {
    (!entry.contains(['@', '='])).then(|| shown(entry))
}

fn entry_fault(entry: &str, protocol: &str) -> Option<String> {
    let (host, port) = split(entry);
    let scheme = entry.split_once("://").map(|(scheme, _)| scheme);
    if has_placeholder(entry) {
        return Some("has a placeholder that nobody filled in".to_owned());
    }
    if let Some(quote) = entry.chars().find(|char| "\"'`“”".contains(*char)) {
        return Some(format!("has a quote ({quote})"));
    }
    if let Some(scheme) = scheme.filter(|scheme| !scheme.eq_ignore_ascii_case(protocol)) {
        let scheme = shown(scheme);
        return Some(format!("begins with '{scheme}://', where only {protocol}:// may stand, or nothing"));
    }
    if let Some(mark) = entry.chars().find(|char| ";|".contains(*char)) {
        return Some(format!("has a '{mark}', where a comma is meant"));
    }
    if entry.contains('@') {
        return Some("has an '@': user name and password do not belong in the address".to_owned());
    }
    // White space after the port is harmless: librdkafka reads digits and stops.
    let (host, port) = (host, port.map(str::trim_end));
    if host.chars().chain(port.unwrap_or_default().chars()).any(char::is_whitespace) {
        return Some("has white space inside, where a comma is meant or nothing".to_owned());
    }
    host_fault(host).or_else(|| port_fault(port?))
}

fn has_placeholder(text: &str) -> bool {
    text.contains("${") || text.contains("{{") || text.contains(['<', '>'])
}

fn host_fault(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = address.split('%').next().unwrap_or_default();
        let valid = address.parse::<std::net::Ipv6Addr>().is_ok();
        return (!valid).then(|| "has brackets, which only an IPv6 address has".to_owned());
    }
    if host.is_empty() {
        return Some("has no host".to_owned());
    }
    if host.contains(':') {
        let valid = host.split('%').next().is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
        return (!valid).then(|| "has several colons".to_owned());
    }
    let stray = host.chars().find(|char| !char.is_alphanumeric() && !"-._".contains(*char))?;
    Some(match stray {
        '[' | ']' => "has brackets, which only an IPv6 address has".to_owned(),
        other => format!("has a '{}', which no host name has", other.escape_debug()),
    })
}

fn port_fault(port: &str) -> Option<String> {
    let valid =
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    (!valid).then(|| "has a port that is no number from 1 to 65535".to_owned())
}

/// The list as it was probably meant, else an example.
fn right_form(list: &str) -> String {
    let servers = servers(list).map(|servers| servers.join(",")).filter(|list| list.len() <= LONGEST);
    servers.unwrap_or_else(|| "b-1.example.com:9098,b-2.example.com:9098".to_owned())
}

/// The hosts and ports in `list`, whatever surrounds them; none unless all of it can be read.
fn servers(list: &str) -> Option<Vec<String>> {
    if has_placeholder(list) {
        return None;
    }
    let list = list.trim();
    let list =
        [KEY, ALIAS].iter().find_map(|key| list.strip_prefix(key)?.strip_prefix(['=', ':'])).unwrap_or(list);
    let pieces = list.split(|char: char| char.is_whitespace() || MARKS.contains(&char));
    // Left over from a YAML list.
    let pieces = pieces.filter(|piece| !piece.is_empty() && *piece != "-");
    let servers: Option<Vec<String>> = pieces
        .map(|piece| {
            let (host, port) = split(piece);
            let server = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            entry_fault(&server, "").is_none().then_some(server)
        })
        .collect();
    servers.filter(|servers| !servers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(list: &str) -> Option<String> {
        let mut problems = Vec::new();
        check(&[(KEY, list)].into_iter().collect(), "SASL_SSL", &mut problems);
        assert!(problems.len() <= 1, "{problems:?}");
        problems.pop().map(|problem| problem.message)
    }

    #[test]
    fn what_librdkafka_takes_is_taken() {
        for list in [
            "a:9098",
            "a",
            "a,b",
            "a:9098,b:9098",
            "a:9098, b:9098",
            " a:9098 ,b:9098 ",
            "a:9098,",
            ",a:9098,,b:9098,",
            "a:9098\n",
            "SASL_SSL://a:9098",
            "sasl_ssl://a:9098,SASL_SSL://b:9098/",
            "10.0.0.1:9098",
            "[::1]:9098",
            "[fe80::1%eth0]:9098",
            "::1",
            "2001:db8::1",
            "under_score.example.com:9098",
            "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098",
            "bücher.example:9098",
            "localhost:1",
            "a.:65535",
        ] {
            assert_eq!(said(list), None, "{list:?}");
        }
    }

    #[test]
    fn all_else_is_shown_in_its_right_form() {
        for (list, fault, form) in [
            (r#"["a:9098","b:9098"]"#, "has a quote (\")", "a:9098,b:9098"),
            (r#"["a:9098", "b:9098"]"#, "has a quote", "a:9098,b:9098"),
            ("['a:9098']", "has a quote (')", "a:9098"),
            ("[a:9098, b:9098]", "has brackets", "a:9098,b:9098"),
            ("[a:9098]", "has brackets", "a:9098"),
            ("\"a:9098,b:9098\"", "has a quote", "a:9098,b:9098"),
            ("'a:9098'", "has a quote", "a:9098"),
            ("“a:9098”", "has a quote", "a:9098"),
            ("https://a:9098", "begins with 'https://'", "a:9098"),
            ("http://a:9098/", "begins with 'http://'", "a:9098"),
            ("kafka://a:9098,kafka://b:9098", "begins with 'kafka://'", "a:9098,b:9098"),
            ("SASL_PLAINTEXT://a:9098", "only SASL_SSL:// may stand", "a:9098"),
            ("SSL://a:9098", "begins with 'SSL://'", "a:9098"),
            ("PLAINTEXT://a:9092", "begins with 'PLAINTEXT://'", "a:9092"),
            ("://a:9098", "begins with '://'", "a:9098"),
            ("a:9098 b:9098", "white space", "a:9098,b:9098"),
            ("a:9098;b:9098", "has a ';', where a comma is meant", "a:9098,b:9098"),
            ("a;b", "has a ';'", "a,b"),
            ("a:9098|b:9098", "has a '|'", "a:9098,b:9098"),
            ("a:9098\nb:9098", "white space", "a:9098,b:9098"),
            ("a:9098,\nb:9098", "white space", "a:9098,b:9098"),
            ("- a:9098\n- b:9098", "white space", "a:9098,b:9098"),
            ("a:9098\tb:9098", "white space", "a:9098,b:9098"),
            ("a :9098", "white space", "b-1.example.com:9098,b-2.example.com:9098"),
            ("bootstrap.servers=a:9098", "which no host name has", "a:9098"),
            ("a:", "no number from 1 to 65535", "b-1.example.com:9098,b-2.example.com:9098"),
            ("a:port", "no number", "b-1."),
            ("a:0", "no number", "b-1."),
            ("a:99999", "no number", "b-1."),
            ("a:9098/", "no number", "b-1."),
            (":9098", "has no host", "b-1."),
            ("a:9098:9098", "several colons", "b-1."),
            ("[a]:9098", "brackets", "b-1."),
            ("${BROKERS}", "placeholder", "b-1."),
            ("{{ .Values.brokers }}", "placeholder", "b-1."),
            ("<broker>:9098", "placeholder", "b-1."),
            ("", "it is empty", "b-1."),
            (" , ", "it is empty", "b-1."),
        ] {
            let said = said(list).unwrap_or_else(|| panic!("{list:?} is taken"));
            assert!(said.starts_with("'bootstrap.servers' must be host:port entries with commas"), "{said}");
            assert!(said.contains(fault), "{list:?}: {said}");
            assert!(said.contains(&format!("Write bootstrap.servers={form}")), "{list:?}: {said}");
        }
    }

    #[test]
    fn a_login_in_an_address_is_not_shown() {
        let said = said("https://alice:hunter2@a:9098").unwrap();
        assert!(!said.contains("hunter2") && !said.contains("alice"), "{said}");
    }

    #[test]
    fn the_alias_is_the_same_key() {
        let both = |list: &str| {
            let mut problems = Vec::new();
            let properties = [(KEY, "a:9098"), (ALIAS, list)].into_iter().collect();
            check(&properties, "SASL_SSL", &mut problems);
            problems.into_iter().map(|problem| problem.message).collect::<String>()
        };
        assert_eq!(both("a:9098"), "");
        assert!(both("b:9098").contains("are the same key and differ"));
        let mut problems = Vec::new();
        check(&[(ALIAS, "[a:9098]")].into_iter().collect(), "SASL_SSL", &mut problems);
        assert!(problems[0].message.contains("Write metadata.broker.list=a:9098."), "{problems:?}");
    }
}
