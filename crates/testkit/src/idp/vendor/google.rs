//! <https://developers.google.com/identity/protocols/oauth2/service-account>, the part "HTTP/REST" and its table of errors.

use super::super::form::Form;
use super::super::grant::Grant;
use super::super::jwt::Jwt;
use super::super::profile::{Profile, TokenKind};
use super::super::refusal::{Cause, Refusal};

pub(super) fn profile() -> Profile {
    Profile {
        jwks_path: "/oauth2/v3/certs",
        grants: &[Grant::JwtBearer],
        methods: &[],
        subject_is_issuer: true,
        assertion_audience: |place| vec![&place.token_endpoint],
        check: check_scope,
        refuse: |cause, _| refuse(cause),
        fields: |fields, _, _| drop(fields.remove("scope")),
        token: TokenKind::Opaque("ya29.c."),
        lifetime: 3599,
        content_type: "application/json; charset=UTF-8",
        ..Profile::standard()
    }
}

/// The scope is a claim of the assertion; the parameter does not count.
fn check_scope(_: Grant, form: &Form<'_>) -> Result<(), Cause> {
    let assertion = Jwt::parse(form.required("assertion")?).map_err(Cause::BadAssertion)?;
    assertion.text("scope").map(drop).map_err(Cause::BadScope)
}

fn refuse(cause: &Cause) -> Refusal {
    match cause {
        Cause::BadAssertion(reason) => Refusal::new(400, "invalid_grant", explain(reason)),
        Cause::BadScope(_) => {
            Refusal::new(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        }
        Cause::UnsupportedGrant(name) => {
            Refusal::new(400, "unsupported_grant_type", format!("Invalid grant_type: {name}"))
        }
        _ => cause.standard(),
    }
}

fn explain(reason: &str) -> &'static str {
    if reason.contains("trusted") {
        "Invalid grant: account not found"
    } else if reason.contains("signature") {
        "Invalid JWT Signature."
    } else if reason.contains("exp") || reason.contains("future") {
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and \
         exp values in the JWT claim."
    } else {
        "Invalid JWT: Failed audience check."
    }
}
