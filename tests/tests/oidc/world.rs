//! The servers, and a configuration for each way in which a client gets its tokens.

use std::fs;
use std::path::{Path, PathBuf};

use oauthbearer::rdkafka::Authenticator;
use oauthbearer::Clock;
use oauthbearer_e2e::identity::oidc;
use oauthbearer_e2e::{Kafka, Keycloak, Listener};
use rdkafka::ClientConfig;
use tempfile::TempDir;

use crate::common::{client_config, from_config, kafka, secret};

/// The two servers that the environment names.
pub(crate) struct World {
    pub(crate) kafka: Kafka,
    pub(crate) keycloak: Keycloak,
}

impl World {
    pub(crate) fn from_env() -> Self {
        Self { kafka: kafka(), keycloak: Keycloak::from_env() }
    }

    /// What every client needs, whoever it is.
    pub(crate) fn config(&self) -> ClientConfig {
        let mut config = client_config(&self.kafka, Listener::Oidc);
        config.set("sasl.oauthbearer.method", "oidc");
        config
    }

    /// A client with a secret, at the token endpoint without TLS.
    pub(crate) fn with_secret(&self, (client, client_secret): (&str, &str)) -> ClientConfig {
        secret(&format!("what {client} takes for its secret"), client_secret);
        let mut config = self.config();
        config
            .set("sasl.oauthbearer.token.endpoint.url", self.token_endpoint())
            .set("sasl.oauthbearer.client.id", client)
            .set("sasl.oauthbearer.client.secret", client_secret);
        config
    }

    pub(crate) fn token_endpoint(&self) -> String {
        Keycloak::token_endpoint(&self.keycloak.issuer())
    }

    fn secure_token_endpoint(&self) -> String {
        Keycloak::token_endpoint(&self.keycloak.secure_issuer())
    }
}

/// A way in which a client proves who it is, finds its server and asks for tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// A secret in the header, as reserved characters allow it.
    Basic,
    /// A secret in the body; the server is found by its issuer.
    Post,
    /// An assertion signed with RS256, by an encrypted key in a file.
    Rs256,
    /// An assertion signed with ES256, by a key in the configuration; the server is found by its issuer, over TLS.
    Es256,
    /// A certificate, over TLS.
    Mtls,
    /// Another client's token from a file, exchanged for one that the broker takes.
    Exchange,
}

impl Way {
    pub(crate) const ALL: [Self; 6] =
        [Self::Basic, Self::Post, Self::Rs256, Self::Es256, Self::Mtls, Self::Exchange];

    /// The broker's principal.
    pub(crate) fn subject(self) -> String {
        oidc::subject(match self {
            Self::Basic => oidc::BASIC.0,
            Self::Post => oidc::POST.0,
            Self::Rs256 => oidc::RS256,
            Self::Es256 => oidc::ES256,
            Self::Mtls => oidc::MTLS,
            // An exchanged token keeps its subject.
            Self::Exchange => oidc::CALLER.0,
        })
    }

    /// What a user writes; `subject_token` is the file with the token to exchange.
    pub(crate) fn config(self, world: &World, subject_token: &Path) -> ClientConfig {
        let keycloak = &world.keycloak;
        let mut config = world.config();
        match self {
            Self::Basic => return world.with_secret(oidc::BASIC),
            Self::Post => config
                .set("sasl.oauthbearer.client.id", oidc::POST.0)
                .set("sasl.oauthbearer.client.secret", oidc::POST.1)
                .set(
                    "sasl.oauthbearer.config",
                    format!("issuer={} client_auth=client_secret_post", keycloak.issuer()),
                ),
            Self::Rs256 => config
                .set("sasl.oauthbearer.token.endpoint.url", world.token_endpoint())
                .set("sasl.oauthbearer.client.id", oidc::RS256)
                .set(
                    "sasl.oauthbearer.assertion.private.key.file",
                    shown(Keycloak::key("rs256.encrypted.pem")),
                )
                .set("sasl.oauthbearer.assertion.private.key.passphrase", oidc::PASSPHRASE),
            Self::Es256 => config
                .set("sasl.oauthbearer.config", format!("issuer={}", keycloak.secure_issuer()))
                .set("https.ca.location", shown(keycloak.ca_file()))
                .set("sasl.oauthbearer.client.id", oidc::ES256)
                .set("sasl.oauthbearer.assertion.algorithm", "ES256")
                .set("sasl.oauthbearer.assertion.private.key.pem", text(&Keycloak::key("es256.pem"))),
            Self::Mtls => config
                .set("sasl.oauthbearer.token.endpoint.url", world.secure_token_endpoint())
                .set("https.ca.pem", text(&keycloak.ca_file()))
                .set("sasl.oauthbearer.client.id", oidc::MTLS)
                .set("sasl.oauthbearer.config", certificate()),
            Self::Exchange => {
                config = world.with_secret(oidc::EXCHANGE);
                config
                    .set("sasl.oauthbearer.grant.type", "urn:ietf:params:oauth:grant-type:token-exchange")
                    .set("sasl.oauthbearer.config", exchange(subject_token))
            }
        };
        config
    }
}

fn certificate() -> String {
    let file = |name| shown(Keycloak::key(name));
    format!(
        "client_auth=tls_client_auth client_certificate_file={} client_key_file={}",
        file("client.crt.pem"),
        file("client.key.pem")
    )
}

fn exchange(subject_token: &Path) -> String {
    format!(
        "subject_token_file={} subject_token_type=urn:ietf:params:oauth:token-type:access_token",
        subject_token.display()
    )
}

/// Another program that keeps a token for [`oidc::EXCHANGE`] in a file, as Kubernetes does.
pub(crate) struct Caller {
    folder: TempDir,
    auth: Authenticator,
}

impl Caller {
    pub(crate) async fn start(world: &World) -> Self {
        let auth = from_config(&world.with_secret(oidc::CALLER));
        let caller = Self { folder: TempDir::new().expect("a temporary folder"), auth };
        caller.write().await;
        caller
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    /// Keeps it fresh; never ends.
    pub(crate) async fn keep(&self) {
        loop {
            Clock::system().sleep(std::time::Duration::from_secs(5)).await;
            self.write().await;
        }
    }

    /// A reader sees the old token or the new one.
    async fn write(&self) {
        let token = self.auth.token().await.expect("a token of the caller");
        let next = self.folder.path().join("next");
        fs::write(&next, token.secret()).expect("written");
        fs::rename(&next, self.file()).expect("renamed");
    }
}

fn shown(file: PathBuf) -> String {
    file.display().to_string()
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}
