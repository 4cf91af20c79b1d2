//! The profiles of both files, merged as the AWS SDKs do:
//!
//! - The config file has `[default]`, `[profile name]`, `[sso-session name]` and `[services name]`; `[profile default]` takes the
//!   place of `[default]`. Names may be in quotes. The credentials file has `[name]`.
//! - If both files have a key of a profile, the credentials file wins; within one file, the last one.
//! - Other sections are not profiles. Their names are kept, so that an error can say what is wrong with their
//!   headers.

use std::collections::{BTreeMap, HashMap};

use oauthbearer_core::keys::{nearest, shown};
use oauthbearer_core::ProviderError;

use super::ini::{self, Entry, Section, Unparsable};
use crate::values::{refused, Check, CLEAN_UP};

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Config,
    Credentials,
}

/// All profiles, and the sections that they refer to.
#[derive(Default)]
pub(crate) struct Profiles {
    profiles: Sections,
    sso_sessions: Sections,
    services: Sections,
    misplaced: Vec<Misplaced>,
}

type Sections = BTreeMap<String, Profile>;

/// A profile, or a section that profiles refer to. Values are secret unless their keys say otherwise.
#[derive(Default)]
pub(crate) struct Profile {
    name: String,
    properties: HashMap<String, Property>,
}

struct Property {
    value: String,
    /// The file and the line.
    place: String,
}

/// A section that is not a profile because of its header.
struct Misplaced {
    /// The profile that was meant.
    name: String,
    written: String,
    place: String,
    correct: String,
}

/// What a section's header says.
enum Head {
    Profile(String),
    SsoSession(String),
    Services(String),
    /// Not a profile; perhaps this one was meant, spelled like this.
    Other {
        meant: String,
        correct: String,
    },
}

impl Profiles {
    /// Adds the sections of a file. The config file comes first.
    pub(super) fn add(&mut self, kind: Kind, path: &str, text: &str) -> Result<(), Unparsable> {
        let sections = ini::parse(text)?;
        let prefixed = sections.iter().any(|section| is_prefixed_default(&section.header));
        for section in sections {
            if kind == Kind::Config && prefixed && section.header == "default" {
                continue;
            }
            self.add_section(kind, path, section);
        }
        Ok(())
    }

    fn add_section(&mut self, kind: Kind, path: &str, section: Section) {
        let (sections, name) = match head(kind, &section.header) {
            Head::Profile(name) => (&mut self.profiles, name),
            Head::SsoSession(name) => (&mut self.sso_sessions, name),
            Head::Services(name) => (&mut self.services, name),
            Head::Other { meant, correct } => {
                let place = place(path, section.line);
                self.misplaced.push(Misplaced { name: meant, written: section.header, place, correct });
                return;
            }
        };
        let profile = sections.entry(name.clone()).or_default();
        profile.name = name;
        for Entry { key, value, line } in section.entries {
            profile.properties.insert(key, Property { value, place: place(path, line) });
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// The section `[sso-session name]`.
    #[cfg(feature = "sso")]
    pub(crate) fn sso_session(&self, name: &str) -> Option<&Profile> {
        self.sso_sessions.get(name)
    }

    /// A setting of one service in the section that a profile's `services` names, such as `endpoint_url` of
    /// `sts`, and its name in errors.
    pub(crate) fn of_service(&self, profile: &Profile, service: &str, key: &str) -> Option<(String, &str)> {
        let section = self.services.get(profile.get("services")?)?;
        let settings = section.get(service)?.lines().filter_map(|line| ini::key_and_value(line).ok());
        let value = settings
            .filter(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
            .next_back()?;
        Some((format!("{key} of {service} in [services {}]", shown(&section.name)), value))
    }

    /// A section that was meant to be the profile `name`, and how to write it.
    pub(super) fn misplaced(&self, name: &str) -> Option<String> {
        let section = self.misplaced.iter().find(|section| section.name == name)?;
        let (written, Misplaced { place, correct, .. }) = (shown(&section.written), section);
        Some(format!("The section [{written}] in {place} is no profile: write {correct}"))
    }

    /// What helps to find the profile `name`: a section with a wrong header, the nearest name, all names.
    pub(super) fn hint(&self, name: &str) -> String {
        if let Some(misplaced) = self.misplaced(name) {
            return misplaced;
        }
        let names: Vec<&str> =
            self.profiles.keys().map(String::as_str).filter(|name| is_showable(name)).collect();
        match (nearest(name, names.iter().copied()), names.as_slice()) {
            (_, []) => "There are no profiles at all".to_owned(),
            (Some(near), _) => format!("Did you mean '{}'? There are: {}", shown(near), list(&names)),
            (None, _) => format!("There are: {}", list(&names)),
        }
    }
}

/// Whether a name is surely not a misplaced line of a file.
fn is_showable(name: &str) -> bool {
    name.len() <= 64 && !name.contains('=')
}

/// A longer list helps nobody.
const MOST_NAMES: usize = 20;

fn list(names: &[&str]) -> String {
    let more = if names.len() > MOST_NAMES { ", …" } else { "" };
    let names: Vec<String> = names.iter().take(MOST_NAMES).map(|name| shown(name)).collect();
    format!("{}{more}", names.join(", "))
}

fn place(path: &str, line: usize) -> String {
    format!("{path}, line {line}")
}

fn is_prefixed_default(header: &str) -> bool {
    matches!(header.split_once(char::is_whitespace), Some(("profile", name)) if name.trim() == "default")
}

fn head(kind: Kind, header: &str) -> Head {
    let (first, rest) = match header.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, unquoted(rest.trim())),
        None => (header, ""),
    };
    match (kind, first, rest) {
        (Kind::Config, "default", "") => Head::Profile(header.to_owned()),
        (Kind::Config, "profile", name) if !name.is_empty() => Head::Profile(name.to_owned()),
        (Kind::Config, "sso-session", name) if !name.is_empty() => Head::SsoSession(name.to_owned()),
        (Kind::Config, "services", name) if !name.is_empty() => Head::Services(name.to_owned()),
        (Kind::Config, ..) => {
            let meant = if first.eq_ignore_ascii_case("profile") { rest } else { header };
            let meant = if meant.eq_ignore_ascii_case("default") { "default" } else { meant };
            Head::Other { meant: meant.to_owned(), correct: format!("[profile {}]", shown(meant)) }
        }
        (Kind::Credentials, first, name) if first.eq_ignore_ascii_case("profile") && !name.is_empty() => {
            Head::Other { meant: name.to_owned(), correct: format!("[{}], without 'profile'", shown(name)) }
        }
        (Kind::Credentials, ..) => Head::Profile(unquoted(header).to_owned()),
    }
}

/// A name without quotes, as the AWS CLI reads it.
fn unquoted(name: &str) -> &str {
    let inner = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(name)
}

impl Profile {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The value of a key, in lower case, unless it is blank.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.property(key).map(|property| property.value.as_str())
    }

    fn property(&self, key: &str) -> Option<&Property> {
        self.properties.get(key).filter(|property| !property.value.trim().is_empty())
    }

    /// The name that errors give to a key of this profile.
    pub(crate) fn place(&self, key: &str) -> String {
        let place = self.properties.get(key).map_or("", |property| &property.place);
        format!("{key} of the profile '{}' ({place})", shown(&self.name))
    }

    /// The value of a key, in lower case, checked by `check`; none if it is blank.
    pub(crate) fn checked(&self, key: &str, check: Check) -> Result<Option<&str>, ProviderError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let Some(fault) = check(value) else { return Ok(Some(value)) };
        let error = refused(&self.place(key), &fault);
        Err(match value.contains('\n') {
            // A line of a file cannot hold one.
            true => error.with_help(
                "The line after it is indented deeper, which makes it a part of this value: indent it alike",
            ),
            false => error.with_help(CLEAN_UP),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(config: &str, credentials: &str) -> Profiles {
        let mut profiles = Profiles::default();
        profiles.add(Kind::Config, "/config", config).unwrap();
        profiles.add(Kind::Credentials, "/credentials", credentials).unwrap();
        profiles
    }

    fn value<'a>(profiles: &'a Profiles, name: &str, key: &str) -> Option<&'a str> {
        profiles.get(name).and_then(|profile| profile.get(key))
    }

    #[test]
    fn the_files_are_merged_as_the_sdks_do() {
        let both = profiles(
            "[default]\nregion = one\n[profile a]\nregion = two\nx = 1\n[profile \"b c\"]\nx = 2\n[profile a]\nY = 3\n",
            "[a]\nx = 4\n[default]\nk = 5\n[d e]\nx = 6\n[f]\nx =\n",
        );
        for (name, key, expected) in [
            ("default", "region", Some("one")),
            ("default", "k", Some("5")),
            ("a", "region", Some("two")),
            ("a", "x", Some("4")),
            ("a", "y", Some("3")),
            ("b c", "x", Some("2")),
            ("d e", "x", Some("6")),
            ("f", "x", None),
            ("g", "x", None),
        ] {
            assert_eq!(value(&both, name, key), expected, "{name} {key}");
        }
        let prefixed = profiles("[default]\nx = 1\n[profile default]\ny = 2\n", "");
        assert_eq!((value(&prefixed, "default", "x"), value(&prefixed, "default", "y")), (None, Some("2")));
    }

    #[test]
    fn settings_of_a_service_are_found() {
        let config = "[profile a]\nservices = lab\n[profile b]\nservices = none\n[profile c]\n\
            [services lab]\nsts =\n  Endpoint_URL = https://sts.example\n  other = 1\nsso = flat\n";
        let both = profiles(config, "");
        let find = |name, service| both.of_service(both.get(name).unwrap(), service, "endpoint_url");
        let found = ("endpoint_url of sts in [services lab]".to_owned(), "https://sts.example");
        assert_eq!(find("a", "sts"), Some(found));
        assert_eq!((find("a", "sso"), find("b", "sts"), find("c", "sts")), (None, None, None));
    }

    #[test]
    fn wrong_heads_are_named() {
        for (config, credentials, name, expected) in [
            (
                "[prod]\n",
                "",
                "prod",
                "The section [prod] in /config, line 1 is no profile: write [profile prod]",
            ),
            (
                "\n[Profile prod]\n",
                "",
                "prod",
                "The section [Profile prod] in /config, line 2 is no profile: write [profile prod]",
            ),
            ("[Default]\n", "", "default", "write [profile default]"),
            (
                "",
                "[profile prod]\n",
                "prod",
                "in /credentials, line 1 is no profile: write [prod], without 'profile'",
            ),
            ("[profile prod]\n[profile dev]\n", "", "prodd", "Did you mean 'prod'? There are: dev, prod"),
            ("[profile prod]\n", "", "elsewhere", "There are: prod"),
            ("", "[aws_secret_access_key = hunter2]\n", "prod", "There are no profiles at all"),
            ("[sso-session prod]\n[services prod]\n", "", "prod", "There are no profiles at all"),
        ] {
            let hint = profiles(config, credentials).hint(name);
            assert!(hint.contains(expected), "{config}{credentials}: {hint}");
        }
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named_with_its_line() {
        let both = profiles("[default]\nA = a\n  b = c\n", "[default]\nc = \"hunter2\"\n");
        let profile = both.get("default").unwrap();
        let refused = |key| profile.checked(key, crate::values::word).unwrap_err().to_string();
        let error = refused("a");
        assert!(
            error.starts_with(
                "a of the profile 'default' (/config, line 2) holds a line break. The line after it"
            ),
            "{error}"
        );
        let error = refused("c");
        assert!(
            error.starts_with(
                "c of the profile 'default' (/credentials, line 2) holds quotes. Write the bare"
            ),
            "{error}"
        );
        assert!(!error.contains("hunter2"));
    }
}
