//! A kind word for clients that speak plain HTTP to the TLS port.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The first byte of every TLS connection: a handshake record.
const HANDSHAKE: u8 = 0x16;
const SENTENCE: &str =
    "This port speaks https. Use an address that begins with https:// instead of http://.\n";
/// Enough for the header lines of any request; what is left unread makes the kernel reset the connection, and
/// the client would then not see the answer.
const READ_BYTES_MAX: u64 = 64 * 1024;

/// Gives the stream back when it begins as TLS does. Otherwise answers, when it looks like HTTP, and closes.
pub(super) async fn refuse(mut stream: TcpStream) -> io::Result<Option<TcpStream>> {
    let mut first = [0_u8; 1];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first[0] == HANDSHAKE {
        return Ok(Some(stream));
    }
    if !first[0].is_ascii_uppercase() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "neither TLS nor HTTP"));
    }
    read_head(&mut stream).await?;
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{SENTENCE}",
        SENTENCE.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Until the client closes too, so that it reads the answer before any reset.
    let _ = tokio::io::copy(&mut stream.take(READ_BYTES_MAX), &mut tokio::io::sink()).await;
    Ok(None)
}

async fn read_head(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    let mut part = [0_u8; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && (head.len() as u64) < READ_BYTES_MAX {
        match stream.read(&mut part).await? {
            0 => break,
            n => head.extend_from_slice(&part[..n]),
        }
    }
    Ok(())
}
