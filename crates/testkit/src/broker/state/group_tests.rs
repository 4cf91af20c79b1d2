use super::*;

const SESSION: Duration = Duration::from_secs(10);
const REBALANCE: Duration = Duration::from_secs(60);

fn request(member: &str) -> Join {
    Join {
        member_id: member.to_owned(),
        protocols: vec![("range".to_owned(), Bytes::from_static(b"metadata"))],
        session_timeout: SESSION,
        rebalance_timeout: REBALANCE,
    }
}

fn start() -> Instant {
    super::super::super::clock::now()
}

fn joined(progress: Result<Progress<Joined>, ResponseError>) -> Joined {
    match progress {
        Ok(Progress::Ready(joined)) => joined,
        other => panic!("not joined: {other:?}"),
    }
}

fn assign(members: &[&str]) -> Vec<(String, Bytes)> {
    members.iter().map(|member| ((*member).to_owned(), Bytes::copy_from_slice(member.as_bytes()))).collect()
}

/// A group of two in its second generation; the first member leads.
fn two_members(now: Instant) -> (Group, String, String) {
    let mut group = Group::default();
    let first = group.join(request(""), now).unwrap();
    assert_eq!(joined(group.poll_join(&first, now)).generation, 1);
    group.sync(&first, 1, assign(&[&first]), now).unwrap();
    let second = group.join(request(""), now).unwrap();
    assert_eq!(group.poll_join(&second, now), Ok(Progress::WaitUntil(now + SESSION)));
    assert_eq!(group.heartbeat(&first, 1, now), Err(ResponseError::RebalanceInProgress));
    group.join(request(&first), now).unwrap();
    let leader = joined(group.poll_join(&first, now));
    assert_eq!((leader.generation, &leader.leader, leader.members.len()), (2, &first, 2));
    let other = joined(group.poll_join(&second, now));
    assert_eq!((other.generation, &other.leader, other.members.len()), (2, &first, 0));
    (group, first, second)
}

#[test]
fn a_single_member_leads_and_gets_its_assignment() {
    let now = start();
    let mut group = Group::default();
    let id = group.join(request(""), now).unwrap();
    let joined = joined(group.poll_join(&id, now));
    assert_eq!(
        (joined.generation, joined.leader.as_str(), joined.protocol.as_str()),
        (1, id.as_str(), "range")
    );
    group.sync(&id, 1, assign(&[&id]), now).unwrap();
    let assigned = group.poll_sync(&id, 1, now).unwrap();
    assert_eq!(assigned, Progress::Ready(("range".to_owned(), Bytes::from(id.clone()))));
    assert_eq!(group.heartbeat(&id, 1, now), Ok(()));
    assert_eq!(group.heartbeat(&id, 2, now), Err(ResponseError::IllegalGeneration));
    assert_eq!(group.heartbeat("stranger", 1, now), Err(ResponseError::UnknownMemberId));
}

#[test]
fn followers_wait_for_the_leaders_assignments() {
    let now = start();
    let (mut group, first, second) = two_members(now);
    group.sync(&second, 2, Vec::new(), now).unwrap();
    assert_eq!(group.poll_sync(&second, 2, now), Ok(Progress::WaitUntil(now + SESSION)));
    group.sync(&first, 2, assign(&[&first, &second]), now).unwrap();
    let mine = Progress::Ready(("range".to_owned(), Bytes::from(second.clone())));
    assert_eq!(group.poll_sync(&second, 2, now), Ok(mine));
}

#[test]
fn an_answer_survives_the_next_rebalance() {
    let now = start();
    let mut group = Group::default();
    let first = group.join(request(""), now).unwrap();
    let second = group.join(request(""), now).unwrap();
    assert_eq!(joined(group.poll_join(&first, now)).generation, 1);
    group.leave(&first, now).unwrap();
    assert_eq!(joined(group.poll_join(&second, now)).generation, 1);
    assert_eq!(group.poll_sync(&second, 1, now), Err(ResponseError::RebalanceInProgress));
}

#[test]
fn a_silent_member_is_given_up() {
    let now = start();
    let (mut group, first, second) = two_members(now);
    group.sync(&first, 2, assign(&[&first, &second]), now).unwrap();
    let later = now + SESSION;
    assert_eq!(group.heartbeat(&first, 2, later), Err(ResponseError::RebalanceInProgress));
    assert_eq!(group.heartbeat(&second, 2, later), Err(ResponseError::UnknownMemberId));
    group.join(request(&first), later).unwrap();
    assert_eq!(joined(group.poll_join(&first, later)).members.len(), 1);
}

#[test]
fn a_member_that_lives_but_does_not_join_is_given_up_after_the_rebalance_timeout() {
    let now = start();
    let (mut group, first, second) = two_members(now);
    group.sync(&first, 2, assign(&[&first, &second]), now).unwrap();
    let third = group.join(request(""), now).unwrap();
    group.join(request(&first), now).unwrap();
    for seconds in (5..60).step_by(5) {
        let then = now + Duration::from_secs(seconds);
        assert_eq!(group.heartbeat(&second, 2, then), Err(ResponseError::RebalanceInProgress));
        assert!(matches!(group.poll_join(&third, then), Ok(Progress::WaitUntil(_))));
    }
    let end = now + REBALANCE;
    assert_eq!(joined(group.poll_join(&third, end)).generation, 3);
    assert_eq!(joined(group.poll_join(&first, end)).members.len(), 2);
}

#[test]
fn a_leader_that_dies_before_syncing_is_replaced() {
    let now = start();
    let (mut group, _, second) = two_members(now);
    let later = now + SESSION;
    assert_eq!(group.poll_sync(&second, 2, later), Err(ResponseError::RebalanceInProgress));
    group.join(request(&second), later).unwrap();
    let alone = joined(group.poll_join(&second, later));
    assert_eq!((alone.generation, alone.leader), (3, second));
}

#[test]
fn a_member_without_a_common_protocol_is_refused() {
    let now = start();
    let mut group = Group::default();
    group.join(request(""), now).unwrap();
    let other = Join { protocols: vec![("sticky".to_owned(), Bytes::new())], ..request("") };
    assert_eq!(group.join(other, now), Err(ResponseError::InconsistentGroupProtocol));
    assert_eq!(group.join(request("stranger"), now), Err(ResponseError::UnknownMemberId));
}

#[test]
fn commits_need_the_current_generation_or_no_group_management() {
    let now = start();
    let (mut group, first, _) = two_members(now);
    assert_eq!(group.check_commit(&first, 2, now), Ok(()));
    assert_eq!(group.check_commit("", -1, now), Ok(()));
    assert_eq!(group.check_commit(&first, 1, now), Err(ResponseError::IllegalGeneration));
    assert_eq!(group.check_commit("stranger", 2, now), Err(ResponseError::UnknownMemberId));
}
