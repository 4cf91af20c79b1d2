//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>,
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>, and for the older endpoint
//! <https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-oauth2-client-creds-grant-flow>.

use super::super::client::ClientAuth;
use super::super::form::Form;
use super::super::grant::Grant;
use super::super::issue::Issue;
use super::super::profile::Profile;
use super::super::refusal::{Cause, Refusal};
use crate::common::random;
use crate::common::time::Moment;
use serde_json::{json, Map, Value};

const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

/// Both endpoints.
fn either() -> Profile {
    Profile {
        jwks_path: "/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/keys",
        grants: &[Grant::ClientCredentials, Grant::JwtBearer],
        methods: &[ClientAuth::ClientSecretPost, ClientAuth::PrivateKeyJwt, ClientAuth::ClientSecretBasic],
        refuse,
        lifetime: 3599,
        content_type: "application/json; charset=utf-8",
        ..Profile::standard()
    }
}

pub(super) fn v1() -> Profile {
    Profile {
        issuer_path: "/aaaabbbb-0000-cccc-1111-dddd2222eeee",
        foreign_issuer: Some("https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/"),
        token_path: "/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/token",
        assertion_audience: |place| vec![&place.token_endpoint],
        check: |_, form| form.required("resource").map(drop),
        claims: |claims, _| describe(claims, "1.0", "appid"),
        fields: v1_fields,
        ..either()
    }
}

pub(super) fn v2() -> Profile {
    Profile {
        issuer_path: "/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
        token_path: "/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/token",
        check: check_scope,
        claims: v2_claims,
        fields: |fields, _, _| {
            fields.remove("scope");
            fields.insert("ext_expires_in".into(), fields["expires_in"].clone());
        },
        ..either()
    }
}

/// Numbers are texts there.
fn v1_fields(fields: &mut Map<String, Value>, issue: &Issue, now: Moment) {
    let lifetime = fields["expires_in"].as_u64().unwrap_or_default();
    fields.remove("scope");
    for (name, number) in [
        ("expires_in", lifetime),
        ("ext_expires_in", lifetime),
        ("expires_on", now.plus(lifetime).seconds()),
        ("not_before", now.seconds()),
    ] {
        fields.insert(name.into(), number.to_string().into());
    }
    fields.insert("resource".into(), issue.audience.first().cloned().into());
}

/// The audience is what the scope was for.
fn v2_claims(claims: &mut Map<String, Value>, issue: &Issue) {
    let resource = issue.scope.as_deref().and_then(|scope| scope.strip_suffix("/.default"));
    claims.insert("aud".into(), resource.into());
    describe(claims, "2.0", "azp");
}

fn describe(claims: &mut Map<String, Value>, version: &str, client: &str) {
    claims.remove("scope");
    if let Some(id) = claims.remove("client_id") {
        claims.insert(client.into(), id);
    }
    claims.insert("tid".into(), TENANT.into());
    claims.insert("ver".into(), version.into());
}

/// Client credentials come with one scope, `RESOURCE/.default`.
fn check_scope(_: Grant, form: &Form<'_>) -> Result<(), Cause> {
    let scope = form.required("scope")?;
    let is_default = scope.strip_suffix("/.default").is_some_and(|resource| !resource.is_empty());
    match is_default && !scope.contains(' ') {
        true => Ok(()),
        false => Err(Cause::BadScope(scope.into())),
    }
}

fn refuse(cause: &Cause, now: Moment) -> Refusal {
    let (status, error, code, text) = match cause {
        Cause::Missing(name) => (
            400,
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        ),
        Cause::BadScope(scope) => (
            400,
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value \
                 with /.default suffixed to the resource identifier (application ID URI)."
            ),
        ),
        Cause::BadTarget(target) => (
            400,
            "invalid_resource",
            500_011,
            format!("The resource principal named {target} was not found in the tenant named {TENANT}."),
        ),
        Cause::UnsupportedGrant(name) => (
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{name}'."),
        ),
        _ if cause.is_invalid_client() => return refuse_client(cause, now),
        _ => {
            (400, cause.error(), 9_002_313, "Invalid request. Request is malformed or invalid.".to_owned())
        }
    };
    refusal(status, error, code, &text, now)
}

fn refuse_client(cause: &Cause, now: Moment) -> Refusal {
    let invalid = |code, text: &str| refusal(401, "invalid_client", code, text, now);
    match cause {
        Cause::UnknownClient(id) => {
            let text = format!("Application with identifier '{id}' was not found in the directory '{TENANT}'.");
            refusal(400, "unauthorized_client", 700_016, &text, now)
        }
        Cause::WrongSecret(id) => invalid(
            7_000_215,
            &format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{id}'."
            ),
        ),
        Cause::BadClientAssertion(reason) => {
            invalid(700_027, &format!("Client assertion failed signature validation: {reason}."))
        }
        _ => invalid(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    }
}

fn refusal(status: u16, error: &str, code: u32, text: &str, now: Moment) -> Refusal {
    let (trace, correlation) = (random::uuid(), random::uuid());
    let time = now.iso8601().replace('T', " ");
    let description =
        format!("AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}");
    let body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "timestamp": time,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    Refusal { status, body }
}
