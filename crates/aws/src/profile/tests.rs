use std::path::Path;

use super::*;

/// The plan of a config file with this text.
async fn plan_of(text: &str, name: Option<&str>) -> Result<Plan, NoPlan> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, text).unwrap();
    let variables =
        [("AWS_CONFIG_FILE", config.to_str().unwrap()), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")];
    load(&Environment::of(variables), name, "fixed", &mut Watched::default()).await
}

async fn broken_text(text: &str) -> String {
    match plan_of(text, None).await {
        Err(NoPlan::Broken(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = hunter2\n";

#[test]
fn the_files_are_where_the_environment_or_the_home_folder_has_them() {
    let home = Environment::of([("HOME", "/home/me")]);
    assert_eq!(files(&home), [Path::new("/home/me/.aws/config"), Path::new("/home/me/.aws/credentials")]);
    let chosen = Environment::of([
        ("HOME", "/home/me"),
        ("AWS_CONFIG_FILE", "~/a"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/b"),
    ]);
    assert_eq!(files(&chosen), [Path::new("/home/me/a"), Path::new("/b")]);
}

#[tokio::test]
async fn keys_and_region() {
    let plan = plan_of(&format!("[default]\nregion = sa-east-1\n{KEYS}"), None).await.unwrap();
    assert!(matches!(&plan.base, Base::Keys(keys) if keys.access_key_id() == "AKID"));
    assert!(plan.roles.is_empty() && plan.region.as_ref().is_some_and(|region| region.name() == "sa-east-1"));
    assert!(!format!("{plan:?}").contains("hunter2"));
}

#[tokio::test]
async fn named_sources_and_token_files() {
    let text = "[default]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata\n";
    let plan = plan_of(text, None).await.unwrap();
    assert!(matches!(plan.base, Base::Named(Source::InstanceMetadata)));
    assert_eq!(plan.roles[0].session_name, "fixed");
    let text = "[profile w]\nrole_arn = arn:r\nweb_identity_token_file = /t\nrole_session_name = mine\n";
    let Base::WebIdentity(role) = plan_of(text, Some("w")).await.unwrap().base else {
        panic!("web identity")
    };
    assert_eq!(
        (role.arn.as_str(), role.session_name.as_str(), role.token_file.as_path()),
        ("arn:r", "mine", Path::new("/t"))
    );
}

#[tokio::test]
async fn a_profile_may_be_its_own_source() {
    let plan = plan_of(&format!("[default]\nrole_arn = arn:r\nsource_profile = default\n{KEYS}"), None)
        .await
        .unwrap();
    assert!(matches!(plan.base, Base::Keys(_)) && plan.roles.len() == 1);
}

#[tokio::test]
async fn profiles_without_credentials_let_the_chain_go_on() {
    for (text, name) in [
        ("", None),
        ("[profile other]\nregion = x\n", None),
        ("[default]\nregion = us-east-1\n", None),
        ("[default]\n", Some("x")),
    ] {
        assert!(matches!(plan_of(text, name).await, Err(NoPlan::Absent(_))), "{text}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_profile_is_named() {
    for (text, expected) in [
        ("[default]\nrole_arn = r\n", "its role_arn needs source_profile or credential_source"),
        ("[default]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n", "keep one"),
        ("[default]\nrole_arn = r\nsource_profile = a\n", "its source_profile 'a' does not exist"),
        ("[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nrole_arn = q\nsource_profile = default\n", "leads back"),
        ("[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nregion = x\n", "holds no credentials for the role"),
        ("[default]\nrole_arn = r\ncredential_source = Moon\n", "must be Environment, Ec2InstanceMetadata or EcsContainer"),
        ("[default]\nweb_identity_token_file = /t\n", "no role_arn"),
        ("[default]\nlogin_session = arn\n", "login_session"),
        ("[default]\naws_access_key_id = x\n", "has no aws_secret_access_key"),
        ("[default]\naws_session_token = hunter2\n", "has no aws_access_key_id"),
        ("[default\nhunter2", "cannot be parsed"),
    ] {
        let error = broken_text(text).await;
        assert!(error.contains(expected) && !error.contains("hunter2"), "{text}: {error}");
    }
}

#[cfg(not(feature = "sso"))]
#[tokio::test]
async fn a_missing_sso_feature_is_named() {
    let error = broken_text("[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n").await;
    assert!(
        error.contains("cargo feature 'aws-sso' is off") && error.contains("features = [\"aws-sso\"]"),
        "{error}"
    );
}

#[cfg(not(feature = "credentials-process"))]
#[tokio::test]
async fn a_missing_process_feature_is_named() {
    let error = broken_text("[default]\ncredential_process = /bin/helper --password hunter2\n").await;
    assert!(
        error.contains("cargo feature 'aws-credentials-process' is off") && !error.contains("hunter2"),
        "{error}"
    );
}

#[cfg(feature = "sso")]
#[tokio::test]
async fn identity_center_profiles_are_read() {
    let text = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = u\n";
    assert!(matches!(plan_of(text, None).await.unwrap().base, Base::External(External::Sso(_))));
    assert!(broken_text("[default]\nsso_start_url = u\n").await.contains("has no sso_account_id"));
}

#[cfg(feature = "credentials-process")]
#[tokio::test]
async fn a_process_is_run_and_its_command_hidden() {
    let answer = "{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"AKIDPROC\\\",\\\"SecretAccessKey\\\":\\\"s\\\"}";
    let plan = plan_of(&format!("[default]\ncredential_process = echo \"{answer}\"\n"), None).await.unwrap();
    assert!(!format!("{plan:?}").contains("echo"));
    let Base::External(external) = plan.base else { panic!("external") };
    let sdk = crate::sdk::Sdk::new(oauthbearer_core::Clock::system(), None, Default::default());
    assert_eq!(external.credentials(&Environment::empty(), &sdk).await.unwrap().access_key_id(), "AKIDPROC");
}
