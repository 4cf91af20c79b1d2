//! Every served version of every request is answered in that version.

use super::super::api::ApiRange;
use super::super::{ApiKey, Broker, Event};
use super::{Client, SOON};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::txn_offset_commit_request::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType};
use kafka_protocol::ResponseError;

const TOPIC: TopicName = TopicName(StrBytes::from_static_str("t"));
const GROUP: GroupId = GroupId(StrBytes::from_static_str("g"));
const TRANSACTION: TransactionalId = TransactionalId(StrBytes::from_static_str("x"));

fn open_broker() -> Broker {
    Broker::builder().anonymous().plaintext().topic("t", 1).start().unwrap()
}

/// Runs `check` for each served version of `api`.
fn each_version(api: ApiKey, mut check: impl FnMut(&mut Client, i16)) {
    let broker = open_broker();
    let mut client = Client::connect(&broker);
    for version in ApiRange::of(api).unwrap().versions() {
        check(&mut client, version);
    }
}

fn text(value: impl Into<String>) -> StrBytes {
    StrBytes::from_string(value.into())
}

fn batch(values: &[&'static str]) -> Bytes {
    let record = |(offset, value): (usize, &&'static str)| Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: -1,
        producer_epoch: -1,
        timestamp_type: TimestampType::Creation,
        offset: offset as i64,
        sequence: offset as i32 - 1,
        timestamp: 1_000 + offset as i64,
        key: None,
        value: Some(Bytes::from_static(value.as_bytes())),
        headers: Default::default(),
    };
    let records: Vec<_> = values.iter().enumerate().map(record).collect();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, &records, &options).unwrap();
    bytes.freeze()
}

fn produce(client: &mut Client, version: i16, records: Bytes) -> ProduceResponse {
    let partition = PartitionProduceData::default().with_records(Some(records));
    let topic = TopicProduceData::default().with_name(TOPIC).with_partition_data(vec![partition]);
    client.call(version, &ProduceRequest::default().with_acks(-1).with_topic_data(vec![topic]))
}

#[test]
fn api_versions_and_what_it_lists() {
    each_version(ApiKey::ApiVersions, |client, version| {
        let response = client.call(version, &ApiVersionsRequest::default());
        assert_eq!((response.error_code, response.api_keys.len()), (0, 22));
        for listed in &response.api_keys {
            let range = ApiRange::of(ApiKey::try_from(listed.api_key).unwrap()).unwrap();
            assert!(range.contains(listed.min_version) && range.contains(listed.max_version));
            assert!(!range.contains(listed.max_version + 1));
        }
    });
}

/// A newer client asks in its own version and is answered in version 0, whatever it may have sent (KIP-511).
#[test]
fn an_unknown_version_of_api_versions_is_answered_in_version_0() {
    let broker = open_broker();
    let mut client = Client::connect(&broker);
    let mut frame = vec![0, 18, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0];
    frame.extend_from_slice(b"something newer");
    client.requests += 1;
    client.send_frame(&frame).unwrap();
    let response = client.receive::<ApiVersionsRequest>(0).unwrap();
    assert_eq!(response.error_code, ResponseError::UnsupportedVersion.code());
    assert_eq!(response.api_keys.len(), 22);
}

#[test]
fn metadata() {
    each_version(ApiKey::Metadata, |client, version| {
        let asked = MetadataRequestTopic::default().with_name(Some(TOPIC));
        let named = MetadataRequest::default().with_topics(Some(vec![asked]));
        let all = MetadataRequest::default().with_topics((version == 0).then(Vec::new));
        for request in [named, all] {
            let response = client.call(version, &request);
            assert_eq!(response.topics.len(), 1, "version {version}");
            assert_eq!((response.topics[0].error_code, response.topics[0].partitions.len()), (0, 1));
            assert_eq!(response.brokers[0].host.as_str(), "127.0.0.1");
        }
    });
}

#[test]
fn metadata_by_topic_id() {
    let broker = open_broker();
    let mut client = Client::connect(&broker);
    let known = client.call(12, &MetadataRequest::default().with_topics(None)).topics[0].topic_id;
    for (id, name, error) in [(known, Some(TOPIC), 0), (uuid::Uuid::from_u128(99), None, 100)] {
        let asked = MetadataRequestTopic::default().with_name(None).with_topic_id(id);
        let response = client.call(12, &MetadataRequest::default().with_topics(Some(vec![asked])));
        assert_eq!((response.topics[0].name.clone(), response.topics[0].error_code), (name, error));
    }
}

#[test]
fn find_coordinator() {
    each_version(ApiKey::FindCoordinator, |client, version| {
        let request = FindCoordinatorRequest::default();
        if version < 4 {
            let response = client.call(version, &request.with_key(text("g")));
            assert_eq!((response.error_code, response.node_id), (0, BrokerId(1)));
        } else {
            let response = client.call(version, &request.with_coordinator_keys(vec![text("g"), text("h")]));
            let keys: Vec<_> =
                response.coordinators.iter().map(|one| (one.key.as_str(), one.node_id)).collect();
            assert_eq!(keys, [("g", BrokerId(1)), ("h", BrokerId(1))]);
        }
    });
}

#[test]
fn topics_are_created_and_deleted() {
    each_version(ApiKey::CreateTopics, |client, version| {
        let name = || TopicName(text(format!("made-{version}")));
        let topic =
            CreatableTopic::default().with_name(name()).with_num_partitions(2).with_replication_factor(1);
        let request = CreateTopicsRequest::default().with_topics(vec![topic.clone()]);
        let dry = client.call(version, &request.clone().with_validate_only(true));
        assert_eq!(dry.topics[0].error_code, 0);
        assert_eq!(client.call(version, &request).topics[0].error_code, 0);
        let again = client.call(version, &request);
        assert_eq!(again.topics[0].error_code, ResponseError::TopicAlreadyExists.code());
        let replicated = topic.with_name(TopicName(text("r"))).with_replication_factor(3);
        let refused = client.call(version, &CreateTopicsRequest::default().with_topics(vec![replicated]));
        assert_eq!(refused.topics[0].error_code, ResponseError::InvalidReplicationFactor.code());
    });
    each_version(ApiKey::DeleteTopics, |client, version| {
        let request = |name: &str| {
            let name = TopicName(text(name));
            let by_name = DeleteTopicsRequest::default();
            if version < 6 {
                by_name.with_topic_names(vec![name])
            } else {
                by_name.with_topics(vec![DeleteTopicState::default().with_name(Some(name))])
            }
        };
        let topic = CreatableTopic::default().with_name(TopicName(text("gone"))).with_num_partitions(1);
        let create = CreateTopicsRequest::default().with_topics(vec![topic.with_replication_factor(1)]);
        assert_eq!(client.call(7, &create).topics[0].error_code, 0);
        assert_eq!(client.call(version, &request("gone")).responses[0].error_code, 0);
        assert_eq!(client.call(version, &request("gone")).responses[0].error_code, 3);
    });
}

#[test]
fn describe_configs() {
    each_version(ApiKey::DescribeConfigs, |client, version| {
        let resource = |kind, name: &str| {
            DescribeConfigsResource::default().with_resource_type(kind).with_resource_name(text(name))
        };
        let one = resource(2, "t").with_configuration_keys(Some(vec![text("retention.ms")]));
        let all = [one, resource(2, "nowhere"), resource(4, "1"), resource(8, "1")];
        let response = client.call(version, &DescribeConfigsRequest::default().with_resources(all.to_vec()));
        let codes: Vec<_> = response.results.iter().map(|result| result.error_code).collect();
        assert_eq!(codes, [0, 3, 0, ResponseError::InvalidRequest.code()]);
        assert_eq!(response.results[0].configs.len(), 1);
        assert_eq!(response.results[0].configs[0].value.as_deref(), Some("-1"));
    });
}

#[test]
fn records_are_produced_fetched_and_found_by_time() {
    each_version(ApiKey::Produce, |client, version| {
        let response = produce(client, version, batch(&["a", "b"]));
        let partition = &response.responses[0].partition_responses[0];
        assert_eq!((partition.error_code, partition.base_offset), (0, 2 * i64::from(version - 3)));
        let response = produce(client, version, Bytes::from_static(b"no batch"));
        assert_eq!(
            response.responses[0].partition_responses[0].error_code,
            ResponseError::CorruptMessage.code()
        );
    });
    each_version(ApiKey::Fetch, |client, version| {
        produce(client, 9, batch(&["a"]));
        for (offset, error) in [(0, 0), (1_000, ResponseError::OffsetOutOfRange.code())] {
            let partition =
                FetchPartition::default().with_fetch_offset(offset).with_partition_max_bytes(1_000);
            let topic = FetchTopic::default().with_topic(TOPIC).with_partitions(vec![partition]);
            let request =
                FetchRequest::default().with_max_wait_ms(0).with_max_bytes(1_000).with_topics(vec![topic]);
            let response = client.call(version, &request);
            let partition = &response.responses[0].partitions[0];
            assert_eq!(partition.error_code, error);
            assert_eq!(partition.records.as_ref().is_some_and(|records| !records.is_empty()), error == 0);
        }
    });
    each_version(ApiKey::ListOffsets, |client, version| {
        produce(client, 9, batch(&["a", "b"]));
        let next = 2 * i64::from(version);
        for (timestamp, offset) in [(-2, 0), (-1, next), (500, 0), (5_000, -1)] {
            let partition = ListOffsetsPartition::default().with_timestamp(timestamp);
            let topic = ListOffsetsTopic::default().with_name(TOPIC).with_partitions(vec![partition]);
            let response = client.call(version, &ListOffsetsRequest::default().with_topics(vec![topic]));
            let partition = &response.topics[0].partitions[0];
            assert_eq!(
                (partition.error_code, partition.offset),
                (0, offset),
                "version {version}, time {timestamp}"
            );
        }
    });
}

#[test]
fn groups_form_beat_and_dissolve() {
    each_version(ApiKey::JoinGroup, |client, version| {
        let protocol = JoinGroupRequestProtocol::default().with_name(text("range"));
        let request = JoinGroupRequest::default()
            .with_group_id(GroupId(text(format!("g-{version}"))))
            .with_session_timeout_ms(10_000)
            .with_protocol_type(text("consumer"))
            .with_protocols(vec![protocol]);
        let joined = client.call(version, &request);
        assert_eq!((joined.error_code, joined.generation_id, joined.members.len()), (0, 1, 1));
        assert_eq!(joined.leader, joined.member_id);
        let stranger = client.call(version, &request.with_member_id(text("stranger")));
        assert_eq!(stranger.error_code, ResponseError::UnknownMemberId.code());
    });
    each_version(ApiKey::SyncGroup, |client, version| {
        let member = join(client);
        let mine = SyncGroupRequestAssignment::default()
            .with_member_id(member.clone())
            .with_assignment("mine".into());
        let request = SyncGroupRequest::default().with_group_id(GROUP).with_member_id(member.clone());
        let synced = client
            .call(version, &request.with_generation_id(generation(version)).with_assignments(vec![mine]));
        assert_eq!((synced.error_code, &synced.assignment[..]), (0, &b"mine"[..]));
        leave(client, member);
    });
    each_version(ApiKey::Heartbeat, |client, version| {
        let member = join(client);
        let beat = HeartbeatRequest::default().with_group_id(GROUP).with_member_id(member.clone());
        assert_eq!(client.call(version, &beat.clone().with_generation_id(generation(version))).error_code, 0);
        let stale = client.call(version, &beat.with_generation_id(99));
        assert_eq!(stale.error_code, ResponseError::IllegalGeneration.code());
        leave(client, member);
    });
    each_version(ApiKey::LeaveGroup, |client, version| {
        let member = join(client);
        let request = LeaveGroupRequest::default().with_group_id(GROUP);
        let request = if version < 3 {
            request.with_member_id(member)
        } else {
            request.with_members(vec![MemberIdentity::default().with_member_id(member)])
        };
        assert_eq!(client.call(version, &request).error_code, 0);
        let again = client.call(version, &request);
        let code = again.members.first().map_or(again.error_code, |member| member.error_code);
        assert_eq!(code, ResponseError::UnknownMemberId.code());
    });
}

/// Each version of a test above is one more generation of the group.
fn generation(version: i16) -> i32 {
    i32::from(version) + 1
}

fn join(client: &mut Client) -> StrBytes {
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range"));
    let request = JoinGroupRequest::default()
        .with_group_id(GROUP)
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(10_000)
        .with_protocol_type(text("consumer"));
    let joined = client.call(5, &request.with_protocols(vec![protocol]));
    assert_eq!(joined.error_code, 0);
    joined.member_id
}

fn leave(client: &mut Client, member: StrBytes) {
    let request = LeaveGroupRequest::default().with_group_id(GROUP).with_member_id(member);
    assert_eq!(client.call(1, &request).error_code, 0);
}

#[test]
fn offsets_are_committed_and_fetched() {
    each_version(ApiKey::OffsetCommit, |client, version| {
        let offset = i64::from(version);
        let partition = OffsetCommitRequestPartition::default()
            .with_committed_offset(offset)
            .with_committed_metadata(Some(text("note")));
        let topic = OffsetCommitRequestTopic::default().with_name(TOPIC).with_partitions(vec![partition]);
        let request = OffsetCommitRequest::default().with_group_id(GROUP).with_topics(vec![topic]);
        let response = client.call(version, &request.clone());
        assert_eq!(response.topics[0].partitions[0].error_code, 0);
        let stranger = client
            .call(version, &request.with_member_id(text("stranger")).with_generation_id_or_member_epoch(1));
        assert_eq!(stranger.topics[0].partitions[0].error_code, ResponseError::UnknownMemberId.code());
        assert_eq!(fetch_offsets(client, 7), [(0, offset, "note".to_owned()), (5, -1, String::new())]);
    });
    each_version(ApiKey::OffsetFetch, |client, version| {
        assert_eq!(fetch_offsets(client, version), [(0, -1, String::new()), (5, -1, String::new())]);
    });
}

/// Partition, offset and metadata of partitions 0 and 5.
fn fetch_offsets(client: &mut Client, version: i16) -> Vec<(i32, i64, String)> {
    let request = OffsetFetchRequest::default();
    let note = |metadata: &Option<StrBytes>| metadata.as_deref().unwrap_or_default().to_owned();
    if version < 8 {
        let topic = OffsetFetchRequestTopic::default().with_name(TOPIC).with_partition_indexes(vec![0, 5]);
        let response = client.call(version, &request.with_group_id(GROUP).with_topics(Some(vec![topic])));
        let found = response.topics[0].partitions.iter();
        return found.map(|one| (one.partition_index, one.committed_offset, note(&one.metadata))).collect();
    }
    let topic = OffsetFetchRequestTopics::default().with_name(TOPIC).with_partition_indexes(vec![0, 5]);
    let group = OffsetFetchRequestGroup::default().with_group_id(GROUP).with_topics(Some(vec![topic]));
    let response = client.call(version, &request.with_groups(vec![group]));
    let found = response.groups[0].topics[0].partitions.iter();
    found.map(|one| (one.partition_index, one.committed_offset, note(&one.metadata))).collect()
}

#[test]
fn transactions_begin_and_end() {
    each_version(ApiKey::InitProducerId, |client, version| {
        let request = InitProducerIdRequest::default().with_transactional_id(Some(TRANSACTION));
        let response = client.call(version, &request.with_transaction_timeout_ms(1_000));
        assert_eq!((response.error_code, response.producer_epoch), (0, version));
        let idempotent = client.call(version, &InitProducerIdRequest::default().with_transactional_id(None));
        assert_eq!((idempotent.error_code, idempotent.producer_epoch), (0, 0));
    });
    each_version(ApiKey::AddPartitionsToTxn, |client, version| {
        let (id, epoch) = register(client);
        let topic = AddPartitionsToTxnTopic::default().with_name(TOPIC).with_partitions(vec![0, 5]);
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(TRANSACTION)
            .with_v3_and_below_producer_id(id)
            .with_v3_and_below_producer_epoch(epoch)
            .with_v3_and_below_topics(vec![topic]);
        let response = client.call(version, &request);
        let results = &response.results_by_topic_v3_and_below[0].results_by_partition;
        let codes: Vec<_> = results.iter().map(|result| result.partition_error_code).collect();
        assert_eq!(codes, [0, ResponseError::UnknownTopicOrPartition.code()]);
    });
    each_version(ApiKey::TxnOffsetCommit, |client, version| {
        let (id, epoch) = register(client);
        let add = AddOffsetsToTxnRequest::default().with_transactional_id(TRANSACTION).with_group_id(GROUP);
        assert_eq!(client.call(version, &add.with_producer_id(id).with_producer_epoch(epoch)).error_code, 0);
        let partition = TxnOffsetCommitRequestPartition::default().with_committed_offset(7);
        let topic = TxnOffsetCommitRequestTopic::default().with_name(TOPIC).with_partitions(vec![partition]);
        let commit =
            TxnOffsetCommitRequest::default().with_transactional_id(TRANSACTION).with_group_id(GROUP);
        let commit = commit.with_producer_id(id).with_producer_epoch(epoch).with_topics(vec![topic]);
        assert_eq!(client.call(version, &commit).topics[0].partitions[0].error_code, 0);
        let end = EndTxnRequest::default().with_transactional_id(TRANSACTION).with_producer_id(id);
        let end = end.with_committed(true);
        assert_eq!(client.call(version, &end.clone().with_producer_epoch(epoch)).error_code, 0);
        assert_eq!(fetch_offsets(client, 9)[0].1, 7);
        let fenced = client.call(version, &end.with_producer_epoch(epoch - 1));
        assert_eq!(fenced.error_code, ResponseError::InvalidProducerEpoch.code());
    });
}

fn register(client: &mut Client) -> (ProducerId, i16) {
    let request = InitProducerIdRequest::default().with_transactional_id(Some(TRANSACTION));
    let response = client.call(4, &request);
    assert_eq!(response.error_code, 0);
    (response.producer_id, response.producer_epoch)
}

#[test]
fn unserved_requests_and_malformed_frames_close_the_connection_with_a_reason() {
    let broker = open_broker();
    let frames: [(&[u8], &str); 5] = [
        (&[0, 16, 0, 0, 0, 0, 0, 1, 0xff, 0xff], "ListGroups (API key 16) is not served"),
        (&[0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff], "unknown API key 32512"),
        (&[0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0], "Metadata version 99 is not served"),
        (&[0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 9], "malformed Metadata version 1"),
        (&[0, 3], "a frame of 2 bytes"),
    ];
    for (frame, expected) in frames {
        let mut client = Client::connect(&broker);
        client.send_frame(frame).unwrap();
        assert!(client.receive::<MetadataRequest>(1).is_err());
        let told = |events: &[Event]| {
            events.iter().any(
                |event| matches!(event, Event::Closed { reason: Some(reason), .. } if reason.starts_with(expected)),
            )
        };
        assert!(broker.wait_for(SOON, told), "{expected}: {:#?}", broker.events());
    }
}
