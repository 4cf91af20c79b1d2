//! The assertion of `sasl.oauthbearer.assertion.*`.

use oauthbearer_core::keys::shown;
use secrecy::SecretString;

use super::{names, Readers};
use crate::assertion::{Assertion, Claims, KeySource, Signer, Signing};
use crate::client_auth::ClientAuthentication;
use crate::file::TextFile;
use crate::keys::{self, ASSERTION_FILE, PRIVATE_KEY_FILE, PRIVATE_KEY_PEM};

const CLIENT_TYPE: &str = "client_assertion_type";

/// What only assertions that are signed here have.
const OF_SIGNING: &[&str] = &[
    PRIVATE_KEY_FILE,
    PRIVATE_KEY_PEM,
    keys::ASSERTION_ALGORITHM,
    keys::PASSPHRASE,
    keys::TEMPLATE_FILE,
    keys::CLAIM_AUD,
    keys::CLAIM_ISS,
    keys::CLAIM_SUB,
    keys::CLAIM_EXP,
    keys::CLAIM_NBF,
    keys::CLAIM_JTI,
];

/// Whether an assertion is configured, right or wrong.
pub(super) fn is_given(readers: &Readers<'_>) -> bool {
    [ASSERTION_FILE, PRIVATE_KEY_FILE, PRIVATE_KEY_PEM].iter().any(|name| readers.has(name))
}

pub(super) fn read(readers: &mut Readers<'_>) -> Option<Assertion> {
    let of_signing = readers.given(OF_SIGNING);
    if readers.has(ASSERTION_FILE) {
        for name in of_signing {
            let message = format!(
                "is for assertions that are signed here, but '{ASSERTION_FILE}' is one: remove one of them."
            );
            readers.problem(name, &message);
        }
        return readers.file(ASSERTION_FILE).map(Assertion::File);
    }
    if !is_given(readers) {
        for name in of_signing {
            readers.problem(name, &format!("needs a private key: set '{PRIVATE_KEY_FILE}', or remove it."));
        }
        return None;
    }
    if readers.has(PRIVATE_KEY_FILE) && readers.has(PRIVATE_KEY_PEM) {
        readers.problem(
            PRIVATE_KEY_FILE,
            &format!("and '{PRIVATE_KEY_PEM}' exclude each other: set one of them."),
        );
        return None;
    }
    signer(readers).map(|signer| Assertion::Signed(Box::new(signer)))
}

/// The type of the client's assertion, which is an absolute URI (RFC 7521 §4.2).
pub(super) fn client_type(
    readers: &mut Readers<'_>,
    authentication: Option<&ClientAuthentication>,
) -> Option<String> {
    const KNOWN: &[&str] = &[
        keys::JWT_ASSERTION,
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe",
    ];
    let text = readers.text(CLIENT_TYPE)?;
    let by_assertion = matches!(authentication, None | Some(ClientAuthentication::Assertion(_)));
    if readers.has(CLIENT_TYPE) && !by_assertion {
        readers.problem(
            CLIENT_TYPE,
            &format!(
                "is for a client that proves itself by an assertion: set client_assertion_file or '{PRIVATE_KEY_FILE}', or \
                 remove it."
            ),
        );
        return None;
    }
    let slip = names::slip_of(&text, KNOWN).filter(|name| *name != text);
    if slip.is_none() && names::is_uri(&text) {
        return Some(text);
    }
    let hint = slip.map_or_else(String::new, |name| format!(" Did you mean '{name}'?"));
    let message =
        format!("must be a URI that the server knows, such as {}; got '{}'.{hint}", KNOWN[0], shown(&text));
    readers.problem(CLIENT_TYPE, &message);
    None
}

fn signer(readers: &mut Readers<'_>) -> Option<Signer> {
    let file =
        readers.text(PRIVATE_KEY_FILE).map(|path| KeySource::File(TextFile::new(PRIVATE_KEY_FILE, path)));
    let pem = readers.lines(PRIVATE_KEY_PEM).map(|pem| KeySource::Pem(SecretString::from(pem)));
    let algorithm = readers.word(keys::ASSERTION_ALGORITHM);
    let passphrase = readers.secret(keys::PASSPHRASE);
    let template = readers.text(keys::TEMPLATE_FILE).map(|path| TextFile::new(keys::TEMPLATE_FILE, path));
    let claims = claims(readers);
    let signing = Signing { algorithm: algorithm?, key: file.or(pem)?, passphrase, template };
    let made = Signer::new(signing, claims?);
    readers.absorb(made)
}

fn claims(readers: &mut Readers<'_>) -> Option<Claims> {
    let issuer = readers.text(keys::CLAIM_ISS);
    let subject = readers.text(keys::CLAIM_SUB);
    let audience = readers.text(keys::CLAIM_AUD);
    let valid_seconds = readers.integer(keys::CLAIM_EXP);
    let backdated_seconds = readers.integer(keys::CLAIM_NBF);
    let id = readers.flag(keys::CLAIM_JTI);
    Some(Claims {
        issuer,
        subject,
        audience,
        valid_seconds: valid_seconds?,
        backdated_seconds: backdated_seconds?,
        id: id?,
    })
}
