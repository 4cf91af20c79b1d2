//! Text that is wiped from memory when it is dropped.

/// A secret. It has no `Debug`, so that nobody shows it. What is wiped is the text, not spare room behind it.
///
/// secrecy's wipes byte by byte: on a token of Amazon MSK, a tenth of the time of making one.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        // Or the compiler would leave out what nobody reads afterwards.
        zeroize::optimization_barrier(bytes.as_slice());
    }
}
