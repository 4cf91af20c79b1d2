//! Logs in as a user's program would, and reports to the runner what it saw, one line of JSON at a time.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;
use std::io::{self, Write};
use std::time::Duration;

use oauthbearer::rdkafka::{Authenticator, CreateError};
use oauthbearer::{Clock, ConfigError, ProviderError, Token};
use oauthbearer_testkit::{listen_to_logs, LogLine};
use rdkafka::producer::BaseProducer;
use rdkafka::ClientConfig;
use serde::Deserialize;
use serde_json::{json, Value};

/// The runner's input, from standard input.
#[derive(Deserialize)]
struct Task {
    action: String,
    properties: BTreeMap<String, String>,
    times: u32,
    timeout_ms: u64,
    native_oidc: bool,
}

fn main() {
    listen_to_logs(log);
    let task: Task = serde_json::from_reader(io::stdin()).expect("the runner writes a task");
    tell("outcome", &play(&task));
}

fn play(task: &Task) -> Value {
    let mut config = ClientConfig::new();
    for (key, value) in &task.properties {
        config.set(key, value);
    }
    let builder = Authenticator::builder(&config)
        .token_timeout(Duration::from_millis(task.timeout_ms))
        .native_oidc(task.native_oidc);
    show(&builder);
    let auth = match builder.build() {
        Ok(auth) => auth,
        Err(error) => return configuration(&error),
    };
    show(&auth);
    match task.action.as_str() {
        "build" => json!({"result": "built", "managed": auth.is_managed()}),
        "token" => tokens(&auth, task),
        "plain" => plain(&auth),
        _ => create(&auth, task),
    }
}

fn tokens(auth: &Authenticator, task: &Task) -> Value {
    let mut last = Value::Null;
    for time in 0..task.times {
        if time > 0 {
            auth.invalidate();
        }
        last = match auth.blocking_token(Duration::from_millis(task.timeout_ms)) {
            Ok(token) => logged_in(&token),
            Err(error) => return provider(&error),
        };
    }
    last
}

fn create(auth: &Authenticator, task: &Task) -> Value {
    match auth.create_blocking::<BaseProducer>() {
        Err(CreateError::Token(error)) => provider(&error),
        Err(error) => refused(&error),
        Ok(_) if auth.is_managed() => tokens(auth, task),
        Ok(_) => json!({"result": "client"}),
    }
}

/// Does what a program does that uses rdkafka's own clients.
fn plain(auth: &Authenticator) -> Value {
    match auth.client_config().create::<BaseProducer>() {
        Ok(_) => json!({"result": "client"}),
        Err(error) => json!({"result": "error", "text": error.to_string()}),
    }
}

fn logged_in(token: &Token) -> Value {
    show(token);
    let left = token.expires_at().duration_since(Clock::system().wall()).unwrap_or_default();
    json!({"result": "token", "principal": token.principal(), "lifetime_s": left.as_secs()})
}

fn configuration(error: &ConfigError) -> Value {
    show_error(error);
    json!({"result": "configuration", "text": error.to_string(), "problems": error.problems().len()})
}

fn provider(error: &ProviderError) -> Value {
    show_error(error);
    let (kind, transient) = (format!("{:?}", error.kind()), error.is_transient());
    json!({"result": "error", "text": error.to_string(), "kind": kind, "transient": transient})
}

fn refused(error: &CreateError) -> Value {
    show_error(error);
    json!({"result": "error", "text": error.to_string()})
}

/// Reports everything of an error that a program may print.
fn show_error(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        tell("shown", &json!(error.to_string()));
        show(error);
        next = error.source();
    }
}

fn show(value: &(impl Debug + ?Sized)) {
    tell("shown", &json!(format!("{value:?} {value:#?}")));
}

fn log(line: &LogLine<'_>) {
    let fields: Vec<String> = line.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let level = line.level.as_str();
    tell("log", &json!({"target": line.target, "name": line.what, "level": level, "text": fields.join(" ")}));
}

/// In one call, so that lines of several threads do not mix.
fn tell(what: &str, value: &Value) {
    let line = format!("{}\n", json!({ what: value }));
    io::stdout().lock().write_all(line.as_bytes()).expect("the runner reads");
}
