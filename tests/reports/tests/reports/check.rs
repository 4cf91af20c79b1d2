//! Compares what came out with what is expected.

use serde_json::Value;

use crate::case::{Case, Event, Seen};
use crate::child::{LogLine, Told};
use crate::server::Request;
use crate::stage::Stage;

/// The target of this library's events.
const OURS: &str = "oauthbearer";

pub(crate) fn problems(case: &Case, stage: &Stage, told: &Told) -> Vec<String> {
    let mut problems = Vec::new();
    outcome(case, stage, told, &mut problems);
    events(case, stage, told, &mut problems);
    for (name, expected) in &case.expect.seen {
        match stage.servers.get(name) {
            Some(server) => seen(name, expected, &server.requests(), stage, &mut problems),
            None => problems.push(format!("the case has no server '{name}'")),
        }
    }
    secrets(case, stage, told, &mut problems);
    problems
}

fn outcome(case: &Case, stage: &Stage, told: &Told, problems: &mut Vec<String>) {
    let (expect, got) = (&case.expect, &told.outcome);
    let mut same = |what: &str, expected: Option<Value>| {
        if let Some(expected) = expected.filter(|expected| got[what] != *expected) {
            problems.push(format!("{what}: expected {expected}, got {}", got[what]));
        }
    };
    same("result", Some(expect.result.as_str().into()));
    same("kind", expect.kind.as_deref().map(Value::from));
    same("transient", expect.transient.map(Value::from));
    same("problems", expect.problems.map(Value::from));
    same("principal", expect.principal.as_deref().map(Value::from));
    if let Some((least, most)) = expect.lifetime_s {
        let left = got["lifetime_s"].as_u64();
        if left.is_none_or(|left| left < least || left > most) {
            problems.push(format!("lifetime_s: expected {least} to {most}, got {}", got["lifetime_s"]));
        }
    }
    let text = got["text"].as_str().unwrap_or_default();
    texts("the error", text, &expect.contains, &expect.lacks, stage, problems);
}

fn texts(
    what: &str,
    text: &str,
    contains: &[String],
    lacks: &[String],
    stage: &Stage,
    problems: &mut Vec<String>,
) {
    for (wanted, list) in [(true, contains), (false, lacks)] {
        for part in list {
            let part = stage.placeholders.fill(part).unwrap_or_else(|e| e);
            if text.contains(&part) != wanted {
                let has = if wanted { "lacks" } else { "has" };
                problems.push(format!("{what} {has} '{part}': {text}"));
            }
        }
    }
}

fn events(case: &Case, stage: &Stage, told: &Told, problems: &mut Vec<String>) {
    let count = |event: &Event| {
        let parts: Vec<String> =
            event.contains.iter().map(|part| stage.placeholders.fill(part).unwrap_or_else(|e| e)).collect();
        let fits = |line: &&LogLine| {
            line.name == event.name
                && event.level.as_ref().is_none_or(|level| *level == line.level)
                && parts.iter().all(|part| line.text.contains(part))
        };
        told.log.iter().filter(fits).count()
    };
    for event in &case.expect.event {
        let found = count(event);
        if event.times.map_or(found == 0, |times| found != times) {
            let times = event.times.map_or("at least once".to_owned(), |times| format!("{times} times"));
            problems.push(format!("event {} with {:?}: {found}, not {times}", event.name, event.contains));
        }
    }
    for name in &case.expect.never.events {
        if told.log.iter().any(|line| line.name == *name) {
            problems.push(format!("event {name} was logged"));
        }
    }
}

fn seen(name: &str, expected: &[Seen], got: &[Request], stage: &Stage, problems: &mut Vec<String>) {
    if expected.len() != got.len() {
        problems.push(format!("{name} saw {} requests, not {}", got.len(), expected.len()));
    }
    for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
        let what = format!("request {} to {name}", at + 1);
        for (part, wanted, got) in
            [("method", &expected.method, &got.method), ("path", &expected.path, &got.path)]
        {
            let wanted = wanted.as_ref().map(|wanted| stage.placeholders.fill(wanted).unwrap_or_else(|e| e));
            if wanted.as_ref().is_some_and(|wanted| wanted != got) {
                problems.push(format!("{what}: {part} is {got}"));
            }
        }
        texts(&what, &got.text, &expected.contains, &expected.lacks, stage, problems);
    }
}

/// Says where a secret was found, never which one.
fn secrets(case: &Case, stage: &Stage, told: &Told, problems: &mut Vec<String>) {
    for (at, secret) in case.secrets.iter().enumerate() {
        let secret = stage.placeholders.fill(secret).unwrap_or_else(|e| e);
        let quoted = Value::from(secret.as_str()).to_string();
        let quoted = quoted.trim_matches('"');
        for line in told.output.lines() {
            let Some(place) = line.find(&secret).or_else(|| line.find(quoted)) else { continue };
            let before: String = line[..place].chars().rev().take(80).collect();
            let before: String = before.chars().rev().collect();
            problems.push(format!("secret {} is in the output behind: {before}", at + 1));
        }
    }
}

/// What helps to understand a failure.
pub(crate) fn transcript(stage: &Stage, told: &Told) -> String {
    let mut text = format!("outcome: {:#}\n", told.outcome);
    for line in told.log.iter().filter(|line| line.target == OURS) {
        text += &format!("{} {} {}\n", line.level, line.name, line.text);
    }
    for (name, server) in &stage.servers {
        for request in server.requests() {
            text += &format!("{name} saw {} {}\n{}\n", request.method, request.path, request.text);
        }
    }
    text
}
