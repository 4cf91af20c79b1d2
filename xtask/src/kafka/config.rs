//! The broker's configuration: the files under `tests/kafka` with their placeholders filled in.

use std::io::Result;
use std::path::Path;

use oauthbearer_e2e::{identity, Listener, State};

use super::Options;
use crate::{certificate, ports};

const SERVER: &str = include_str!("../../../tests/kafka/server.properties");
const JWT: &str = include_str!("../../../tests/kafka/jwt.properties");
const OIDC: &str = include_str!("../../../tests/kafka/oidc.properties");

/// The text of `server.properties`. Chooses the ports and enters them into the state.
pub(crate) fn server_properties(state: &mut State, options: &Options) -> Result<String> {
    let listeners = listeners(options);
    let mut ports = ports::free(listeners.len() + 1)?.into_iter().map(|port| format!("127.0.0.1:{port}"));
    let controller = ports.next().unwrap_or_default();
    state.addresses = listeners.into_iter().zip(ports).collect();

    let listeners: Vec<String> =
        state.addresses.iter().map(|(l, address)| format!("{}://{address}", l.name())).collect();
    let mut text = SERVER.to_owned();
    if options.jwks.is_some() {
        text += JWT;
    }
    if options.oidc.is_some() {
        text += OIDC;
    }
    for (placeholder, value) in [
        ("@dir@", state.dir.display().to_string()),
        ("@controller@", controller),
        ("@listeners@", listeners.join(",")),
        ("@password@", certificate::PASSWORD.to_owned()),
        ("@msk.region@", identity::REGION.to_owned()),
        ("@msk.credentials@", msk_credentials()),
        ("@plain.user@", identity::PLAIN_USER.to_owned()),
        ("@plain.password@", identity::PLAIN_PASSWORD.to_owned()),
        ("@jwks@", options.jwks.as_deref().map(file_url).unwrap_or_default()),
        ("@oidc.jwks@", options.oidc.clone().unwrap_or_default()),
    ] {
        text = text.replace(placeholder, &value);
    }
    Ok(text)
}

/// The value of Kafka's `org.apache.kafka.sasl.oauthbearer.allowed.urls`.
pub(crate) fn allowed_urls(options: &Options) -> String {
    let jwks = options.jwks.as_deref().map(file_url);
    jwks.into_iter().chain(options.oidc.clone()).collect::<Vec<_>>().join(",")
}

fn listeners(options: &Options) -> Vec<Listener> {
    let on = |listener: &Listener| match listener {
        Listener::Jwt | Listener::Ccloud => options.jwks.is_some(),
        Listener::Oidc => options.oidc.is_some(),
        _ => true,
    };
    Listener::ALL.into_iter().filter(on).collect()
}

fn msk_credentials() -> String {
    let entry = |id: &identity::Identity| {
        [id.access_key_id, id.secret_access_key, id.session_token.unwrap_or_default(), id.arn].join("|")
    };
    identity::ALL.iter().map(entry).collect::<Vec<_>>().join(";")
}

fn file_url(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State::new("/broker".into(), "java".into(), "/jars".into(), None)
    }

    #[test]
    fn fills_in_every_placeholder() {
        let options =
            Options { jwks: Some("/keys.json".into()), oidc: Some("http://127.0.0.1:1/certs".into()) };
        let mut state = state();
        let text = server_properties(&mut state, &options).expect("free ports");
        let left: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter(|line| line.matches('@').count() > 1)
            .collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(text.contains("jwks.endpoint.url=file:///keys.json\n"), "{text}");
        assert_eq!(state.addresses.len(), Listener::ALL.len());
        assert_eq!(allowed_urls(&options), "file:///keys.json,http://127.0.0.1:1/certs");
    }

    #[test]
    fn leaves_out_the_listeners_that_nothing_was_given_for() {
        let mut state = state();
        let text = server_properties(&mut state, &Options::default()).expect("free ports");
        assert!(!text.contains("jwks") && !text.contains("JWT://"), "{text}");
        assert_eq!(state.addresses.keys().map(|l| l.name()).collect::<Vec<_>>(), ["ADMIN", "MSK", "PLAIN"]);
    }
}
