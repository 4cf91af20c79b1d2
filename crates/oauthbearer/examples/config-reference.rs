//! Prints `docs/configuration.md` from the key tables that also drive parsing and error texts: `cargo xtask docs`.

use oauthbearer::{Key, ProviderFactory};
use oauthbearer_core::keys::LOGIN_KEYS;

const HEAD: &str = "\
# Configuration reference

<!-- Written by `cargo xtask docs` from the key tables. Do not edit. -->

These keys stand beside rdkafka's own in the client's configuration. They are taken out before librdkafka sees it; all others are passed
on untouched, and so is a configuration without any marker.

## Who logs in: the marker

| key | value | meaning |
|---|---|---|
| `sasl.mechanism`, `sasl.mechanisms` | a marker below, in any letter case | use that provider; sets `OAUTHBEARER` |
| `sasl.oauthbearer.config` | `provider=<marker>,…` | the same, for programs that set `sasl.mechanism` themselves or not at all |
| `sasl.oauthbearer.method` | `oidc` | use [`oidc`](#oidc), unless the next key names another |
| `sasl.oauthbearer.metadata.authentication.type` | a marker | the same, with `sasl.oauthbearer.method=oidc`, as other clients write it |
| `security.protocol` | `SASL_SSL`, in any letter case; except for `aws_msk_iam` also `SASL_PLAINTEXT` | `SASL_SSL` is set where absent |
| `sasl.oauthbearer.extensions` | `name=value,…` | SASL extensions sent with every token, such as `logicalCluster=lkc-1,identityPoolId=pool-1` |

## When tokens are renewed

Names, ranges and defaults are those of Apache Kafka's Java client.

";

const GRAMMAR: &str = "
## `sasl.oauthbearer.config`

`key=value` pairs, separated by commas or by white space before another `key=`. `\\,` is a comma, `\\\\` a backslash, an escaped space never
separates. White space around `=` is an error; an unknown key is an error that names the nearest known one. Of a key given twice the last
wins, with a warning.

";

fn main() {
    let mut text = String::from(HEAD);
    text += &table(LOGIN_KEYS);
    text += GRAMMAR;
    for factory in oauthbearer::registry().factories() {
        text += &section(factory);
    }
    println!("{}", text.trim_end());
}

fn section(factory: &dyn ProviderFactory) -> String {
    let mut section = format!("### `{}`\n\n", factory.marker());
    if !factory.aliases().is_empty() {
        let aliases: Vec<String> = factory.aliases().iter().map(|alias| format!("`{alias}`")).collect();
        section += &format!("Also written {}.\n\n", aliases.join(", "));
    }
    let flat = |tables: Vec<&'static [Key]>| tables.into_iter().flatten().copied().collect::<Vec<Key>>();
    let properties = flat(factory.properties());
    if !properties.is_empty() {
        section += &format!("Properties:\n\n{}\nIn `sasl.oauthbearer.config`:\n\n", table(&properties));
    }
    section + &table(&flat(factory.keys())) + "\n"
}

fn table(keys: &[Key]) -> String {
    let rows: Vec<String> = keys.iter().map(Key::reference_row).collect();
    format!("| key | takes | default | what it does |\n|---|---|---|---|\n{}\n", rows.join("\n"))
}
