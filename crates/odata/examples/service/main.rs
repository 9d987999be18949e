//! A whole OData service over values in memory: `cargo run -p odata --example service`, then open the printed address.
//!
//! It shows how the parts of the crate fit together. It is no HTTP server: one request per connection, GET only.

mod answer;
mod data;

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};

use answer::{Answer, Request};

fn main() -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let root = format!("http://{}/", listener.local_addr()?);
    println!("{root}books?$filter=contains(title,'the')&$expand=author");
    for stream in listener.incoming() {
        if let Err(error) = serve(stream?, &root) {
            eprintln!("a connection failed: {error}");
        }
    }
    Ok(())
}

/// The longest request head that is read.
const HEAD_BYTES: u64 = 64 * 1024;

fn serve(stream: TcpStream, root: &str) -> Result<()> {
    let mut lines = BufReader::new((&stream).take(HEAD_BYTES)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Answer { status, content_type, version, body } =
        answer::answer(&Request { method, path, query, headers: &headers }, root);
    write!(
        &stream,
        "HTTP/1.1 {status} OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nOData-Version: {version}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )?;
    (&stream).write_all(&body)
}
