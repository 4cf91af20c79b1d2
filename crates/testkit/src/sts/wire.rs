//! Connections that can end at the wrong time.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// With a reset, before the first byte of the answer.
    Reset,
    /// In the middle of the answer's body.
    InBody,
}

/// Cuts the connection that a request came by, instead of sending the answer whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Scissors(Arc<Mutex<Option<Cut>>>);

impl Scissors {
    pub(super) fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    fn chosen(&self) -> Option<Cut> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Port>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.io().scissors.clone()
    }
}

/// Accepts connections.
pub(super) struct Port(pub(super) TcpListener);

impl Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        (Wire { stream, scissors: Scissors::default(), left: None }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    scissors: Scissors,
    /// How many bytes may still go out, once the connection is to end in a body.
    left: Option<usize>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

/// Without vectored writes, so that an answer arrives here in one piece.
impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = match self.scissors.chosen() {
            None => buf.len(),
            Some(Cut::Reset) => {
                // Closing then resets the connection.
                self.stream.set_zero_linger()?;
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            Some(Cut::InBody) => *self.left.get_or_insert_with(|| middle_of_body(buf)),
        };
        if allowed == 0 && !buf.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let write = Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed.min(buf.len())]);
        if let (Some(left), Poll::Ready(Ok(written))) = (&mut self.left, &write) {
            *left -= written;
        }
        write
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The place of an answer at which half of its body has gone out.
fn middle_of_body(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |end| end + 4);
    head + (answer.len() - head) / 2
}
