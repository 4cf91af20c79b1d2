use std::path::Path;

use super::*;

/// A home folder with these two files; none where the text is empty.
fn home(config: &str, credentials: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".aws")).unwrap();
    for (name, text) in [("config", config), ("credentials", credentials)] {
        if !text.is_empty() {
            std::fs::write(folder.path().join(".aws").join(name), text).unwrap();
        }
    }
    folder
}

/// The plan of these files with these variables, and with the key `profile`.
fn plan_with(
    config: &str,
    credentials: &str,
    variables: &[(&str, &str)],
    name: Option<&str>,
) -> Result<Plan, NoPlan> {
    let folder = home(config, credentials);
    let home = [("HOME", folder.path().to_str().unwrap())];
    Loaded::read(&Environment::of(home.iter().chain(variables).copied()), name).plan("fixed")
}

/// The plan of a config file with this text.
fn plan_of(text: &str, name: Option<&str>) -> Result<Plan, NoPlan> {
    plan_with(text, "", &[], name)
}

fn broken(plan: Result<Plan, NoPlan>) -> String {
    match plan {
        Err(NoPlan::Broken(error)) => {
            assert!(!error.is_transient(), "{error}");
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

fn broken_text(text: &str) -> String {
    broken(plan_of(text, None))
}

const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = hunter2\n";

#[test]
fn keys_and_region() {
    let plan = plan_of(&format!("[default]\nregion = sa-east-1\n{KEYS}"), None).unwrap();
    assert!(matches!(&plan.base, Base::Keys(keys) if keys.access_key_id() == "AKID"));
    assert!(plan.roles.is_empty() && plan.region.as_ref().is_some_and(|region| region.name() == "sa-east-1"));
    assert!(!format!("{plan:?}").contains("hunter2"));
}

#[test]
fn named_sources_and_token_files() {
    let text = "[default]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata\n";
    let plan = plan_of(text, None).unwrap();
    assert!(matches!(plan.base, Base::Named(Source::InstanceMetadata)));
    assert_eq!(plan.roles[0].session_name, "fixed");
    let text = "[profile w]\nrole_arn = arn:r\nweb_identity_token_file = /t\nrole_session_name = mine\n";
    let Base::WebIdentity(role) = plan_of(text, Some("w")).unwrap().base else { panic!("web identity") };
    assert_eq!(
        (role.arn.as_str(), role.session_name.as_str(), role.token_file.as_path()),
        ("arn:r", "mine", Path::new("/t"))
    );
}

#[test]
fn a_profile_may_be_its_own_source() {
    let plan =
        plan_of(&format!("[default]\nrole_arn = arn:r\nsource_profile = default\n{KEYS}"), None).unwrap();
    assert!(matches!(plan.base, Base::Keys(_)) && plan.roles.len() == 1);
}

#[test]
fn profiles_without_credentials_let_the_chain_go_on() {
    for (text, name) in
        [("", None), ("[profile other]\nregion = x\n", None), ("[default]\nregion = us-east-1\n", None)]
    {
        assert!(matches!(plan_of(text, name), Err(NoPlan::Absent(_))), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_profile_is_named() {
    for (text, expected) in [
        ("[default]\nrole_arn = r\n", "its role_arn needs source_profile or credential_source"),
        ("[default]\nrole_arn = r\nsource_profile = a\ncredential_source = Environment\n", "keep one"),
        ("[default]\nrole_arn = r\nsource_profile = a\n", "its source_profile 'a' does not exist"),
        ("[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nrole_arn = q\nsource_profile = default\n", "leads back"),
        ("[default]\nrole_arn = r\nsource_profile = a\n[profile a]\nregion = x\n", "holds no credentials for the role"),
        ("[default]\nrole_arn = r\ncredential_source = Moon\n", "must be Environment, Ec2InstanceMetadata or EcsContainer"),
        ("[default]\nweb_identity_token_file = /t\n", "no role_arn"),
        ("[default]\nlogin_session = arn\n", "login_session"),
        ("[default]\naws_access_key_id = x\n", "has aws_access_key_id but no aws_secret_access_key"),
        ("[default]\naws_session_token = hunter2\n", "has aws_session_token but no aws_access_key_id"),
        ("[default]\naws_access_key_id = ASIAX\naws_secret_access_key = hunter2\n", "begins with ASIA) but no aws_session_token"),
        ("[default]\naws_access_key_id = AKIAX\n  aws_secret_access_key = hunter2\n", "line 2) holds a line break. The line after it is indented deeper"),
        ("[default]\naws_access_key_id = AKIAX\naws_secret_access_key = \"hunter2\"\n", "config, line 3) holds quotes"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nmfa_serial = arn:m\n", "its mfa_serial asks for a code of MFA, which needs a person each time. Use a role"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nrole_session_name = a b\n", "must be 2 to 64 characters"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nexternal_id = x\n", "must be 2 to 1224 characters"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nduration_seconds = 899\n", "must be a whole number from 900 to 43200; got '899'"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nduration_seconds = 43201\n", "got '43201'"),
        ("[default]\nrole_arn = arn:r\nsource_profile = a\nduration_seconds = 1h\n", "got '1h'"),
        ("[default]\nrole_arn = \"arn:r\"\nsource_profile = a\n", "role_arn of the profile 'default' ("),
        ("[default]\nrole_arn = arn:r\nsource_profile = prodd\n[profile prod]\n", "'prodd' does not exist. Did you mean 'prod'?"),
        ("[default]\nrole_arn = arn:r\nsource_profile = prod\n[prod]\n", "is no profile: write [profile prod]"),
        ("[default\nhunter2", "config cannot be parsed: line 1 begins a section without a closing ']'"),
        ("[default]\nhunter2", "config cannot be parsed: line 2 has no '='"),
    ] {
        let error = broken_text(text);
        assert!(error.contains(expected) && !error.contains("hunter2"), "{text}: {error}");
    }
}

#[cfg(not(feature = "sso"))]
#[test]
fn a_missing_sso_feature_is_named() {
    let error = broken_text("[default]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n");
    assert!(
        error.contains("cargo feature 'aws-sso' is off") && error.contains("features = [\"aws-sso\"]"),
        "{error}"
    );
}

#[cfg(not(feature = "credentials-process"))]
#[test]
fn a_missing_process_feature_is_named() {
    let error = broken_text("[default]\ncredential_process = /bin/helper --password hunter2\n");
    assert!(
        error.contains("cargo feature 'aws-credentials-process' is off") && !error.contains("hunter2"),
        "{error}"
    );
}

#[cfg(feature = "sso")]
#[test]
fn identity_center_profiles_are_read() {
    let text = "[default]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = u\n";
    assert!(matches!(plan_of(text, None).unwrap().base, Base::External(External::Sso(_))));
    assert!(broken_text("[default]\nsso_start_url = u\n").contains("has no sso_account_id"));
}

#[cfg(feature = "credentials-process")]
#[tokio::test]
async fn a_process_is_run_and_its_command_hidden() {
    let answer = "{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"AKIDPROC\\\",\\\"SecretAccessKey\\\":\\\"s\\\"}";
    let plan = plan_of(&format!("[default]\ncredential_process = echo \"{answer}\"\n"), None).unwrap();
    assert!(!format!("{plan:?}").contains("echo"));
    let Base::External(external) = plan.base else { panic!("external") };
    let sdk = crate::sdk::Sdk::new(oauthbearer_core::Clock::system(), None, Default::default());
    assert_eq!(external.credentials(&Environment::empty(), &sdk).await.unwrap().access_key_id(), "AKIDPROC");
}

#[test]
fn who_names_a_profile_gets_it_or_an_error() {
    let config = "[profile prod]\nregion = eu-west-1\n[profile work]\naws_access_key_id = AKIAW\naws_secret_access_key = s\n[stage]\n";
    let aws_profile = |name| vec![("AWS_PROFILE", name)];
    for (variables, key, expected) in [
        (aws_profile("prodd"), None, "AWS_PROFILE=prodd: there is no profile 'prodd' in "),
        (
            aws_profile("prodd"),
            None,
            "Did you mean 'prod'? There are: prod, work. Correct AWS_PROFILE, or unset it",
        ),
        (aws_profile("PROD"), None, "Did you mean 'prod'?"),
        (aws_profile("prod"), None, "AWS_PROFILE=prod: the profile 'prod' in "),
        (aws_profile("prod"), None, "holds no credentials. Add aws_access_key_id"),
        (aws_profile("stage"), None, "The section [stage] in "),
        (aws_profile("stage"), None, "config, line 6 is no profile: write [profile stage]"),
        (aws_profile("default"), None, "AWS_PROFILE=default: there is no profile 'default'"),
        (aws_profile("work\n"), None, "AWS_PROFILE ends with a line break"),
        (aws_profile("\"work\""), None, "AWS_PROFILE holds quotes"),
        (aws_profile("${PROFILE}"), None, "AWS_PROFILE is a placeholder"),
        (
            vec![("AWS_DEFAULT_PROFILE", "wrok")],
            None,
            "AWS_DEFAULT_PROFILE=wrok: there is no profile 'wrok' in ",
        ),
        (vec![("AWS_PROFILE", "wrok"), ("AWS_DEFAULT_PROFILE", "work")], None, "AWS_PROFILE=wrok"),
        (vec![], Some("wrok"), "profile=wrok: there is no profile 'wrok' in "),
        (vec![("AWS_PROFILE", "work")], Some("default"), "Correct the key `profile`"),
    ] {
        let error = broken(plan_with(config, "", &variables, key));
        assert!(error.contains(expected), "{variables:?} {key:?}: {error}");
    }
    for (variables, key) in [
        (aws_profile("work"), None),
        (vec![("AWS_DEFAULT_PROFILE", "work")], None),
        (vec![("AWS_PROFILE", "work"), ("AWS_DEFAULT_PROFILE", "wrok")], None),
        (vec![("AWS_PROFILE", " "), ("AWS_DEFAULT_PROFILE", "work")], None),
        (aws_profile("wrok"), Some("work")),
    ] {
        assert!(plan_with(config, "", &variables, key).is_ok(), "{variables:?} {key:?}");
    }
    let error =
        broken(plan_with("", "[profile work]\naws_access_key_id = AKIAW\n", &aws_profile("work"), None));
    assert!(error.contains("write [work], without 'profile'"), "{error}");
}

#[test]
fn a_file_that_a_variable_names_is_there_or_an_error() {
    let named = [("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")];
    let error = broken(plan_with("[default]\nregion = eu-west-1\n", "", &named, None));
    assert!(
        error.starts_with(
            "AWS_SHARED_CREDENTIALS_FILE: it names /nowhere/credentials, which does not exist, and the profile"
        ),
        "{error}"
    );
    assert!(plan_with(&format!("[default]\n{KEYS}"), "", &named, None).is_ok());
    assert!(matches!(plan_with("", "", &[("AWS_CONFIG_FILE", "/dev/null")], None), Err(NoPlan::Absent(_))));
}

#[test]
fn both_files_are_one_profile() {
    let credentials =
        "\u{feff}  [work] # mine\n  aws_access_key_id: AKID\n  aws_secret_access_key = hunter2 ; x\n";
    let plan =
        plan_with("[profile work]\nregion = eu-west-1\n", credentials, &[("AWS_PROFILE", "work")], None)
            .unwrap();
    assert!(matches!(&plan.base, Base::Keys(keys) if keys.secret_access_key() == "hunter2"));
    assert!(plan.region.is_some());
}

#[test]
fn a_roles_duration_is_honoured_and_what_is_not_is_named() {
    let text = format!(
        "[default]\nrole_arn = arn:r\nsource_profile = a\nduration_seconds = 900\nsts_regional_endpoints = legacy\nregion = mars\n\
         [profile a]\nexternal_id = ext\n{KEYS}"
    );
    let plan = plan_of(&text, None).unwrap();
    assert_eq!(plan.roles[0].duration, Some(900));
    let unused: Vec<&str> =
        plan.unused.iter().map(|(setting, _)| setting.split(' ').next().unwrap()).collect();
    assert_eq!(unused, ["sts_regional_endpoints", "region", "external_id"]);
}
