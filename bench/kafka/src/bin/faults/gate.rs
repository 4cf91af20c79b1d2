//! A TCP proxy on 127.0.0.1 that can be shut.

use std::net::SocketAddr;

use kafka::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// While it is open, connections go through to the server behind it; once it is shut they are refused.
pub(crate) struct Gate {
    address: SocketAddr,
    server: String,
    open: Option<AbortHandle>,
}

impl Gate {
    /// An open one, on a free port, before `server`: `host:port`.
    pub(crate) async fn before(server: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut gate = Self { address: listener.local_addr()?, server: server.to_owned(), open: None };
        gate.serve(listener);
        Ok(gate)
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Cuts all connections and refuses new ones.
    pub(crate) async fn shut(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        open.abort();
        // The port is free when the task has gone.
        crate::load::within("the gate shuts", async {
            while !open.is_finished() {
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    pub(crate) async fn open(&mut self) -> Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.serve(listener);
        Ok(())
    }

    fn serve(&mut self, listener: TcpListener) {
        self.open = Some(tokio::spawn(serve(listener, self.server.clone())).abort_handle());
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
        }
    }
}

/// Aborted, it drops the listener and all connections.
async fn serve(listener: TcpListener, server: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let server = server.clone();
        connections.spawn(async move {
            let Ok(mut server) = TcpStream::connect(server).await else { return };
            // Either side may end it at any time.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
