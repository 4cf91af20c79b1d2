//! Opaque tokens known beforehand.

use super::super::{Accepted, ClientInitial, Validator};
use std::collections::HashMap;
use std::sync::Arc;

/// Accepts exactly these tokens, each for its principal and without an end.
pub fn static_tokens<T, P>(known: impl IntoIterator<Item = (T, P)>) -> Validator
where
    T: Into<String>,
    P: Into<String>,
{
    let known: HashMap<String, String> =
        known.into_iter().map(|(token, principal)| (token.into(), principal.into())).collect();
    Arc::new(move |initial: &ClientInitial| match known.get(initial.token.as_str()) {
        Some(principal) => Ok(Accepted::new(principal)),
        None => Err("unknown token".into()),
    })
}
