//! A program that installs a back-end of its choice, after our first login: nothing of ours may be in its way.

use jsonwebtoken::crypto::rust_crypto;
use jsonwebtoken::{encode, EncodingKey, Header};

#[tokio::test]
async fn the_programs_own_choice_stands() {
    crypto_backends::log_in().await;
    assert!(rust_crypto::DEFAULT_PROVIDER.install_default().is_ok(), "nobody installed one before");
    encode(&Header::default(), &serde_json::json!({}), &EncodingKey::from_secret(b"x"))
        .expect("the program's own");
    crypto_backends::log_in().await;
}
