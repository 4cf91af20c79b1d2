//! Tokens that another program keeps in a file and that are sent to a server: assertions, and tokens to
//! exchange. Their claims are checked before they are sent, since servers often just say that a token is
//! wrong.

use std::time::SystemTime;

use oauthbearer_core::clock::utc;
use oauthbearer_core::{Clock, ErrorKind, InvalidToken, ProviderError, Token};
use secrecy::ExposeSecret;
use url::Url;

use crate::file::TextFile;
use crate::http::TOLERATED;
use crate::jwt::{is_jwt, Claims};
use crate::keys;
use crate::settings::Secret;

/// A JWT whose later segments are wrong.
pub(crate) const CUT_OFF: &str = "its JWT is cut off or damaged";

/// What a token must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A JWT (RFC 7523 §2).
    Jwt,
    /// A JWT if its declared type is the right one (RFC 8693 §3), which the server judges.
    DeclaredJwt,
    /// In its issuer's own format.
    Any,
}

/// A token that is sent to a server.
pub(crate) struct Presented {
    /// The key that names its file.
    key: &'static str,
    /// None if the token is not a JWT, although its type says so.
    said: Option<Said>,
}

/// What a JWT says of itself.
struct Said {
    issuer: Option<String>,
    subject: Option<String>,
    audiences: Vec<String>,
    end: Option<SystemTime>,
}

impl Presented {
    /// Reads the token that `file` holds now.
    pub(crate) fn read(
        file: &TextFile,
        shape: Shape,
        clock: &Clock,
    ) -> Result<(Secret, Option<Self>), ProviderError> {
        let secret = file.read()?;
        check_shape(file, secret.expose_secret(), shape)?;
        let presented = match Claims::read(secret.expose_secret()) {
            Some(claims) => {
                check_time(file, &claims, clock)?;
                Some(Self { key: file.key(), said: Some(Said::read(&claims)) })
            }
            None => (shape == Shape::DeclaredJwt).then(|| Self { key: file.key(), said: None }),
        };
        Ok((secret, presented))
    }

    /// What to add to the error of a refusal.
    pub(crate) fn note(&self) -> String {
        match &self.said {
            Some(said) => format!("the token in '{}' is for {}", self.key, said.shown()),
            None => format!("the token in '{}' is no JWT, and its type says that it is one", self.key),
        }
    }

    /// The audience of an assertion that is for neither the server at one of `urls` nor one of `names`: its
    /// `aud` should be the server's issuer or token endpoint (RFC 7523 §3), or a name of the server's own. A
    /// token to exchange is for another server.
    pub(crate) fn stray_audience(&self, urls: &[&str], names: &[&str]) -> Option<String> {
        /// Accepted by Microsoft Entra in all its clouds.
        const ENTRA: &str = "api://AzureADTokenExchange";
        let is_assertion = [keys::ASSERTION_FILE, keys::CLIENT_ASSERTION_FILE].contains(&self.key);
        let said = self.said.as_ref().filter(|_| is_assertion)?;
        let host = |text: &str| Url::parse(text).ok()?.host_str().map(str::to_owned);
        let fits = |audience: &String| {
            let host_of_audience = host(audience).unwrap_or_else(|| audience.clone());
            let of_server = urls.iter().filter_map(|url| host(url)).any(|host| host == host_of_audience);
            of_server || names.contains(&audience.as_str()) || audience.starts_with(ENTRA)
        };
        (!said.audiences.iter().any(fits)).then(|| said.audience())
    }

    pub(crate) fn key(&self) -> &'static str {
        self.key
    }
}

impl Said {
    fn read(claims: &Claims) -> Self {
        Self {
            issuer: claims.name("iss"),
            subject: claims.name("sub"),
            audiences: claims.audiences().into_iter().map(str::to_owned).collect(),
            end: claims.date("exp"),
        }
    }

    fn shown(&self) -> String {
        let mut note = self.audience();
        for (word, name) in [("of", &self.issuer), ("about", &self.subject)] {
            name.iter().for_each(|name| note.push_str(&format!(" {word} '{}'", shown(name))));
        }
        self.end.iter().for_each(|end| note.push_str(&format!(" until {}", utc(*end))));
        note
    }

    fn audience(&self) -> String {
        let quoted = self.audiences.iter().take(3).map(|audience| format!("'{}'", shown(audience)));
        match self.audiences.is_empty() {
            true => "nobody (it has no 'aud')".to_owned(),
            false => quoted.collect::<Vec<_>>().join(", "),
        }
    }
}

fn check_shape(file: &TextFile, text: &str, shape: Shape) -> Result<(), ProviderError> {
    let error = |kind, fault: &str| ProviderError::new(kind, file.say(fault));
    match (Token::check_characters(text), shape) {
        // Text that surely is not part of the token, whatever its format.
        (Err(slip), _) if is_plain_slip(slip) => Err(error(ErrorKind::Credentials, &slip.to_string())),
        (Err(slip), Shape::Jwt) => Err(error(ErrorKind::Credentials, ProviderError::from(slip).message())),
        (_, Shape::Any) => Ok(()),
        _ if is_jwt(text) => Ok(()),
        _ if text.starts_with("eyJ") => Err(error(ErrorKind::Unavailable, CUT_OFF)
            .with_help("It is read again at the next attempt; check what writes the file")),
        (_, Shape::DeclaredJwt) => Ok(()),
        (Ok(()), Shape::Jwt) => {
            Err(error(ErrorKind::Credentials, "it holds no JWT, which is three parts with dots in between")
                .with_help("Name the file with the assertion itself"))
        }
    }
}

fn is_plain_slip(slip: InvalidToken) -> bool {
    use InvalidToken::{Json, Placeholder, Quoted, Scheme};
    matches!(slip, Json | Placeholder | Quoted | Scheme)
}

/// Checks that the token is valid now by this machine's clock.
pub(crate) fn check_time(file: &TextFile, claims: &Claims, clock: &Clock) -> Result<(), ProviderError> {
    let now = clock.wall();
    if let Some((end, past)) = claims.date("exp").and_then(|end| Some((end, now.duration_since(end).ok()?))) {
        let message = file.say(&format!("its token expired {} s ago, at {}", past.as_secs(), utc(end)));
        return Err(ProviderError::new(ErrorKind::Unavailable, message)
            .with_help("Check that what writes the file is running, and this machine's clock"));
    }
    let start = claims.start(now).and_then(|start| Some((start, start.duration_since(now).ok()?)));
    if let Some((start, ahead)) = start.filter(|(_, ahead)| *ahead > TOLERATED) {
        let message = format!(
            "its token is not valid yet: by this machine's clock it is {}, and the token begins {} s later, at {}",
            utc(now),
            ahead.as_secs(),
            utc(start)
        );
        return Err(ProviderError::new(ErrorKind::ClockSkew, file.say(&message))
            .with_help("Correct this machine's clock, or that of the machine that makes the tokens"));
    }
    Ok(())
}

/// A claim, cut to what tells it from others.
fn shown(claim: &str) -> String {
    const LONGEST: usize = 80;
    claim.chars().filter(|char| !char.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests;
