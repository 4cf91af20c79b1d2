//! The certificate authorities that servers are checked against.

use std::io;
use std::sync::LazyLock;

use aws_smithy_http_client::tls::TrustStore;
use oauthbearer_core::ProviderError;
use rustls::pki_types::{pem::PemObject, CertificateDer};
use rustls::RootCertStore;

use super::Setting;

/// Whether the system has any certificate authority; if not, the SDK must not load them.
static SYSTEM_HAS_ANY: LazyLock<bool> =
    LazyLock::new(|| !rustls_native_certs::load_native_certs().certs.is_empty());

/// The system's authorities. If there are none, no server is trusted.
pub(super) fn system() -> TrustStore {
    if *SYSTEM_HAS_ANY {
        return TrustStore::default();
    }
    TrustStore::empty()
}

/// The authorities of `bundle` alone, as in the AWS CLI; without one, the system's.
pub(super) fn store(bundle: Option<&Setting>) -> Result<TrustStore, ProviderError> {
    let Some(bundle) = bundle else { return Ok(system()) };
    let path = &bundle.value;
    let wrong = |how: String| {
        bundle.wrong(&format!("names {path}, {how}")).with_help(
            "Name a file of PEM certificates (-----BEGIN CERTIFICATE-----) that this process may read, or unset it: the system's \
             authorities are trusted then",
        )
    };
    let text = std::fs::read(path).map_err(|error| wrong(unreadable(&error)))?;
    let mut store = TrustStore::empty();
    let mut usable = 0;
    for (number, section) in sections(&String::from_utf8_lossy(&text)).enumerate() {
        let certificate = CertificateDer::from_pem_slice(section.as_bytes())
            .map_err(|_| wrong(format!("whose certificate {} cannot be read", number + 1)))?;
        // Certificates that are not authorities are skipped, as in the system's own bundles.
        if RootCertStore::empty().add(certificate).is_ok() {
            store = store.with_pem_certificate(section);
            usable += 1;
        }
    }
    match usable {
        0 => Err(wrong("which holds no certificate in PEM form".to_owned())),
        _ => Ok(store),
    }
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "which does not exist".to_owned(),
        io::ErrorKind::IsADirectory => "which is a directory".to_owned(),
        kind => format!("which cannot be read ({kind})"),
    }
}

/// The certificates of a PEM file, without the comments around them.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    text.match_indices(BEGIN).map(move |(start, _)| {
        let rest = &text[start..];
        let end = rest.find(END).map_or(rest.len(), |end| end + END.len());
        &rest[..end]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CA: &str = include_str!("../../tests/ca.pem");

    fn error(text: Option<&[u8]>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let setting = Setting { place: "AWS_CA_BUNDLE".into(), value: path.display().to_string() };
        let error = store(Some(&setting)).map(|_| ()).unwrap_err();
        assert!(!error.is_transient(), "{error}");
        assert!(
            error.to_string().starts_with(&format!("'AWS_CA_BUNDLE' names {}, ", path.display())),
            "{error}"
        );
        error.to_string()
    }

    #[test]
    fn what_is_wrong_with_a_bundle_is_named_with_its_path() {
        assert!(error(None).contains("which does not exist"));
        assert!(error(Some(b"")).contains("which holds no certificate in PEM form"));
        assert!(error(Some(b"\x30\x82\x01\x01")).contains("which holds no certificate in PEM form"));
        assert!(error(Some(b"-----BEGIN CERTIFICATE-----\nhunter2 ??\n-----END CERTIFICATE-----\n"))
            .contains("certificate 1 cannot be read"));
        let cut = format!("{CA}\n{}", &CA[..CA.len() / 2]);
        assert!(error(Some(cut.as_bytes())).contains("certificate 2 cannot be read"));
        let folder = tempfile::tempdir().unwrap();
        let setting = Setting {
            place: "ca_bundle of the profile 'x'".into(),
            value: folder.path().display().to_string(),
        };
        assert!(store(Some(&setting)).map(|_| ()).unwrap_err().to_string().contains("which is a directory"));
    }

    #[test]
    fn comments_and_further_certificates_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, format!("# Corporate authority, M\u{fc}ller\r\n{CA}\n{CA}")).unwrap();
        let setting = Setting { place: "AWS_CA_BUNDLE".into(), value: path.display().to_string() };
        assert!(store(Some(&setting)).is_ok());
    }
}
