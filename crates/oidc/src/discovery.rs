//! What an issuer publishes about itself.
