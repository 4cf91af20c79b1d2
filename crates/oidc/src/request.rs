//! What a token endpoint is asked: one form, with the grant and the client's proof of who it is.

use std::time::SystemTime;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use oauthbearer_core::{Clock, ErrorKind, ProviderError};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::{byte_serialize, Serializer};
use url::Url;

use crate::assertion::{Assertion, Context};
use crate::client_auth::ClientAuthentication;
use crate::client_secret::ClientSecret;
use crate::file::TextFile;
use crate::grant::{Grant, TokenExchange};
use crate::http::Form;
use crate::keys::{CLIENT_CREDENTIALS, JWT_BEARER, TOKEN_EXCHANGE};
use crate::presented::{Presented, Shape};
use crate::secrets::Secrets;
use crate::settings::{is_secret, Exchange, Secret};

/// A request with what must not come back in an error's text.
pub(crate) struct Request {
    pub(crate) form: Form,
    pub(crate) secrets: Secrets,
    /// Other programs' tokens in the request.
    pub(crate) presented: Vec<Presented>,
    /// When it was made.
    pub(crate) made: SystemTime,
}

/// The request to `endpoint`. Every call makes new assertions and reads files again.
pub(crate) fn build(exchange: &Exchange, endpoint: &Url, clock: &Clock) -> Result<Request, ProviderError> {
    let context = Context { client_id: exchange.client_id.as_deref(), token_endpoint: endpoint.as_str() };
    let mut maker = Maker {
        made: clock.wall(),
        fields: Vec::new(),
        authorization: None,
        secrets: Secrets::default(),
        presented: Vec::new(),
        context,
        clock,
    };
    maker.grant(&exchange.grant)?;
    maker.authentication(&exchange.authentication, &exchange.client_assertion_type)?;
    maker.plain("scope", exchange.scope.as_deref());
    for (name, value) in &exchange.parameters {
        match is_secret(name) {
            true => maker.secret(name, value.clone().into()),
            false => maker.plain(name, Some(value)),
        }
    }
    Ok(maker.finish())
}

struct Maker<'a> {
    made: SystemTime,
    fields: Vec<(&'a str, SecretString)>,
    authorization: Option<HeaderValue>,
    secrets: Secrets,
    presented: Vec<Presented>,
    context: Context<'a>,
    clock: &'a Clock,
}

impl<'a> Maker<'a> {
    fn grant(&mut self, grant: &'a Grant) -> Result<(), ProviderError> {
        match grant {
            Grant::ClientCredentials => self.plain("grant_type", Some(CLIENT_CREDENTIALS)),
            Grant::JwtBearer(assertion) => {
                self.plain("grant_type", Some(JWT_BEARER));
                self.assertion("assertion", assertion, Shape::Jwt)?;
            }
            Grant::TokenExchange(exchange) => self.token_exchange(exchange)?,
            Grant::Other(name) => self.plain("grant_type", Some(name)),
        }
        Ok(())
    }

    fn token_exchange(&mut self, exchange: &'a TokenExchange) -> Result<(), ProviderError> {
        self.plain("grant_type", Some(TOKEN_EXCHANGE));
        self.file("subject_token", &exchange.subject_token, shape(&exchange.subject_token_type))?;
        self.plain("subject_token_type", Some(&exchange.subject_token_type));
        if let Some((token, kind)) = &exchange.actor_token {
            self.file("actor_token", token, shape(kind))?;
            self.plain("actor_token_type", Some(kind));
        }
        self.plain("requested_token_type", exchange.requested_token_type.as_deref());
        Ok(())
    }

    fn authentication(
        &mut self,
        authentication: &'a ClientAuthentication,
        assertion_type: &str,
    ) -> Result<(), ProviderError> {
        let id = self.context.client_id;
        match authentication {
            // The id is in the header; RFC 6749 §2.3 forbids a second way.
            ClientAuthentication::SecretBasic { secret, encoded } => return self.basic(secret, *encoded),
            ClientAuthentication::SecretPost { secret } => {
                let current = secret.read()?;
                secret.add_to(&mut self.secrets);
                self.secret("client_secret", current);
            }
            ClientAuthentication::Assertion(assertion) => {
                self.plain("client_assertion_type", Some(assertion_type));
                self.assertion("client_assertion", assertion, assertion_shape(assertion_type))?;
            }
            // The id tells whose certificate it is (RFC 8705 §2).
            ClientAuthentication::Tls | ClientAuthentication::None => {}
        }
        self.plain("client_id", id);
        Ok(())
    }

    fn basic(&mut self, secret: &ClientSecret, percent: bool) -> Result<(), ProviderError> {
        let current = secret.read()?;
        secret.add_to(&mut self.secrets);
        let part = |text: &str| if percent { encoded(text) } else { text.to_owned() };
        let pair =
            format!("{}:{}", part(self.context.client_id.unwrap_or_default()), part(current.expose_secret()));
        let credentials = STANDARD.encode(pair);
        self.secrets.add_text(&credentials);
        let mut header = HeaderValue::try_from(format!("Basic {credentials}")).map_err(|_| {
            ProviderError::new(ErrorKind::Internal, "the header 'Authorization' cannot be made")
        })?;
        header.set_sensitive(true);
        self.authorization = Some(header);
        Ok(())
    }

    fn assertion(&mut self, name: &'a str, assertion: &Assertion, shape: Shape) -> Result<(), ProviderError> {
        match assertion {
            Assertion::File(file) => self.file(name, file, shape)?,
            Assertion::Signed(signer) => {
                let text = signer.sign(self.clock, &self.context)?;
                self.secret(name, text);
            }
        }
        Ok(())
    }

    /// Adds a token that another program keeps in a file.
    fn file(&mut self, name: &'a str, file: &TextFile, shape: Shape) -> Result<(), ProviderError> {
        let (text, presented) = Presented::read(file, shape, self.clock)?;
        self.secret(name, text);
        self.presented.extend(presented);
        Ok(())
    }

    fn secret(&mut self, name: &'a str, value: Secret) {
        self.secrets.add(&value);
        self.fields.push((name, value));
    }

    fn plain(&mut self, name: &'a str, value: Option<&str>) {
        self.fields.extend(value.map(|value| (name, SecretString::from(value.to_owned()))));
    }

    fn finish(self) -> Request {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(self.fields.iter().map(|(name, value)| (name, value.expose_secret())));
        let form = Form { authorization: self.authorization, body: form.finish() };
        Request { form, secrets: self.secrets, presented: self.presented, made: self.made }
    }
}

/// The expected format of a token of the type `kind` (RFC 8693 §3).
fn shape(kind: &str) -> Shape {
    const OF_JWTS: [&str; 2] =
        ["urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"];
    match OF_JWTS.contains(&kind) {
        true => Shape::DeclaredJwt,
        false => Shape::Any,
    }
}

/// The expected format of an assertion of the type `kind`: those for JWTs have it in their names, such as
/// `jwt-bearer` and `jwt-spiffe`.
fn assertion_shape(kind: &str) -> Shape {
    match kind.contains("jwt") {
        true => Shape::Jwt,
        false => Shape::Any,
    }
}

/// As in a form (RFC 6749 appendix B).
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
