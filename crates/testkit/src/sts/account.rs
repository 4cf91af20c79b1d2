//! Who is known to the pretended AWS account: access keys, the principals behind them, and roles.

use crate::common::random;
use crate::common::time::Moment;
use crate::sigv4::{sha256_hex, AccessKey};
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::Engine;
use std::collections::HashMap;

/// A role that every known caller may assume.
#[derive(Clone, Debug)]
pub struct Role {
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
}

impl Role {
    /// A role such as `arn:aws:iam::123456789012:role/kafka`.
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: arn.into(), external_id: None }
    }

    /// Demands that whoever assumes it sends this `ExternalId`.
    pub fn with_external_id(self, id: impl Into<String>) -> Self {
        Self { external_id: Some(id.into()), ..self }
    }
}

/// Who signed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// What `GetCallerIdentity` says.
    pub(super) arn: String,
    /// What a web identity token says: a role instead of its session.
    pub(super) subject: String,
    pub(super) account: String,
    pub(super) user_id: String,
    pub(super) is_role: bool,
    /// When the session ends; `None` for long-term keys, and for temporary ones that a test made up.
    pub(super) session_ends: Option<Moment>,
}

impl Caller {
    /// From the ARN of a user or of a role's session; `None` for any other ARN.
    fn from_arn(arn: &str) -> Option<Self> {
        let (partition, service, account, resource) = split_arn(arn)?;
        let (subject, user_id, is_role) = match (service, resource.split_once('/')?) {
            ("iam", ("user", name)) if !name.is_empty() => (arn.to_owned(), unique_id("AIDA", arn), false),
            ("sts", ("assumed-role", session)) => {
                let (role, session) = session.split_once('/').filter(|(role, _)| !role.is_empty())?;
                let role = format!("arn:{partition}:iam::{account}:role/{role}");
                let id = format!("{}:{session}", unique_id("AROA", &role));
                (role, id, true)
            }
            _ => return None,
        };
        let (arn, account) = (arn.to_owned(), account.to_owned());
        Some(Self { arn, subject, account, user_id, is_role, session_ends: None })
    }

    fn of_session(role_arn: &str, name: &str, ends: Moment) -> Option<Self> {
        let (partition, "iam", account, resource) = split_arn(role_arn)? else { return None };
        // The path of a role is no part of its sessions' ARN.
        let role = resource.strip_prefix("role/")?.rsplit('/').next().filter(|role| !role.is_empty())?;
        let arn = format!("arn:{partition}:sts::{account}:assumed-role/{role}/{name}");
        let user_id = format!("{}:{name}", unique_id("AROA", role_arn));
        let (subject, account) = (role_arn.to_owned(), account.to_owned());
        Some(Self { arn, subject, account, user_id, is_role: true, session_ends: Some(ends) })
    }
}

/// An access key and who it stands for.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) key: AccessKey,
    pub(super) caller: Caller,
}

#[derive(Default)]
pub(super) struct Account {
    keys: HashMap<String, Known>,
    roles: HashMap<String, Role>,
}

impl Account {
    /// Checks the ARNs of all keys and roles.
    pub(super) fn new(keys: Vec<AccessKey>, roles: Vec<Role>) -> Result<Self, String> {
        let mut account = Self::default();
        for key in keys {
            let caller = Caller::from_arn(&key.principal).ok_or_else(|| {
                format!(
                    "the principal {:?} of the access key {} is not the ARN of a user or an assumed role, such as \
                     arn:aws:iam::123456789012:user/alice or arn:aws:sts::123456789012:assumed-role/kafka/session",
                    key.principal, key.id
                )
            })?;
            account.keys.insert(key.id.clone(), Known { key, caller });
        }
        for role in roles {
            Caller::of_session(&role.arn, "session", Moment::from_epoch(Default::default())).ok_or_else(
                || {
                    format!(
                        "{:?} is not the ARN of a role, such as arn:aws:iam::123456789012:role/kafka",
                        role.arn
                    )
                },
            )?;
            account.roles.insert(role.arn.clone(), role);
        }
        Ok(account)
    }

    pub(super) fn key(&self, id: &str) -> Option<&Known> {
        self.keys.get(id)
    }

    pub(super) fn role(&self, arn: &str) -> Option<&Role> {
        self.roles.get(arn)
    }

    /// Makes up temporary keys of a known role and remembers them.
    pub(super) fn start_session(&mut self, role_arn: &str, name: &str, ends: Moment) -> Known {
        let caller =
            Caller::of_session(role_arn, name, ends).expect("the ARNs of roles were checked at start");
        let id = unique_id("ASIA", &random::uuid());
        let secret = STANDARD_NO_PAD.encode(random::bytes::<30>());
        let token = STANDARD_NO_PAD.encode(random::bytes::<240>());
        let key = AccessKey::new(&id, secret, &caller.arn).with_session_token(token);
        let known = Known { key, caller };
        self.keys.insert(id, known.clone());
        known
    }
}

/// Partition, service, account and resource of an ARN without a region.
fn split_arn(arn: &str) -> Option<(&str, &str, &str, &str)> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts[..] else { return None };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then_some((partition, service, account, resource))
}

/// An identifier in AWS's form; the same for the same name.
fn unique_id(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", &sha256_hex(name.as_bytes()).to_uppercase()[..17])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_a_session_is_its_role() {
        let user = Caller::from_arn("arn:aws:iam::123456789012:user/team/alice").unwrap();
        assert_eq!((user.subject.as_str(), user.account.as_str()), (user.arn.as_str(), "123456789012"));
        let session = Caller::from_arn("arn:aws-cn:sts::123456789012:assumed-role/kafka/me").unwrap();
        assert_eq!(session.subject, "arn:aws-cn:iam::123456789012:role/kafka");
        assert!(session.user_id.starts_with("AROA") && session.user_id.ends_with(":me"));
        let ends = Moment::from_epoch(std::time::Duration::from_secs(1));
        let with_path = Caller::of_session("arn:aws:iam::123456789012:role/team/kafka", "me", ends).unwrap();
        assert_eq!(with_path.arn, "arn:aws:sts::123456789012:assumed-role/kafka/me");
        assert_eq!(with_path.subject, "arn:aws:iam::123456789012:role/team/kafka");
    }

    #[test]
    fn other_arns_are_refused_by_name() {
        for arn in ["alice", "arn:aws:iam::12:user/a", "arn:aws:iam::123456789012:role/kafka", ""] {
            let key = AccessKey::new("AKID", "the-secret", arn);
            let error = Account::new(vec![key], vec![]).err().unwrap();
            assert!(error.contains(&format!("{arn:?}")) && !error.contains("the-secret"), "{error}");
        }
        let error = Account::new(vec![], vec![Role::new("kafka")]).err().unwrap();
        assert!(error.contains("\"kafka\""), "{error}");
    }
}
