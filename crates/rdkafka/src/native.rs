//! The only unsafe code of the workspace: tokens go into native handles, and no handle is used after its client's end.
#![allow(
    unsafe_code,
    reason = "rdkafka offers no safe call that sets a token, and none that sets SASL extensions"
)]

use std::ffi::{c_char, CStr, CString};
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use oauthbearer_core::{ProviderError, SetTokenError, Token, TokenSink, TokenSource};
use rdkafka::bindings as rdsys;
use rdkafka::types::{RDKafka, RDKafkaRespErr};

use crate::client::Handle;
use crate::slot::{self, Slot};

#[cfg(test)]
mod tests;

/// As long as librdkafka's own texts ever get.
const ERROR_TEXT: usize = 512;

/// A client whose handle is out of reach before it ends.
pub(crate) type Held<T> = slot::Held<T, Revocable>;

impl<T: Handle> Held<T> {
    /// A client that tokens of `source` can be pushed to through the sink.
    pub(crate) fn managed(client: T, source: &TokenSource) -> (Self, Arc<dyn TokenSink>) {
        let handle = NonNull::new(client.native().ptr()).map(Revocable);
        let source = source.clone();
        let (held, slot) = Self::shared(client, handle, move || {
            source.forget_dead_sinks();
            tracing::debug!(name: "oauthbearer.client.left", target: "oauthbearer",
                provider = source.status().provider, "a client gets no more tokens");
        });
        (held, slot)
    }
}

/// A handle inside a [`Slot`].
pub(crate) struct Revocable(NonNull<RDKafka>);

// SAFETY: librdkafka's handles are thread safe (its INTRODUCTION.md, "Threads and callbacks"); rdkafka's own
// `NativeClient` is `Send` and `Sync` for the same reason.
unsafe impl Send for Revocable {}

impl TokenSink for Slot<Revocable> {
    fn set(&self, token: &Token) -> Result<(), SetTokenError> {
        // SAFETY: `slot::Held` keeps the client that the handle was taken from, hands out `&T` only, and empties the slot
        // under the lock that this call holds before it drops or releases the client.
        self.with(|Revocable(handle)| unsafe { set_token(*handle, token) }).unwrap_or(Ok(()))
    }

    fn fail(&self, error: &ProviderError) {
        // SAFETY: as in `set`.
        self.with(|Revocable(handle)| unsafe { set_failure(*handle, error) });
    }

    fn is_alive(&self) -> bool {
        self.is_open()
    }
}

/// Sets `token` on a client that the caller keeps alive.
pub(crate) fn push(client: &impl Handle, token: &Token) -> Result<(), SetTokenError> {
    match NonNull::new(client.native().ptr()) {
        // SAFETY: the handle belongs to `client`, which is borrowed for the whole call.
        Some(handle) => unsafe { set_token(handle, token) },
        None => Ok(()),
    }
}

/// Tells a client that the caller keeps alive that no token is left.
pub(crate) fn fail(client: &impl Handle, error: &ProviderError) {
    if let Some(handle) = NonNull::new(client.native().ptr()) {
        // SAFETY: the handle belongs to `client`, which is borrowed for the whole call.
        unsafe { set_failure(handle, error) };
    }
}

/// # Safety
/// `handle` must be a client that is not destroyed before this returns.
unsafe fn set_token(handle: NonNull<RDKafka>, token: &Token) -> Result<(), SetTokenError> {
    let secret = text(token.secret())?;
    let principal = text(token.principal())?;
    let pairs: Vec<CString> = token
        .extensions()
        .iter()
        .flat_map(|(key, value)| [text(key), text(value)])
        .collect::<Result<_, _>>()?;
    let mut pairs: Vec<*const c_char> = pairs.iter().map(|text| text.as_ptr()).collect();
    let mut error = [0_u8; ERROR_TEXT];
    // SAFETY: the caller vouches for the handle. All pointers are to buffers that live until the end of this function,
    // with their real lengths; librdkafka copies what it keeps (rdkafka.h, rd_kafka_oauthbearer_set_token).
    let code = unsafe {
        rdsys::rd_kafka_oauthbearer_set_token(
            handle.as_ptr(),
            secret.as_ptr(),
            expiry_ms(token),
            principal.as_ptr(),
            pairs.as_mut_ptr(),
            pairs.len(),
            error.as_mut_ptr().cast(),
            error.len(),
        )
    };
    if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    let mut reason = said(&error);
    if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR__STATE {
        reason.push_str(". Make the client from Authenticator::client_config");
    }
    Err(SetTokenError(reason))
}

/// # Safety
/// As for [`set_token`].
unsafe fn set_failure(handle: NonNull<RDKafka>, error: &ProviderError) {
    let Ok(reason) = text(&error.to_string().replace('\0', " ")) else { return };
    // SAFETY: the caller vouches for the handle; librdkafka copies the text.
    unsafe { rdsys::rd_kafka_oauthbearer_set_token_failure(handle.as_ptr(), reason.as_ptr()) };
}

fn text(text: &str) -> Result<CString, SetTokenError> {
    CString::new(text).map_err(|_| SetTokenError("a part of the token holds a NUL character".into()))
}

/// librdkafka quotes a part of the token only for characters that [`Token`] and its extensions cannot have.
fn said(buffer: &[u8]) -> String {
    CStr::from_bytes_until_nul(buffer).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The end of the token in milliseconds since 1970, as librdkafka wants it, which makes microseconds of them unchecked.
fn expiry_ms(token: &Token) -> i64 {
    const LATEST: i64 = i64::MAX / 1000;
    let since = token.expires_at().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(LATEST).min(LATEST)
}
