//! Every order in which threads can push to a client, ask for it and end it, tried by loom on the library's own file.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use loom::thread;
use slot::{Held, Slot};
use sync::{Arc, Mutex};

mod sync {
    pub(crate) use loom::sync::{Arc, Mutex, MutexGuard};
}

#[path = "../../../crates/rdkafka/src/slot.rs"]
mod slot;

/// What librdkafka keeps of a client. It outlives the client here, so that a late call is seen.
#[derive(Default)]
struct Native {
    /// loom's, so that other threads may go on in the middle of each call.
    calls: loom::sync::atomic::AtomicUsize,
    // Not loom's, which would try more orders without another outcome.
    inside: AtomicUsize,
    destroyed: AtomicBool,
}

impl Native {
    fn call(&self) {
        self.inside.fetch_add(1, Relaxed);
        assert!(!self.destroyed.load(Relaxed), "a call to a client that has ended");
        self.calls.fetch_add(1, Relaxed);
        assert!(!self.destroyed.load(Relaxed), "a client ended in the middle of a call");
        self.inside.fetch_sub(1, Relaxed);
    }

    /// By a write, which always sees the last value.
    fn calls(&self) -> usize {
        self.calls.fetch_add(0, Relaxed)
    }
}

/// A client, which destroys its native part when it is dropped.
struct Client(Arc<Native>);

impl Drop for Client {
    fn drop(&mut self) {
        assert!(!self.0.destroyed.swap(true, Relaxed), "destroyed twice");
        assert_eq!(self.0.inside.load(Relaxed), 0, "destroyed in the middle of a call");
    }
}

type Pushes = Arc<Slot<Arc<Native>>>;

fn client(left: impl Fn() + Send + Sync + 'static) -> (Held<Client, Arc<Native>>, Pushes, Arc<Native>) {
    let native = Arc::new(Native::default());
    let (held, slot) = Held::shared(Client(native.clone()), Some(native.clone()), left);
    (held, slot, native)
}

/// A thread that pushes once and says whether there was a client.
fn pusher(slot: &Pushes) -> thread::JoinHandle<bool> {
    let slot = slot.clone();
    thread::spawn(move || slot.with(|native| native.call()).is_some())
}

fn reached(pushers: impl IntoIterator<Item = thread::JoinHandle<bool>>) -> usize {
    pushers.into_iter().map(|pusher| usize::from(pusher.join().expect("no panic"))).sum()
}

#[test]
fn pushes_while_a_client_is_dropped() {
    loom::model(|| {
        let (held, slot, native) = client(|| ());
        assert!(slot.with(|native| native.call()).is_some(), "lost before anybody dropped the client");
        let pushers = [pusher(&slot), pusher(&slot)];
        drop(held);
        assert!(!slot.is_open());
        assert!(slot.with(|native| native.call()).is_none());
        // What was not reported as missed has reached the client.
        assert_eq!(native.calls(), 1 + reached(pushers));
    });
}

#[test]
fn pushes_while_a_client_is_taken_out() {
    loom::model(|| {
        let (held, slot, native) = client(|| ());
        let pushers = [pusher(&slot), pusher(&slot)];
        let client = held.into_client();
        let calls = native.calls();
        assert!(!slot.is_open());
        // The application's own from here on: it may well end it at once.
        thread::yield_now();
        assert_eq!(native.calls(), calls, "a push after the client was given out");
        drop(client);
        assert_eq!(native.calls(), reached(pushers));
    });
}

/// As when a producer's last clones are dropped on two threads.
#[test]
fn pushes_while_two_owners_drop_a_client() {
    loom::model(|| {
        let (held, slot, native) = client(|| ());
        let held = Arc::new(held);
        let other = held.clone();
        let pusher = pusher(&slot);
        let owner = thread::spawn(move || {
            other.client().0.call();
            drop(other);
        });
        drop(held);
        owner.join().expect("no panic");
        assert!(!slot.is_open());
        assert_eq!(native.calls(), 1 + reached([pusher]));
    });
}

/// The source looks whether its clients are alive under a lock, which the end of a client takes too.
#[test]
fn a_client_ends_while_the_source_looks_at_its_clients() {
    loom::model(|| {
        let clients: Arc<Mutex<Vec<Pushes>>> = Arc::new(Mutex::new(Vec::new()));
        let prune = |clients: &Mutex<Vec<Pushes>>| {
            let mut clients = clients.lock().expect("no panic");
            let (living, dead) = clients.drain(..).partition(|slot| slot.is_open());
            *clients = living;
            let dead: Vec<Pushes> = dead;
            dead.len()
        };
        let forgotten = Arc::new(AtomicUsize::new(0));
        let (held, slot, native) = client({
            let (clients, forgotten) = (clients.clone(), forgotten.clone());
            move || _ = forgotten.fetch_add(prune(&clients), Relaxed)
        });
        clients.lock().expect("no panic").push(slot.clone());
        let pusher = pusher(&slot);
        let look = thread::spawn({
            let (clients, forgotten) = (clients.clone(), forgotten.clone());
            move || _ = forgotten.fetch_add(prune(&clients), Relaxed)
        });
        drop(held);
        look.join().expect("no panic");
        assert_eq!(forgotten.load(Relaxed), 1, "forgotten once, by whoever came first");
        assert!(clients.lock().expect("no panic").is_empty());
        assert_eq!(native.calls(), reached([pusher]));
    });
}

/// A client without a handle, and one that nobody pushes to.
#[test]
fn without_a_handle_nothing_is_called() {
    loom::model(|| {
        let native = Arc::new(Native::default());
        let (held, slot) = Held::<_, Arc<Native>>::shared(Client(native.clone()), None, || ());
        let pusher = pusher(&slot);
        drop(held);
        assert_eq!((native.calls(), reached([pusher])), (0, 0));
        let plain = Held::<_, Arc<Native>>::plain(Client(Arc::new(Native::default())));
        plain.into_client().0.call();
    });
}
