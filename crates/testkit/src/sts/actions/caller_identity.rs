//! `GetCallerIdentity`: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use super::super::account::Caller;
use super::super::xml::text;

pub(super) fn perform(caller: &Caller) -> String {
    [text("Arn", &caller.arn), text("UserId", &caller.user_id), text("Account", &caller.account)].concat()
}
