use std::time::{Duration, SystemTime};

use oauthbearer_core::{Clock, ErrorKind, ProviderError, Token};
use secrecy::ExposeSecret;

use super::jwt::Claims;
use super::Granted;
use crate::file::TextFile;
use crate::http::skew;
use crate::settings::Principal;

/// Who a token is for where neither configuration nor token says so.
const NOBODY: &str = "oauthbearer";

/// Adds to secrets what Kafka has to know of a token: whom it is for and when it ends.
pub(crate) struct Tokens {
    pub(crate) principal: Principal,
    pub(crate) client_id: Option<String>,
    /// The life of tokens that say nothing of it themselves.
    pub(crate) lifetime: Option<Duration>,
}

impl Tokens {
    /// The token that `step` brought. It ends with `expires_in` or its `exp`, whichever is earlier: brokers enforce the
    /// latter.
    pub(crate) fn granted(
        &self,
        step: &str,
        granted: &Granted,
        clock: &Clock,
    ) -> Result<Token, ProviderError> {
        let claims = Claims::read(granted.secret.expose_secret());
        let exp = claims.as_ref().and_then(|claims| claims.date("exp"));
        if let Some(past) = exp.and_then(|exp| clock.wall().duration_since(exp).ok()) {
            return Err(expired(step, past, granted, clock));
        }
        let answered = granted.expires_in.and_then(|life| granted.asked.checked_add(life));
        let given = [exp, answered].into_iter().flatten().min();
        let end = given.or_else(|| granted.asked.checked_add(self.lifetime?)).ok_or_else(|| {
            endless(format!(
                "{step} brought a token that does not say when it ends: no 'expires_in', no 'exp'"
            ))
        })?;
        self.build(granted.secret.expose_secret(), claims.as_ref(), end, clock)
            .map_err(|fault| ProviderError::new(fault.kind(), format!("{step} failed: {fault}")))
    }

    /// The token that `file` holds now.
    pub(crate) fn of_file(&self, file: &TextFile, clock: &Clock) -> Result<Token, ProviderError> {
        let secret = file.read()?;
        let secret = secret.expose_secret();
        let claims = Claims::read(secret);
        let exp = claims.as_ref().and_then(|claims| claims.date("exp"));
        let end = exp.or_else(|| clock.wall().checked_add(self.lifetime?)).ok_or_else(|| {
            endless(file.say("it holds a token that does not say when it ends: it is no JWT with 'exp'"))
        })?;
        if let Ok(past) = clock.wall().duration_since(end) {
            let message = file.say(&format!("its token expired {} s ago", past.as_secs()));
            return Err(ProviderError::new(ErrorKind::Unavailable, message)
                .with_help("Check that what writes the file is running, and this machine's clock"));
        }
        let fault =
            |fault: ProviderError| ProviderError::new(ErrorKind::Unavailable, file.say(fault.message()));
        self.build(secret, claims.as_ref(), end, clock).map_err(fault)
    }

    fn build(
        &self,
        secret: &str,
        claims: Option<&Claims>,
        end: SystemTime,
        clock: &Clock,
    ) -> Result<Token, ProviderError> {
        let principal = self.principal(claims);
        Ok(Token::builder(secret).principal(principal).expires_at(end).build(clock)?)
    }

    fn principal(&self, claims: Option<&Claims>) -> String {
        let claimed = || {
            let claims = claims?;
            claims.name(&self.principal.claim).or_else(|| claims.name("sub"))
        };
        let configured = self.principal.name.clone();
        configured.or_else(claimed).or_else(|| self.client_id.clone()).unwrap_or_else(|| NOBODY.to_owned())
    }
}

/// The error of a token that was over when it came: one of the clocks is wrong.
fn expired(step: &str, past: Duration, granted: &Granted, clock: &Clock) -> ProviderError {
    let message =
        format!("{step} brought a token that expired {} s ago by this machine's clock", past.as_secs());
    match (skew(clock.wall(), granted.date), granted.date) {
        (Some(skew), _) => ProviderError::new(ErrorKind::ClockSkew, format!("{message}; {skew}"))
            .with_help("Correct this machine's clock, or the server's"),
        (None, None) => ProviderError::new(ErrorKind::ClockSkew, message)
            .with_help("Check this machine's clock, and the server's"),
        (None, Some(_)) => ProviderError::new(
            ErrorKind::InvalidResponse,
            format!("{message}, and the server's clock agrees"),
        )
        .with_help("Check the token lifetime that the server gives to this client"),
    }
}

/// Of a kind that is repeated rarely: the configuration has to change first.
fn endless(message: String) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, message).with_help(
        "Set lifetime_seconds in sasl.oauthbearer.config to the life that such tokens have at the server, or a little less",
    )
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;
    use oauthbearer_core::clock::ManualClock;

    use super::*;

    fn jwt(payload: &str) -> String {
        format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload))
    }

    fn tokens(lifetime: Option<u64>) -> Tokens {
        Tokens {
            principal: Principal { name: None, claim: "sub".to_owned() },
            client_id: Some("client-1".to_owned()),
            lifetime: lifetime.map(Duration::from_secs),
        }
    }

    /// What comes of `secret`, given at 1700000000 of the manual clock.
    fn granted(
        secret: &str,
        expires_in: Option<u64>,
        date: Option<u64>,
        tokens: &Tokens,
    ) -> Result<Token, ProviderError> {
        let clock = Clock::from(ManualClock::new());
        let granted = Granted {
            secret: secret.to_owned().into(),
            expires_in: expires_in.map(Duration::from_secs),
            asked: clock.wall(),
            date: date.map(|date| SystemTime::UNIX_EPOCH + Duration::from_secs(date)),
        };
        tokens.granted("the request", &granted, &clock)
    }

    #[test]
    fn the_earliest_end_counts() {
        let life = |secret: &str, expires_in, lifetime| {
            let token = granted(secret, expires_in, None, &tokens(lifetime)).unwrap();
            token.expires_at().duration_since(Clock::from(ManualClock::new()).wall()).unwrap().as_secs()
        };
        let with_exp = jwt(r#"{"exp":1700000300}"#);
        assert_eq!(life("opaque", Some(60), None), 60);
        assert_eq!(life("opaque", Some(60), Some(20)), 60);
        assert_eq!(life("opaque", None, Some(20)), 20);
        assert_eq!(life(&with_exp, None, Some(20)), 300);
        assert_eq!(life(&with_exp, Some(60), None), 60);
        assert_eq!(life(&with_exp, Some(600), None), 300);
        assert_eq!(life(&jwt("{}"), None, Some(20)), 20);
    }

    #[test]
    fn a_token_without_an_end_names_the_key() {
        let error = granted("opaque", None, None, &tokens(None)).unwrap_err();
        assert!(!error.is_transient() && error.to_string().contains("lifetime_seconds"), "{error}");
    }

    #[test]
    fn an_expired_token_tells_of_the_clocks() {
        let expired = jwt(r#"{"exp":1699999900}"#);
        let error = |date| granted(&expired, Some(300), date, &tokens(None)).unwrap_err();
        assert_eq!(error(None).kind(), ErrorKind::ClockSkew);
        let skewed = error(Some(1_699_999_400));
        assert_eq!(skewed.kind(), ErrorKind::ClockSkew);
        assert!(
            skewed
                .to_string()
                .contains("expired 100 s ago by this machine's clock; this machine's clock is 600 s ahead"),
            "{skewed}"
        );
        assert_eq!(error(Some(1_700_000_000)).kind(), ErrorKind::InvalidResponse);
    }

    #[test]
    fn the_principal() {
        let principal = |secret: &str, tokens: &Tokens| {
            granted(secret, Some(60), None, tokens).unwrap().principal().to_owned()
        };
        let mut tokens = tokens(None);
        let token = jwt(r#"{"sub":"service-7","azp":"orders"}"#);
        assert_eq!(principal(&token, &tokens), "service-7");
        assert_eq!(principal("opaque", &tokens), "client-1");
        tokens.principal.claim = "azp".to_owned();
        assert_eq!(principal(&token, &tokens), "orders");
        assert_eq!(principal(&jwt(r#"{"sub":"service-7"}"#), &tokens), "service-7");
        assert_eq!(principal(&jwt("{}"), &tokens), "client-1");
        tokens.client_id = None;
        assert_eq!(principal("opaque", &tokens), NOBODY);
        tokens.principal.name = Some("me".to_owned());
        assert_eq!(principal(&token, &tokens), "me");
    }

    #[test]
    fn characters_that_brokers_refuse() {
        let error = granted("two words", Some(60), None, &tokens(None)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(!error.to_string().contains("two words"), "{error}");
    }
}
