//! The limit of a download: the same bytes, held in memory, over the same TLS stack, with nothing to do but send.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::http::crypto;
use anyhow::{Context as _, Result};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;

/// Pieces as large as a server would write them.
const PIECE_BYTES: usize = 64 * 1024;

/// A server of one answer. It serves until the process ends.
pub(super) struct Memory {
    pub(super) origin: String,
    pub(super) ca_file: PathBuf,
}

impl Memory {
    /// Serves `body` to every request on a free loopback port.
    pub(super) fn serve(body: Vec<u8>, folder: &Path) -> Result<Self> {
        let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let ca_file = folder.join("memory-ca.pem");
        std::fs::write(&ca_file, certified.cert.pem())?;
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der())
            .map_err(|why| anyhow::anyhow!("the key that was just made cannot be read: {why}"))?;
        let config = ServerConfig::builder_with_provider(crypto())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .context("setting up TLS")?;
        let config = Arc::new(config);
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let origin = format!("https://{}", listener.local_addr()?);
        std::thread::spawn(move || {
            for tcp in listener.incoming().flatten() {
                // A client that goes away ends its answer, not the server.
                answer(tcp, Arc::clone(&config), &body).ok();
            }
        });
        Ok(Self { origin, ca_file })
    }
}

fn answer(tcp: std::net::TcpStream, config: Arc<ServerConfig>, body: &[u8]) -> Result<()> {
    tcp.set_nodelay(true)?;
    let mut reader = BufReader::new(StreamOwned::new(ServerConnection::new(config)?, tcp));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    for piece in body.chunks(PIECE_BYTES) {
        stream.write_all(piece)?;
    }
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}
