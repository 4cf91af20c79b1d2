//! How a client proves to the token endpoint who it is.

use crate::assertion::Assertion;
use crate::client_secret::ClientSecret;

/// A client's proof (RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2).
pub(crate) enum ClientAuthentication {
    /// None: a public client, which names itself by its id alone.
    None,
    /// HTTP Basic with id and secret, both percent-encoded where `encoded` (RFC 6749 §2.3.1).
    SecretBasic { secret: ClientSecret, encoded: bool },
    /// Id and secret as parameters of the form.
    SecretPost { secret: ClientSecret },
    /// A JWT as `client_assertion`, signed here or read from a file.
    Assertion(Assertion),
    /// The certificate of the TLS connection.
    Tls,
}
