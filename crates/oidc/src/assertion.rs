//! JWTs that vouch for a client or a user (RFC 7523): from a file, or signed here.

use crate::file::TextFile;

mod algorithm;
mod claims;
mod material;
mod signer;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use algorithm::ALGORITHMS;
pub(crate) use claims::Claims;
pub(crate) use material::{KeySource, Material, Signing};
pub(crate) use signer::Signer;

/// Where assertions come from.
pub(crate) enum Assertion {
    /// Another program writes them, and keeps the file up to date.
    File(TextFile),
    /// Signed here, a new one each time.
    Signed(Box<Signer>),
}

/// What an assertion is made for, which its claims default to.
pub(crate) struct Context<'a> {
    pub(crate) client_id: Option<&'a str>,
    pub(crate) token_endpoint: &'a str,
}
