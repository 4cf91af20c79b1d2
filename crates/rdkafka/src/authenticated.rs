use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::native::Held;

/// An rdkafka client that gets every new token for as long as one of its clones lives. Use it as the client itself.
///
/// Clone this value, not the client inside: producers are `Clone` themselves, and a clone of the bare producer that
/// outlives every `Authenticated` goes on working but gets no more tokens.
///
/// ```no_run
/// # use oauthbearer_rdkafka::{Authenticated, Authenticator};
/// use rdkafka::producer::FutureProducer;
/// # fn example(auth: &Authenticator) -> Result<(), Box<dyn std::error::Error>> {
/// let producer: Authenticated<FutureProducer> = auth.create_blocking()?;
/// let for_a_task = producer.clone();        // renewed
/// let bare = FutureProducer::clone(&producer); // renewed only while `producer` or `for_a_task` lives
/// # Ok(()) }
/// ```
///
/// It gives out `&T` only. A `&mut T` would let a caller swap the client away and free a handle that tokens are still
/// pushed to:
///
/// ```compile_fail,E0596
/// # use oauthbearer_rdkafka::Authenticated;
/// # use rdkafka::consumer::BaseConsumer;
/// fn swap(mut a: Authenticated<BaseConsumer>, mut b: BaseConsumer) {
///     std::mem::swap(&mut *a, &mut b);
/// }
/// ```
pub struct Authenticated<T>(Arc<Held<T>>);

impl<T> Authenticated<T> {
    pub(crate) fn new(held: Held<T>) -> Self {
        Self(Arc::new(held))
    }

    /// Stops pushing tokens to the client and gives it back.
    ///
    /// # Errors
    /// The value itself, where clones of it are left.
    pub fn into_inner(self) -> Result<T, Self> {
        Arc::try_unwrap(self.0).map(Held::into_client).map_err(Self)
    }
}

impl<T> Clone for Authenticated<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Authenticated<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.client()
    }
}

impl<T> fmt::Debug for Authenticated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authenticated<{}>", std::any::type_name::<T>())
    }
}
