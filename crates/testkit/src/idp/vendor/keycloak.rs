//! <https://www.keycloak.org/securing-apps/oidc-layers>; the texts of errors as in its sources,
//! `org.keycloak.authentication.authenticators.client.ClientIdAndSecretAuthenticator` and
//! `org.keycloak.protocol.oidc.endpoints.TokenEndpoint`.

use super::super::profile::Profile;
use super::super::refusal::{Cause, Refusal};
use crate::common::random;

pub(super) fn profile() -> Profile {
    Profile {
        issuer_path: "/realms/demo",
        token_path: "/realms/demo/protocol/openid-connect/token",
        jwks_path: "/realms/demo/protocol/openid-connect/certs",
        refuse: |cause, _| refuse(cause),
        claims: |claims, issue| {
            if let Some(id) = &issue.client_id {
                claims.insert("azp".into(), id.as_str().into());
                claims.insert("preferred_username".into(), format!("service-account-{id}").into());
            }
            claims.insert("sub".into(), random::uuid().into());
            claims.insert("typ".into(), "Bearer".into());
            claims.entry("aud").or_insert("account".into());
        },
        fields: |fields, _, _| {
            fields.insert("refresh_expires_in".into(), 0.into());
            fields.insert("not-before-policy".into(), 0.into());
            fields.entry("scope").or_insert("profile email".into());
        },
        lifetime: 300,
        ..Profile::standard()
    }
}

fn refuse(cause: &Cause) -> Refusal {
    let invalid_client = "Invalid client or Invalid client credentials";
    match cause {
        Cause::WrongSecret(_) | Cause::NoClient => Refusal::new(401, "unauthorized_client", invalid_client),
        Cause::Missing(name) => {
            Refusal::new(400, "invalid_request", format!("Missing form parameter: {name}"))
        }
        Cause::Duplicate(_) => Refusal::new(400, "invalid_request", "duplicated parameter"),
        Cause::UnsupportedGrant(_) => Refusal::new(400, "unsupported_grant_type", "Unsupported grant_type"),
        Cause::BadScope(scope) => Refusal::new(400, "invalid_scope", format!("Invalid scopes: {scope}")),
        _ if cause.is_invalid_client() => Refusal::new(401, "invalid_client", invalid_client),
        _ => cause.standard(),
    }
}
