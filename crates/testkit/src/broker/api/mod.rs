//! The requests the broker serves, and who answers each.

mod admin;
mod cluster;
mod fetch;
mod groups;
mod offsets;
mod produce;
mod transactions;

use super::node::Node;
use kafka_protocol::messages::{ApiKey, RequestKind, ResponseKind};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::ResponseError;

/// The versions of one request that are served, as told by ApiVersions.
pub(super) struct ApiRange {
    api: ApiKey,
    lowest: i16,
    highest: i16,
}

const fn served(api: ApiKey, lowest: i16, highest: i16) -> ApiRange {
    ApiRange { api, lowest, highest }
}

/// Everything served. From Produce 13, Fetch 13 and OffsetCommit 10 on, topics go by id only: not served.
const SERVED: &[ApiRange] = &[
    served(ApiKey::Produce, 3, 12),
    served(ApiKey::Fetch, 4, 12),
    served(ApiKey::ListOffsets, 1, 7),
    served(ApiKey::Metadata, 0, 12),
    served(ApiKey::OffsetCommit, 2, 9),
    served(ApiKey::OffsetFetch, 1, 9),
    served(ApiKey::FindCoordinator, 0, 4),
    served(ApiKey::JoinGroup, 0, 9),
    served(ApiKey::Heartbeat, 0, 4),
    served(ApiKey::LeaveGroup, 0, 5),
    served(ApiKey::SyncGroup, 0, 5),
    served(ApiKey::SaslHandshake, 0, 1),
    served(ApiKey::ApiVersions, 0, 4),
    served(ApiKey::CreateTopics, 2, 7),
    served(ApiKey::DeleteTopics, 1, 6),
    served(ApiKey::InitProducerId, 0, 4),
    served(ApiKey::AddPartitionsToTxn, 0, 3),
    served(ApiKey::AddOffsetsToTxn, 0, 3),
    served(ApiKey::EndTxn, 0, 3),
    served(ApiKey::TxnOffsetCommit, 0, 3),
    served(ApiKey::DescribeConfigs, 1, 4),
    served(ApiKey::SaslAuthenticate, 0, 2),
];

impl ApiRange {
    pub(super) fn of(api: ApiKey) -> Option<&'static Self> {
        SERVED.iter().find(|range| range.api == api)
    }

    pub(super) fn contains(&self, version: i16) -> bool {
        (self.lowest..=self.highest).contains(&version)
    }

    #[cfg(test)]
    pub(super) fn versions(&self) -> std::ops::RangeInclusive<i16> {
        self.lowest..=self.highest
    }
}

/// What a client that asks in an unknown version gets: the known ones for ApiVersions, otherwise a closed connection.
pub(super) fn unsupported_version(api: ApiKey, version: i16) -> Result<ResponseKind, String> {
    if api != ApiKey::ApiVersions {
        return Err(format!("{api:?} version {version} is not served"));
    }
    Ok(cluster::api_versions().with_error_code(ResponseError::UnsupportedVersion.code()).into())
}

/// Answers everything but the login; `None` where the client wants no answer.
pub(super) async fn answer(
    node: &Node,
    version: i16,
    request: RequestKind,
) -> Result<Option<ResponseKind>, String> {
    Ok(Some(match request {
        RequestKind::ApiVersions(_) => cluster::api_versions().into(),
        RequestKind::Metadata(request) => cluster::metadata(node, version, request).into(),
        RequestKind::FindCoordinator(request) => cluster::find_coordinator(node, version, request).into(),
        RequestKind::CreateTopics(request) => admin::create_topics(node, request).into(),
        RequestKind::DeleteTopics(request) => admin::delete_topics(node, request).into(),
        RequestKind::DescribeConfigs(request) => admin::describe_configs(node, request).into(),
        RequestKind::Produce(request) => match produce::produce(node, request) {
            Some(response) => response.into(),
            None => return Ok(None),
        },
        RequestKind::Fetch(request) => fetch::fetch(node, request).await.into(),
        RequestKind::ListOffsets(request) => fetch::list_offsets(node, request).into(),
        RequestKind::JoinGroup(request) => groups::join(node, request).await.into(),
        RequestKind::SyncGroup(request) => groups::sync(node, request).await.into(),
        RequestKind::Heartbeat(request) => groups::heartbeat(node, request).into(),
        RequestKind::LeaveGroup(request) => groups::leave(node, request).into(),
        RequestKind::OffsetCommit(request) => offsets::commit(node, request).into(),
        RequestKind::OffsetFetch(request) => offsets::fetch(node, request).into(),
        RequestKind::InitProducerId(request) => transactions::init_producer_id(node, request).into(),
        RequestKind::AddPartitionsToTxn(request) => transactions::add_partitions(node, request).into(),
        RequestKind::AddOffsetsToTxn(request) => transactions::add_offsets(node, request).into(),
        RequestKind::TxnOffsetCommit(request) => transactions::commit_offsets(node, request).into(),
        RequestKind::EndTxn(request) => transactions::end(node, request).into(),
        _ => return Err("a request without a handler".into()),
    }))
}

/// The error code of an outcome; 0 is success.
fn code<T>(outcome: &Result<T, ResponseError>) -> i16 {
    outcome.as_ref().err().map_or(0, ResponseError::code)
}

fn text(value: impl Into<String>) -> StrBytes {
    StrBytes::from_string(value.into())
}
