use std::time::{Duration, SystemTime};

use oauthbearer_core::{Clock, ErrorKind, ProviderError, Token};
use secrecy::ExposeSecret;

use super::life::{after, expired, Warned};
use super::Granted;
use crate::file::TextFile;
use crate::jwt::{is_cut_off, Claims};
use crate::presented::{check_time, CUT_OFF};
use crate::settings::Principal;

/// Who a token is for where neither configuration nor token says so.
const NOBODY: &str = "oauthbearer";

/// Adds to secrets what Kafka has to know of a token: whom it is for and when it ends.
pub(crate) struct Tokens {
    principal: Principal,
    client_id: Option<String>,
    /// The longest life of tokens, and the life of those that do not state one.
    lifetime: Option<Duration>,
    warned: Warned,
}

impl Tokens {
    pub(crate) fn new(principal: Principal, client_id: Option<String>, lifetime: Option<Duration>) -> Self {
        Self { principal, client_id, lifetime, warned: Warned::default() }
    }

    /// The token of `step`. It expires with `expires_in`, its `exp`, which brokers enforce, or the configured
    /// lifetime, whichever is the earliest.
    pub(crate) fn granted(
        &self,
        step: &str,
        granted: &Granted,
        clock: &Clock,
    ) -> Result<Token, ProviderError> {
        let now = clock.wall();
        let claims = Claims::read(granted.secret.expose_secret());
        let exp = claims.as_ref().and_then(|claims| claims.date("exp"));
        if let Some((end, past)) = exp.and_then(|exp| Some((exp, now.duration_since(exp).ok()?))) {
            return Err(expired(step, end, past, granted, now));
        }
        let by_server = match &claims {
            Some(claims) => self.warned.begun(step, claims, granted, now)?,
            None => None,
        };
        let lives =
            [granted.expires_in, self.lifetime].map(|life| life.map(|life| after(granted.asked, life)));
        let end = lives.into_iter().chain([exp, by_server]).flatten().min().ok_or_else(|| {
            endless(format!(
                "{step} brought a token that does not say when it ends: no 'expires_in', no 'exp'"
            ))
        })?;
        self.build(granted.secret.expose_secret(), claims.as_ref(), self.warned.believable(end, now), clock)
            .map_err(|fault| ProviderError::new(fault.kind(), format!("{step} failed: {fault}")))
    }

    /// The token that `file` holds now.
    pub(crate) fn of_file(&self, file: &TextFile, clock: &Clock) -> Result<Token, ProviderError> {
        let secret = file.read()?;
        let secret = secret.expose_secret();
        // A token that is half-written has the right characters, so somebody has to mend these.
        Token::check_characters(secret).map_err(|slip| {
            let fault = ProviderError::from(slip);
            unusable(file, &ProviderError::new(ErrorKind::Credentials, fault.message()))
        })?;
        if is_cut_off(secret) {
            let fault = ProviderError::new(ErrorKind::Unavailable, CUT_OFF);
            return Err(unusable(file, &fault));
        }
        let claims = Claims::read(secret);
        if let Some(claims) = &claims {
            check_time(file, claims, clock)?;
        }
        let now = clock.wall();
        let exp = claims.as_ref().and_then(|claims| claims.date("exp"));
        let life = self.lifetime.map(|life| after(now, life));
        let end = [exp, life].into_iter().flatten().min().ok_or_else(|| {
            endless(file.say("it holds a token that does not say when it ends: it is no JWT with 'exp'"))
        })?;
        self.build(secret, claims.as_ref(), self.warned.believable(end, now), clock)
            .map_err(|fault| unusable(file, &fault))
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

/// The error of a token in a file: perhaps it is half written, unless it is a mistake that somebody has to
/// correct.
fn unusable(file: &TextFile, fault: &ProviderError) -> ProviderError {
    let kind = match fault.kind() {
        ErrorKind::Credentials => ErrorKind::Credentials,
        _ => ErrorKind::Unavailable,
    };
    ProviderError::new(kind, file.say(fault.message()))
        .with_help("The file must hold the token and nothing else")
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
        let principal = Principal { name: None, claim: "sub".to_owned() };
        Tokens::new(principal, Some("client-1".to_owned()), lifetime.map(Duration::from_secs))
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
        assert_eq!(life("opaque", Some(60), Some(20)), 20);
        assert_eq!(life("opaque", Some(60), Some(90)), 60);
        assert_eq!(life("opaque", None, Some(20)), 20);
        assert_eq!(life(&with_exp, None, Some(20)), 20);
        assert_eq!(life(&with_exp, None, Some(900)), 300);
        assert_eq!(life(&with_exp, Some(60), None), 60);
        assert_eq!(life(&with_exp, Some(600), None), 300);
        assert_eq!(life(&jwt("{}"), None, Some(20)), 20);
    }

    #[test]
    fn no_life_is_longer_than_a_day() {
        for (claims, expires_in) in [
            ("{}", Some(300_000)),
            ("{}", Some(86_401)),
            ("{}", Some(1_700_000_300)),
            ("{}", Some(1_700_000_300_000)),
            ("{}", Some(u64::MAX)),
            (r#"{"exp":1700000300000}"#, None),
            (r#"{"exp":1700000300000,"iat":1700000000000}"#, None),
            (r#"{"exp":1e18}"#, None),
            (r#"{"exp":1731536000}"#, None),
        ] {
            let token = granted(&jwt(claims), expires_in, None, &tokens(None)).unwrap();
            let now = Clock::from(ManualClock::new()).wall();
            assert_eq!(token.expires_at(), now + Duration::from_secs(86_400), "{claims} {expires_in:?}");
        }
        let token = granted(&jwt(r#"{"exp":1700000300000}"#), Some(300), None, &tokens(None)).unwrap();
        assert_eq!(token.expires_at(), Clock::from(ManualClock::new()).wall() + Duration::from_secs(300));
    }

    #[test]
    fn a_token_that_is_not_valid_yet_tells_of_the_clocks() {
        let later = jwt(r#"{"nbf":1700000600,"exp":1700000900}"#);
        let error = |date| granted(&later, Some(300), date, &tokens(None)).unwrap_err();
        for (date, expected) in [
            (None, "begins 600 s later, at 2023-11-14T22:23:20Z. Correct"),
            (Some(1_700_000_000), "Z, and the server's clock agrees"),
            (Some(1_700_000_100), "this machine's clock is 100 s behind the server's"),
        ] {
            let error = error(date);
            assert_eq!(error.kind(), ErrorKind::ClockSkew);
            assert!(error.to_string().contains(expected), "{error}");
            assert!(
                error.to_string().contains("by this machine's clock it is 2023-11-14T22:13:20Z"),
                "{error}"
            );
        }
        for taken in [r#"{"nbf":1700000030,"exp":1700000900}"#, r#"{"iat":1700000030,"exp":1700000900}"#] {
            granted(&jwt(taken), Some(300), None, &tokens(None)).unwrap();
        }
        assert_eq!(
            granted(&jwt(r#"{"iat":1700000031,"exp":1700000900}"#), None, None, &tokens(None))
                .unwrap_err()
                .kind(),
            ErrorKind::ClockSkew
        );
    }

    #[test]
    fn a_slow_clock_of_this_machine_is_told_and_counted_in() {
        // The server's clock is 600 s ahead, and by it 300 s of the token are left.
        let token =
            granted(&jwt(r#"{"iat":1700000600,"exp":1700000900}"#), None, Some(1_700_000_600), &tokens(None))
                .unwrap();
        assert_eq!(token.expires_at(), Clock::from(ManualClock::new()).wall() + Duration::from_secs(300));
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
        assert!(
            skewed.to_string().contains("(its end was 2023-11-14T22:11:40Z, now it is 2023-11-14T22:13:20Z)"),
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
        for (secret, kind, expected) in [
            ("two words", ErrorKind::InvalidResponse, "white space"),
            ("Bearer hunter2", ErrorKind::Credentials, "the word 'Bearer'"),
            ("hunter2,", ErrorKind::InvalidResponse, "characters"),
        ] {
            let error = granted(secret, Some(60), None, &tokens(None)).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(
                !error.to_string().contains("two words") && !error.to_string().contains("hunter2"),
                "{error}"
            );
        }
    }
}
