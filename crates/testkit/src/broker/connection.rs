//! One client connection: frames in, frames out, one request at a time as in Kafka.

use super::api::{self, ApiRange};
use super::events::{Address, Event};
use super::node::Node;
use super::session::Session;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, RequestKind, ResponseHeader, ResponseKind};
use kafka_protocol::protocol::{decode_request_header_from_buffer, Encodable};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// The longest request in bytes, as Kafka's `socket.request.max.bytes`.
const LONGEST_FRAME: usize = 100 << 20;

/// A request header's fixed part: API key, version, correlation id.
const SHORTEST_FRAME: usize = 8;

/// Serves a client until one of the two closes the connection.
pub(super) async fn serve(node: Arc<Node>, tls: Option<TlsAcceptor>, stream: TcpStream, address: Address) {
    let mut record = Record::open(Arc::clone(&node), address);
    let session = Session::new(record.conn, node.settings.anonymous);
    let connection = Connection { session, conn: record.conn, node };
    record.reason = handshake_and_run(connection, tls, stream).await.err();
}

/// Tells the connection's beginning and end, also when it is cut.
struct Record {
    node: Arc<Node>,
    conn: u64,
    reason: Option<String>,
}

impl Record {
    fn open(node: Arc<Node>, address: Address) -> Self {
        let conn = node.next_connection();
        node.events.push(Event::Connected { conn, address });
        Self { node, conn, reason: Some("cut".into()) }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.node.events.push(Event::Closed { conn: self.conn, reason: self.reason.take() });
    }
}

async fn handshake_and_run(
    connection: Connection,
    tls: Option<TlsAcceptor>,
    stream: TcpStream,
) -> Result<(), String> {
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    match tls {
        None => connection.run(stream).await,
        Some(acceptor) => {
            let stream = acceptor.accept(stream).await.map_err(|error| format!("TLS handshake: {error}"))?;
            connection.run(stream).await
        }
    }
}

struct Connection {
    node: Arc<Node>,
    conn: u64,
    session: Session,
}

/// What follows from a request.
enum Reply {
    Silence,
    Frame(BytesMut),
    /// The last frame, and why it is the last.
    Farewell(BytesMut, String),
}

impl Connection {
    async fn run<S: AsyncRead + AsyncWrite + Unpin>(mut self, mut stream: S) -> Result<(), String> {
        while let Some(frame) = read_frame(&mut stream).await? {
            match self.handle(frame).await? {
                Reply::Silence => {}
                Reply::Frame(frame) => write_frame(&mut stream, &frame).await?,
                Reply::Farewell(frame, reason) => {
                    write_frame(&mut stream, &frame).await?;
                    return Err(reason);
                }
            }
        }
        Ok(())
    }

    async fn handle(&mut self, mut frame: Bytes) -> Result<Reply, String> {
        let key = i16::from_be_bytes([frame[0], frame[1]]);
        let api = ApiKey::try_from(key).map_err(|()| format!("unknown API key {key}"))?;
        let header =
            decode_request_header_from_buffer(&mut frame).map_err(|error| format!("bad header: {error}"))?;
        let version = header.request_api_version;
        self.node.events.push(Event::Request {
            conn: self.conn,
            api,
            version,
            principal: self.session.principal().map(str::to_owned),
            client_id: header.client_id.as_deref().map(str::to_owned),
        });
        self.session.admit(&self.node, api)?;
        let range = ApiRange::of(api).ok_or_else(|| format!("{api:?} (API key {key}) is not served"))?;
        if !range.contains(version) {
            // Only ApiVersions may be asked in an unknown version: the client learns the known ones (KIP-511).
            let response = api::unsupported_version(api, version)?;
            return encode(api, 0, &header, &response).map(Reply::Frame);
        }
        let request = RequestKind::decode(api, &mut frame, version)
            .map_err(|error| format!("malformed {api:?} version {version}: {error}"))?;
        self.answer(api, version, &header, request).await
    }

    async fn answer(
        &mut self,
        api: ApiKey,
        version: i16,
        header: &RequestHeader,
        request: RequestKind,
    ) -> Result<Reply, String> {
        let response = match request {
            RequestKind::SaslHandshake(request) => self.session.handshake(&request.mechanism).into(),
            RequestKind::SaslAuthenticate(request) => {
                self.session.authenticate(&self.node, header.client_id.as_deref(), &request.auth_bytes).into()
            }
            other => match api::answer(&self.node, version, other).await? {
                Some(response) => response,
                None => return Ok(Reply::Silence),
            },
        };
        let frame = encode(api, version, header, &response)?;
        Ok(match login_failure(&response) {
            Some(reason) => Reply::Farewell(frame, reason),
            None => Reply::Frame(frame),
        })
    }
}

/// Why the connection must end after this response, if it must.
fn login_failure(response: &ResponseKind) -> Option<String> {
    match response {
        ResponseKind::SaslAuthenticate(response) if response.error_code != 0 => {
            Some(format!("login failed: {}", response.error_message.as_deref().unwrap_or_default()))
        }
        ResponseKind::SaslHandshake(response) if response.error_code != 0 => {
            Some("the client asked for another mechanism than OAUTHBEARER".into())
        }
        _ => None,
    }
}

/// The next request without its length; `None` when the client has closed the connection.
async fn read_frame<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Option<Bytes>, String> {
    let length = match stream.read_i32().await {
        Ok(length) => usize::try_from(length).unwrap_or(0),
        Err(error) if is_close(&error) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !(SHORTEST_FRAME..=LONGEST_FRAME).contains(&length) {
        return Err(format!("a frame of {length} bytes"));
    }
    let mut frame = BytesMut::zeroed(length);
    stream.read_exact(&mut frame).await.map_err(|error| error.to_string())?;
    Ok(Some(frame.freeze()))
}

/// Clients seldom close TLS in form; a reset or a missing close_notify is their way to leave.
fn is_close(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
}

async fn write_frame<S: AsyncWrite + Unpin>(stream: &mut S, frame: &[u8]) -> Result<(), String> {
    let write = async {
        stream.write_all(frame).await?;
        stream.flush().await
    };
    write.await.map_err(|error| format!("the client left before its answer: {error}"))
}

fn encode(
    api: ApiKey,
    version: i16,
    header: &RequestHeader,
    response: &ResponseKind,
) -> Result<BytesMut, String> {
    let failed = |error| format!("cannot encode {api:?} version {version}: {error}");
    let mut frame = BytesMut::new();
    frame.put_i32(0);
    ResponseHeader::default()
        .with_correlation_id(header.correlation_id)
        .encode(&mut frame, api.response_header_version(version))
        .map_err(failed)?;
    response.encode(&mut frame, version).map_err(failed)?;
    let length = i32::try_from(frame.len() - 4).map_err(|_| "an answer over 2 GiB".to_owned())?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}
