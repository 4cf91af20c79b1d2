//! AWS configuration files that cannot be used, each with a secret key in it that must not come out. Needs no broker.

mod common;

use common::*;
use oauthbearer::{Clock, Properties, ProviderConfig, ProviderFactory, TokenProvider};
use oauthbearer_aws::Environment;
use oauthbearer_aws_msk::Factory;
use oauthbearer_e2e::identity::{REGION, USER};

const SECRET: &str = "f1leS3cret/K7MDENG+bPxRfiCYfileEXAMPLEKEY";

/// Both files with the same content, and these variables.
async fn token(bytes: &[u8], variables: &[(&str, &str)]) -> Option<String> {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join(".aws")).expect("a folder");
    for name in ["config", "credentials"] {
        std::fs::write(home.path().join(".aws").join(name), bytes).expect("a written file");
    }
    let own = [("HOME", home.path().to_str().expect("UTF-8")), ("AWS_EC2_METADATA_DISABLED", "true")];
    let environment = Environment::of(own.iter().chain(variables).copied());
    let properties = Properties::from_iter([("sasl.oauthbearer.config", format!("region={REGION}"))]);
    let config = ProviderConfig::new(properties, Clock::system()).expect("pairs").shown();
    let factory = Factory::default().with_environment(environment).shown();
    let provider = Watched(factory.build(&config).expect("a valid configuration"));
    provider.token().await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn their_secrets_stay_in_them() {
    watch();
    secret("the key of a file that cannot be used", SECRET);
    let keys = format!("aws_access_key_id = AKIDFILE\naws_secret_access_key = {SECRET}\n");
    let latin_1 = [b"# Gr\xf6\xdfe\n[default]\n", keys.as_bytes()].concat();
    let utf_16 = format!("\u{feff}[default]\n{keys}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(Vec<u8>, &str); 6] = [
        (latin_1, "is not UTF-8 (line 1)"),
        (utf_16, "is UTF-16"),
        (format!("[default\n{keys}").into(), "line 1 begins a section without a closing ']'"),
        (format!("[default]\n{SECRET}\n").into(), "line 2 has no '='"),
        (format!("[default]\n{SECRET} = x\n").into(), "No AWS credentials were found"),
        (format!("[Profile default]\n{keys}[my account]\n{keys}").into(), "No AWS credentials were found"),
    ];
    let in_environment =
        [("AWS_ACCESS_KEY_ID", USER.access_key_id), ("AWS_SECRET_ACCESS_KEY", USER.secret_access_key)];
    for (bytes, expected) in files {
        let error = token(&bytes, &[]).await.expect("an error");
        assert!(error.contains(expected), "{error}");
        assert_eq!(token(&bytes, &in_environment).await, None);
    }
}
