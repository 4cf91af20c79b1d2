//! Nobody is measured who does not sign.

use std::error::Error;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use url::Url;

use crate::{sigv4, Signers};

/// More than one try, since a second may end between two signatures.
const TRIES: usize = 20;

/// Proves that all of them make the same signature in the same second.
///
/// # Errors
/// Somebody signs otherwise, or not at all.
pub(crate) async fn all_sign_alike(signers: &Signers) -> Result<(), Box<dyn Error>> {
    for _ in 0..TRIES {
        let tokens = [
            signers.ours().await,
            signers.peer().await,
            sigv4::token(&signers.credentials),
            signers.floor.token(),
        ];
        let signed = tokens.iter().map(|token| signed(token)).collect::<Result<Vec<_>, _>>()?;
        let same = |at: fn(&(String, String)) -> &String| signed.iter().all(|one| at(one) == at(&signed[0]));
        if same(|one| &one.0) {
            return if same(|one| &one.1) { Ok(()) } else { Err("the signatures differ".into()) };
        }
    }
    Err("no two signers signed in the same second".into())
}

/// A token's date and signature.
fn signed(token: &str) -> Result<(String, String), Box<dyn Error>> {
    let url = Url::parse(std::str::from_utf8(&URL_SAFE_NO_PAD.decode(token)?)?)?;
    let value =
        |name: &str| url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    Ok((value("X-Amz-Date").ok_or("no date")?, value("X-Amz-Signature").ok_or("no signature")?))
}
