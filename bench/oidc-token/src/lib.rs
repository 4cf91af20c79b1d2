//! What both programs ask the identity provider for.

/// The client that the server knows.
pub const CLIENT_ID: &str = "bench";

/// Its secret, which is published here and protects nothing.
pub const CLIENT_SECRET: &str = "bench-secret";
