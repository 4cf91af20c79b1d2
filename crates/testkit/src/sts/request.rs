//! What the service was asked.

/// One request, as it was understood and judged; listed before it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `Action`, such as `GetWebIdentityToken`; empty where the request named none.
    pub action: String,
    /// The members of `Audience`, in order.
    pub audience: Vec<String>,
    /// `DurationSeconds` as it was sent.
    pub duration_seconds: Option<String>,
    /// `SigningAlgorithm` as it was sent.
    pub signing_algorithm: Option<String>,
    /// Keys and values of `Tags`, in order.
    pub tags: Vec<(String, String)>,
    /// `RoleArn` of an `AssumeRole`.
    pub role_arn: Option<String>,
    /// `RoleSessionName` of an `AssumeRole`.
    pub role_session_name: Option<String>,
    /// Whose key signed it; `None` where the signature could not be read.
    pub access_key_id: Option<String>,
    /// The region it was signed for; `None` where the signature could not be read.
    pub signed_region: Option<String>,
    /// The code of the error that it was refused with; `None` where nothing was wrong with it (a
    /// [`Fault`](super::Fault) may have spoilt the answer all the same).
    pub refusal: Option<String>,
    /// The id in the answer's header `x-amzn-RequestId` and in its body.
    pub request_id: String,
}

impl Request {
    /// Whether nothing was wrong with the request.
    pub fn is_accepted(&self) -> bool {
        self.refusal.is_none()
    }
}
