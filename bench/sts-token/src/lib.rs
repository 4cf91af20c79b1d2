//! What both programs ask STS for.

/// The region that the request is signed for.
pub const REGION: &str = "us-east-1";

/// Whom the token is for.
pub const AUDIENCE: &str = "https://kafka.example";

/// How long the token lives.
pub const DURATION_SECONDS: u16 = 300;

/// How the token is signed.
pub const SIGNING_ALGORITHM: &str = "ES384";
