//! <https://developer.okta.com/docs/guides/implement-grant-type/clientcreds/main/>,
//! <https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/>; errors as in
//! <https://support.okta.com/help/s/article/invalid-client-error-returned-during-client-authentication-failure> and
//! <https://support.okta.com/help/s/article/error-one-or-more-scopes-are-not-configured-for-the-authorization-server-resource>.

use super::super::client::ClientAuth;
use super::super::profile::Profile;
use super::super::refusal::{Cause, Refusal};
use crate::common::random;
use serde_json::{json, Value};

pub(super) fn profile() -> Profile {
    Profile {
        issuer_path: "/oauth2/default",
        // Okta puts it below the issuer, where RFC 8414 has it before the issuer's path.
        oauth_path: Some("/oauth2/default/.well-known/oauth-authorization-server"),
        token_path: "/oauth2/default/v1/token",
        jwks_path: "/oauth2/default/v1/keys",
        methods: &[
            ClientAuth::ClientSecretBasic,
            ClientAuth::ClientSecretPost,
            ClientAuth::PrivateKeyJwt,
            ClientAuth::None,
        ],
        assertion_audience: |place| vec![&place.token_endpoint],
        check: |_, form| form.required("scope").map(drop),
        refuse: |cause, _| refuse(cause),
        claims: |claims, _| {
            if let Some(id) = claims.remove("client_id") {
                claims.insert("cid".into(), id);
            }
            if let Some(Value::String(scope)) = claims.remove("scope") {
                claims.insert("scp".into(), scope.split(' ').collect());
            }
            claims.entry("aud").or_insert("api://default".into());
            claims.insert("ver".into(), 1.into());
        },
        ..Profile::standard()
    }
}

fn refuse(cause: &Cause) -> Refusal {
    let error = Refusal::new;
    match cause {
        Cause::UnknownClient(_) => Refusal {
            status: 401,
            body: json!({
                "errorCode": "invalid_client",
                "errorSummary": "Invalid value for 'client_id' parameter.",
                "errorLink": "invalid_client",
                "errorId": format!("oae{}", random::uuid().replace('-', "")),
                "errorCauses": [],
            }),
        },
        Cause::WrongSecret(_) => error(
            401,
            "invalid_client",
            "The client secret supplied for a confidential client is invalid.",
        ),
        Cause::Missing("scope") => error(
            400,
            "invalid_scope",
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        ),
        Cause::BadScope(_) => error(
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        _ if cause.is_invalid_client() => error(
            401,
            "invalid_client",
            "Client authentication failed. Either the client or the client credentials are invalid.",
        ),
        _ => cause.standard(),
    }
}
