//! Explains why a text is not the ARN of a role.

use oauthbearer_core::keys::shown;

/// Why `value` is not the ARN of a role, phrased to follow the name of its key or variable.
///
/// - `arn:<partition>:iam::<12 digits>:role/[path/]<name>` (IAM reference, "IAM identifiers");
/// - usual mistakes are named: the ARN of something else, a bare name, quotes, letter case, the account's
///   digits.
pub(crate) fn role_arn_fault(value: &str) -> Option<String> {
    let why = another_thing(value).or_else(|| misspelt(value))?;
    Some(format!("must be the ARN of a role, such as arn:aws:iam::123456789012:role/kafka-client: {why}"))
}

/// What `value` is, if it surely is not a role's ARN, whatever its account.
pub(crate) fn another_thing(value: &str) -> Option<String> {
    if value.trim() != value || value.contains(['"', '\'', '<', '>', '{', '}', '$']) {
        return Some("write it without quotes, spaces and placeholders".to_owned());
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let [arn, partition, service, _, account, resource] = parts.as_slice() else {
        return Some(no_arn(value));
    };
    if *arn != "arn" {
        return Some(no_arn(value));
    }
    match (*service, resource.split_once('/')) {
        ("sts", Some(("assumed-role", session))) => {
            let role = session.split('/').next().unwrap_or_default();
            Some(format!(
                "'{}' is the ARN of a role's session; the role's is arn:{}:iam::{}:role/{}, with its path before the name if it \
                 has one (`aws iam get-role --role-name {}` shows it)",
                shown(value), shown(partition), shown(account), shown(role), shown(role)
            ))
        }
        ("iam", Some(("instance-profile", name))) => Some(format!(
            "'{}' is the ARN of an instance profile; `aws iam get-instance-profile --instance-profile-name {}` shows its role",
            shown(value),
            shown(name.rsplit('/').next().unwrap_or_default())
        )),
        ("iam", Some(("role", _))) => None,
        ("iam", Some((kind, _))) if kind.eq_ignore_ascii_case("role") => Some("write 'role/' in lower case".to_owned()),
        ("iam" | "sts", Some((kind, _))) => Some(format!("it is the ARN of {}", what(kind))),
        ("iam", None) => Some(match *resource {
            "root" => "it is the ARN of an account".to_owned(),
            _ => "'role/' and the role's name are missing at its end".to_owned(),
        }),
        _ if service.eq_ignore_ascii_case("iam") => Some("write 'iam' in lower case".to_owned()),
        _ => Some(format!("it is the ARN of something in the service '{}'", shown(service))),
    }
}

fn what(kind: &str) -> String {
    match kind {
        "user" => "a user, which cannot be assumed",
        "federated-user" => "a user's session, which cannot be assumed",
        "group" => "a group",
        "policy" => "a policy",
        "oidc-provider" | "saml-provider" => "an identity provider",
        "mfa" | "sms-mfa" => "an MFA device",
        "server-certificate" => "a server certificate",
        "roles" => "'roles/…'; write 'role/'",
        other => return format!("'{}', not of a role", shown(other)),
    }
    .to_owned()
}

/// Explains a text that is not an ARN at all.
fn no_arn(value: &str) -> String {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if digits == 12 && value.chars().all(|char| char.is_ascii_digit() || char == '-') {
        return "this is the number of an account: the role's name is missing".to_owned();
    }
    if value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:")) {
        return match value.starts_with("arn:") {
            true => "it has too few parts: arn, partition, iam, an empty one, account and role/name, with colons between".to_owned(),
            false => "write 'arn:' in lower case".to_owned(),
        };
    }
    if value.contains("://") {
        return "this is a URL; the ARN is on the role's page in the console, or: aws iam get-role --role-name …".to_owned();
    }
    match value.contains(':') {
        true => "'arn:aws:iam::' is missing at its beginning".to_owned(),
        false => format!(
            "'{}' is a bare name; put arn:aws:iam::<account>:role/ before it (`aws iam get-role --role-name …` shows the ARN)",
            shown(value.trim_start_matches("role/"))
        ),
    }
}

/// Explains a misspelt ARN of a role.
fn misspelt(value: &str) -> Option<String> {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let [_, partition, _, region, account, resource] = parts.as_slice() else { return None };
    let name = resource.strip_prefix("role/").unwrap_or_default();
    let is_partition = partition.starts_with("aws")
        && partition.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let fault = if !is_partition {
        format!("its partition is aws, aws-cn, aws-us-gov or the like, not '{}'", shown(partition))
    } else if !region.is_empty() {
        format!("IAM has no regions: leave the place of '{}' empty", shown(region))
    } else if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        format!(
            "its account must be 12 digits, not '{}' ({} characters)",
            shown(account),
            account.chars().count()
        )
    } else if name.is_empty() || name.ends_with('/') {
        "the role's name is missing at its end".to_owned()
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte)) {
        "a role's name holds letters, digits and + = , . @ _ - only".to_owned()
    } else if value.len() > 2048 {
        "it is longer than 2048 characters".to_owned()
    } else {
        return None;
    };
    Some(fault)
}

/// The partition of an ARN.
pub(crate) fn partition_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_roles_are_taken() {
        for good in [
            "arn:aws:iam::123456789012:role/kafka",
            "arn:aws-cn:iam::123456789012:role/x",
            "arn:aws-iso-b:iam::123456789012:role/x",
            "arn:aws-us-gov:iam::123456789012:role/a/b+c=d,e.f@g-h_i",
            "arn:aws:iam::123456789012:role/aws-service-role/kafka.amazonaws.com/AWSServiceRoleForKafka",
        ] {
            assert_eq!(role_arn_fault(good), None, "{good}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (value, expected) in [
            (
                "arn:aws:sts::123456789012:assumed-role/kafka/i-0abc",
                "session; the role's is arn:aws:iam::123456789012:role/kafka,",
            ),
            (
                "arn:aws-cn:sts::123456789012:assumed-role/x/y",
                "the role's is arn:aws-cn:iam::123456789012:role/x,",
            ),
            (
                "arn:aws:iam::123456789012:instance-profile/web/node",
                "of an instance profile; `aws iam get-instance-profile --instance-profile-name node`",
            ),
            ("arn:aws:iam::123456789012:user/me", "the ARN of a user, which cannot be assumed"),
            ("arn:aws:sts::123456789012:federated-user/me", "a user's session"),
            ("arn:aws:iam::123456789012:policy/kafka", "the ARN of a policy"),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "the ARN of a policy"),
            ("arn:aws:iam::123456789012:group/kafka", "the ARN of a group"),
            (
                "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/1",
                "an identity provider",
            ),
            ("arn:aws:iam::123456789012:root", "the ARN of an account"),
            ("arn:aws:iam::123456789012:kafka", "'role/' and the role's name are missing"),
            ("arn:aws:iam::123456789012:roles/kafka", "write 'role/'"),
            ("arn:aws:iam::123456789012:Role/kafka", "write 'role/' in lower case"),
            ("arn:aws:IAM::123456789012:role/kafka", "write 'iam' in lower case"),
            ("ARN:aws:iam::123456789012:role/kafka", "write 'arn:' in lower case"),
            ("arn:aws:kafka:us-east-1:123456789012:cluster/demo/1", "in the service 'kafka'"),
            (
                "arn:aws:iam:us-east-1:123456789012:role/x",
                "IAM has no regions: leave the place of 'us-east-1' empty",
            ),
            ("arn:aws:iam::12345:role/x", "12 digits, not '12345' (5 characters)"),
            ("arn:aws:iam::1234-5678-9012:role/x", "12 digits, not '1234-5678-9012'"),
            ("arn:aws:iam:::role/x", "12 digits, not ''"),
            ("arn:AWS:iam::123456789012:role/x", "its partition is aws, aws-cn"),
            ("arn::iam::123456789012:role/x", "its partition is aws"),
            ("arn:aws:iam::123456789012:role/", "name is missing"),
            ("arn:aws:iam::123456789012:role/x/", "name is missing"),
            ("arn:aws:iam::123456789012:role/a b", "letters, digits and"),
            ("arn:aws:iam:123456789012:role/x", "too few parts"),
            ("kafka", "'kafka' is a bare name"),
            ("role/kafka", "'kafka' is a bare name"),
            ("123456789012", "the number of an account"),
            ("1234-5678-9012", "the number of an account"),
            ("123456789012:role/kafka", "'arn:aws:iam::' is missing"),
            ("https://console.aws.amazon.com/iam/home#/roles/kafka", "this is a URL"),
            ("\"arn:aws:iam::123456789012:role/x\"", "without quotes"),
            ("arn:aws:iam::123456789012:role/x ", "without quotes, spaces"),
            ("arn:aws:iam::<account>:role/x", "placeholders"),
            ("arn:aws:iam::${ACCOUNT}:role/x", "placeholders"),
        ] {
            let fault = role_arn_fault(value).unwrap_or_default();
            assert!(
                fault.starts_with("must be the ARN of a role, such as arn:aws:iam::")
                    && fault.contains(expected),
                "{value}: {fault}"
            );
        }
    }
}
