//! Whether signed tokens that clients send are what they should be.

use super::client_key::PublicKey;
use super::jwt::Jwt;
use super::service::Service;
use crate::common::lock;

/// The longest that an assertion may live, in seconds: what Okta and Google allow.
const LONGEST: u64 = 3600;

/// How long tokens of others may live, such as those of a Kubernetes service account, in seconds.
const LONGEST_OF_OTHERS: u64 = 366 * 86_400;

impl Service {
    /// A client's own assertion (RFC 7523, section 3): its issuer and subject is the client, and it comes once only.
    pub(super) fn check_client_assertion(
        &self,
        jwt: &Jwt,
        client_id: &str,
        key: &PublicKey,
    ) -> Result<(), String> {
        jwt.verify(key)?;
        if jwt.text("iss")? != client_id || jwt.text("sub")? != client_id {
            return Err("its claims iss and sub are not both the client id".into());
        }
        jwt.check_audience(&(self.profile.assertion_audience)(&self.place))?;
        jwt.check_times(self.now(), LONGEST)?;
        let id = format!("{client_id} {}", jwt.text("jti")?);
        if !lock(&self.seen_assertions).insert(id) {
            return Err("its claim jti was used before".into());
        }
        Ok(())
    }

    /// The assertion of the jwt-bearer grant, by a trusted issuer.
    pub(super) fn check_assertion(&self, text: &str) -> Result<Jwt, String> {
        self.check_trusted(text, LONGEST)
    }

    /// Any other token of a trusted issuer, or one of this server's own.
    pub(super) fn check_foreign_token(&self, text: &str) -> Result<Jwt, String> {
        self.check_trusted(text, LONGEST_OF_OTHERS)
    }

    fn check_trusted(&self, text: &str, longest: u64) -> Result<Jwt, String> {
        let jwt = Jwt::parse(text)?;
        let issuer = jwt.text("iss")?;
        let mut trusted = self.trusted.iter().filter(|trusted| trusted.issuer == issuer).peekable();
        trusted.peek().ok_or("its issuer is not trusted")?;
        let trusted = trusted.find(|trusted| jwt.verify(&trusted.key).is_ok());
        let trusted = trusted.ok_or("its signature is not by a key of its issuer")?;
        match &trusted.audience {
            Some(audience) => jwt.check_audience(&[audience])?,
            None => jwt.check_audience(&(self.profile.assertion_audience)(&self.place))?,
        }
        jwt.check_times(self.now(), longest)?;
        Ok(jwt)
    }
}
