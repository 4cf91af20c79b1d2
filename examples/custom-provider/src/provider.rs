use std::fmt;
use std::process::{Output, Stdio};
use std::time::Duration;

use oauthbearer::{async_trait, Clock, ErrorKind, ProviderError, Token, TokenProvider};
use tokio::process::Command;

/// Runs a shell command that prints a token and the seconds it lives: `eyJhbGciOi… 300`.
#[derive(Clone)]
pub struct CommandToken {
    command: String,
    principal: String,
    clock: Clock,
}

impl CommandToken {
    /// A provider that runs `command` with `sh -c` and calls its tokens' owner `principal`.
    pub fn new(command: impl Into<String>, principal: impl Into<String>, clock: Clock) -> Self {
        Self { command: command.into(), principal: principal.into(), clock }
    }

    async fn run(&self) -> Result<Output, ProviderError> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command).stdin(Stdio::null()).stderr(Stdio::null());
        // Cancel-safe: when the future is dropped, the command ends.
        command.kill_on_drop(true);
        command.output().await.map_err(|error| {
            ProviderError::new(ErrorKind::Unavailable, format!("the token command cannot be run: {error}"))
        })
    }
}

#[async_trait]
impl TokenProvider for CommandToken {
    fn name(&self) -> &str {
        "command_token"
    }

    async fn token(&self) -> Result<Token, ProviderError> {
        let output = self.run().await?;
        if !output.status.success() {
            // What the command printed may be a secret, so it stays out of the error.
            let message = format!("the token command failed: {}", output.status);
            return Err(ProviderError::new(ErrorKind::Credentials, message)
                .with_help("Run it by hand to see what it says; perhaps you have to log in first"));
        }
        let (secret, life) = parse(&output.stdout).ok_or_else(|| {
            ProviderError::new(
                ErrorKind::InvalidResponse,
                "the token command printed something else than a token",
            )
            .with_help("It must print the token, a space, and the seconds that the token lives")
        })?;
        let token = Token::builder(secret).principal(&self.principal).expires_at(self.clock.wall() + life);
        Ok(token.build(&self.clock)?)
    }
}

fn parse(printed: &[u8]) -> Option<(&str, Duration)> {
    let (secret, seconds) = std::str::from_utf8(printed).ok()?.trim().split_once(' ')?;
    let seconds: u32 = seconds.trim().parse().ok()?;
    Some((secret, Duration::from_secs(seconds.into())))
}

/// Without the command, which may have a password among its arguments.
impl fmt::Debug for CommandToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandToken").field("principal", &self.principal).finish_non_exhaustive()
    }
}
