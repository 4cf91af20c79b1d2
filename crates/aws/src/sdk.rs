//! What the SDK's clients and providers are built from: HTTP over TLS, and our clock.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_types::sdk_config::{SharedHttpClient, TimeSource};
use aws_types::SdkConfig;
use oauthbearer_core::Clock;

use crate::network::{direct_client, Network, Witness};

/// What one fetch of credentials shares.
///
/// Its HTTP clients live no longer: their next use would be an hour away, and their connections would tie
/// them to one runtime. They are built at first use, so that credentials from the environment do not pay for
/// them.
pub(crate) struct Sdk {
    clock: Clock,
    injected: Option<SdkConfig>,
    network: Network,
    http: OnceLock<SharedHttpClient>,
    witness: Witness,
}

impl Sdk {
    pub(crate) fn new(clock: Clock, injected: Option<SdkConfig>, network: Network) -> Self {
        Self { clock, injected, network, http: OnceLock::new(), witness: Witness::default() }
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// What the last request to a metadata service was refused with.
    pub(crate) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// The program's SDK configuration.
    pub(crate) fn injected(&self) -> Option<&SdkConfig> {
        self.injected.as_ref()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// For AWS's services: the program's HTTP client, else one on rustls and aws-lc-rs with the settings of
    /// [`Network`].
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        if let Some(client) = self.injected().and_then(SdkConfig::http_client) {
            return client;
        }
        self.http.get_or_init(|| self.network.client()).clone()
    }

    /// The configuration of the SDK's providers for metadata services.
    pub(crate) fn metadata_config(&self) -> ProviderConfig {
        ProviderConfig::without_region()
            .with_http_client(direct_client(&self.witness))
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
