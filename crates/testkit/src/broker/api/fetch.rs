//! Fetch, with its long poll, and ListOffsets.

use super::super::clock;
use super::super::node::Node;
use super::super::state::log::{Aborted, Log};
use super::code;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{AbortedTransaction, FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::list_offsets_request::ListOffsetsTopic;
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::{
    BrokerId, FetchRequest, FetchResponse, ListOffsetsRequest, ListOffsetsResponse, ProducerId, TopicName,
};
use kafka_protocol::ResponseError;
use std::time::Duration;

const READ_COMMITTED: i8 = 1;

/// Special timestamps of ListOffsets.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;

/// Waits up to `max_wait_ms` for `min_bytes` of records.
pub(super) async fn fetch(node: &Node, request: FetchRequest) -> FetchResponse {
    let deadline = clock::now() + Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    loop {
        let appended = node.appended.notified();
        let read = Read::all(node, &request);
        let enough = read.failed || read.bytes >= usize::try_from(request.min_bytes).unwrap_or(0);
        if enough || clock::until(deadline, appended).await.is_none() {
            return FetchResponse::default().with_responses(read.topics);
        }
    }
}

/// One look at everything a fetch asks for.
struct Read {
    topics: Vec<FetchableTopicResponse>,
    bytes: usize,
    failed: bool,
    committed: bool,
    max_bytes: usize,
}

impl Read {
    fn all(node: &Node, request: &FetchRequest) -> Self {
        let committed = request.isolation_level == READ_COMMITTED;
        let max_bytes = usize::try_from(request.max_bytes).unwrap_or(0);
        let mut read = Self { topics: Vec::new(), bytes: 0, failed: false, committed, max_bytes };
        for topic in &request.topics {
            let response = read.topic(node, topic);
            read.topics.push(response);
        }
        read
    }

    fn topic(&mut self, node: &Node, topic: &FetchTopic) -> FetchableTopicResponse {
        let cluster = node.cluster();
        let partitions = topic.partitions.iter().map(|asked| {
            let answer = PartitionData::default()
                .with_partition_index(asked.partition)
                .with_preferred_read_replica(BrokerId(-1))
                .with_log_start_offset(0);
            let log = cluster.topics.partition(&topic.topic, asked.partition);
            match log.and_then(|log| self.partition(log, asked, answer.clone())) {
                Ok(answer) => answer,
                Err(error) => {
                    self.failed = true;
                    answer.with_error_code(error.code()).with_high_watermark(-1)
                }
            }
        });
        FetchableTopicResponse::default()
            .with_topic(topic.topic.clone())
            .with_partitions(partitions.collect())
    }

    fn partition(
        &mut self,
        log: &Log,
        asked: &FetchPartition,
        answer: PartitionData,
    ) -> Result<PartitionData, ResponseError> {
        let answer =
            answer.with_high_watermark(log.next_offset()).with_last_stable_offset(log.last_stable_offset());
        if self.bytes > 0 && self.bytes >= self.max_bytes {
            return Ok(answer.with_records(Some(Default::default())));
        }
        let limit = usize::try_from(asked.partition_max_bytes).unwrap_or(0);
        let slice = log.read(asked.fetch_offset, limit, self.committed)?;
        self.bytes += slice.records.len();
        let aborted = slice.aborted.into_iter().map(to_response).collect();
        Ok(answer.with_records(Some(slice.records)).with_aborted_transactions(Some(aborted)))
    }
}

fn to_response(aborted: Aborted) -> AbortedTransaction {
    AbortedTransaction::default()
        .with_producer_id(ProducerId(aborted.producer_id))
        .with_first_offset(aborted.first_offset)
}

pub(super) fn list_offsets(node: &Node, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let committed = request.isolation_level == READ_COMMITTED;
    let topics = request.topics.into_iter().map(|topic| list_topic(node, topic, committed));
    ListOffsetsResponse::default().with_topics(topics.collect())
}

fn list_topic(node: &Node, topic: ListOffsetsTopic, committed: bool) -> ListOffsetsTopicResponse {
    let partitions = topic.partitions.iter().map(|asked| {
        let found = find_offset(node, &topic.name, asked.partition_index, asked.timestamp, committed);
        let error = code(&found);
        let (offset, timestamp) = found.unwrap_or((-1, -1));
        ListOffsetsPartitionResponse::default()
            .with_partition_index(asked.partition_index)
            .with_error_code(error)
            .with_offset(offset)
            .with_timestamp(timestamp)
    });
    let partitions = partitions.collect();
    ListOffsetsTopicResponse::default().with_name(topic.name).with_partitions(partitions)
}

/// Offset and timestamp; -1 for what is not known, as in Kafka.
fn find_offset(
    node: &Node,
    topic: &TopicName,
    partition: i32,
    timestamp: i64,
    committed: bool,
) -> Result<(i64, i64), ResponseError> {
    let cluster = node.cluster();
    let log = cluster.topics.partition(topic, partition)?;
    match timestamp {
        EARLIEST => Ok((0, -1)),
        LATEST if committed => Ok((log.last_stable_offset(), -1)),
        LATEST => Ok((log.next_offset(), -1)),
        0.. => Ok(log.offset_at(timestamp).unwrap_or((-1, -1))),
        _ => Err(ResponseError::UnsupportedVersion),
    }
}
