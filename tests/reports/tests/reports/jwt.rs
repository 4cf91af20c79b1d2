//! Tokens for the cases. They are unsigned, since no broker sees them.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use serde_json::{json, Value};

use crate::case::Jwt;
use crate::placeholders::now;

pub(crate) fn make(jwt: &Jwt) -> Result<String, String> {
    let mut claims = serde_json::to_value(&jwt.claims).map_err(|e| e.to_string())?;
    for (name, seconds) in [("exp", jwt.exp_in), ("iat", jwt.iat_in), ("nbf", jwt.nbf_in)] {
        if let Some(seconds) = seconds {
            claims[name] = Value::from(now().unix_timestamp() + seconds);
        }
    }
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "reports"});
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signature = encode("a signature that nobody checks".to_owned());
    Ok(format!("{}.{}.{signature}", encode(header.to_string()), encode(claims.to_string())))
}
