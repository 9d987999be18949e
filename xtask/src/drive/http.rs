//! A small blocking HTTP/1.1 client over TLS, made for measuring: it hands body bytes on as they come.
//!
//! It speaks to our own server only: no redirects, no proxies, no compression.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(120);

/// The cryptography of the programs. Other crates of the workspace may switch on a second one, and rustls then refuses
/// to choose by itself.
pub(super) fn crypto() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Speaks to one origin, trusting one CA file.
#[derive(Clone)]
pub(super) struct Client {
    authority: String,
    config: Arc<ClientConfig>,
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// What a streamed answer took.
pub(super) struct Streamed {
    pub(super) bytes: u64,
    /// From the request's last byte sent to the body's first byte received.
    pub(super) first_byte: Duration,
    pub(super) whole: Duration,
}

impl Client {
    /// # Errors
    /// The origin is not `https://host:port`, or the CA file cannot be read.
    pub(super) fn new(origin: &str, ca_file: &Path) -> Result<Self> {
        let authority = origin.strip_prefix("https://").context("the origin must start with https://")?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(ca_file)? {
            roots.add(certificate?)?;
        }
        let config = ClientConfig::builder_with_provider(crypto())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { authority: authority.trim_end_matches('/').to_owned(), config: Arc::new(config) })
    }

    /// `GET`, whole.
    pub(super) fn get(&self, path: &str, bearer: &str) -> Result<Answer> {
        let mut body = Vec::new();
        let head =
            format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {bearer}\r\nAccept: application/json\r\n");
        let (status, _) = self.exchange(&head, &[], |bytes| body.extend_from_slice(bytes))?;
        Ok(Answer { status, body })
    }

    /// `GET`, each piece of the body handed to `sink`.
    ///
    /// # Errors
    /// The connection breaks, or the answer is not 200.
    pub(super) fn stream(&self, path: &str, bearer: &str, mut sink: impl FnMut(&[u8])) -> Result<Streamed> {
        let head =
            format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {bearer}\r\nAccept: application/json\r\n");
        let mut bytes = 0;
        let mut refused = Vec::new();
        let (status, times) = self.exchange(&head, &[], |piece| {
            bytes += piece.len() as u64;
            if refused.len() < 2000 {
                refused.extend_from_slice(&piece[..piece.len().min(2000)]);
            }
            sink(piece);
        })?;
        if status != 200 {
            bail!("GET {path} answered {status}: {}", String::from_utf8_lossy(&refused));
        }
        Ok(Streamed { bytes, first_byte: times.0, whole: times.1 })
    }

    /// `POST` of a form; the JSON answer.
    ///
    /// # Errors
    /// The connection breaks, or the answer is not 200.
    pub(super) fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Result<Value> {
        let body = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let head = format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        let mut answer = Vec::new();
        let (status, _) = self.exchange(&head, body.as_bytes(), |bytes| answer.extend_from_slice(bytes))?;
        if status != 200 {
            bail!("POST {path} answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        serde_json::from_slice(&answer)
            .with_context(|| format!("POST {path} answered something else than JSON"))
    }

    fn exchange(
        &self,
        head: &str,
        body: &[u8],
        sink: impl FnMut(&[u8]),
    ) -> Result<(u16, (Duration, Duration))> {
        let host = self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host);
        let tcp = TcpStream::connect(&self.authority)
            .with_context(|| format!("connecting to {}", self.authority))?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(TIMEOUT))?;
        let name =
            ServerName::try_from(host.to_owned()).context("the host is neither a name nor an address")?;
        let tls = ClientConnection::new(Arc::clone(&self.config), name)?;
        let mut stream = StreamOwned::new(tls, tcp);
        // The handshake is not part of what is measured.
        stream.conn.complete_io(&mut stream.sock).context("shaking hands")?;
        let length = body.len();
        let head = format!(
            "{head}Host: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            self.authority
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        stream.flush()?;
        read_answer(BufReader::with_capacity(1 << 16, stream), sink)
    }
}

fn read_answer(
    mut reader: impl ReadLines,
    mut sink: impl FnMut(&[u8]),
) -> Result<(u16, (Duration, Duration))> {
    let sent = Instant::now();
    let status = reader.line()?;
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status: u16 = status.context("the answer is not HTTP")?;
    let (mut length, mut chunked) = (None, false);
    loop {
        let line = reader.line()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = Some(value.trim().parse::<u64>()?);
        }
        chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
    }
    let mut first = None;
    let mut piece = |bytes: &[u8]| {
        first.get_or_insert_with(|| sent.elapsed());
        sink(bytes);
    };
    if chunked {
        loop {
            let size = u64::from_str_radix(reader.line()?.split(';').next().unwrap_or("").trim(), 16)?;
            reader.pass(size, &mut piece)?;
            reader.line()?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = length {
        reader.pass(length, &mut piece)?;
    } else {
        bail!("the answer has neither a length nor chunks");
    }
    let whole = sent.elapsed();
    Ok((status, (first.unwrap_or(whole), whole)))
}

/// Reading lines and exact lengths off a buffered stream.
trait ReadLines {
    fn line(&mut self) -> Result<String>;
    fn pass(&mut self, n_bytes: u64, piece: &mut impl FnMut(&[u8])) -> Result<()>;
}

impl<R: Read> ReadLines for BufReader<R> {
    fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        if self.read_until(b'\n', &mut line).context("the connection broke")? == 0 {
            bail!("the connection closed before the answer was whole");
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn pass(&mut self, n_bytes: u64, piece: &mut impl FnMut(&[u8])) -> Result<()> {
        let mut left = n_bytes;
        while left > 0 {
            let buffer = self.fill_buf().context("the connection broke")?;
            if buffer.is_empty() {
                bail!("the connection closed with {left} bytes of the answer missing");
            }
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            piece(&buffer[..take]);
            self.consume(take);
            left -= take as u64;
        }
        Ok(())
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986, 2.3).
fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Result<(u16, String)> {
        let mut body = Vec::new();
        let (status, _) = read_answer(BufReader::with_capacity(7, answer.as_bytes()), |bytes| {
            body.extend_from_slice(bytes)
        })?;
        Ok((status, String::from_utf8(body)?))
    }

    #[test]
    fn bodies_of_both_kinds_are_read_whole() {
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello there";
        assert_eq!(read(sized).unwrap(), (200, "hello there".to_owned()));
        let chunked =
            "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n there\r\n0\r\n\r\n";
        assert_eq!(read(chunked).unwrap(), (404, "hello there".to_owned()));
    }

    #[test]
    fn half_an_answer_is_an_error() {
        let short = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhello";
        assert!(read(short).unwrap_err().to_string().contains("15 bytes of the answer missing"));
        let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        assert!(read(cut).unwrap_err().to_string().contains("before the answer was whole"));
    }

    #[test]
    fn form_values_are_encoded() {
        assert_eq!(encode("https://a.b//.default é"), "https%3A%2F%2Fa.b%2F%2F.default%20%C3%A9");
    }
}
