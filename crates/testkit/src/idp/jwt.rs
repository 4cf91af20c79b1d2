//! Tokens that clients send, taken apart and checked.

use super::client_key::PublicKey;
use crate::common::time::Moment;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use serde_json::Value;

/// A token in the compact form (RFC 7515, section 3.1).
pub(super) struct Jwt {
    header: Value,
    pub(super) claims: Value,
    input: String,
    signature: Vec<u8>,
}

impl Jwt {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else { return Err("it has not three parts".into()) };
        Ok(Self {
            header: object(header, "header")?,
            claims: object(claims, "payload")?,
            input: format!("{header}.{claims}"),
            signature: decode(signature).ok_or("its signature is not in base64url")?,
        })
    }

    pub(super) fn verify(&self, key: &PublicKey) -> Result<(), String> {
        if self.header.get("crit").is_some() {
            return Err("its header has critical extensions".into());
        }
        let algorithm = self.header["alg"].as_str().unwrap_or_default();
        if !key.verifies(algorithm, self.input.as_bytes(), &self.signature) {
            return Err("its signature is not by the registered key and algorithm".into());
        }
        let names = ["x5t", "x5t#S256", "kid"].map(|name| self.header[name].as_str());
        match &key.thumbprint {
            Some(thumbprint) if !names.contains(&Some(thumbprint)) => {
                Err("its header does not name the registered certificate".into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn text(&self, claim: &str) -> Result<&str, String> {
        let text = self.claims[claim].as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| format!("its claim {claim} is missing or not a text"))
    }

    /// That one of the audiences is one of these.
    pub(super) fn check_audience(&self, accepted: &[&str]) -> Result<(), String> {
        let named = match &self.claims["aud"] {
            Value::String(audience) => accepted.contains(&audience.as_str()),
            Value::Array(list) => list.iter().filter_map(Value::as_str).any(|one| accepted.contains(&one)),
            _ => return Err("its claim aud is missing".into()),
        };
        named.then_some(()).ok_or_else(|| "its claim aud does not name this server".into())
    }

    /// That it is good now, and not for more than `longest` seconds to come.
    pub(super) fn check_times(&self, now: Moment, longest: u64) -> Result<(), String> {
        let now = now.seconds();
        let ends = self.seconds("exp")?.ok_or("its claim exp is missing")?;
        if ends <= now {
            return Err("it has expired".into());
        }
        if ends > now + longest {
            return Err("its claim exp is too far in the future".into());
        }
        for claim in ["nbf", "iat"] {
            if self.seconds(claim)?.is_some_and(|begins| begins > now) {
                return Err(format!("its claim {claim} is in the future"));
            }
        }
        Ok(())
    }

    fn seconds(&self, claim: &str) -> Result<Option<u64>, String> {
        match self.claims.get(claim) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(seconds) if seconds >= 0.0 => Ok(Some(seconds as u64)),
                _ => Err(format!("its claim {claim} is not a time")),
            },
        }
    }
}

fn object(part: &str, name: &str) -> Result<Value, String> {
    let bytes = decode(part).ok_or_else(|| format!("its {name} is not in base64url"))?;
    match serde_json::from_slice(&bytes) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(format!("its {name} is not a JSON object")),
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
