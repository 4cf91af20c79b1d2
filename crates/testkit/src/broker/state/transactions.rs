//! Producer ids, and transactions from InitProducerId to EndTxn.

use kafka_protocol::ResponseError;
use std::collections::{BTreeMap, BTreeSet};

/// Producer ids handed out and transactional ids in use.
#[derive(Default)]
pub(crate) struct Transactions {
    by_id: BTreeMap<String, Transaction>,
    last_producer_id: i64,
}

/// A producer id and its epoch: the newest epoch wins, older ones are fenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProducerIdentity {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

struct Transaction {
    producer: ProducerIdentity,
    open: Contents,
}

/// What a transaction has touched so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) partitions: BTreeSet<(String, i32)>,
    pub(crate) offsets: Vec<PendingOffset>,
}

/// An offset to be committed with the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingOffset {
    pub(crate) group: String,
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) metadata: String,
}

/// A transaction that has ended: whose it was and what it touched.
pub(crate) type Ended = (ProducerIdentity, Contents);

impl Transactions {
    /// A producer id for an idempotent producer.
    pub(crate) fn new_producer(&mut self) -> ProducerIdentity {
        self.last_producer_id += 1;
        ProducerIdentity { id: self.last_producer_id, epoch: 0 }
    }

    /// Registers a transactional producer and fences those before it; what they left open is returned to be aborted.
    ///
    /// `known` is the identity of a producer that already has one and wants a new epoch (KIP-360).
    pub(crate) fn register(
        &mut self,
        transactional_id: &str,
        known: Option<ProducerIdentity>,
    ) -> Result<(ProducerIdentity, Option<Ended>), ResponseError> {
        let Some(old) = self.by_id.get(transactional_id).map(|transaction| transaction.producer) else {
            let producer = self.new_producer();
            let transaction = Transaction { producer, open: Contents::default() };
            self.by_id.insert(transactional_id.to_owned(), transaction);
            return Ok((producer, None));
        };
        if known.is_some_and(|known| known != old) {
            return Err(ResponseError::ProducerFenced);
        }
        let producer = match old.epoch.checked_add(1) {
            Some(epoch) => ProducerIdentity { id: old.id, epoch },
            None => self.new_producer(),
        };
        let transaction = Transaction { producer, open: Contents::default() };
        let before = self.by_id.insert(transactional_id.to_owned(), transaction);
        Ok((producer, before.map(|before| (before.producer, before.open))))
    }

    /// What the producer's transaction has touched, to add to it.
    pub(crate) fn open(
        &mut self,
        transactional_id: &str,
        producer: ProducerIdentity,
    ) -> Result<&mut Contents, ResponseError> {
        let transaction =
            self.by_id.get_mut(transactional_id).ok_or(ResponseError::InvalidProducerIdMapping)?;
        if transaction.producer.id != producer.id {
            return Err(ResponseError::InvalidProducerIdMapping);
        }
        if transaction.producer.epoch != producer.epoch {
            return Err(ResponseError::InvalidProducerEpoch);
        }
        Ok(&mut transaction.open)
    }

    /// Ends the transaction and returns what it touched; the next one starts empty.
    pub(crate) fn end(
        &mut self,
        transactional_id: &str,
        producer: ProducerIdentity,
    ) -> Result<Contents, ResponseError> {
        self.open(transactional_id, producer).map(std::mem::take)
    }
}
