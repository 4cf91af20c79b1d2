//! Consumer groups: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.

use super::super::clock;
use super::super::node::Node;
use super::super::state::group::{Group, Join, Joined, Progress};
use super::{code, text};
use bytes::Bytes;
use kafka_protocol::messages::join_group_response::JoinGroupResponseMember;
use kafka_protocol::messages::leave_group_response::MemberResponse;
use kafka_protocol::messages::{
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    LeaveGroupResponse, SyncGroupRequest, SyncGroupResponse,
};
use kafka_protocol::ResponseError;
use std::time::Duration;

pub(super) async fn join(node: &Node, request: JoinGroupRequest) -> JoinGroupResponse {
    let group = request.group_id.to_string();
    let protocol_type = request.protocol_type.clone();
    let answer = JoinGroupResponse::default().with_protocol_type(Some(protocol_type));
    let member = node.cluster().group(&group).join(to_join(&request), clock::now());
    node.regrouped.notify_waiters();
    let joined = match &member {
        Ok(member) => wait(node, &group, |group| group.poll_join(member, clock::now())).await,
        Err(error) => Err(*error),
    };
    let member = member.unwrap_or_default();
    match joined {
        Ok(joined) => joined_response(answer, joined).with_member_id(text(member)),
        Err(error) => answer.with_error_code(error.code()).with_member_id(request.member_id),
    }
}

fn to_join(request: &JoinGroupRequest) -> Join {
    let protocols = request.protocols.iter();
    // Version 0 has one timeout for both.
    let rebalance_ms = if request.rebalance_timeout_ms < 0 {
        request.session_timeout_ms
    } else {
        request.rebalance_timeout_ms
    };
    Join {
        member_id: request.member_id.to_string(),
        protocols: protocols.map(|protocol| (protocol.name.to_string(), protocol.metadata.clone())).collect(),
        session_timeout: millis(request.session_timeout_ms),
        rebalance_timeout: millis(rebalance_ms),
    }
}

fn millis(value: i32) -> Duration {
    Duration::from_millis(u64::try_from(value).unwrap_or(0))
}

fn joined_response(answer: JoinGroupResponse, joined: Joined) -> JoinGroupResponse {
    let member = |(id, metadata): (String, Bytes)| {
        JoinGroupResponseMember::default().with_member_id(text(id)).with_metadata(metadata)
    };
    answer
        .with_generation_id(joined.generation)
        .with_leader(text(joined.leader))
        .with_protocol_name(Some(text(joined.protocol)))
        .with_members(joined.members.into_iter().map(member).collect())
}

pub(super) async fn sync(node: &Node, request: SyncGroupRequest) -> SyncGroupResponse {
    let group = request.group_id.to_string();
    let (member, generation) = (request.member_id.to_string(), request.generation_id);
    let assignments = request.assignments.into_iter().map(|one| (one.member_id.to_string(), one.assignment));
    let taken = node.cluster().group(&group).sync(&member, generation, assignments.collect(), clock::now());
    node.regrouped.notify_waiters();
    let assigned = match taken {
        Ok(()) => wait(node, &group, |group| group.poll_sync(&member, generation, clock::now())).await,
        Err(error) => Err(error),
    };
    let answer = SyncGroupResponse::default()
        .with_error_code(code(&assigned))
        .with_protocol_type(request.protocol_type);
    match assigned {
        Ok((protocol, assignment)) => {
            answer.with_protocol_name(Some(text(protocol))).with_assignment(assignment)
        }
        Err(_) => answer,
    }
}

/// Asks again whenever a group has changed, and at the time the group names.
async fn wait<T>(
    node: &Node,
    group: &str,
    poll: impl Fn(&mut Group) -> Result<Progress<T>, ResponseError>,
) -> Result<T, ResponseError> {
    loop {
        let changed = node.regrouped.notified();
        let progress = poll(node.cluster().group(group))?;
        match progress {
            Progress::Ready(answer) => {
                node.regrouped.notify_waiters();
                return Ok(answer);
            }
            // Both outcomes lead to another look.
            Progress::WaitUntil(deadline) => drop(clock::until(deadline, changed).await),
        }
    }
}

pub(super) fn heartbeat(node: &Node, request: HeartbeatRequest) -> HeartbeatResponse {
    let mut cluster = node.cluster();
    let group = cluster.group(&request.group_id);
    let alive = group.heartbeat(&request.member_id, request.generation_id, clock::now());
    HeartbeatResponse::default().with_error_code(code(&alive))
}

pub(super) fn leave(node: &Node, request: LeaveGroupRequest) -> LeaveGroupResponse {
    let mut cluster = node.cluster();
    let group = cluster.group(&request.group_id);
    // Up to version 2 one member leaves for itself; later versions list those who leave.
    let single =
        if request.members.is_empty() { code(&group.leave(&request.member_id, clock::now())) } else { 0 };
    let members = request.members.into_iter().map(|member| {
        let left = group.leave(&member.member_id, clock::now());
        MemberResponse::default()
            .with_member_id(member.member_id)
            .with_group_instance_id(member.group_instance_id)
            .with_error_code(code(&left))
    });
    let response = LeaveGroupResponse::default().with_error_code(single).with_members(members.collect());
    node.regrouped.notify_waiters();
    response
}
