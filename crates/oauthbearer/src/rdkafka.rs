//! Clients of the `rdkafka` crate that never lose their login.
//!
//! [`Authenticator`] is where to start; its methods are those of [`oauthbearer_rdkafka::Authenticator`].

use std::fmt;
use std::ops::Deref;

use oauthbearer_core::ConfigError;
use rdkafka::ClientConfig;

mod builder;

pub use builder::AuthenticatorBuilder;
pub use oauthbearer_rdkafka::{AdoptError, Authenticated, CreateError, KafkaClient};

/// Makes rdkafka clients that log in with the tokens of one provider, and keeps every one of them logged in.
///
/// Dereferences to [`oauthbearer_rdkafka::Authenticator`], which has `create`, `create_with_context`, `adopt`, `attach`,
/// `client_config`, `status`, `token`, `invalidate` and more. Adds the providers of this crate's features. Cloning is cheap, and
/// clones share one token.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oauthbearer::rdkafka::Authenticator;
/// use rdkafka::{producer::FutureProducer, ClientConfig};
///
/// let mut config = ClientConfig::new();
/// config.set("bootstrap.servers", "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098");
/// config.set("sasl.mechanism", "aws_msk_iam");
/// let auth = Authenticator::from_config(&config)?;
/// let producer = auth.create::<FutureProducer>().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Authenticator(oauthbearer_rdkafka::Authenticator);

impl Authenticator {
    /// An authenticator for the clients that `config` describes, with the provider that its marker asks for. Does no
    /// I/O and starts no thread.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration, a marker whose feature is off, or a linked librdkafka that cannot
    /// log in with tokens.
    pub fn from_config(config: &ClientConfig) -> Result<Self, ConfigError> {
        Self::builder(config).build()
    }

    /// As [`from_config`](Self::from_config), with more to say.
    pub fn builder(config: &ClientConfig) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(config)
    }
}

impl Deref for Authenticator {
    type Target = oauthbearer_rdkafka::Authenticator;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oauthbearer_core::{Clock, Registry};
    use oauthbearer_testkit::Scripted;

    use super::*;

    fn config() -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098")
            .set("sasl.mechanism", "AWS_MSK_IAM");
        config
    }

    #[cfg(not(feature = "aws-msk"))]
    #[test]
    fn a_marker_whose_feature_is_off_shows_the_line_for_cargo_toml() {
        let error = Authenticator::from_config(&config()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "'sasl.mechanism' asks for 'aws_msk_iam', whose cargo feature 'aws-msk' is off. In Cargo.toml: oauthbearer = { \
             version = \"0.1\", features = [\"rdkafka\", \"aws-msk\"] }"
        );
    }

    #[cfg(feature = "aws-msk")]
    #[test]
    fn a_marker_is_all_it_takes() {
        let auth = Authenticator::from_config(&config()).unwrap();
        assert!(auth.is_managed());
        assert_eq!(auth.status().unwrap().provider, "aws_msk_iam");
        assert_eq!(auth.client_config().get("security.protocol"), Some("SASL_SSL"));
        assert_eq!(auth.client_config().get("sasl.mechanism"), Some("OAUTHBEARER"));
    }

    /// As Confluent's own clients write it.
    fn three_keys() -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("sasl.oauthbearer.method", "oidc")
            .set("sasl.oauthbearer.metadata.authentication.type", "aws_iam")
            .set("sasl.oauthbearer.config", "region=us-east-1,audience=https://confluent.cloud/oidc");
        config
    }

    #[cfg(not(feature = "aws-sts"))]
    #[test]
    fn three_keys_whose_feature_is_off_show_the_line_for_cargo_toml() {
        let error = Authenticator::from_config(&three_keys()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "'sasl.oauthbearer.metadata.authentication.type' asks for 'aws_iam', whose cargo feature 'aws-sts' is off. In \
             Cargo.toml: oauthbearer = { version = \"0.1\", features = [\"rdkafka\", \"aws-sts\"] }"
        );
    }

    #[cfg(feature = "aws-sts")]
    #[test]
    fn three_keys_are_all_it_takes() {
        let auth = Authenticator::from_config(&three_keys()).unwrap();
        assert_eq!(auth.status().unwrap().provider, "aws_iam");
        assert_eq!(auth.client_config().get("security.protocol"), Some("SASL_SSL"));
        assert_eq!(auth.client_config().get("sasl.mechanism"), Some("OAUTHBEARER"));
        assert_eq!(auth.client_config().get("sasl.oauthbearer.config"), None);
    }

    fn oidc() -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("sasl.oauthbearer.method", "oidc")
            .set("sasl.oauthbearer.token.endpoint.url", "https://idp.example.com/token")
            .set("sasl.oauthbearer.client.id", "orders")
            .set("sasl.oauthbearer.client.secret", "hunter2");
        config
    }

    #[cfg(not(feature = "oidc"))]
    #[test]
    fn oidc_without_anybody_to_serve_it_names_both_features() {
        let error = Authenticator::from_config(&oidc()).unwrap_err().to_string();
        assert!(error.contains("[\"rdkafka\", \"oidc\"]") && error.contains("\"curl\""), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[cfg(feature = "oidc")]
    #[test]
    fn oidc_is_served_here_unless_librdkafkas_own_is_chosen() {
        let auth = Authenticator::from_config(&oidc()).unwrap();
        assert_eq!(auth.status().unwrap().provider, "oidc");
        assert!(auth.client_config().config_map().keys().all(|key| !key.starts_with("sasl.oauthbearer.")));
        // The librdkafka of these tests has no OIDC of its own.
        let error = Authenticator::builder(&oidc()).native_oidc(true).build().unwrap_err().to_string();
        assert!(error.contains("remove native_oidc(true)"), "{error}");
    }

    #[cfg(feature = "aws-msk")]
    #[tokio::test]
    async fn injected_credentials_sign_the_token() {
        use aws_credential_types::{provider::SharedCredentialsProvider, Credentials};
        use aws_types::{region::Region, SdkConfig};

        let keys = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI", None, None, "test");
        let keys = SharedCredentialsProvider::new(keys);
        let auth = Authenticator::builder(&config()).aws_credentials(keys.clone()).build().unwrap();
        assert!(signed_url(&auth).await.contains("X-Amz-Credential=AKIDEXAMPLE%2F"));

        let sdk =
            SdkConfig::builder().region(Region::new("eu-west-1")).credentials_provider(keys.clone()).build();
        let auth = Authenticator::builder(&config()).aws_config(sdk).build().unwrap();
        assert!(signed_url(&auth).await.contains("X-Amz-Credential=AKIDEXAMPLE%2F"));

        let own = Authenticator::builder(&config()).registry(Registry::empty()).aws_credentials(keys.clone());
        let error = own.build().unwrap_err().to_string();
        assert!(error.contains("registry of its own"), "{error}");
        let provider = Arc::new(Scripted::tokens(&Clock::system(), std::time::Duration::from_secs(60)));
        let own = Authenticator::builder(&config()).provider(provider).aws_credentials(keys);
        let error = own.build().unwrap_err().to_string();
        assert!(error.contains("so aws_credentials or aws_config would never be used"), "{error}");
    }

    #[cfg(feature = "aws-msk")]
    async fn signed_url(auth: &Authenticator) -> String {
        use base64::Engine as _;

        let token = auth.token().await.unwrap();
        let url = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.secret()).unwrap();
        String::from_utf8(url).unwrap()
    }

    #[test]
    fn a_provider_or_a_registry_of_the_programs_own() {
        let provider = Arc::new(Scripted::tokens(&Clock::system(), std::time::Duration::from_secs(60)));
        let mut plain = config();
        plain.remove("sasl.mechanism");
        let auth = Authenticator::builder(&plain).provider(provider.clone()).build().unwrap();
        assert_eq!(auth.status().unwrap().provider, "scripted");
        let both = Authenticator::builder(&plain).provider(provider).registry(Registry::empty()).build();
        assert!(both.unwrap_err().to_string().contains("so registry would never be used"));
        assert!(auth.clone().is_managed());

        let error = Authenticator::builder(&config()).registry(Registry::empty()).build().unwrap_err();
        assert!(error.to_string().contains("unknown value 'AWS_MSK_IAM'"), "{error}");
    }

    #[tokio::test]
    async fn a_refused_token_is_replaced() {
        let provider = Arc::new(Scripted::tokens(&Clock::system(), std::time::Duration::from_secs(600)));
        let mut plain = config();
        plain.remove("sasl.mechanism");
        let auth = Authenticator::builder(&plain).provider(provider.clone()).build().unwrap();
        let refused = auth.token().await.unwrap();
        auth.invalidate();
        assert_ne!(auth.token().await.unwrap().secret(), refused.secret());
        assert_eq!(provider.calls(), 2);
        Authenticator::from_config(&plain).unwrap().invalidate();
    }

    #[tokio::test]
    async fn oauthbearer_that_nobody_serves_is_an_error_where_we_make_the_client() {
        use rdkafka::producer::BaseProducer;

        let mut config = config();
        config.set("security.protocol", "SASL_SSL").set("sasl.mechanism", "OAUTHBEARER");
        let auth = Authenticator::from_config(&config).unwrap();
        assert_eq!(
            auth.client_config().config_map(),
            config.config_map(),
            "a program may have a callback of its own"
        );
        let line = "set sasl.mechanism=aws_msk_iam";
        let CreateError::Token(error) = auth.create::<BaseProducer>().await.unwrap_err() else { panic!() };
        assert!(error.to_string().contains(line) && !error.is_transient(), "{error}");
        assert_eq!(auth.token().await.unwrap_err(), error);
        let client: Arc<BaseProducer> = Arc::new(config.create().unwrap());
        auth.attach(&client).await.unwrap();
        let refused = auth.adopt(client).await.unwrap_err();
        assert_eq!(refused.error, error);
        assert_eq!(error.to_string().contains("Cargo.toml"), cfg!(not(feature = "aws-msk")), "{error}");
    }

    #[test]
    fn public_types_are_send_and_sync() {
        fn send_sync<T: Send + Sync + 'static>() {}
        send_sync::<Authenticator>();
        send_sync::<AuthenticatorBuilder>();
    }

    #[test]
    fn a_configuration_without_our_keys_is_left_alone() {
        let mut plain = config();
        plain.remove("sasl.mechanism");
        let auth = Authenticator::from_config(&plain).unwrap();
        assert!(!auth.is_managed());
        assert_eq!(auth.client_config().config_map(), plain.config_map());
    }
}
