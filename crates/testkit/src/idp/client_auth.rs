//! Which client it is that asks, and whether it is.

use super::client::{Client, ClientAuth, Credential};
use super::form::Form;
use super::jwt::Jwt;
use super::refusal::Cause;
use super::service::Service;
use crate::common::{lock, percent};
use axum::http::header::AUTHORIZATION;
use axum::http::HeaderMap;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;

/// RFC 7523, section 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request says about its client.
pub(super) enum Claim<'a> {
    /// Id and secret as they were sent, in `base64(ID:SECRET)`.
    Basic {
        id: String,
        secret: String,
    },
    Post {
        id: &'a str,
        secret: &'a str,
    },
    Assertion {
        id: Option<&'a str>,
        text: &'a str,
    },
    /// The id alone; the connection may have a certificate.
    Id(&'a str),
}

impl<'a> Claim<'a> {
    /// `None` where the request says nothing at all.
    pub(super) fn read(headers: &HeaderMap, form: &Form<'a>) -> Result<Option<Self>, Cause> {
        let basic = headers.get(AUTHORIZATION);
        let (id, secret) = (form.value("client_id"), form.value("client_secret"));
        let assertion = form.value("client_assertion");
        let ways = [basic.is_some(), secret.is_some(), assertion.is_some()];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            return Err(Cause::TwoMethods);
        }
        if let Some(value) = basic {
            return read_basic(value.as_bytes()).map(Some);
        }
        if let Some(text) = assertion {
            return match form.required("client_assertion_type")? {
                ASSERTION_TYPE => Ok(Some(Self::Assertion { id, text })),
                _ => Err(Cause::BadClientAssertion("its type is not supported".into())),
            };
        }
        match (id, secret) {
            (Some(id), Some(secret)) => Ok(Some(Self::Post { id, secret })),
            (None, Some(_)) => Err(Cause::Missing("client_id")),
            (id, None) => Ok(id.map(Self::Id)),
        }
    }

    pub(super) fn method(&self, certificate: bool) -> ClientAuth {
        match self {
            Self::Basic { .. } => ClientAuth::ClientSecretBasic,
            Self::Post { .. } => ClientAuth::ClientSecretPost,
            Self::Assertion { .. } => ClientAuth::PrivateKeyJwt,
            Self::Id(_) if certificate => ClientAuth::TlsClientAuth,
            Self::Id(_) => ClientAuth::None,
        }
    }
}

fn read_basic<'a>(value: &[u8]) -> Result<Claim<'a>, Cause> {
    let wrong = || Cause::BadAuthorization("the header Authorization is not Basic base64(ID:SECRET)");
    let value = std::str::from_utf8(value).map_err(|_| wrong())?;
    let (scheme, encoded) = value.split_once(' ').ok_or_else(wrong)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let (id, secret) = text.split_once(':').ok_or_else(wrong)?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    is_basic.then(|| Claim::Basic { id: id.into(), secret: secret.into() }).ok_or_else(wrong)
}

impl Service {
    /// The client, once it has proved who it is.
    pub(super) fn authenticate(
        &self,
        claim: &Claim<'_>,
        form: &Form<'_>,
        certificate: Option<&str>,
    ) -> Result<Client, Cause> {
        let method = claim.method(certificate.is_some());
        let client = match claim {
            Claim::Basic { id, secret } => self.by_basic(id, secret),
            Claim::Post { id, secret } => self.by_post(id, secret),
            Claim::Assertion { id, text } => self.by_assertion(*id, text),
            Claim::Id(id) => self.by_certificate_or_nothing(id, certificate),
        }?;
        if !self.profile.methods.contains(&method) {
            return Err(Cause::WrongMethod(method));
        }
        // RFC 6749, section 3.2.1: whatever else names the client must name the same.
        match form.value("client_id") {
            Some(id) if id != client.id => Err(Cause::Unexpected("client_id".into())),
            _ => Ok(client),
        }
    }

    pub(super) fn client(&self, id: &str) -> Result<Client, Cause> {
        lock(&self.clients).get(id).cloned().ok_or_else(|| Cause::UnknownClient(id.into()))
    }

    /// Which client the request says it is from, right or wrong.
    pub(super) fn named(&self, claim: &Claim<'_>) -> Option<String> {
        let id = match claim {
            Claim::Basic { id, .. } if self.raw_client(id).is_some() => Some(id.clone()),
            Claim::Basic { id, .. } => percent::decode_form(id).or_else(|| Some(id.clone())),
            Claim::Post { id, .. } | Claim::Id(id) => Some((*id).to_owned()),
            Claim::Assertion { id, .. } => id.map(str::to_owned),
        };
        id.filter(|id| !id.is_empty())
    }

    /// The client of this id, where its id and secret are not percent-encoded.
    fn raw_client(&self, id: &str) -> Option<Client> {
        let is_raw = |credential: &Credential| matches!(credential, Credential::BasicRaw(_));
        lock(&self.clients).get(id).filter(|client| client.credentials.iter().any(is_raw)).cloned()
    }

    fn by_basic(&self, id: &str, secret: &str) -> Result<Client, Cause> {
        if let Some(client) = self.raw_client(id) {
            return prove(client, ClientAuth::ClientSecretBasic, |credential| match credential {
                Credential::BasicRaw(right) if right != secret => Err(Cause::WrongSecret(id.into())),
                Credential::BasicRaw(_) => Ok(true),
                _ => Ok(false),
            });
        }
        let wrong = || Cause::BadAuthorization("id and secret in Authorization are not percent-encoded");
        let id = percent::decode_form(id).ok_or_else(wrong)?;
        let secret = percent::decode_form(secret).ok_or_else(wrong)?;
        prove(self.client(&id)?, ClientAuth::ClientSecretBasic, |credential| match credential {
            Credential::Basic(right) if *right != secret => Err(Cause::WrongSecret(id.clone())),
            Credential::Basic(_) => Ok(true),
            _ => Ok(false),
        })
    }

    fn by_post(&self, id: &str, secret: &str) -> Result<Client, Cause> {
        prove(self.client(id)?, ClientAuth::ClientSecretPost, |credential| match credential {
            Credential::Post(right) if right != secret => Err(Cause::WrongSecret(id.into())),
            Credential::Post(_) => Ok(true),
            _ => Ok(false),
        })
    }

    fn by_assertion(&self, id: Option<&str>, text: &str) -> Result<Client, Cause> {
        let jwt = Jwt::parse(text).map_err(Cause::BadClientAssertion)?;
        // Who sends somebody else's token must say who it is itself.
        let id = id.map_or_else(|| jwt.text("sub"), Ok).map_err(Cause::BadClientAssertion)?;
        prove(self.client(id)?, ClientAuth::PrivateKeyJwt, |credential| {
            match credential {
                Credential::Key(key) => self.check_client_assertion(&jwt, id, key),
                Credential::Federated { issuer, subject } => {
                    self.check_federated(&jwt, text, issuer, subject)
                }
                _ => return Ok(false),
            }
            .map_err(Cause::BadClientAssertion)?;
            Ok(true)
        })
    }

    fn check_federated(&self, jwt: &Jwt, text: &str, issuer: &str, subject: &str) -> Result<(), String> {
        if jwt.text("iss")? != issuer || jwt.text("sub")? != subject {
            return Err("its issuer and subject are not those of the federated credential".into());
        }
        self.check_foreign_token(text).map(|_| ())
    }

    fn by_certificate_or_nothing(&self, id: &str, certificate: Option<&str>) -> Result<Client, Cause> {
        let client = self.client(id)?;
        if client.credentials.iter().any(|credential| matches!(credential, Credential::Nothing)) {
            return Ok(client);
        }
        let Some(certificate) = certificate else { return Err(Cause::NoClient) };
        let is_its_own = self.tls.as_ref().is_some_and(|tls| tls.belongs_to(certificate, id));
        prove(client, ClientAuth::TlsClientAuth, |credential| match credential {
            Credential::Certificate if !is_its_own => Err(Cause::UnknownCertificate),
            Credential::Certificate => Ok(true),
            _ => Ok(false),
        })
    }
}

/// Tries the client's credentials of this kind: the first that is right counts, else the last error does. `proves` says
/// whether a credential is right, or not of this kind.
fn prove(
    client: Client,
    method: ClientAuth,
    proves: impl Fn(&Credential) -> Result<bool, Cause>,
) -> Result<Client, Cause> {
    let mut error = Cause::WrongMethod(method);
    for credential in &client.credentials {
        match proves(credential) {
            Ok(true) => return Ok(client),
            Ok(false) => {}
            Err(cause) => error = cause,
        }
    }
    Err(error)
}
