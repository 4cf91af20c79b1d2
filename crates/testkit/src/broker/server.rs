//! The broker's thread: two ports that can be closed and opened again, and the connections made through them.

use super::connection;
use super::events::Address;
use super::node::Node;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{mpsc, Arc};
use std::thread::JoinHandle;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How many clients may wait to be accepted after the port is opened again.
const BACKLOG: u32 = 1024;

/// The handle of the thread; dropping it ends the thread and waits for it.
pub(super) struct Server {
    orders: Option<UnboundedSender<(Order, mpsc::Sender<io::Result<()>>)>>,
    thread: Option<JoinHandle<()>>,
}

enum Order {
    StopAccepting,
    Resume,
    CloseConnections,
}

impl Server {
    pub(super) fn start(
        node: Arc<Node>,
        tls: Option<TlsAcceptor>,
        bootstrap: std::net::TcpListener,
        own: std::net::TcpListener,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (bootstrap, own) = {
            let _context = runtime.enter();
            (Port::new(bootstrap)?, Port::new(own)?)
        };
        let (orders, inbox) = unbounded_channel();
        let acceptor = Acceptor { node, tls, bootstrap, own, connections: JoinSet::new() };
        let thread = std::thread::Builder::new()
            .name("embedded-kafka".into())
            .spawn(move || runtime.block_on(acceptor.run(inbox)))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    pub(super) fn stop_accepting(&self) -> io::Result<()> {
        self.order(Order::StopAccepting)
    }

    pub(super) fn resume(&self) -> io::Result<()> {
        self.order(Order::Resume)
    }

    pub(super) fn close_connections(&self) -> io::Result<()> {
        self.order(Order::CloseConnections)
    }

    /// Blocks until the thread has done it.
    fn order(&self, order: Order) -> io::Result<()> {
        let gone = || io::Error::other("the broker's thread has ended");
        let (done, answer) = mpsc::channel();
        self.orders.as_ref().and_then(|orders| orders.send((order, done)).ok()).ok_or_else(gone)?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
    }
}

/// A port that either listens, or is only reserved, so that clients are refused there.
struct Port {
    number: u16,
    listener: Option<TcpListener>,
    reservation: Option<TcpSocket>,
}

impl Port {
    /// Must be called within the runtime that accepts its clients.
    fn new(listener: std::net::TcpListener) -> io::Result<Self> {
        let number = listener.local_addr()?.port();
        Ok(Self { number, listener: Some(TcpListener::from_std(listener)?), reservation: None })
    }

    /// The next client; never for a closed port.
    async fn accept(&self) -> io::Result<TcpStream> {
        match &self.listener {
            Some(listener) => listener.accept().await.map(|(stream, _)| stream),
            None => std::future::pending().await,
        }
    }

    fn close(&mut self) -> io::Result<()> {
        if self.listener.take().is_some() {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.number)))?;
            self.reservation = Some(socket);
        }
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        if let Some(socket) = self.reservation.take() {
            self.listener = Some(socket.listen(BACKLOG)?);
        }
        Ok(())
    }
}

struct Acceptor {
    node: Arc<Node>,
    tls: Option<TlsAcceptor>,
    bootstrap: Port,
    own: Port,
    connections: JoinSet<()>,
}

impl Acceptor {
    /// Serves until the [`Server`] is dropped; the runtime's end then cuts what connections are left.
    async fn run(mut self, mut inbox: UnboundedReceiver<(Order, mpsc::Sender<io::Result<()>>)>) {
        loop {
            tokio::select! {
                Ok(stream) = self.bootstrap.accept() => self.serve(stream, Address::Bootstrap),
                Ok(stream) = self.own.accept() => self.serve(stream, Address::Node),
                order = inbox.recv() => {
                    let Some((order, done)) = order else { return };
                    // Whoever asked may have given up waiting.
                    let _ = done.send(self.obey(order).await);
                }
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    fn serve(&mut self, stream: TcpStream, address: Address) {
        self.connections.spawn(connection::serve(Arc::clone(&self.node), self.tls.clone(), stream, address));
    }

    async fn obey(&mut self, order: Order) -> io::Result<()> {
        match order {
            Order::StopAccepting => self.bootstrap.close().and_then(|()| self.own.close()),
            Order::Resume => self.bootstrap.open().and_then(|()| self.own.open()),
            Order::CloseConnections => {
                self.connections.shutdown().await;
                Ok(())
            }
        }
    }
}
