//! Committed offsets: OffsetCommit, OffsetFetch.

use super::super::clock;
use super::super::node::Node;
use super::super::state::group::Committed;
use super::{code, text};
use kafka_protocol::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use kafka_protocol::messages::offset_fetch_request::OffsetFetchRequestGroup;
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse, TopicName,
};
use std::collections::BTreeMap;

pub(super) fn commit(node: &Node, request: OffsetCommitRequest) -> OffsetCommitResponse {
    let mut cluster = node.cluster();
    let group = cluster.group(&request.group_id);
    let allowed = group.check_commit(&request.member_id, request.generation_id_or_member_epoch, clock::now());
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().map(|partition| {
            if allowed.is_ok() {
                let metadata = partition.committed_metadata.as_deref().unwrap_or_default().to_owned();
                let committed = Committed { offset: partition.committed_offset, metadata };
                group.offsets.insert((topic.name.to_string(), partition.partition_index), committed);
            }
            OffsetCommitResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(code(&allowed))
        });
        let partitions = partitions.collect();
        OffsetCommitResponseTopic::default().with_name(topic.name).with_partitions(partitions)
    });
    OffsetCommitResponse::default().with_topics(topics.collect())
}

/// Up to version 7 one group is asked for, later a list of them.
pub(super) fn fetch(node: &Node, request: OffsetFetchRequest) -> OffsetFetchResponse {
    let asked = request.topics.map(|topics| {
        topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>()
    });
    let topics = find(node, &request.group_id, asked).into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(index, committed)| {
            OffsetFetchResponsePartition::default()
                .with_partition_index(index)
                .with_committed_offset(committed.offset)
                .with_metadata(Some(text(committed.metadata)))
        });
        OffsetFetchResponseTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    let topics = topics.collect();
    let groups = request.groups.into_iter().map(|group| fetch_group(node, group)).collect();
    OffsetFetchResponse::default().with_topics(topics).with_groups(groups)
}

fn fetch_group(node: &Node, group: OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
    let asked = group.topics.map(|topics| {
        topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>()
    });
    let topics = find(node, &group.group_id, asked).into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(index, committed)| {
            OffsetFetchResponsePartitions::default()
                .with_partition_index(index)
                .with_committed_offset(committed.offset)
                .with_metadata(Some(text(committed.metadata)))
        });
        OffsetFetchResponseTopics::default().with_name(name).with_partitions(partitions.collect())
    });
    let topics = topics.collect();
    OffsetFetchResponseGroup::default().with_group_id(group.group_id).with_topics(topics)
}

/// The committed offsets of what is asked for, -1 where there is none; everything committed where nothing is named.
fn find(
    node: &Node,
    group: &str,
    asked: Option<Vec<(TopicName, Vec<i32>)>>,
) -> Vec<(TopicName, Vec<(i32, Committed)>)> {
    let cluster = node.cluster();
    let none = BTreeMap::new();
    let offsets = cluster.groups.get(group).map_or(&none, |group| &group.offsets);
    let asked = asked.unwrap_or_else(|| {
        offsets.keys().map(|(topic, partition)| (TopicName(text(topic.as_str())), vec![*partition])).collect()
    });
    let look_up = |topic: &TopicName, partition: i32| {
        let nothing = || Committed { offset: -1, metadata: String::new() };
        (partition, offsets.get(&(topic.to_string(), partition)).cloned().unwrap_or_else(nothing))
    };
    let with_offsets = |(topic, partitions): (TopicName, Vec<i32>)| {
        let found = partitions.into_iter().map(|partition| look_up(&topic, partition)).collect();
        (topic, found)
    };
    asked.into_iter().map(with_offsets).collect()
}
