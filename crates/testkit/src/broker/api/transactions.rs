//! Producer ids and transactions: InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit, EndTxn.

use super::super::node::Node;
use super::super::state::group::Committed;
use super::super::state::transactions::{Ended, PendingOffset, ProducerIdentity};
use super::super::state::Cluster;
use super::code;
use kafka_protocol::messages::add_partitions_to_txn_response::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnTopicResult,
};
use kafka_protocol::messages::txn_offset_commit_request::TxnOffsetCommitRequestPartition;
use kafka_protocol::messages::txn_offset_commit_response::{
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use kafka_protocol::messages::{
    AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    EndTxnRequest, EndTxnResponse, InitProducerIdRequest, InitProducerIdResponse, ProducerId,
    TxnOffsetCommitRequest, TxnOffsetCommitResponse,
};
use kafka_protocol::ResponseError;

fn identity(id: ProducerId, epoch: i16) -> ProducerIdentity {
    ProducerIdentity { id: id.0, epoch }
}

pub(super) fn init_producer_id(node: &Node, request: InitProducerIdRequest) -> InitProducerIdResponse {
    let mut cluster = node.cluster();
    let producer = match &request.transactional_id {
        None => Ok(cluster.transactions.new_producer()),
        Some(id) => register(&mut cluster, id, identity(request.producer_id, request.producer_epoch)),
    };
    node.appended.notify_waiters();
    let response = InitProducerIdResponse::default().with_error_code(code(&producer));
    match producer {
        Ok(producer) => {
            response.with_producer_id(ProducerId(producer.id)).with_producer_epoch(producer.epoch)
        }
        Err(_) => response,
    }
}

/// Fences older producers of that id and aborts what they left open.
fn register(
    cluster: &mut Cluster,
    id: &str,
    known: ProducerIdentity,
) -> Result<ProducerIdentity, ResponseError> {
    let known = (known.id >= 0).then_some(known);
    let (producer, left_open) = cluster.transactions.register(id, known)?;
    if let Some(ended) = left_open {
        finish(cluster, ended, false);
    }
    Ok(producer)
}

pub(super) fn add_partitions(node: &Node, request: AddPartitionsToTxnRequest) -> AddPartitionsToTxnResponse {
    let mut cluster = node.cluster();
    let producer = identity(request.v3_and_below_producer_id, request.v3_and_below_producer_epoch);
    let id = request.v3_and_below_transactional_id;
    let topics = request.v3_and_below_topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().map(|index| {
            let added = add_partition(&mut cluster, &id, producer, &topic.name, index);
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(index)
                .with_partition_error_code(code(&added))
        });
        let partitions = partitions.collect();
        AddPartitionsToTxnTopicResult::default().with_name(topic.name).with_results_by_partition(partitions)
    });
    AddPartitionsToTxnResponse::default().with_results_by_topic_v3_and_below(topics.collect())
}

fn add_partition(
    cluster: &mut Cluster,
    id: &str,
    producer: ProducerIdentity,
    topic: &str,
    index: i32,
) -> Result<(), ResponseError> {
    cluster.topics.partition(topic, index)?;
    cluster.transactions.open(id, producer)?.partitions.insert((topic.to_owned(), index));
    Ok(())
}

pub(super) fn add_offsets(node: &Node, request: AddOffsetsToTxnRequest) -> AddOffsetsToTxnResponse {
    let mut cluster = node.cluster();
    let producer = identity(request.producer_id, request.producer_epoch);
    let known = cluster.transactions.open(&request.transactional_id, producer);
    AddOffsetsToTxnResponse::default().with_error_code(code(&known))
}

pub(super) fn commit_offsets(node: &Node, request: TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
    let mut cluster = node.cluster();
    let producer = identity(request.producer_id, request.producer_epoch);
    let mut open = cluster.transactions.open(&request.transactional_id, producer);
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().map(|partition| {
            let response = TxnOffsetCommitResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(code(&open));
            if let Ok(open) = &mut open {
                open.offsets.push(pending(&request.group_id, &topic.name, partition));
            }
            response
        });
        let partitions = partitions.collect();
        TxnOffsetCommitResponseTopic::default().with_name(topic.name).with_partitions(partitions)
    });
    TxnOffsetCommitResponse::default().with_topics(topics.collect())
}

fn pending(group: &str, topic: &str, partition: TxnOffsetCommitRequestPartition) -> PendingOffset {
    PendingOffset {
        group: group.to_owned(),
        topic: topic.to_owned(),
        partition: partition.partition_index,
        offset: partition.committed_offset,
        metadata: partition.committed_metadata.as_deref().unwrap_or_default().to_owned(),
    }
}

pub(super) fn end(node: &Node, request: EndTxnRequest) -> EndTxnResponse {
    let mut cluster = node.cluster();
    let producer = identity(request.producer_id, request.producer_epoch);
    let ended = cluster.transactions.end(&request.transactional_id, producer);
    let response = EndTxnResponse::default().with_error_code(code(&ended));
    if let Ok(contents) = ended {
        finish(&mut cluster, (producer, contents), request.committed);
        node.appended.notify_waiters();
    }
    response
}

/// Marks the transaction's end in every partition it touched, and commits its offsets.
fn finish(cluster: &mut Cluster, (producer, contents): Ended, commit: bool) {
    for (topic, index) in contents.partitions {
        // A topic deleted meanwhile needs no marker.
        if let Ok(log) = cluster.topics.partition_mut(&topic, index) {
            log.end_transaction(producer.id, producer.epoch, commit);
        }
    }
    for pending in contents.offsets.into_iter().filter(|_| commit) {
        let committed = Committed { offset: pending.offset, metadata: pending.metadata };
        cluster.group(&pending.group).offsets.insert((pending.topic, pending.partition), committed);
    }
}
