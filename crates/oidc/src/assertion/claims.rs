//! What an assertion says (RFC 7523 §3).

use std::time::UNIX_EPOCH;

use oauthbearer_core::{Clock, ErrorKind, ProviderError};
use rustls::crypto::aws_lc_rs;
use serde_json::{Map, Value};

use super::Context;

/// The claims that the configuration sets; they win over those of a template, as in librdkafka and unlike in Java.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) issuer: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) audience: Option<String>,
    /// How long an assertion is valid, in seconds.
    pub(crate) valid_seconds: u64,
    /// How long before now it begins to be valid, in seconds: servers' clocks are slow at times.
    pub(crate) backdated_seconds: u64,
    /// Whether each assertion has an id of its own, by which a server refuses one that it has seen.
    pub(crate) id: bool,
}

impl Claims {
    /// Completes the payload of a template.
    pub(super) fn complete(
        &self,
        mut payload: Map<String, Value>,
        clock: &Clock,
        context: &Context<'_>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let now = clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for (name, value) in [
            ("iat", now),
            ("nbf", now.saturating_sub(self.backdated_seconds)),
            ("exp", now.saturating_add(self.valid_seconds)),
        ] {
            payload.insert(name.to_owned(), value.into());
        }
        for (name, given, default) in [
            ("iss", &self.issuer, context.client_id),
            ("sub", &self.subject, context.client_id),
            ("aud", &self.audience, Some(context.token_endpoint)),
        ] {
            if let Some(given) = given {
                payload.insert(name.to_owned(), given.as_str().into());
            } else if let (Some(default), None) = (default, payload.get(name)) {
                payload.insert(name.to_owned(), default.into());
            }
        }
        if self.id {
            payload.insert("jti".to_owned(), random_uuid()?.into());
        }
        Ok(payload)
    }
}

/// A random UUID (RFC 9562 §5.4).
fn random_uuid() -> Result<String, ProviderError> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| ProviderError::new(ErrorKind::Internal, "the system gives no random numbers"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}
