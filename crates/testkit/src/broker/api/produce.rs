//! Produce: plain, idempotent and transactional.

use super::super::node::Node;
use super::super::state::batch::Header;
use super::super::state::transactions::ProducerIdentity;
use super::super::state::Cluster;
use super::code;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{ProduceRequest, ProduceResponse};
use kafka_protocol::ResponseError;

/// `None` with `acks=0`.
pub(super) fn produce(node: &Node, request: ProduceRequest) -> Option<ProduceResponse> {
    let id = request.transactional_id.as_ref().map(|id| id.as_str());
    let topics = request.topic_data.iter().map(|topic| write_topic(node, id, topic)).collect();
    node.appended.notify_waiters();
    (request.acks != 0).then(|| ProduceResponse::default().with_responses(topics))
}

fn write_topic(
    node: &Node,
    transactional_id: Option<&str>,
    topic: &TopicProduceData,
) -> TopicProduceResponse {
    let mut cluster = node.cluster();
    let write = |partition: &PartitionProduceData| {
        let written = write_partition(&mut cluster, transactional_id, &topic.name, partition);
        PartitionProduceResponse::default()
            .with_index(partition.index)
            .with_error_code(code(&written))
            .with_base_offset(written.unwrap_or(-1))
            .with_log_append_time_ms(-1)
            .with_log_start_offset(0)
    };
    TopicProduceResponse::default()
        .with_name(topic.name.clone())
        .with_partition_responses(topic.partition_data.iter().map(write).collect())
}

fn write_partition(
    cluster: &mut Cluster,
    transactional_id: Option<&str>,
    topic: &str,
    partition: &PartitionProduceData,
) -> Result<i64, ResponseError> {
    let records = partition.records.as_deref().unwrap_or_default();
    let header = Header::parse(records)?;
    if header.transactional {
        let id = transactional_id.ok_or(ResponseError::InvalidTxnState)?;
        let producer = ProducerIdentity { id: header.producer_id, epoch: header.producer_epoch };
        let open = cluster.transactions.open(id, producer)?;
        if !open.partitions.contains(&(topic.to_owned(), partition.index)) {
            return Err(ResponseError::InvalidTxnState);
        }
    }
    cluster.topics.partition_mut(topic, partition.index)?.append(records)
}
