//! <https://auth0.com/docs/api/authentication/client-credential-flow/get-token>,
//! <https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt>; the texts
//! of errors as in <https://github.com/auth0/auth0-python/issues/173>, <https://github.com/auth0/node-auth0/issues/682>,
//! <https://github.com/auth0/ruby-auth0/issues/190>.

use super::super::client::ClientAuth;
use super::super::grant::Grant;
use super::super::profile::Profile;
use super::super::refusal::{Cause, Refusal};

pub(super) fn profile() -> Profile {
    Profile {
        issuer_path: "/",
        token_path: "/oauth/token",
        jwks_path: "/.well-known/jwks.json",
        methods: &[
            ClientAuth::ClientSecretBasic,
            ClientAuth::ClientSecretPost,
            ClientAuth::PrivateKeyJwt,
            ClientAuth::TlsClientAuth,
        ],
        assertion_audience: |place| vec![&place.issuer],
        check: |grant, form| match grant {
            Grant::ClientCredentials => form.required("audience").map(drop),
            _ => Ok(()),
        },
        refuse: |cause, _| refuse(cause),
        claims: |claims, issue| {
            if let (Grant::ClientCredentials, Some(id)) = (issue.grant, claims.remove("client_id")) {
                claims.insert("sub".into(), format!("{}@clients", issue.subject).into());
                claims.insert("azp".into(), id);
                claims.insert("gty".into(), "client-credentials".into());
            }
        },
        lifetime: 86_400,
        ..Profile::standard()
    }
}

fn refuse(cause: &Cause) -> Refusal {
    let denied = |description: String| Refusal::new(403, "access_denied", description);
    match cause {
        Cause::Missing("audience") => {
            denied("No audience parameter was provided, and no default audience has been configured".into())
        }
        Cause::BadTarget(target) => denied(format!("Service not enabled within domain: {target}")),
        Cause::BadScope(scope) => denied(format!("Client has not been granted scopes: {scope}")),
        Cause::UnsupportedGrant(name) | Cause::GrantNotAllowed(name) => {
            let description = format!("Grant type '{name}' not allowed for the client.");
            let mut refusal = Refusal::new(403, "unauthorized_client", description);
            refusal.body["error_uri"] = "https://auth0.com/docs/clients/client-grant-types".into();
            refusal
        }
        _ if cause.is_invalid_client() => Refusal::new(401, "access_denied", "Unauthorized"),
        _ => cause.standard(),
    }
}
