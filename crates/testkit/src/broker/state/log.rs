//! One partition: its batches in order, and what idempotent and transactional producers need remembered.

use super::batch::{self, Header};
use bytes::{Bytes, BytesMut};
use kafka_protocol::ResponseError;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// How many batches of a producer are recognised when sent again, as in Kafka.
const REMEMBERED_BATCHES: usize = 5;

/// A partition's records.
#[derive(Default)]
pub(crate) struct Log {
    batches: Vec<Batch>,
    next: i64,
    producers: HashMap<i64, Producer>,
    /// Open transactions: producer id to the offset of its first record.
    open: BTreeMap<i64, i64>,
    aborted: Vec<Aborted>,
}

struct Batch {
    base: i64,
    next: i64,
    max_timestamp: i64,
    bytes: Bytes,
}

/// What is remembered of an idempotent producer.
struct Producer {
    epoch: i16,
    recent: VecDeque<Written>,
}

#[derive(Clone, Copy)]
struct Written {
    first_sequence: i32,
    last_sequence: i32,
    base_offset: i64,
}

/// An aborted transaction, for `read_committed` consumers to skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aborted {
    pub(crate) producer_id: i64,
    pub(crate) first_offset: i64,
    marker_offset: i64,
}

/// What a fetch gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) records: Bytes,
    pub(crate) aborted: Vec<Aborted>,
}

impl Log {
    /// The offset of the next record, which is also the high watermark.
    pub(crate) fn next_offset(&self) -> i64 {
        self.next
    }

    /// Everything before this offset belongs to no open transaction.
    pub(crate) fn last_stable_offset(&self) -> i64 {
        self.open.values().copied().min().unwrap_or(self.next)
    }

    /// Appends the batches in `records` and returns the offset of the first.
    pub(crate) fn append(&mut self, records: &[u8]) -> Result<i64, ResponseError> {
        let mut rest = records;
        let mut first = None;
        while !rest.is_empty() {
            let header = Header::parse(rest)?;
            let (bytes, following) = rest.split_at(header.length);
            let base = self.append_batch(&header, bytes)?;
            first.get_or_insert(base);
            rest = following;
        }
        first.ok_or(ResponseError::CorruptMessage)
    }

    fn append_batch(&mut self, header: &Header, bytes: &[u8]) -> Result<i64, ResponseError> {
        let base = self.next;
        if header.producer_id >= 0 {
            if let Some(known) = self.check_sequence(header, base)? {
                return Ok(known);
            }
        }
        if header.transactional {
            self.open.entry(header.producer_id).or_insert(base);
        }
        self.push(header.records, header.max_timestamp, batch::rebase(bytes, base));
        Ok(base)
    }

    fn push(&mut self, records: i32, max_timestamp: i64, bytes: Bytes) {
        let base = self.next;
        self.next += i64::from(records);
        self.batches.push(Batch { base, next: self.next, max_timestamp, bytes });
    }

    /// Enforces the order of an idempotent producer's batches; `Some` is the offset of a batch sent again.
    fn check_sequence(&mut self, header: &Header, base_offset: i64) -> Result<Option<i64>, ResponseError> {
        let first_sequence = header.base_sequence;
        let written = Written {
            first_sequence,
            last_sequence: advance(first_sequence, header.records - 1),
            base_offset,
        };
        match self.producers.get_mut(&header.producer_id) {
            Some(known) if header.producer_epoch < known.epoch => {
                return Err(ResponseError::InvalidProducerEpoch)
            }
            Some(known) if header.producer_epoch == known.epoch => {
                if let Some(same) = known.recent.iter().find(|one| one.is_same_as(&written)) {
                    return Ok(Some(same.base_offset));
                }
                let expected = known.recent.back().map(|last| advance(last.last_sequence, 1));
                if expected.is_some_and(|expected| expected != first_sequence) {
                    return Err(ResponseError::OutOfOrderSequenceNumber);
                }
                known.remember(written);
            }
            Some(_) if first_sequence != 0 => return Err(ResponseError::OutOfOrderSequenceNumber),
            Some(_) | None => {
                let producer = Producer { epoch: header.producer_epoch, recent: [written].into() };
                self.producers.insert(header.producer_id, producer);
            }
        }
        Ok(None)
    }

    /// Writes the marker that commits or aborts what the producer wrote since its transaction began.
    pub(crate) fn end_transaction(&mut self, producer_id: i64, producer_epoch: i16, commit: bool) {
        let marker_offset = self.next;
        if let Some(first_offset) = self.open.remove(&producer_id) {
            if !commit {
                self.aborted.push(Aborted { producer_id, first_offset, marker_offset });
            }
        }
        let marker = batch::transaction_marker(producer_id, producer_epoch, commit, marker_offset);
        self.push(1, -1, marker);
    }

    /// Whole batches from the one that holds `offset`: at least one, then as many as fit in `max_bytes`.
    pub(crate) fn read(
        &self,
        offset: i64,
        max_bytes: usize,
        committed: bool,
    ) -> Result<Slice, ResponseError> {
        if !(0..=self.next).contains(&offset) {
            return Err(ResponseError::OffsetOutOfRange);
        }
        let end = if committed { self.last_stable_offset() } else { self.next };
        let start = self.batches.partition_point(|batch| batch.next <= offset);
        let mut records = BytesMut::new();
        let mut upto = offset;
        for batch in self.batches[start..].iter().take_while(|batch| batch.next <= end) {
            if !records.is_empty() && records.len() + batch.bytes.len() > max_bytes {
                break;
            }
            records.extend_from_slice(&batch.bytes);
            upto = batch.next;
        }
        let hits = |one: &&Aborted| committed && one.marker_offset >= offset && one.first_offset < upto;
        Ok(Slice { records: records.freeze(), aborted: self.aborted.iter().filter(hits).copied().collect() })
    }

    /// Offset and timestamp of the first batch that reaches `timestamp` (milliseconds since 1970).
    pub(crate) fn offset_at(&self, timestamp: i64) -> Option<(i64, i64)> {
        let found = self.batches.iter().find(|batch| batch.max_timestamp >= timestamp)?;
        Some((found.base, found.max_timestamp))
    }
}

impl Producer {
    fn remember(&mut self, written: Written) {
        if self.recent.len() == REMEMBERED_BATCHES {
            self.recent.pop_front();
        }
        self.recent.push_back(written);
    }
}

impl Written {
    fn is_same_as(&self, other: &Self) -> bool {
        (self.first_sequence, self.last_sequence) == (other.first_sequence, other.last_sequence)
    }
}

/// Sequence numbers start again at 0 after the greatest `i32`.
fn advance(sequence: i32, by: i32) -> i32 {
    sequence.checked_add(by).unwrap_or_else(|| by - (i32::MAX - sequence) - 1)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
