//! Faults that wait for their request, and the rule that makes more of them.

use super::lock;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Decides on a fault for a request.
type Rule<R, F> = Box<dyn Fn(&R) -> Option<F> + Send + Sync>;

/// What is to go wrong.
pub(crate) struct Faults<R, F> {
    next: Mutex<VecDeque<F>>,
    rule: Mutex<Option<Rule<R, F>>>,
}

impl<R, F> Faults<R, F> {
    pub(crate) fn new() -> Self {
        Self { next: Mutex::default(), rule: Mutex::default() }
    }

    pub(crate) fn push(&self, fault: F) {
        lock(&self.next).push_back(fault);
    }

    /// Replaces an earlier rule.
    pub(crate) fn follow(&self, rule: impl Fn(&R) -> Option<F> + Send + Sync + 'static) {
        *lock(&self.rule) = Some(Box::new(rule));
    }

    /// The fault that was queued first; without one, what the rule says.
    pub(crate) fn next(&self, request: &R) -> Option<F> {
        let next = lock(&self.next).pop_front();
        next.or_else(|| self.by_rule(request))
    }

    pub(crate) fn by_rule(&self, request: &R) -> Option<F> {
        lock(&self.rule).as_ref().and_then(|rule| rule(request))
    }
}
