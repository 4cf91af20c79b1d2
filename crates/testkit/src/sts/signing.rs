//! The keys that web identity tokens are signed with, and the key set that verifies them.

use crate::common::jose::{Algorithm, SigningKey};
use serde_json::{json, Value};
use std::sync::LazyLock;

/// The names that AWS's own key sets use.
const RSA_ID: &str = "RSA_0";
const EC_ID: &str = "EC384_0";

/// What `SigningAlgorithm` may be.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    [Algorithm::Es384, Algorithm::Rs256].into_iter().find(|algorithm| algorithm.name() == name)
}

/// One key for each algorithm.
pub(super) struct SigningKeys {
    /// Made at its first use: that takes some tenths of a second, and most tests never need it.
    rsa: LazyLock<SigningKey>,
    ec: SigningKey,
}

impl SigningKeys {
    pub(super) fn generate() -> Self {
        let ec = SigningKey::generate(Algorithm::Es384);
        Self { rsa: LazyLock::new(|| SigningKey::generate(Algorithm::Rs256)), ec }
    }

    /// The same keys every time, for a broker that read their key set before this server started.
    pub(super) fn fixed() -> Self {
        let ec = SigningKey::from_pem(Algorithm::Es384, include_str!("../common/keys/es384.pem"));
        Self { rsa: LazyLock::new(fixed_rsa), ec }
    }

    pub(super) fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let (key, id) = match algorithm {
            Algorithm::Rs256 => (&*self.rsa, RSA_ID),
            _ => (&self.ec, EC_ID),
        };
        key.jwt(json!({"kid": id, "typ": "JWT"}), claims)
    }

    /// The public keys, laid out as AWS does it: only the EC key names its algorithm.
    pub(super) fn jwks(&self) -> Value {
        let (mut rsa, mut ec) = (self.rsa.jwk(), self.ec.jwk());
        (rsa["use"], rsa["kid"]) = ("sig".into(), RSA_ID.into());
        (ec["use"], ec["kid"], ec["alg"]) = ("sig".into(), EC_ID.into(), "ES384".into());
        json!({"keys": [rsa, ec]})
    }
}

fn fixed_rsa() -> SigningKey {
    SigningKey::from_pem(Algorithm::Rs256, include_str!("../common/keys/rs256.pem"))
}
