//! A program that installs no back-end.

use jsonwebtoken::{encode, EncodingKey, Header};

#[tokio::test]
async fn our_assertions_are_signed_where_plain_encode_panics() {
    crypto_backends::log_in().await;
    let plain = || encode(&Header::default(), &serde_json::json!({}), &EncodingKey::from_secret(b"x"));
    assert!(
        std::panic::catch_unwind(plain).is_err(),
        "both back-ends are on, so jsonwebtoken can choose neither"
    );
    crypto_backends::log_in().await;
}
