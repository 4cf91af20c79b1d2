//! How AWS's services are reached, by the settings that AWS's own tools take from environment and profile.
//!
//! - `HTTPS_PROXY`, else `https_proxy`, `ALL_PROXY`, `all_proxy`, and `NO_PROXY`: for STS and IAM Identity Center;
//! - `AWS_CA_BUNDLE`, else the profile's `ca_bundle`: for the same, in place of the system's authorities, as in the AWS CLI;
//! - `AWS_ENDPOINT_URL_STS` and the like: see [`endpoint`].
//!
//! Neither applies to metadata addresses and plain http.

use aws_smithy_http_client::tls::{rustls_provider::CryptoMode, Provider, TlsContext};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::sdk_config::SharedHttpClient;
use oauthbearer_core::{ErrorKind, ProviderError};

use crate::profile::{Profile, Profiles};
use crate::Environment;

mod endpoint;
mod proxy;
mod secret;
mod trust;
mod via;
mod witness;

pub(crate) use endpoint::{endpoint, Service};
use proxy::Proxy;
pub(crate) use secret::{with_secrets, Secret};
pub(crate) use via::{failing, Via};
pub(crate) use witness::{Refused, Witness};

/// A value, and the name that errors give to what set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) place: String,
    pub(crate) value: String,
}

impl Setting {
    fn of_variable(environment: &Environment, name: &str) -> Option<Self> {
        environment.value(name).map(|value| Self { place: name.to_owned(), value })
    }

    fn of_profile(profile: &Profile, key: &str) -> Option<Self> {
        let value = profile.get(key)?;
        Some(Self { place: format!("{key} of the profile '{}'", profile.name()), value: value.to_owned() })
    }

    /// The error of a value that has to be corrected. `how` follows the name of what set it.
    pub(crate) fn wrong(&self, how: &str) -> ProviderError {
        let message = format!("{} {}", quoted(&self.place), how.trim_end_matches('.'));
        ProviderError::new(ErrorKind::Credentials, message)
    }
}

/// A name in quotes; a description as it is.
pub(crate) fn quoted(place: &str) -> String {
    match place.contains(' ') {
        true => place.to_owned(),
        false => format!("'{place}'"),
    }
}

/// The settings of one fetch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    unused: Vec<(String, &'static str)>,
    proxy: Option<Proxy>,
    ca_bundle: Option<Setting>,
    sts: Option<Setting>,
    sso: Option<Setting>,
    sso_oidc: Option<Setting>,
}

impl Network {
    /// The environment's settings, else those of `profile`, which is one of `profiles`.
    pub(crate) fn of(environment: &Environment, profiles: &Profiles, profile: Option<&Profile>) -> Self {
        let url = |service| endpoint(environment, profile.map(|profile| (profiles, profile)), service);
        let (foreign, proxy) = match Proxy::of(environment) {
            Some(proxy) if proxy.is_foreign() => (Some((proxy.place().to_owned(), NO_SOCKS)), None),
            proxy => (None, proxy),
        };
        Self {
            unused: foreign.into_iter().chain(global_sts(environment)).collect(),
            proxy,
            ca_bundle: Setting::of_variable(environment, "AWS_CA_BUNDLE")
                .or_else(|| Setting::of_profile(profile?, "ca_bundle")),
            sts: url(Service::STS),
            sso: url(Service::SSO),
            sso_oidc: url(Service::SSO_OIDC),
        }
    }

    /// Settings that are present but have no effect, and why.
    pub(crate) fn unused(&self) -> &[(String, &'static str)] {
        &self.unused
    }

    /// The URL configured for `service`; none if it is the service's own.
    pub(crate) fn url(&self, service: Service) -> Option<&Setting> {
        match service {
            Service::STS => self.sts.as_ref(),
            Service::SSO => self.sso.as_ref(),
            _ => self.sso_oidc.as_ref(),
        }
    }

    /// The client for STS and IAM Identity Center. If a setting is wrong, every request fails with that
    /// error.
    pub(crate) fn client(&self) -> SharedHttpClient {
        let trust = match trust::store(self.ca_bundle.as_ref()) {
            Ok(trust) => trust,
            Err(error) => return failing(error),
        };
        let Some(proxy) = &self.proxy else { return client(trust, None) };
        match proxy.config() {
            Ok(config) => via::named(client(trust, Some(config)), proxy.describe()),
            Err(error) => failing(error),
        }
    }
}

const NO_SOCKS: &str =
    "SOCKS proxies are not supported; set HTTPS_PROXY to an HTTP proxy if STS cannot be reached without one";

fn global_sts(environment: &Environment) -> Option<(String, &'static str)> {
    const NAME: &str = "AWS_STS_REGIONAL_ENDPOINTS";
    let is_legacy = environment.value(NAME)?.trim().eq_ignore_ascii_case("legacy");
    is_legacy.then(|| {
        (NAME.to_owned(), "STS is always called in a region, never at the global endpoint; unset it")
    })
}

/// The client for metadata addresses: it never uses a proxy, and keeps how refused requests were answered.
pub(crate) fn direct_client(witness: &Witness) -> SharedHttpClient {
    witness.watch(client(trust::system(), None))
}

fn client(
    trust: aws_smithy_http_client::tls::TrustStore,
    proxy: Option<aws_smithy_http_client::proxy::ProxyConfig>,
) -> SharedHttpClient {
    let context = TlsContext::builder().with_trust_store(trust).build();
    let context = match context {
        Ok(context) => context,
        Err(_) => return failing(ProviderError::new(ErrorKind::Internal, "TLS cannot be set up")),
    };
    aws_smithy_http_client::Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(proxy.clone());
        connector.build()
    })
}
