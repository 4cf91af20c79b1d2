//! Record batches of format v2 as bytes: reading their headers, moving them to an offset, writing transaction markers.

use super::super::clock;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType, NO_PARTITION_LEADER_EPOCH,
    NO_SEQUENCE,
};
use kafka_protocol::ResponseError;

const HEADER_LENGTH: usize = 61;
/// The base offset and the length itself, which the length does not count.
const LENGTH_OVERHEAD: usize = 12;
const TRANSACTIONAL: i16 = 1 << 4;

/// The fields of a batch's header that a broker acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The whole batch in bytes, header included.
    pub(crate) length: usize,
    pub(crate) records: i32,
    pub(crate) max_timestamp: i64,
    pub(crate) producer_id: i64,
    pub(crate) producer_epoch: i16,
    pub(crate) base_sequence: i32,
    pub(crate) transactional: bool,
}

impl Header {
    /// Reads the header of the first batch in `bytes`, which must hold that batch in full.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        if bytes.len() < HEADER_LENGTH {
            return Err(ResponseError::CorruptMessage);
        }
        if bytes[16] != 2 {
            return Err(ResponseError::UnsupportedForMessageFormat);
        }
        let length = usize::try_from(i32_at(bytes, 8)).map_or(0, |length| length + LENGTH_OVERHEAD);
        let last_delta = i32_at(bytes, 23);
        if !(HEADER_LENGTH..=bytes.len()).contains(&length) || !(0..i32::MAX).contains(&last_delta) {
            return Err(ResponseError::CorruptMessage);
        }
        Ok(Self {
            length,
            records: last_delta + 1,
            max_timestamp: i64_at(bytes, 35),
            producer_id: i64_at(bytes, 43),
            producer_epoch: i16_at(bytes, 51),
            base_sequence: i32_at(bytes, 53),
            transactional: i16_at(bytes, 21) & TRANSACTIONAL != 0,
        })
    }
}

/// The same batch at another offset; the checksum does not cover it.
pub(crate) fn rebase(batch: &[u8], base_offset: i64) -> Bytes {
    let mut bytes = BytesMut::from(batch);
    bytes[..8].copy_from_slice(&base_offset.to_be_bytes());
    bytes.freeze()
}

/// The control batch that ends a producer's transaction in a partition.
pub(crate) fn transaction_marker(producer_id: i64, producer_epoch: i16, commit: bool, offset: i64) -> Bytes {
    let mut key = BytesMut::new();
    key.put_i16(0);
    key.put_i16(i16::from(commit));
    let mut value = BytesMut::new();
    value.put_i16(0);
    value.put_i32(0);
    let record = Record {
        transactional: true,
        control: true,
        delete_horizon: false,
        partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
        producer_id,
        producer_epoch,
        timestamp_type: TimestampType::Creation,
        offset,
        sequence: NO_SEQUENCE,
        timestamp: clock::unix_ms(),
        key: Some(key.freeze()),
        value: Some(value.freeze()),
        headers: Default::default(),
    };
    let mut batch = BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    RecordBatchEncoder::encode(&mut batch, [&record], &options)
        .expect("a marker of fixed form can be encoded");
    batch.freeze()
}

fn i16_at(bytes: &[u8], at: usize) -> i16 {
    i16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn i32_at(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes(std::array::from_fn(|i| bytes[at + i]))
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    i64::from_be_bytes(std::array::from_fn(|i| bytes[at + i]))
}
