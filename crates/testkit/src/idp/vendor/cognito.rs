//! <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>,
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>.

use super::super::client::ClientAuth;
use super::super::grant::Grant;
use super::super::profile::Profile;
use super::super::refusal::{Cause, Refusal};
use serde_json::json;

pub(super) fn profile() -> Profile {
    Profile {
        issuer_path: "/eu-west-1_EXAMPLE",
        token_path: "/oauth2/token",
        jwks_path: "/eu-west-1_EXAMPLE/.well-known/jwks.json",
        grants: &[Grant::ClientCredentials],
        methods: &[ClientAuth::ClientSecretBasic, ClientAuth::ClientSecretPost],
        refuse: |cause, _| refuse(cause),
        claims: |claims, _| {
            claims.remove("aud");
            claims.insert("token_use".into(), "access".into());
            claims.insert("version".into(), 2.into());
        },
        fields: |fields, _, _| drop(fields.remove("scope")),
        content_type: "application/json;charset=UTF-8",
        ..Profile::standard()
    }
}

/// 400 and the error's name alone, whatever it is; it knows no targets.
fn refuse(cause: &Cause) -> Refusal {
    let error = match cause {
        Cause::BadTarget(_) => "invalid_request",
        _ => cause.error(),
    };
    Refusal { status: 400, body: json!({"error": error}) }
}
