//! What administrators do: CreateTopics, DeleteTopics, DescribeConfigs.

use super::super::node::Node;
use super::{code, text};
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::create_topics_response::CreatableTopicResult;
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::delete_topics_response::DeletableTopicResult;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    DescribeConfigsRequest, DescribeConfigsResponse, TopicName,
};
use kafka_protocol::ResponseError;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Resource types of DescribeConfigs (KIP-133).
const TOPIC: i8 = 2;
const BROKER: i8 = 4;

/// Where a value comes from (KIP-226).
const SET_ON_TOPIC: i8 = 1;
const SET_ON_BROKER: i8 = 4;
const DEFAULT: i8 = 5;

/// What a topic has unless told otherwise.
const TOPIC_DEFAULTS: &[(&str, &str)] = &[
    ("cleanup.policy", "delete"),
    ("compression.type", "producer"),
    ("max.message.bytes", "1048588"),
    ("min.insync.replicas", "1"),
    ("retention.ms", "-1"),
];

pub(super) fn create_topics(node: &Node, request: CreateTopicsRequest) -> CreateTopicsResponse {
    let validate_only = request.validate_only;
    let topics = request.topics.into_iter().map(|topic| {
        let created = create_topic(node, &topic, validate_only);
        let result = CreatableTopicResult::default()
            .with_name(topic.name)
            .with_error_code(code(&created))
            .with_error_message(created.as_ref().err().map(|error| text(error.to_string())));
        match created {
            Ok((id, partitions)) => {
                result.with_topic_id(id).with_num_partitions(partitions).with_replication_factor(1)
            }
            Err(_) => result,
        }
    });
    CreateTopicsResponse::default().with_topics(topics.collect())
}

/// Id and partitions of the new topic; a nil id where it was only validated.
fn create_topic(
    node: &Node,
    topic: &CreatableTopic,
    validate_only: bool,
) -> Result<(Uuid, i32), ResponseError> {
    // -1 is the broker's default, except where replicas are assigned by hand.
    let partitions = match (topic.assignments.len(), topic.num_partitions) {
        (0, -1) => 1,
        (0, asked) => asked,
        (assigned, _) => assigned as i32,
    };
    let topics = &mut node.cluster().topics;
    topics.check_new(&topic.name, partitions)?;
    if !matches!(topic.replication_factor, -1 | 1) {
        return Err(ResponseError::InvalidReplicationFactor);
    }
    if validate_only {
        return Ok((Uuid::nil(), partitions));
    }
    let configs = topic.configs.iter().filter_map(|config| {
        let value = config.value.as_ref()?;
        Some((config.name.to_string(), value.to_string()))
    });
    let id = topics.create(&topic.name, partitions, configs.collect())?.id;
    Ok((id, partitions))
}

/// Up to version 5 topics go by name, later by name or id.
pub(super) fn delete_topics(node: &Node, request: DeleteTopicsRequest) -> DeleteTopicsResponse {
    let by_name = |name| DeleteTopicState::default().with_name(Some(name));
    let asked = request.topic_names.into_iter().map(by_name).chain(request.topics);
    let responses = asked.map(|topic| delete_topic(node, topic)).collect();
    // Whoever waits for records of a deleted topic learns of its end.
    node.appended.notify_waiters();
    DeleteTopicsResponse::default().with_responses(responses)
}

fn delete_topic(node: &Node, asked: DeleteTopicState) -> DeletableTopicResult {
    let topics = &mut node.cluster().topics;
    let name = asked.name.or_else(|| topics.name_of(asked.topic_id).map(|name| TopicName(text(name))));
    let deleted = match &name {
        Some(name) => topics.delete(name),
        None => Err(ResponseError::UnknownTopicId),
    };
    DeletableTopicResult::default()
        .with_name(name)
        .with_topic_id(*deleted.as_ref().unwrap_or(&asked.topic_id))
        .with_error_code(code(&deleted))
}

pub(super) fn describe_configs(node: &Node, request: DescribeConfigsRequest) -> DescribeConfigsResponse {
    let results = request.resources.into_iter().map(|resource| describe_resource(node, resource)).collect();
    DescribeConfigsResponse::default().with_results(results)
}

fn describe_resource(node: &Node, resource: DescribeConfigsResource) -> DescribeConfigsResult {
    let configs = match resource.resource_type {
        TOPIC => topic_configs(node, &resource.resource_name),
        BROKER => Ok(broker_configs(node)),
        _ => Err(ResponseError::InvalidRequest),
    };
    let result = DescribeConfigsResult::default()
        .with_error_code(code(&configs))
        .with_error_message(configs.as_ref().err().map(|error| text(error.to_string())))
        .with_resource_type(resource.resource_type)
        .with_resource_name(resource.resource_name);
    let keys = resource.configuration_keys;
    let asked = |config: &DescribeConfigsResourceResult| {
        keys.as_ref().is_none_or(|keys| keys.is_empty() || keys.contains(&config.name))
    };
    result.with_configs(configs.unwrap_or_default().into_iter().filter(asked).collect())
}

fn topic_configs(node: &Node, name: &str) -> Result<Vec<DescribeConfigsResourceResult>, ResponseError> {
    let cluster = node.cluster();
    let topic = cluster.topics.find(name).ok_or(ResponseError::UnknownTopicOrPartition)?;
    let mut values: BTreeMap<_, _> =
        TOPIC_DEFAULTS.iter().map(|(key, value)| (*key, (*value, DEFAULT))).collect();
    values.extend(topic.configs.iter().map(|(key, value)| (key.as_str(), (value.as_str(), SET_ON_TOPIC))));
    Ok(values.into_iter().map(|(key, (value, source))| config(key, value, source)).collect())
}

fn broker_configs(node: &Node) -> Vec<DescribeConfigsResourceResult> {
    let max_reauth = node.settings.max_reauth.map_or(0, |limit| limit.as_millis());
    vec![
        config("auto.create.topics.enable", &node.settings.auto_create_topics.to_string(), SET_ON_BROKER),
        config("connections.max.reauth.ms", &max_reauth.to_string(), SET_ON_BROKER),
        config("sasl.enabled.mechanisms", "OAUTHBEARER", SET_ON_BROKER),
    ]
}

fn config(key: &str, value: &str, source: i8) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult::default()
        .with_name(text(key))
        .with_value(Some(text(value)))
        .with_config_source(source)
}
