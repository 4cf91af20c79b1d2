//! The endpoints of the metadata services that hand out credentials, checked before they are asked.

use std::net::IpAddr;

use oauthbearer_core::keys::shown;
use oauthbearer_core::{ErrorKind, ProviderError};
use url::{Host, Url};

use crate::environment::is_url;
use crate::profile::Profile;
use crate::values::{self, refused, CLEAN_UP};
use crate::Environment;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
pub(super) const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const METADATA: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const METADATA_MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";

/// Hosts other than this machine that the AWS SDKs accept over plain http: those of ECS and of EKS Pod
/// Identity.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// Whether the environment names a container's endpoint that the AWS SDKs accept, with a token that can be
/// sent.
pub(super) fn container(environment: &Environment) -> Result<bool, ProviderError> {
    let relative = environment.checked(RELATIVE, values::word)?;
    let full = environment.checked(FULL, values::word)?;
    match (&relative, &full) {
        (None, None) => return Ok(false),
        (Some(path), _) if !path.starts_with('/') => {
            let fault = format!(
                "must begin with '/', which makes it a path at http://169.254.170.2; got '{}'",
                shown(path)
            );
            return Err(refused(RELATIVE, &fault).with_help(format!("For a whole URL, set {FULL}")));
        }
        (None, Some(url)) if !is_container_url(url) => {
            let hosts = CONTAINER_HOSTS.join(", ");
            let fault = format!(
                "must be a URL of https, or of http at this machine or {hosts}; got '{}'",
                host_of(url)
            );
            return Err(refused(FULL, &fault)
                .with_help("Correct it, or unset it to use another source of credentials"));
        }
        // The SDK would take a blank path for a path.
        (None, Some(_)) if environment.has(RELATIVE) => {
            return Err(
                refused(RELATIVE, "is set but blank").with_help(format!("Unset it: it comes before {FULL}"))
            );
        }
        _ => {}
    }
    match environment.checked(TOKEN_FILE, values::line)? {
        Some(file) => check_token_file(&file)?,
        None => drop(environment.checked(TOKEN, authorization)?),
    }
    Ok(true)
}

fn is_container_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => is_container_host(address.into()),
        ("http", Some(Host::Ipv6(address))) => is_container_host(address.into()),
        _ => false,
    }
}

fn is_container_host(address: IpAddr) -> bool {
    address.is_loopback() || CONTAINER_HOSTS.iter().any(|host| host.parse() == Ok(address))
}

/// Scheme and host of a URL; the rest may hold secrets.
fn host_of(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) => shown(&format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())),
        Err(_) => "no URL".to_owned(),
    }
}

/// Checks a value of the header `Authorization`, which may hold one space: `Basic …`.
fn authorization(value: &str) -> Option<String> {
    values::word(&value.replacen(' ', "-", 1))
}

fn check_token_file(path: &str) -> Result<(), ProviderError> {
    let place = format!("{TOKEN_FILE} ({path})");
    let bytes = std::fs::read(path).map_err(|error| {
        let fault = format!("cannot be read: {}", error.kind());
        refused(&place, &fault).with_help("Check that the token is mounted there, and who may read it")
    })?;
    let fault = match String::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => Some("is empty".to_owned()),
        Ok(text) => authorization(&text),
        Err(_) => Some("is not UTF-8".to_owned()),
    };
    match fault {
        None => Ok(()),
        Some(fault) => Err(refused(&place, &fault).with_help(CLEAN_UP)),
    }
}

/// The URL of the instance metadata service: the environment's, else that of the profile in use, else the
/// usual address.
pub(super) fn metadata(
    environment: &Environment,
    profile: Option<&Profile>,
) -> Result<String, ProviderError> {
    let (in_environment, in_profile) = (METADATA, "ec2_metadata_service_endpoint");
    let named = match (environment.value(in_environment), profile.and_then(|profile| profile.get(in_profile)))
    {
        (Some(url), _) => Some((METADATA.to_owned(), url)),
        (None, Some(url)) => profile.map(|profile| (profile.place(in_profile), url.to_owned())),
        (None, None) => None,
    };
    match named {
        Some((_, url)) if is_url(&url) && values::word(&url).is_none() => Ok(url),
        Some((place, _)) => Err(ProviderError::new(ErrorKind::Credentials, format!("{place} is not a URL"))
            .with_help("Unset it, or set it to one such as http://169.254.169.254")),
        None => usual_metadata(environment, profile),
    }
}

fn usual_metadata(environment: &Environment, profile: Option<&Profile>) -> Result<String, ProviderError> {
    let in_profile = "ec2_metadata_service_endpoint_mode";
    let (place, mode) = match (environment.value(METADATA_MODE), profile) {
        (Some(mode), _) => (METADATA_MODE.to_owned(), mode),
        (None, Some(profile)) => {
            (profile.place(in_profile), profile.get(in_profile).unwrap_or("IPv4").to_owned())
        }
        (None, None) => return Ok(IPV4.to_owned()),
    };
    match mode.to_ascii_lowercase().as_str() {
        "ipv4" => Ok(IPV4.to_owned()),
        "ipv6" => Ok("http://[fd00:ec2::254]".to_owned()),
        _ => Err(refused(&place, &format!("must be IPv4 or IPv6; got '{}'", shown(&mode)))
            .with_help("Correct or unset it")),
    }
}

const IPV4: &str = "http://169.254.169.254";

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variables: &[(&str, &str)]) -> Result<bool, String> {
        container(&Environment::of(variables.iter().copied())).map_err(|error| {
            assert!(!error.is_transient(), "{error}");
            error.to_string()
        })
    }

    #[test]
    fn a_containers_endpoint_is_one_that_the_sdks_take() {
        assert_eq!(asked(&[]), Ok(false));
        assert_eq!(asked(&[(RELATIVE, "/v2/credentials/1")]), Ok(true));
        for url in [
            "https://credentials.example/v1",
            "http://127.0.0.1:8080/v1",
            "http://127.8.8.8/",
            "http://localhost/creds?x=1",
            "http://[::1]:1/",
            "http://169.254.170.2/v1",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
        ] {
            assert_eq!(asked(&[(FULL, url)]), Ok(true), "{url}");
        }
        for url in [
            "http://169.254.170.3/v1",
            "http://169.254.169.254/latest",
            "http://10.0.0.1/v1?token=hunter2",
            "http://[fd00:ec2::254]/",
            "http://credentials.internal/v1/hunter2",
            "http://localhost.evil.example/",
            "http://user:hunter2@10.0.0.1/",
            "ftp://127.0.0.1/",
            "localhost:8080/v1",
            "/v1/credentials",
            "169.254.170.23/v1",
        ] {
            let error = asked(&[(FULL, url)]).unwrap_err();
            assert!(
                error.starts_with("AWS_CONTAINER_CREDENTIALS_FULL_URI must be a URL of https, or of http at"),
                "{error}"
            );
            assert!(
                error.contains("169.254.170.2, 169.254.170.23, fd00:ec2::23") && !error.contains("hunter2"),
                "{error}"
            );
        }
        for (variables, expected) in [
            (
                vec![(RELATIVE, "v2/credentials")],
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with '/'",
            ),
            (vec![(RELATIVE, "http://169.254.170.2/v2")], "must begin with '/'"),
            (vec![(RELATIVE, "/v2\r\n")], "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ends with a line break"),
            (vec![(FULL, "https://a/\n")], "AWS_CONTAINER_CREDENTIALS_FULL_URI ends with a line break"),
            (vec![(FULL, "\"https://a/\"")], "AWS_CONTAINER_CREDENTIALS_FULL_URI holds quotes"),
            (
                vec![(FULL, "https://a/"), (RELATIVE, "")],
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set but blank",
            ),
            (
                vec![(FULL, "https://a/"), (TOKEN, "hunter2\n")],
                "AWS_CONTAINER_AUTHORIZATION_TOKEN ends with a line break",
            ),
            (
                vec![(FULL, "https://a/"), (TOKEN_FILE, "/nowhere/token")],
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE (/nowhere/token) cannot be read: entity not found",
            ),
        ] {
            let error = asked(&variables).unwrap_err();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(asked(&[(FULL, "https://a/"), (TOKEN, "Basic aHVudGVyMg==")]), Ok(true));
    }

    #[test]
    fn a_containers_token_file_holds_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let asked = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            asked(&[(FULL, "https://a/"), (TOKEN_FILE, path.to_str().unwrap())])
        };
        assert_eq!(asked(b"hunter2"), Ok(true));
        for (bytes, expected) in [
            (&b"hunter2\n"[..], "ends with a line break"),
            (b"hunter2\r\nhunter2", "holds a line break"),
            (b"\n", "is empty"),
            (b"", "is empty"),
            (b"hunter2\xff", "is not UTF-8"),
            (b"\"hunter2\"", "holds quotes"),
        ] {
            let error = asked(bytes).unwrap_err();
            assert!(error.contains(&format!("token) {expected}")) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn instance_metadata_is_where_environment_or_profile_say() {
        let of = |variables: &[(&str, &str)], text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let config = folder.path().join("config");
            std::fs::write(&config, format!("[default]\n{text}")).unwrap();
            let files = Environment::of([("AWS_CONFIG_FILE", config.to_str().unwrap())]);
            let files = crate::profile::Loaded::read(&files, None);
            metadata(&Environment::of(variables.iter().copied()), files.profile())
                .map_err(|error| error.to_string())
        };
        for (variables, text, expected) in [
            (vec![], "", Ok("http://169.254.169.254")),
            (
                vec![(METADATA, "http://127.0.0.1:1")],
                "ec2_metadata_service_endpoint = http://h",
                Ok("http://127.0.0.1:1"),
            ),
            (vec![], "ec2_metadata_service_endpoint = http://h:2", Ok("http://h:2")),
            (
                vec![(METADATA_MODE, "ipv6")],
                "ec2_metadata_service_endpoint_mode = IPv4",
                Ok("http://[fd00:ec2::254]"),
            ),
            (vec![], "ec2_metadata_service_endpoint_mode = IPv6", Ok("http://[fd00:ec2::254]")),
            (vec![(METADATA, "nowhere")], "", Err("AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL")),
            (vec![(METADATA, "http://h\n")], "", Err("AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL")),
            (vec![], "ec2_metadata_service_endpoint = h", Err("config, line 2) is not a URL")),
            (
                vec![(METADATA_MODE, "v6")],
                "",
                Err("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6; got 'v6'"),
            ),
        ] {
            match (of(&variables, text), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url, expected),
                (Err(error), Err(expected)) => assert!(error.contains(expected), "{error}"),
                (found, _) => panic!("{variables:?} {text}: {found:?}"),
            }
        }
    }
}
