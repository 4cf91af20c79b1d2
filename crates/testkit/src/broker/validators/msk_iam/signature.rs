//! The signature of a presigned URL.

use super::url::PresignedUrl;
use crate::sigv4::{sha256_hex, unhex, Scope};

/// A URL and the scope it names.
pub(super) struct Signed<'a> {
    pub(super) url: &'a PresignedUrl,
    pub(super) scope: &'a Scope<'a>,
}

impl Signed<'_> {
    /// Whether the URL was signed with `secret`.
    pub(super) fn verify(&self, secret: &str) -> Result<(), String> {
        let sent = unhex(self.url.parameter("X-Amz-Signature")?)
            .ok_or("X-Amz-Signature is not 64 hexadecimal digits")?;
        let time = self.url.parameter("X-Amz-Date")?;
        if !self.scope.verify(secret, time, &self.canonical_request(), &sent) {
            return Err("the signature does not match: wrong secret key, or a changed URL".into());
        }
        Ok(())
    }

    fn canonical_request(&self) -> String {
        let (query, host) = (self.url.canonical_query(), &self.url.host);
        let empty_payload = sha256_hex(b"");
        format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{empty_payload}")
    }
}
