//! What a token endpoint is asked.
