//! The IAM policy that a user or role needs.

use serde_json::Value;

use crate::keys::Settings;

/// The least that allows what `settings` ask for, on one line (IAM user guide, outbound identity federation).
pub(crate) fn least(settings: &Settings) -> String {
    let action = match settings.tags.is_empty() {
        true => "\"sts:GetWebIdentityToken\"",
        false => "[\"sts:GetWebIdentityToken\",\"sts:TagGetWebIdentityToken\"]",
    };
    // As JSON, since an audience may hold quotes.
    let audience = Value::from(settings.audience.as_str());
    let duration = settings.duration_seconds;
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":{action},\"Resource\":\"*\",\
         \"Condition\":{{\"ForAllValues:StringEquals\":{{\"sts:IdentityTokenAudience\":{audience}}},\
         \"NumericLessThanEquals\":{{\"sts:DurationSeconds\":{duration}}}}}}}]}}"
    )
}

#[cfg(test)]
mod tests {
    use oauthbearer_core::Pairs;
    use serde_json::json;

    use super::*;

    fn policy(text: &str) -> Value {
        let settings = Settings::read(&Pairs::parse("p", text).unwrap()).unwrap();
        serde_json::from_str(&least(&settings)).unwrap()
    }

    #[test]
    fn holds_audience_and_duration() {
        let policy = policy(r#"region=us-east-1,audience=https://a"b\\c,duration_seconds=600"#);
        assert_eq!(
            policy["Statement"],
            json!([{
                "Effect": "Allow",
                "Action": "sts:GetWebIdentityToken",
                "Resource": "*",
                "Condition": {
                    "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": r#"https://a"b\c"#},
                    "NumericLessThanEquals": {"sts:DurationSeconds": 600},
                },
            }])
        );
    }

    #[test]
    fn tags_need_a_permission_of_their_own() {
        let policy = policy("region=us-east-1,audience=a,tag_team=x");
        let action = &policy["Statement"][0]["Action"];
        assert_eq!(action, &json!(["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"]));
    }
}
