//! The bodies of the answers.

use super::error_answer::ErrorAnswer;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// An element with text in it.
pub(super) fn text(name: &str, value: &str) -> String {
    element(name, &escape(value))
}

/// An element with elements in it.
pub(super) fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// The answer to an action that succeeded, with the elements of its result.
pub(super) fn success(action: &str, result: &str, request_id: &str) -> String {
    let result = element(&format!("{action}Result"), result);
    let metadata = element("ResponseMetadata", &text("RequestId", request_id));
    format!("<{action}Response xmlns=\"{NAMESPACE}\">{result}{metadata}</{action}Response>")
}

/// The answer to a request that failed.
pub(super) fn failure(error: &ErrorAnswer, request_id: &str) -> String {
    let at_fault = if error.status < 500 { "Sender" } else { "Receiver" };
    let fields = [text("Type", at_fault), text("Code", &error.code), text("Message", &error.message)];
    let error = element("Error", &fields.concat());
    let request_id = text("RequestId", request_id);
    format!("<ErrorResponse xmlns=\"{NAMESPACE}\">{error}{request_id}</ErrorResponse>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
