//! Connections that can end at the wrong time.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// With a reset, before the first byte of the answer.
    Reset,
    /// In the middle of the answer's body.
    InBody,
    /// In the middle of the answer's body, with a reset.
    #[cfg(feature = "fake-idp")]
    ResetInBody,
}

/// Cuts the connection that a request came by, instead of sending the answer whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scissors(Arc<Mutex<Option<Cut>>>);

impl Scissors {
    pub(crate) fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    fn chosen(&self) -> Option<Cut> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something over TCP.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// A connection.
pub(crate) struct Wire<S> {
    socket: S,
    scissors: Scissors,
    /// How many bytes may still go out, once the connection is to end in a body.
    left: Option<usize>,
}

impl<S: Socket> Wire<S> {
    pub(crate) fn new(socket: S, scissors: Scissors) -> Self {
        Self { socket, scissors, left: None }
    }

    /// Closing a socket without data on its way is what resets the connection.
    fn reset(&self) -> Poll<io::Result<usize>> {
        self.socket.tcp().set_zero_linger()?;
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}

impl<S: Socket> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

/// Without vectored writes, so that an answer arrives here in one piece.
impl<S: Socket> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let cut = self.scissors.chosen();
        let allowed = match cut {
            None => buf.len(),
            Some(Cut::Reset) => return self.reset(),
            Some(_) => *self.left.get_or_insert_with(|| middle_of_body(buf)),
        };
        if allowed == 0 && !buf.is_empty() {
            return match cut {
                #[cfg(feature = "fake-idp")]
                Some(Cut::ResetInBody) => self.reset(),
                _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            };
        }
        let write = Pin::new(&mut self.socket).poll_write(cx, &buf[..allowed.min(buf.len())]);
        if let (Some(left), Poll::Ready(Ok(written))) = (&mut self.left, &write) {
            *left -= written;
        }
        write
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// The place of an answer at which half of its body has gone out.
fn middle_of_body(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |end| end + 4);
    head + (answer.len() - head) / 2
}
