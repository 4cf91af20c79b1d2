use super::*;
use kafka_protocol::records::{
    Compression, Record, RecordBatchDecoder, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};

const ALL: usize = usize::MAX;

/// Who writes a batch: producer id, epoch, first sequence number.
type Writer = (i64, i16, i32);

const ANYBODY: Writer = (-1, -1, -1);

fn batch((producer_id, producer_epoch, sequence): Writer, transactional: bool, records: i32) -> Vec<u8> {
    let record = |delta: i32| Record {
        transactional,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id,
        producer_epoch,
        timestamp_type: TimestampType::Creation,
        offset: i64::from(delta),
        sequence: sequence.wrapping_add(delta),
        timestamp: 1_000 + i64::from(delta),
        key: None,
        value: Some(Bytes::from_static(b"value")),
        headers: Default::default(),
    };
    let records: Vec<_> = (0..records).map(record).collect();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, &records, &options).unwrap();
    bytes.to_vec()
}

/// Offsets of the records in a slice, and whether each is a control record.
fn offsets(slice: &Slice) -> Vec<(i64, bool)> {
    let mut bytes = slice.records.clone();
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let set = RecordBatchDecoder::decode(&mut bytes).unwrap();
        found.extend(set.records.iter().map(|record| (record.offset, record.control)));
    }
    found
}

#[test]
fn batches_are_moved_to_their_offsets_and_stay_whole() {
    let mut log = Log::default();
    let two_batches = [batch(ANYBODY, false, 2), batch(ANYBODY, false, 3)].concat();
    assert_eq!(log.append(&two_batches), Ok(0));
    assert_eq!(log.append(&batch(ANYBODY, false, 1)), Ok(5));
    assert_eq!((log.next_offset(), log.last_stable_offset()), (6, 6));
    let all: Vec<_> = (0..6).map(|offset| (offset, false)).collect();
    assert_eq!(offsets(&log.read(0, ALL, false).unwrap()), all);
    assert_eq!(offsets(&log.read(3, ALL, false).unwrap()), all[2..]);
    assert_eq!(offsets(&log.read(0, 1, false).unwrap()), all[..2]);
    assert_eq!(offsets(&log.read(6, ALL, false).unwrap()), []);
    for offset in [-1, 7] {
        assert_eq!(log.read(offset, ALL, false), Err(ResponseError::OffsetOutOfRange));
    }
    assert_eq!(log.offset_at(1_001), Some((0, 1_001)));
    assert_eq!(log.offset_at(1_002), Some((2, 1_002)));
    assert_eq!(log.offset_at(1_003), None);
}

#[test]
fn what_is_no_batch_of_format_2_is_refused() {
    let mut log = Log::default();
    let good = batch(ANYBODY, false, 1);
    let mut old = good.clone();
    old[16] = 1;
    let mut too_long = good.clone();
    too_long[11] += 1;
    let mut negative = good.clone();
    negative[8] = 0xff;
    for (bytes, error) in [
        (&[][..], ResponseError::CorruptMessage),
        (&good[..60], ResponseError::CorruptMessage),
        (&good[..good.len() - 1], ResponseError::CorruptMessage),
        (&old, ResponseError::UnsupportedForMessageFormat),
        (&too_long, ResponseError::CorruptMessage),
        (&negative, ResponseError::CorruptMessage),
    ] {
        assert_eq!(log.append(bytes), Err(error));
    }
    assert_eq!(log.next_offset(), 0);
}

#[test]
fn an_idempotent_producers_repetitions_are_recognised_and_gaps_refused() {
    let mut log = Log::default();
    for (sequence, offset) in [(0, 0), (2, 2), (4, 4), (6, 6), (8, 8), (10, 10)] {
        assert_eq!(log.append(&batch((1, 0, sequence), false, 2)), Ok(offset));
    }
    assert_eq!(log.append(&batch((1, 0, 4), false, 2)), Ok(4), "sent again");
    assert_eq!(
        log.append(&batch((1, 0, 0), false, 2)),
        Err(ResponseError::OutOfOrderSequenceNumber),
        "forgotten"
    );
    assert_eq!(
        log.append(&batch((1, 0, 14), false, 2)),
        Err(ResponseError::OutOfOrderSequenceNumber),
        "a gap"
    );
    assert_eq!(
        log.append(&batch((1, 1, 12), false, 2)),
        Err(ResponseError::OutOfOrderSequenceNumber),
        "new epoch"
    );
    assert_eq!(log.append(&batch((1, 1, 0), false, 2)), Ok(12));
    assert_eq!(log.append(&batch((1, 0, 12), false, 2)), Err(ResponseError::InvalidProducerEpoch));
    assert_eq!(log.append(&batch((2, 0, 0), false, 2)), Ok(14), "another producer");
}

#[test]
fn sequence_numbers_wrap_around() {
    assert_eq!(advance(i32::MAX, 1), 0);
    assert_eq!(advance(i32::MAX - 1, 3), 1);
    assert_eq!(advance(5, 2), 7);
    let mut log = Log::default();
    assert_eq!(log.append(&batch((1, 0, i32::MAX), false, 1)), Ok(0));
    assert_eq!(log.append(&batch((1, 0, 0), false, 1)), Ok(1));
}

#[test]
fn committed_readers_stop_at_open_transactions_and_learn_of_aborted_ones() {
    let mut log = Log::default();
    log.append(&batch((1, 0, 0), true, 2)).unwrap();
    log.append(&batch(ANYBODY, false, 1)).unwrap();
    assert_eq!((log.next_offset(), log.last_stable_offset()), (3, 0));
    assert_eq!(offsets(&log.read(0, ALL, true).unwrap()), []);

    log.end_transaction(1, 0, false);
    assert_eq!((log.next_offset(), log.last_stable_offset()), (4, 4));
    let slice = log.read(0, ALL, true).unwrap();
    assert_eq!(offsets(&slice), [(0, false), (1, false), (2, false), (3, true)]);
    assert_eq!(slice.aborted, [Aborted { producer_id: 1, first_offset: 0, marker_offset: 3 }]);
    assert_eq!(log.read(0, ALL, false).unwrap().aborted, []);

    log.append(&batch((1, 0, 2), true, 1)).unwrap();
    log.end_transaction(1, 0, true);
    let after = log.read(4, ALL, true).unwrap();
    assert_eq!((offsets(&after), after.aborted), (vec![(4, false), (5, true)], vec![]));
}
