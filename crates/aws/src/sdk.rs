//! What the SDK's clients and providers are built from: HTTP over TLS, and our clock.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::tls::{rustls_provider::CryptoMode, Provider};
use aws_types::sdk_config::{SharedHttpClient, TimeSource};
use aws_types::SdkConfig;
use oauthbearer_core::Clock;

/// What one fetch of credentials shares.
///
/// The HTTP client lives no longer than that: its next use would be an hour away, and its connections would tie it to one
/// runtime. It is built at its first use, so that credentials from the environment do not pay for it.
pub(crate) struct Sdk {
    clock: Clock,
    injected: Option<SdkConfig>,
    http: OnceLock<SharedHttpClient>,
}

impl Sdk {
    pub(crate) fn new(clock: Clock, injected: Option<SdkConfig>) -> Self {
        Self { clock, injected, http: OnceLock::new() }
    }

    /// The program's SDK configuration.
    pub(crate) fn injected(&self) -> Option<&SdkConfig> {
        self.injected.as_ref()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The program's HTTP client, else one over rustls and aws-lc-rs that trusts the system's roots.
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        if let Some(client) = self.injected().and_then(SdkConfig::http_client) {
            return client;
        }
        let build = || {
            aws_smithy_http_client::Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .build_https()
        };
        self.http.get_or_init(build).clone()
    }

    /// What the SDK's credential providers are configured with.
    pub(crate) fn provider_config(&self) -> ProviderConfig {
        ProviderConfig::without_region()
            .with_http_client(self.http_client())
            .with_time_source(self.time_source())
            .with_retry_config(retry())
            .with_timeout_config(timeouts())
    }

    pub(crate) fn time_source(&self) -> impl TimeSource + 'static {
        ClockTime(self.clock.clone())
    }

    #[cfg(test)]
    pub(crate) fn has_built_http(&self) -> bool {
        self.http.get().is_some()
    }
}

/// One attempt a call: whoever asks for tokens repeats failed calls with back-off.
pub(crate) fn retry() -> RetryConfig {
    RetryConfig::disabled()
}

/// STS answers within a second; what takes longer than this is unreachable.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(15))
        .build()
}

#[derive(Debug)]
struct ClockTime(Clock);

impl TimeSource for ClockTime {
    fn now(&self) -> SystemTime {
        self.0.wall()
    }
}
