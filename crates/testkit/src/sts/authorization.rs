//! Who signed a request, and whether they did: Signature Version 4 in the header `Authorization`.
//!
//! The codes and texts are those of AWS STS. Most failures are `SignatureDoesNotMatch`, a wrong clock and a wrong region
//! included.

use super::account::{Caller, Known};
use super::error_answer::ErrorAnswer;
use super::fault::expired_token;
use crate::common::time::Moment;
use crate::sigv4::{date, sha256_hex, unhex, Scope};
use axum::http::HeaderMap;

const SERVICE: &str = "sts";
const MINUTES_OF_SKEW: u64 = 5;

/// The header `Authorization`, taken apart.
pub(super) struct Authorization<'h> {
    pub(super) scope: Scope<'h>,
    signed_headers: Vec<&'h str>,
    signature: Vec<u8>,
}

impl<'h> Authorization<'h> {
    pub(super) fn parse(headers: &'h HeaderMap) -> Result<Self, ErrorAnswer> {
        let header = headers.get("authorization").ok_or_else(|| {
            ErrorAnswer::forbidden("MissingAuthenticationToken", "Request is missing Authentication Token")
        })?;
        let fields = header.to_str().ok().and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 "));
        let field = |name: &str| {
            let mut fields = fields?.split(',').filter_map(|field| field.trim().split_once('='));
            fields.find(|field| field.0 == name).map(|field| field.1)
        };
        let parts = || {
            let scope = Scope::parse(field("Credential")?)?;
            let signed_headers = field("SignedHeaders")?.split(';').collect();
            Some(Self { scope, signed_headers, signature: unhex(field("Signature")?)? })
        };
        parts().ok_or_else(|| incomplete("Authorization header is not a whole AWS4-HMAC-SHA256 signature"))
    }

    /// Who signed the request with this body, where everything is in order.
    pub(super) fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        region: &str,
        known: Option<&Known>,
        now: Moment,
    ) -> Result<Caller, ErrorAnswer> {
        let time = single(headers, "x-amz-date")
            .ok_or_else(|| incomplete("Authorization header requires existence of a 'X-Amz-Date' header"))?;
        self.check_scope(region, time)?;
        self.check_signed_headers(headers)?;
        let known = known.filter(|known| has_session_token(headers, known)).ok_or_else(|| {
            let message = "The security token included in the request is invalid.";
            ErrorAnswer::forbidden("InvalidClientTokenId", message)
        })?;
        check_time(time, now)?;
        let request = self.canonical_request(headers, body)?;
        if !self.scope.verify(&known.key.secret, time, &request, &self.signature) {
            return Err(mismatch(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
            ));
        }
        if known.caller.session_ends.is_some_and(|ends| ends <= now) {
            return Err(expired_token());
        }
        Ok(known.caller.clone())
    }

    fn check_scope(&self, region: &str, time: &str) -> Result<(), ErrorAnswer> {
        let Scope { date, region: signed_region, service, .. } = self.scope;
        if service != SERVICE {
            return Err(mismatch("Credential should be scoped to correct service: 'sts'. "));
        }
        if signed_region != region {
            return Err(mismatch("Credential should be scoped to a valid region. "));
        }
        if !time.starts_with(date) {
            return Err(mismatch(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}', \
                 from '{time}'."
            )));
        }
        Ok(())
    }

    /// Host and all of AWS's own headers must be part of what was signed.
    fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), ErrorAnswer> {
        let needed = |name: &&str| *name == "host" || name.starts_with("x-amz-");
        let mut names = headers.keys().map(|name| name.as_str()).filter(needed).chain(["host"]);
        match names.find(|name| !self.signed_headers.contains(name)) {
            Some(name) => {
                Err(mismatch(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")))
            }
            None => Ok(()),
        }
    }

    fn canonical_request(&self, headers: &HeaderMap, body: &[u8]) -> Result<String, ErrorAnswer> {
        let mut lines = String::new();
        for name in &self.signed_headers {
            let values = headers.get_all(*name).iter().map(|value| value.to_str().map(collapse));
            let values: Vec<_> = values.collect::<Result<_, _>>().unwrap_or_default();
            if values.is_empty() {
                return Err(mismatch(format!("The signed header '{name}' is missing or not ASCII.")));
            }
            lines += &format!("{name}:{}\n", values.join(","));
        }
        Ok(format!("POST\n/\n\n{lines}\n{}\n{}", self.signed_headers.join(";"), sha256_hex(body)))
    }
}

/// Whether the request has the key's session token, or none where the key has none.
fn has_session_token(headers: &HeaderMap, known: &Known) -> bool {
    single(headers, "x-amz-security-token") == known.key.session_token.as_deref()
}

fn check_time(time: &str, now: Moment) -> Result<(), ErrorAnswer> {
    let signed = date::since_epoch(time)
        .map(Moment::from_epoch)
        .ok_or_else(|| incomplete("Date must be in ISO-8601 'basic format', such as 20231114T221320Z."))?;
    let (earliest, latest) = (now.minus(MINUTES_OF_SKEW * 60), now.plus(MINUTES_OF_SKEW * 60));
    let (earliest_text, latest_text, now) = (earliest.basic(), latest.basic(), now.basic());
    if signed < earliest {
        return Err(mismatch(format!(
            "Signature expired: {time} is now earlier than {earliest_text} ({now} - {MINUTES_OF_SKEW} min.)"
        )));
    }
    if signed > latest {
        return Err(mismatch(format!(
            "Signature not yet current: {time} is still later than {latest_text} ({now} + {MINUTES_OF_SKEW} min.)"
        )));
    }
    Ok(())
}

/// The value of a header that occurs once.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Without white space at the ends, and with one space for each run of spaces.
fn collapse(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn mismatch(message: impl Into<String>) -> ErrorAnswer {
    ErrorAnswer::forbidden("SignatureDoesNotMatch", message)
}

fn incomplete(message: &str) -> ErrorAnswer {
    ErrorAnswer::invalid("IncompleteSignature", message)
}

#[cfg(test)]
mod tests;
