//! Scripted services on loopback, over HTTP or HTTPS: one request for each connection.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::case::{self, Answer};
use crate::placeholders::Placeholders;
use crate::tls;

/// A client that is silent for this long has gone.
const SILENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    listener: Option<TcpListener>,
    port: u16,
    tls: Option<Arc<ServerConfig>>,
    answers: Vec<Answer>,
    requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Headers and body, as they came.
    pub(crate) text: String,
}

/// What all connections share.
struct Script {
    answers: Vec<Answer>,
    used: Mutex<Vec<bool>>,
    requests: Arc<Mutex<Vec<Request>>>,
    ports: BTreeMap<String, u16>,
}

trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

impl Server {
    /// Takes a port and writes the file `ca`.
    pub(crate) fn bind(settings: &case::Server, ca: &Path) -> Result<Self, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| e.to_string())?;
        let port = listener.local_addr().map_err(|e| e.to_string())?.port();
        let tls = settings.tls.as_ref().map(|settings| tls::config(settings, ca)).transpose()?;
        let answers = settings.answer.clone();
        Ok(Self { listener: Some(listener), port, tls, answers, requests: Arc::default() })
    }

    pub(crate) fn start(
        &mut self,
        placeholders: &Placeholders,
        ports: &BTreeMap<String, u16>,
    ) -> Result<(), String> {
        for answer in &mut self.answers {
            answer.body = placeholders.fill(&answer.body)?;
            for value in answer.headers.values_mut() {
                *value = placeholders.fill(value)?;
            }
        }
        let script = Arc::new(Script {
            used: Mutex::new(vec![false; self.answers.len()]),
            answers: self.answers.clone(),
            requests: Arc::clone(&self.requests),
            ports: ports.clone(),
        });
        let (listener, tls) = (self.listener.take().ok_or("started twice")?, self.tls.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, tls) = (Arc::clone(&script), tls.clone());
                thread::spawn(move || script.serve(stream, tls));
            }
        });
        Ok(())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Certificates are for `localhost`.
    pub(crate) fn host(&self) -> &'static str {
        if self.tls.is_some() {
            "localhost"
        } else {
            "127.0.0.1"
        }
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host(), self.port)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Script {
    /// Errors mean that the client went away, or ended the handshake.
    fn serve(&self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> Option<()> {
        stream.set_read_timeout(Some(SILENCE)).ok()?;
        let tcp = stream.try_clone().ok()?;
        let mut connection: Box<dyn Connection> = match tls {
            Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).ok()?, stream)),
            None => Box::new(stream),
        };
        let request = read(&mut connection)?;
        let answer = self.answer(&request);
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        match answer {
            Some(answer) if answer.hang => {
                let _ = connection.read(&mut [0; 1]);
            }
            Some(answer) if answer.close => {}
            Some(Answer { tunnel: Some(name), .. }) => self.tunnel(&tcp, &name)?,
            Some(answer) => write(&mut connection, &answer).ok()?,
            // A server without a script accepts no request at all.
            None if self.answers.is_empty() => {}
            None => write(&mut connection, &Answer { status: 404, ..Answer::default() }).ok()?,
        }
        Some(())
    }

    /// The first matching answer that was not given yet, else the last matching one.
    fn answer(&self, request: &Request) -> Option<Answer> {
        let fits = |answer: &Answer| {
            let path = request.path.split('?').next().unwrap_or_default();
            let is = |wanted: &Option<String>, got: &str| wanted.as_ref().is_none_or(|wanted| wanted == got);
            is(&answer.method, &request.method) && (is(&answer.path, path) || is(&answer.path, &request.path))
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting: Vec<usize> = (0..self.answers.len()).filter(|at| fits(&self.answers[*at])).collect();
        let at = fitting.iter().find(|at| !used[**at]).or(fitting.last())?;
        used[*at] = true;
        Some(self.answers[*at].clone())
    }

    fn tunnel(&self, client: &TcpStream, to: &str) -> Option<()> {
        let server = TcpStream::connect(("127.0.0.1", *self.ports.get(to)?)).ok()?;
        let (mut up_from, mut up_to) = (client.try_clone().ok()?, server.try_clone().ok()?);
        let (mut down_from, mut down_to) = (server, client.try_clone().ok()?);
        down_to.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        let up = thread::spawn(move || io::copy(&mut up_from, &mut up_to));
        let _ = io::copy(&mut down_from, &mut down_to);
        let _ = down_to.shutdown(std::net::Shutdown::Both);
        up.join().ok()?.ok().map(drop)
    }
}

/// A whole request; none if the client left before its end.
fn read(connection: &mut dyn Connection) -> Option<Request> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let length = connection.read(&mut buffer).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&buffer[..length]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(end) = head.parse(&bytes).ok()? else { continue };
        let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
        if bytes.len() < end + length.unwrap_or(0usize) {
            continue;
        }
        return Some(Request {
            method: head.method?.to_owned(),
            path: head.path?.to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        });
    }
}

fn write(connection: &mut dyn Connection, answer: &Answer) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Scripted\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", answer.body.len());
    connection.write_all(head.as_bytes())?;
    connection.write_all(answer.body.as_bytes())?;
    connection.flush()
}
