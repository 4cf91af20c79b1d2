//! Topics: their partitions, ids and configuration.

use super::log::Log;
use kafka_protocol::ResponseError;
use std::collections::BTreeMap;
use uuid::Uuid;

const LONGEST_NAME: usize = 249;

/// All topics by name.
#[derive(Default)]
pub(crate) struct Topics {
    by_name: BTreeMap<String, Topic>,
    made: u128,
}

/// One topic.
pub(crate) struct Topic {
    pub(crate) id: Uuid,
    pub(crate) partitions: Vec<Log>,
    /// What was configured when it was made; everything else has its default.
    pub(crate) configs: BTreeMap<String, String>,
}

impl Topics {
    pub(crate) fn names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Topic> {
        self.by_name.get(name)
    }

    pub(crate) fn name_of(&self, id: Uuid) -> Option<&str> {
        self.by_name.iter().find(|(_, topic)| topic.id == id).map(|(name, _)| name.as_str())
    }

    /// Whether a topic like this could be made.
    pub(crate) fn check_new(&self, name: &str, partitions: i32) -> Result<(), ResponseError> {
        if self.by_name.contains_key(name) {
            return Err(ResponseError::TopicAlreadyExists);
        }
        if !is_legal_name(name) {
            return Err(ResponseError::InvalidTopicException);
        }
        if partitions < 1 {
            return Err(ResponseError::InvalidPartitions);
        }
        Ok(())
    }

    pub(crate) fn create(
        &mut self,
        name: &str,
        partitions: i32,
        configs: BTreeMap<String, String>,
    ) -> Result<&Topic, ResponseError> {
        self.check_new(name, partitions)?;
        self.made += 1;
        let partitions = (0..partitions).map(|_| Log::default()).collect();
        let topic = Topic { id: Uuid::from_u128(self.made), partitions, configs };
        Ok(self.by_name.entry(name.to_owned()).or_insert(topic))
    }

    pub(crate) fn delete(&mut self, name: &str) -> Result<Uuid, ResponseError> {
        self.by_name.remove(name).map(|topic| topic.id).ok_or(ResponseError::UnknownTopicOrPartition)
    }

    pub(crate) fn partition(&self, name: &str, index: i32) -> Result<&Log, ResponseError> {
        let topic = self.by_name.get(name).ok_or(ResponseError::UnknownTopicOrPartition)?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        topic.partitions.get(index).ok_or(ResponseError::UnknownTopicOrPartition)
    }

    pub(crate) fn partition_mut(&mut self, name: &str, index: i32) -> Result<&mut Log, ResponseError> {
        let topic = self.by_name.get_mut(name).ok_or(ResponseError::UnknownTopicOrPartition)?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        topic.partitions.get_mut(index).ok_or(ResponseError::UnknownTopicOrPartition)
    }
}

/// Kafka's rule for topic names.
fn is_legal_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !matches!(name, "" | "." | "..") && name.len() <= LONGEST_NAME && name.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_partitions_and_duplicates_are_checked() {
        let mut topics = Topics::default();
        let id = topics.create("a.b_c-1", 2, BTreeMap::new()).unwrap().id;
        assert_eq!(topics.name_of(id), Some("a.b_c-1"));
        assert!(topics.partition("a.b_c-1", 1).is_ok());
        for index in [-1, 2] {
            assert_eq!(
                topics.partition("a.b_c-1", index).err(),
                Some(ResponseError::UnknownTopicOrPartition)
            );
        }
        assert_eq!(topics.check_new("a.b_c-1", 1), Err(ResponseError::TopicAlreadyExists));
        assert_eq!(topics.check_new("b", 0), Err(ResponseError::InvalidPartitions));
        for name in ["", ".", "..", "a b", "ä", &"x".repeat(250)] {
            assert_eq!(topics.check_new(name, 1), Err(ResponseError::InvalidTopicException), "{name}");
        }
        assert_eq!(topics.delete("a.b_c-1"), Ok(id));
        assert_eq!(topics.delete("a.b_c-1"), Err(ResponseError::UnknownTopicOrPartition));
    }
}
