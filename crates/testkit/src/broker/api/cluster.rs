//! Who is there: ApiVersions, Metadata, FindCoordinator.

use super::super::node::Node;
use super::super::state::topics::Topic;
use super::{text, SERVED};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{
    ApiVersionsResponse, BrokerId, FindCoordinatorRequest, FindCoordinatorResponse, MetadataRequest,
    MetadataResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::ResponseError;
use std::collections::BTreeMap;

/// The only node.
const NODE_ID: BrokerId = BrokerId(1);

/// Not `localhost`, which resolves to `::1` first on most machines: clients would report that address as
/// down.
const HOST: StrBytes = StrBytes::from_static_str("127.0.0.1");

pub(super) fn api_versions() -> ApiVersionsResponse {
    let range = |range: &super::ApiRange| {
        ApiVersion::default()
            .with_api_key(range.api as i16)
            .with_min_version(range.lowest)
            .with_max_version(range.highest)
    };
    ApiVersionsResponse::default().with_api_keys(SERVED.iter().map(range).collect())
}

/// Up to version 3 one key is asked for, later a list of them.
pub(super) fn find_coordinator(
    node: &Node,
    version: i16,
    request: FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    let port = i32::from(node.port);
    if version < 4 {
        return FindCoordinatorResponse::default().with_node_id(NODE_ID).with_host(HOST).with_port(port);
    }
    let here =
        |key| Coordinator::default().with_key(key).with_node_id(NODE_ID).with_host(HOST).with_port(port);
    let coordinators = request.coordinator_keys.into_iter().map(here).collect();
    FindCoordinatorResponse::default().with_coordinators(coordinators)
}

pub(super) fn metadata(node: &Node, version: i16, request: MetadataRequest) -> MetadataResponse {
    let create = request.allow_auto_topic_creation && node.settings.auto_create_topics;
    let asked = match request.topics {
        // Version 0 has no null: an empty list means all topics there.
        Some(topics) if version > 0 || !topics.is_empty() => topics,
        _ => all_topics(node),
    };
    let topics = asked.into_iter().map(|topic| describe(node, topic, create)).collect();
    let broker = MetadataResponseBroker::default()
        .with_node_id(NODE_ID)
        .with_host(HOST)
        .with_port(i32::from(node.port));
    MetadataResponse::default()
        .with_cluster_id(Some(text("embedded-kafka")))
        .with_controller_id(NODE_ID)
        .with_brokers(vec![broker])
        .with_topics(topics)
}

fn all_topics(node: &Node) -> Vec<MetadataRequestTopic> {
    let asked = |name| MetadataRequestTopic::default().with_name(Some(TopicName(text(name))));
    node.cluster().topics.names().into_iter().map(asked).collect()
}

fn describe(node: &Node, asked: MetadataRequestTopic, create: bool) -> MetadataResponseTopic {
    let topics = &mut node.cluster().topics;
    let answer = MetadataResponseTopic::default().with_topic_id(asked.topic_id);
    let Some(name) = asked.name.or_else(|| topics.name_of(asked.topic_id).map(|name| TopicName(text(name))))
    else {
        return answer.with_name(None).with_error_code(ResponseError::UnknownTopicId.code());
    };
    let found = match topics.find(&name) {
        Some(topic) => Ok(topic),
        None if create => topics.create(&name, 1, BTreeMap::new()),
        None => Err(ResponseError::UnknownTopicOrPartition),
    };
    match found {
        Ok(topic) => answer.with_topic_id(topic.id).with_partitions(partitions(topic)),
        Err(error) => answer.with_error_code(error.code()),
    }
    .with_name(Some(name))
}

fn partitions(topic: &Topic) -> Vec<MetadataResponsePartition> {
    let partition = |index| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id(NODE_ID)
            .with_replica_nodes(vec![NODE_ID])
            .with_isr_nodes(vec![NODE_ID])
    };
    (0..topic.partitions.len() as i32).map(partition).collect()
}
