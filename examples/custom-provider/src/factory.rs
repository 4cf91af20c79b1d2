use std::sync::Arc;

use oauthbearer::{ConfigError, Key, ProviderConfig, ProviderFactory, Reader, TokenProvider};

use crate::CommandToken;

/// Drives parsing and every error text.
static KEYS: &[Key] = &[
    Key::text(
        "command",
        "A shell command that prints a token and the seconds it lives, with a space between.",
    )
    .required(),
    Key::text("principal", "The name that the client goes by; the broker takes its own from the token.")
        .default("kafka-client"),
];

/// Registers [`CommandToken`] under the marker `command_token`.
#[derive(Clone, Copy, Debug)]
pub struct CommandTokens;

impl ProviderFactory for CommandTokens {
    fn marker(&self) -> &'static str {
        "command_token"
    }

    fn keys(&self) -> Vec<&'static [Key]> {
        vec![KEYS]
    }

    fn build(&self, config: &ProviderConfig) -> Result<Arc<dyn TokenProvider>, ConfigError> {
        let mut reader = Reader::new(&config.settings, &[KEYS]);
        let (command, principal) = (reader.text("command"), reader.text("principal"));
        // From here on both are there: `finish` returns every problem that the reader found.
        reader.finish(())?;
        let (command, principal) = (command.unwrap_or_default(), principal.unwrap_or_default());
        Ok(Arc::new(CommandToken::new(command, principal, config.clock.clone())))
    }
}
