//! Which of the optional listeners to start.

use std::io::{Error, Result};
use std::path::{absolute, PathBuf};

use crate::workspace;

/// What the JWT, CCLOUD and OIDC listeners need; without it they are off.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// A JWKS file: turns JWT and CCLOUD on.
    pub(crate) jwks: Option<PathBuf>,
    /// The `http(s)` address of an identity provider's JWKS: turns OIDC on.
    pub(crate) oidc: Option<String>,
}

impl Options {
    /// What the end-to-end tests want: a broker that trusts the test kit's fake AWS STS and the identity provider of these keys.
    pub(crate) fn of_the_tests(oidc: String) -> Self {
        Self { jwks: Some(workspace::root().join("tests/kafka/jwks.json")), oidc: Some(oidc) }
    }

    pub(crate) fn parse(args: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for pair in args.chunks(2) {
            match pair {
                ["--jwks", file] => options.jwks = Some(existing(file)?),
                ["--oidc", url] if url.starts_with("http://") || url.starts_with("https://") => {
                    options.oidc = Some((*url).to_owned());
                }
                _ => {
                    return Err(Error::other(format!(
                        "{}: allowed are --jwks FILE and --oidc http(s)://…",
                        pair.join(" ")
                    )))
                }
            }
        }
        Ok(options)
    }
}

fn existing(file: &str) -> Result<PathBuf> {
    let path = absolute(file)?;
    if path.is_file() {
        Ok(path)
    } else {
        Err(Error::other(format!("--jwks {file}: no such file; it must be a JSON Web Key Set")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_it_does_not_know() {
        for args in
            [&["--jwks"][..], &["--jwks", "/no/such/file"], &["--oidc", "file:///x"], &["--fast", "yes"]]
        {
            let error = Options::parse(args).expect_err("refused").to_string();
            assert!(error.contains("--jwks"), "{error}");
        }
        let options = Options::parse(&["--oidc", "http://127.0.0.1:1/certs"]).expect("accepted");
        assert_eq!(options.oidc.as_deref(), Some("http://127.0.0.1:1/certs"));
    }
}
