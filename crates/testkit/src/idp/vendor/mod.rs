//! Servers that one can buy: what each asks for, and how it answers. Places and tenants are made up.

mod auth0;
mod cognito;
mod entra;
mod google;
mod keycloak;
mod okta;
mod ping;

use super::profile::Profile;

/// Behaves as this vendor's documentation says, as far as a client without a user sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Vendor {
    /// Wants `audience`; its issuer ends with a slash; 403 `access_denied` for most that is wrong.
    Auth0,
    /// A custom authorization server: wants `scope`; unknown clients get an error in Okta's own form.
    Okta,
    /// The endpoint `/oauth2/token`: wants `resource`; its numbers are texts; its issuer is elsewhere.
    EntraV1,
    /// The endpoint `/oauth2/v2.0/token`: wants one scope that ends with `/.default`.
    EntraV2,
    /// A realm `demo`. A real one shows more.
    Keycloak,
    /// A user pool's domain: `client_credentials` only; errors have no description.
    Cognito,
    /// PingOne: tokens without `sub`.
    Ping,
    /// Service accounts: an assertion in place of a client, with the claim `scope`; opaque tokens.
    Google,
}

impl Vendor {
    pub(super) fn profile(self) -> Profile {
        match self {
            Self::Auth0 => auth0::profile(),
            Self::Okta => okta::profile(),
            Self::EntraV1 => entra::v1(),
            Self::EntraV2 => entra::v2(),
            Self::Keycloak => keycloak::profile(),
            Self::Cognito => cognito::profile(),
            Self::Ping => ping::profile(),
            Self::Google => google::profile(),
        }
    }
}
