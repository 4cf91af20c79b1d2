//! <https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-admin-app-client_credentials.html>,
//! <https://apidocs.pingidentity.com/pingone/main/v1/api/src/authentication-concepts/access-tokens-and-id-tokens/token-claims/>,
//! <https://docs.pingidentity.com/pingone/applications/p1_token_endpoint_authentication_methods.html>.

use super::super::client::ClientAuth;
use super::super::grant::Grant;
use super::super::profile::Profile;
use serde_json::json;

const ENVIRONMENT: &str = "5a7ac0de-0000-4000-8000-000000000001";

pub(super) fn profile() -> Profile {
    Profile {
        issuer_path: "/5a7ac0de-0000-4000-8000-000000000001/as",
        token_path: "/5a7ac0de-0000-4000-8000-000000000001/as/token",
        jwks_path: "/5a7ac0de-0000-4000-8000-000000000001/as/jwks",
        grants: &[Grant::ClientCredentials, Grant::TokenExchange],
        methods: &[
            ClientAuth::ClientSecretBasic,
            ClientAuth::ClientSecretPost,
            ClientAuth::PrivateKeyJwt,
            ClientAuth::None,
        ],
        claims: |claims, issue| {
            if issue.grant == Grant::ClientCredentials {
                claims.remove("sub");
            }
            claims.entry("aud").or_insert(json!(["https://api.pingone.com"]));
            claims.insert("env".into(), ENVIRONMENT.into());
        },
        ..Profile::standard()
    }
}
