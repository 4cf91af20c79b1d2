//! An STS on this machine that answers by a script and keeps what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use oauthbearer_aws::Environment;
use oauthbearer_core::clock::ManualClock;
use oauthbearer_core::{Clock, ProviderConfig, ProviderError, Token, TokenProvider};
use oauthbearer_testkit::LeakCheck;
use serde_json::{json, Value};

use crate::{AwsIam, Factory};

pub(super) const KEY_ID: &str = "AKIDEXAMPLE";
pub(super) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(super) const SUBJECT: &str = "arn:aws:iam::123456789012:role/kafka-client";

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Answer {
    /// Answers with this status and body.
    Http(u16, String),
    /// As that, with one more header.
    Headed(u16, String, (&'static str, String)),
    /// Closes the connection in the middle of the body.
    Cut(String),
    /// Closes the connection without a word.
    Hangup,
    /// Never answers.
    Silence,
}

/// What the server was asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) form: BTreeMap<String, String>,
    pub(super) authorization: String,
}

pub(super) struct Sts {
    pub(super) url: String,
    /// Where the provider's time comes from.
    pub(super) clock: ManualClock,
    /// Watches for the secret key, and for what else a test adds.
    pub(super) leaks: LeakCheck,
    script: Arc<Mutex<Script>>,
    stopped: Arc<AtomicBool>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<Asked>,
    /// Connections that are never answered.
    silent: Vec<TcpStream>,
}

impl Sts {
    /// Gives these answers in turn, the last one for ever.
    pub(super) fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers.into_iter().collect();
        let script = Arc::new(Mutex::new(Script { answers, ..Script::default() }));
        let stopped = Arc::new(AtomicBool::new(false));
        let (theirs, ended) = (script.clone(), stopped.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                serve(stream.unwrap(), &theirs);
            }
        });
        Self { url, clock: ManualClock::new(), leaks: LeakCheck::start(&[SECRET]), script, stopped }
    }

    /// Gives out one token, again and again.
    pub(super) fn issuing(jwt: &str, expires_in: u64) -> Self {
        Self::start([issue(jwt, Some(expires_in))])
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    /// The one request that was made.
    pub(super) fn asked_once(&self) -> BTreeMap<String, String> {
        let [asked] = <[Asked; 1]>::try_from(self.asked()).expect("one request");
        asked.form
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock.clone().into()
    }

    /// The environment of a process that has keys and this STS.
    pub(super) fn environment(&self) -> Environment {
        Environment::of([
            ("AWS_ACCESS_KEY_ID", KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_ENDPOINT_URL_STS", &self.url),
        ])
    }

    /// A provider that asks this STS, with more keys.
    pub(super) fn provider(&self, keys: &str) -> AwsIam {
        self.provider_of(&Factory::default().with_environment(self.environment()), keys)
    }

    /// A provider of a factory that knows no environment.
    pub(super) fn provider_of(&self, factory: &Factory, keys: &str) -> AwsIam {
        let keys = format!("region=us-east-1,audience=https://a,sts_endpoint={},{keys}", self.url);
        factory.provider(&config(&keys, self.clock())).unwrap()
    }

    /// A token; its text is a secret from then on.
    pub(super) async fn token(&self, keys: &str) -> Result<Token, ProviderError> {
        let token = self.provider(keys).token().await?;
        self.leaks.add(token.secret());
        self.leaks.assert_absent("the token", &format!("{token:?}"));
        Ok(token)
    }
}

impl Drop for Sts {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread up.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

pub(super) fn config(keys: &str, clock: Clock) -> ProviderConfig {
    let properties = [("sasl.oauthbearer.config", keys)].into_iter().collect();
    ProviderConfig::new(properties, clock).unwrap()
}

/// Injected credentials that end `life` after the clock's time.
pub(super) fn injected(clock: &ManualClock, life: Duration) -> SharedCredentialsProvider {
    let end = Clock::from(clock.clone()).wall() + life;
    SharedCredentialsProvider::new(Credentials::new(
        KEY_ID,
        SECRET,
        Some("session-token".into()),
        Some(end),
        "test",
    ))
}

/// A JWT about `claims`, whose signature nobody checks here.
pub(super) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "ES384", "kid": "k", "typ": "JWT"})), part(claims))
}

/// A JWT of [`SUBJECT`] that ends `seconds` after the manual clock's first time.
pub(super) fn plain_jwt(seconds: u64) -> String {
    jwt(&json!({"iss": "https://i", "aud": "https://a", "sub": SUBJECT, "exp": START + seconds}))
}

/// The manual clock's first time, 2023-11-14T22:13:20Z.
const START: u64 = 1_700_000_000;

/// STS's answer with a token that ends in so many seconds.
pub(super) fn issue(jwt: &str, expires_in: Option<u64>) -> Answer {
    let expiration = expires_in.map_or_else(String::new, |seconds| {
        let (minutes, seconds) = ((13 * 60 + 20 + seconds) / 60, (13 * 60 + 20 + seconds) % 60);
        let (hours, minutes) = (22 + minutes / 60, minutes % 60);
        format!("<Expiration>2023-11-14T{hours:02}:{minutes:02}:{seconds:02}Z</Expiration>")
    });
    let result = format!("<WebIdentityToken>{jwt}</WebIdentityToken>{expiration}");
    Answer::Http(200, response("GetWebIdentityToken", &result))
}

/// The envelope of STS's answers.
pub(super) fn response(action: &str, result: &str) -> String {
    format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>request-7</RequestId></ResponseMetadata></{action}Response>"
    )
}

/// STS's refusals.
pub(super) fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>request-7</RequestId></ErrorResponse>"
    )
}

/// Seconds from the clock's first time to `time`.
pub(super) fn since_start(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() - START
}

fn serve(stream: TcpStream, script: &Mutex<Script>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let Some(asked) = read(&mut reader) else { return };
    let mut script = script.lock().unwrap();
    script.asked.push(asked);
    let answer = match script.answers.len() {
        0 | 1 => script.answers.front().cloned(),
        _ => script.answers.pop_front(),
    };
    match answer.expect("an answer") {
        Answer::Silence => script.silent.push(stream),
        Answer::Hangup => drop(stream.shutdown(Shutdown::Both)),
        Answer::Cut(body) => write(stream, 200, &body, None, body.len() * 2),
        Answer::Http(status, body) => write(stream, status, &body, None, body.len()),
        Answer::Headed(status, body, header) => write(stream, status, &body, Some(header), body.len()),
    }
}

fn write(mut stream: TcpStream, status: u16, body: &str, header: Option<(&str, String)>, length: usize) {
    let header = header.map_or_else(String::new, |(name, value)| format!("{name}: {value}\r\n"));
    let head =
        format!("HTTP/1.1 {status} x\r\nx-amzn-requestid: request-7\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n");
    // The client may have gone.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let (mut authorization, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                authorization = value.to_owned()
            }
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap()
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    Some(Asked { form, authorization })
}
