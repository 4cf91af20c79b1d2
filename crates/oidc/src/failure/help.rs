//! What to do about a refusal, for who reads it at night.

use super::kind::{is_known, is_wrong_client, kind};
use crate::assertion::Assertion;
use crate::client_auth::ClientAuthentication;
use crate::grant::Grant;
use crate::settings::Exchange;
use oauthbearer_core::ErrorKind;

/// The help for an OAuth error code; none for an unknown one.
pub(super) fn of_code(code: &str, status: u16, exchange: &Exchange) -> Option<&'static str> {
    Some(match code {
        code if is_wrong_client(code, status) => of_client(&exchange.authentication),
        "invalid_grant" | "invalid_token" => of_grant(&exchange.grant),
        // So says RFC 8693 §2.2.2 of a token that is not taken.
        "invalid_request" if matches!(exchange.grant, Grant::TokenExchange(_)) => of_grant(&exchange.grant),
        "unauthorized_client" => grant_not_allowed(&exchange.grant),
        "unsupported_grant_type" => {
            "The server does not know this grant, or has it switched off: check sasl.oauthbearer.grant.type and the URL"
        }
        "invalid_scope" | "insufficient_scope" => {
            "Check sasl.oauthbearer.scope: each scope must exist at the server and be allowed for this client; Entra wants \
             <API>/.default, Cognito <resource server>/<scope>, Okta a scope of this very authorization server"
        }
        "invalid_target" | "invalid_resource" => {
            "Check 'audience' and 'resource' in sasl.oauthbearer.config: the server does not know the API that they name, or \
             does not let this client call it"
        }
        "access_denied" | "consent_required" | "interaction_required" | "login_required" => {
            "The server's rules deny this client the token: authorize it for the API (Auth0: Machine to Machine \
             Applications), and check access policies (Okta) and conditional access (Entra)"
        }
        "invalid_dpop_proof" | "use_dpop_nonce" => {
            "Turn off DPoP for this client at the server: Kafka takes Bearer tokens only"
        }
        "invalid_request" => {
            "Check which parameters this server wants: Auth0 'audience', Entra v1 'resource', Entra v2 sasl.oauthbearer.scope; \
             any other one goes into sasl.oauthbearer.config as param_<name>"
        }
        code if is_known(code) => of_kind(kind(Some(code), status)),
        _ => return None,
    })
}

/// The help for an unknown code: that of its status, and where to look the code up. `key` names what set the
/// URL.
pub(super) fn of_unknown(status: u16, key: &str) -> String {
    const LOOK_UP: &str = "Look the error up in the server's documentation and its log";
    let kind = kind(None, status);
    match status {
        401 | 403 | 407 => format!("{}. {LOOK_UP}", of_status(status, key)),
        _ if kind.is_transient() && status >= 400 => of_kind(kind).to_owned(),
        _ => format!("{LOOK_UP}, and check {key}"),
    }
}

/// The help for an answer that is none of OAuth. `key` says where its URL comes from.
pub(super) fn of_status(status: u16, key: &str) -> String {
    match status {
        407 => {
            "The proxy wants a user name and password: set them in 'proxy' of sasl.oauthbearer.config, or in \
                HTTPS_PROXY: http://user:password@host:port"
                .to_owned()
        }
        401 | 403 => format!("Check client id and secret; then {key}, and any proxy or firewall in between"),
        404 => format!(
            "Check {key}: the server has nothing at this path. Mind its version, realm or tenant, and proxies in between"
        ),
        405 => format!("Check {key}: what is at this path takes no POST, so it is no token endpoint"),
        410 => format!("Check {key}: what was at this path is gone for good"),
        // 406 and 415: no token endpoint refuses forms, or both JSON and everything else.
        400..=407 | 409..=428 | 430..=499 | 501 | 505 => {
            format!("Check {key}: that is no token endpoint's answer; mind proxies in between")
        }
        _ => of_kind(kind(None, status)).to_owned(),
    }
}

fn of_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throttled => {
            "It is tried again with growing pauses; if it lasts, let clients share one authenticator, or let tokens live longer"
        }
        ErrorKind::Service | ErrorKind::Timeout => "The server failed by itself; it is tried again with growing pauses",
        _ => "Look the error up in the server's documentation and its log",
    }
}

fn of_client(authentication: &ClientAuthentication) -> &'static str {
    match authentication {
        ClientAuthentication::SecretBasic { .. } => {
            "Check client id and secret (sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret or client_secret_file), and \
             that the client is enabled; a server that wants them in the form needs client_auth=client_secret_post, one that does not decode them \
             sasl.oauthbearer.header.urlencode=false"
        }
        ClientAuthentication::SecretPost { .. } => {
            "Check client id and secret (sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret or client_secret_file), and \
             that the client is enabled; a server that wants them in a header needs client_auth=client_secret_basic"
        }
        ClientAuthentication::Assertion(Assertion::File(_)) => {
            "Check the assertion in client_assertion_file: the client must trust its issuer, subject and audience, and what \
             writes the file must renew it"
        }
        ClientAuthentication::Assertion(Assertion::Signed(_)) => {
            "Check that the client has this key's public half at the server, with the same algorithm and key id, and \
             sasl.oauthbearer.assertion.claim.aud: servers want their issuer or their token endpoint there"
        }
        ClientAuthentication::Tls => {
            "Check that the client has the certificate of client_certificate_file (its subject, or itself) at the server, and \
             that the URL is the server's one for mutual TLS"
        }
        ClientAuthentication::None => {
            "The server wants a proof of this client: set sasl.oauthbearer.client.secret or a private key, or make the client \
             a public one there"
        }
    }
}

fn of_grant(grant: &Grant) -> &'static str {
    match grant {
        Grant::ClientCredentials => "Check the client's settings at the server: its service account may be missing or disabled",
        Grant::JwtBearer(Assertion::File(_)) => {
            "Check the assertion in sasl.oauthbearer.assertion.file: the server must trust its issuer, subject and audience, \
             and what writes the file must renew it"
        }
        Grant::JwtBearer(Assertion::Signed(_)) => {
            "Check the assertion's claims (sasl.oauthbearer.assertion.claim.iss, .sub, .aud, .exp.seconds), that the server \
             has this key's public half, and this machine's clock"
        }
        Grant::TokenExchange(_) => {
            "Check subject_token_file and subject_token_type: the server must trust the token's issuer and audience, and what \
             writes the file must renew it"
        }
        Grant::Other(_) => {
            "Check the grant's parameters, param_<name> in sasl.oauthbearer.config: the server's documentation of this grant \
             says which it wants"
        }
    }
}

fn grant_not_allowed(grant: &Grant) -> &'static str {
    match grant {
        Grant::ClientCredentials => {
            "Allow this client the grant client_credentials at the server (Keycloak: Client authentication and Service \
             accounts roles; Auth0, Okta: the application's grant types)"
        }
        Grant::JwtBearer(_) => "Allow this client the grant urn:ietf:params:oauth:grant-type:jwt-bearer at the server",
        Grant::TokenExchange(_) => {
            "Allow this client token exchange at the server (Keycloak: the client's switch Standard token exchange)"
        }
        Grant::Other(_) => "Allow this client the grant of sasl.oauthbearer.grant.type at the server",
    }
}
