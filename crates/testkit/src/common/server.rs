//! A thread with a port on 127.0.0.1, and the connections made to it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

/// Says that it has been done.
type Done = mpsc::Sender<()>;

/// The handle of the thread; dropping it ends the thread, cuts its connections and waits for it.
pub(crate) struct Server {
    close_connections: Option<UnboundedSender<Done>>,
    thread: Option<JoinHandle<()>>,
}

/// A free port of 127.0.0.1.
pub(crate) fn listen() -> io::Result<(std::net::TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

impl Server {
    /// Calls `serve` for each connection and polls what it returns until that ends.
    pub(crate) fn start<F>(
        name: &str,
        listener: std::net::TcpListener,
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (close_connections, inbox) = unbounded_channel();
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || runtime.block_on(run(listener, serve, inbox)))?;
        Ok(Self { close_connections: Some(close_connections), thread: Some(thread) })
    }

    /// Blocks until all connections are cut.
    #[cfg(feature = "fake-idp")]
    pub(crate) fn close_connections(&self) {
        let (done, answer) = mpsc::channel();
        let orders = self.close_connections.as_ref().expect("it is there until the drop");
        orders.send(done).expect("the server's thread runs until the drop");
        answer.recv().expect("the server's thread answers");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close_connections = None;
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
    }
}

/// Serves until the [`Server`] is dropped; the runtime's end then cuts what connections are left.
async fn run<F>(
    listener: TcpListener,
    serve: impl Fn(TcpStream) -> F,
    mut close_connections: UnboundedReceiver<Done>,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                connections.spawn(serve(stream));
            }
            order = close_connections.recv() => {
                let Some(done) = order else { return };
                connections.shutdown().await;
                // Whoever asked may have given up waiting.
                let _ = done.send(());
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
