//! `aws_debug=console`

use std::io::Write;
use std::sync::{Arc, Mutex};

use oauthbearer_core::TokenProvider;

use super::sts::{config, issue, plain_jwt, refusal, response, Answer, Sts, SUBJECT};
use crate::console::Console;
use crate::keys::Settings;
use crate::{AwsIam, Factory};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| line.strip_prefix("oauthbearer aws_iam: ").expect("our line").to_owned())
            .collect()
    }
}

fn provider(sts: &Sts, written: &Written) -> AwsIam {
    let config =
        config("region=us-east-1,audience=https://a,tag_team=hunter2-tag,aws_debug=Console", sts.clock());
    let settings = Settings::read(&config.settings).unwrap();
    assert!(settings.console);
    let factory = Factory::default().with_environment(sts.environment());
    factory.with_console(settings, &config, Console::to(written.clone())).unwrap()
}

#[tokio::test]
async fn says_who_asks_whom_for_what_and_what_came_of_it() {
    let whoami =
        "<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>U</UserId><Account>123456789012</Account>";
    let sts = Sts::start([
        Answer::Http(200, response("GetCallerIdentity", whoami)),
        Answer::Http(403, refusal("AccessDenied", "no")),
        issue(&plain_jwt(300), Some(300)),
    ]);
    let written = Written::default();
    let provider = provider(&sts, &written);
    provider.token().await.unwrap_err();
    let token = provider.token().await.unwrap();
    sts.leaks.add(token.secret());
    provider.token().await.unwrap();
    let lines = written.lines();
    let asks = |attempt| {
        format!("attempt {attempt}: GetWebIdentityToken in us-east-1 for audience https://a, 300 s, ES384, 1 tags")
    };
    let got = |attempt| {
        format!(
            "attempt {attempt}: token for {SUBJECT} from {}, 300 s left, in 0 ms, request id request-7",
            sts.url
        )
    };
    assert_eq!(
        lines[0],
        "signing as arn:aws:iam::123456789012:user/me of account 123456789012, credentials from: environment"
    );
    assert_eq!(lines[1], asks(1));
    assert!(
        lines[2].starts_with(
            "attempt 1: failed in 0 ms: GetWebIdentityToken failed: AccessDenied (HTTP 403, request id"
        ),
        "{lines:#?}"
    );
    assert_eq!(lines[3..], [asks(2), got(2), asks(1), got(1)]);
    let all = lines.join("\n");
    sts.leaks.assert_absent("the console", &all);
    assert!(!all.contains("hunter2"), "{all}");
}

#[tokio::test]
async fn goes_on_where_nobody_tells_who_signs() {
    let sts =
        Sts::start([Answer::Http(403, refusal("AccessDenied", "no")), issue(&plain_jwt(300), Some(300))]);
    let written = Written::default();
    provider(&sts, &written).token().await.unwrap();
    let lines = written.lines();
    assert!(
        lines[0].starts_with("AWS does not tell who signs: GetCallerIdentity failed: AccessDenied"),
        "{lines:#?}"
    );
    assert!(lines.len() == 3 && lines[2].starts_with("attempt 1: token for"), "{lines:#?}");
}

#[test]
fn a_line_stays_a_line() {
    let written = Written::default();
    Console::to(written.clone()).say(format_args!("a\nb\u{1b}[2J"));
    assert_eq!(written.lines(), ["a\\nb\\u{1b}[2J"]);
    Console::off().say(format_args!("unheard"));
}
