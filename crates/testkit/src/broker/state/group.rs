//! A consumer group of the classic protocol: members, generations, committed offsets.
//!
//! A generation forms in two steps. *Joining*: every member sends JoinGroup and waits until all have, or until those who
//! have not are given up. *Syncing*: the leader sends everyone's assignment with SyncGroup. Then the group is *stable*
//! until a member comes, goes or falls silent.

use bytes::Bytes;
use kafka_protocol::ResponseError;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// One group.
#[derive(Default)]
pub(crate) struct Group {
    phase: Phase,
    generation: i32,
    leader: String,
    protocol: String,
    members: BTreeMap<String, Member>,
    members_made: u64,
    /// Committed offsets by topic and partition.
    pub(crate) offsets: BTreeMap<(String, i32), Committed>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Joining,
    Syncing,
    Stable,
}

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    pub(crate) offset: i64,
    pub(crate) metadata: String,
}

struct Member {
    /// Name and metadata of each protocol it speaks, best first.
    protocols: Vec<(String, Bytes)>,
    session_timeout: Duration,
    rebalance_timeout: Duration,
    last_seen: Instant,
    /// When it must have joined the coming generation.
    rejoin_by: Instant,
    /// Its JoinGroup for the coming generation is here.
    joined: bool,
    /// The answer to its JoinGroup, until it fetches it.
    answer: Option<Joined>,
    assignment: Bytes,
}

/// A member's request to join.
pub(crate) struct Join {
    /// Empty for a new member.
    pub(crate) member_id: String,
    pub(crate) protocols: Vec<(String, Bytes)>,
    pub(crate) session_timeout: Duration,
    pub(crate) rebalance_timeout: Duration,
}

/// The new generation, as one member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) generation: i32,
    pub(crate) leader: String,
    pub(crate) protocol: String,
    /// All members and their metadata for the leader, nobody for the others.
    pub(crate) members: Vec<(String, Bytes)>,
}

/// An answer, or when to ask again at the latest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress<T> {
    Ready(T),
    WaitUntil(Instant),
}

impl Group {
    /// Takes a JoinGroup; ask [`poll_join`](Self::poll_join) with the returned member id for the answer.
    pub(crate) fn join(&mut self, join: Join, now: Instant) -> Result<String, ResponseError> {
        let id = if join.member_id.is_empty() {
            self.members_made += 1;
            format!("member-{}", self.members_made)
        } else if self.members.contains_key(&join.member_id) {
            join.member_id
        } else {
            return Err(ResponseError::UnknownMemberId);
        };
        self.start_joining(now);
        self.members.remove(&id);
        if !join.protocols.iter().any(|(name, _)| self.everybody_speaks(name)) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        let member = Member {
            protocols: join.protocols,
            session_timeout: join.session_timeout,
            rebalance_timeout: join.rebalance_timeout,
            last_seen: now,
            rejoin_by: now + join.rebalance_timeout,
            joined: true,
            answer: None,
            assignment: Bytes::new(),
        };
        self.members.insert(id.clone(), member);
        Ok(id)
    }

    fn start_joining(&mut self, now: Instant) {
        if self.phase != Phase::Joining {
            self.phase = Phase::Joining;
            self.members.values_mut().for_each(|member| member.rejoin_by = now + member.rebalance_timeout);
        }
    }

    /// The new generation once everybody has joined it.
    pub(crate) fn poll_join(
        &mut self,
        member: &str,
        now: Instant,
    ) -> Result<Progress<Joined>, ResponseError> {
        if self.phase == Phase::Joining {
            self.members.retain(|_, member| member.joined || now < member.given_up_at());
            if self.members.values().all(|member| member.joined) {
                self.start_generation(now);
            }
        }
        let waiting = self.members.get_mut(member).ok_or(ResponseError::UnknownMemberId)?;
        if let Some(joined) = waiting.answer.take() {
            return Ok(Progress::Ready(joined));
        }
        let missing = self.members.values().filter(|member| !member.joined);
        let first_given_up = missing.map(Member::given_up_at).min().filter(|_| self.phase == Phase::Joining);
        // Without anybody to wait for, its answer went to another connection of the same member.
        first_given_up.map(Progress::WaitUntil).ok_or(ResponseError::RebalanceInProgress)
    }

    fn start_generation(&mut self, now: Instant) {
        let Some(first) = self.members.keys().next().cloned() else { return };
        if !self.members.contains_key(&self.leader) {
            self.leader = first;
        }
        self.generation += 1;
        self.protocol = self.common_protocol();
        self.phase = Phase::Syncing;
        let metadata = |member: &Member| member.metadata(&self.protocol).cloned().unwrap_or_default();
        let all: Vec<_> = self.members.iter().map(|(id, member)| (id.clone(), metadata(member))).collect();
        for (id, member) in &mut self.members {
            let members = if *id == self.leader { all.clone() } else { Vec::new() };
            let (leader, protocol) = (self.leader.clone(), self.protocol.clone());
            member.answer = Some(Joined { generation: self.generation, leader, protocol, members });
            member.joined = false;
            member.last_seen = now;
        }
    }

    /// The leader's best protocol that everybody speaks; `join` lets nobody in without one.
    fn common_protocol(&self) -> String {
        let leader = self.members.get(&self.leader);
        let mut names = leader.into_iter().flat_map(|leader| leader.protocols.iter().map(|(name, _)| name));
        names.find(|name| self.everybody_speaks(name)).cloned().unwrap_or_default()
    }

    fn everybody_speaks(&self, protocol: &str) -> bool {
        self.members.values().all(|member| member.metadata(protocol).is_some())
    }

    /// Takes the leader's assignments; the others send none. Ask [`poll_sync`](Self::poll_sync) for the answer.
    pub(crate) fn sync(
        &mut self,
        member: &str,
        generation: i32,
        assignments: Vec<(String, Bytes)>,
        now: Instant,
    ) -> Result<(), ResponseError> {
        self.touch(member, generation, now)?;
        if member == self.leader && self.phase == Phase::Syncing {
            for (id, assignment) in assignments {
                if let Some(member) = self.members.get_mut(&id) {
                    member.assignment = assignment;
                }
            }
            self.phase = Phase::Stable;
        }
        Ok(())
    }

    /// The member's own assignment once the leader has sent it, and the protocol it belongs to.
    pub(crate) fn poll_sync(
        &mut self,
        member: &str,
        generation: i32,
        now: Instant,
    ) -> Result<Progress<(String, Bytes)>, ResponseError> {
        self.touch(member, generation, now)?;
        let leader = self.members.get(&self.leader);
        let leader_gone_at = leader.map_or(now, |leader| leader.last_seen + leader.session_timeout);
        match self.phase {
            Phase::Joining => Err(ResponseError::RebalanceInProgress),
            Phase::Stable => {
                Ok(Progress::Ready((self.protocol.clone(), self.members[member].assignment.clone())))
            }
            Phase::Syncing if now < leader_gone_at => Ok(Progress::WaitUntil(leader_gone_at)),
            Phase::Syncing => {
                self.start_joining(now);
                Err(ResponseError::RebalanceInProgress)
            }
        }
    }

    /// A member says it is alive; it learns here that it must join again.
    pub(crate) fn heartbeat(
        &mut self,
        member: &str,
        generation: i32,
        now: Instant,
    ) -> Result<(), ResponseError> {
        self.touch(member, generation, now)?;
        let before = self.members.len();
        self.members.retain(|_, member| member.joined || now < member.last_seen + member.session_timeout);
        if self.members.len() < before {
            self.start_joining(now);
        }
        match self.phase {
            Phase::Joining => Err(ResponseError::RebalanceInProgress),
            Phase::Syncing | Phase::Stable => Ok(()),
        }
    }

    /// Removes a member; the others must join again.
    pub(crate) fn leave(&mut self, member: &str, now: Instant) -> Result<(), ResponseError> {
        self.members.remove(member).ok_or(ResponseError::UnknownMemberId)?;
        self.start_joining(now);
        Ok(())
    }

    /// Whether offsets may be committed: by a member of this generation, or by anybody outside of group management.
    pub(crate) fn check_commit(
        &mut self,
        member: &str,
        generation: i32,
        now: Instant,
    ) -> Result<(), ResponseError> {
        if generation < 0 && member.is_empty() {
            return Ok(());
        }
        self.touch(member, generation, now)
    }

    fn touch(&mut self, member: &str, generation: i32, now: Instant) -> Result<(), ResponseError> {
        let known = self.members.get_mut(member).ok_or(ResponseError::UnknownMemberId)?;
        if generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        known.last_seen = now;
        Ok(())
    }
}

impl Member {
    fn metadata(&self, protocol: &str) -> Option<&Bytes> {
        self.protocols.iter().find(|(name, _)| name == protocol).map(|(_, metadata)| metadata)
    }

    /// When the others go on without it, unless it joins before.
    fn given_up_at(&self) -> Instant {
        (self.last_seen + self.session_timeout).min(self.rejoin_by)
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
