//! What a token endpoint answers.
