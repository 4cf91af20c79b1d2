//! Bodies that take their time, or never end.

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use oauthbearer_core::Clock;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many bytes of a long body go out at once.
const PIECE: usize = 16 * 1024;

/// How a long body begins, so that a client may take it for an answer.
const START: &str = r#"{"token_type":"Bearer","expires_in":3600,"access_token":""#;
const END: &str = r#""}"#;

/// A body that another task writes.
struct Piped {
    pieces: mpsc::Receiver<Bytes>,
    /// How many bytes are to come, where that is known.
    left: Option<u64>,
}

impl HttpBody for Piped {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = ready!(self.pieces.poll_recv(cx));
        if let (Some(left), Some(piece)) = (&mut self.left, &piece) {
            *left -= piece.len() as u64;
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Writes until `write` ends or the client is gone.
fn piped<F>(length: Option<u64>, write: impl FnOnce(mpsc::Sender<Bytes>) -> F) -> Body
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let (sender, pieces) = mpsc::channel(1);
    tokio::spawn(write(sender));
    Body::new(Piped { pieces, left: length })
}

/// Half of the body, and the rest at the signal.
pub(super) fn stalled(body: Vec<u8>, signal: oneshot::Receiver<()>) -> Body {
    let mut first = Bytes::from(body);
    let second = first.split_off(first.len() / 2);
    piped(Some((first.len() + second.len()) as u64), |sender| async move {
        sender.send(first).await.ok()?;
        tokio::select! {
            // A sender that was dropped is a signal, too.
            _ = signal => sender.send(second).await.ok(),
            () = sender.closed() => None,
        }
    })
}

/// One byte at a time.
pub(super) fn dripping(body: Vec<u8>, pause: Duration, clock: Clock) -> Body {
    piped(Some(body.len() as u64), move |sender| async move {
        for byte in body {
            sender.send(Bytes::from(vec![byte])).await.ok()?;
            clock.sleep(pause).await;
        }
        Some(())
    })
}

/// An answer with a token so long that all has `length` bytes, but for the shortest lengths.
pub(super) fn huge(length: u64) -> Body {
    let mut filling = length.saturating_sub((START.len() + END.len()) as u64);
    let length = filling + (START.len() + END.len()) as u64;
    piped(Some(length), move |sender| async move {
        sender.send(Bytes::from_static(START.as_bytes())).await.ok()?;
        while filling > 0 {
            let piece = filling.min(PIECE as u64);
            sender.send(Bytes::from(vec![b'a'; piece as usize])).await.ok()?;
            filling -= piece;
        }
        sender.send(Bytes::from_static(END.as_bytes())).await.ok()
    })
}

/// An answer with a token that never ends.
pub(super) fn endless() -> Body {
    piped(None, |sender| async move {
        sender.send(Bytes::from_static(START.as_bytes())).await.ok()?;
        loop {
            sender.send(Bytes::from(vec![b'a'; PIECE])).await.ok()?;
        }
    })
}
