//! The reference model on a port, for judges of OData services: `cargo run -p odata --example reference_service -- --port
//! 9090`. Read-only, without authentication, on 127.0.0.1.
//!
//! Everything but the transport is [`odata::answer`]; this shows how little a server has to add.

mod model;
mod rows;
mod source;

use std::convert::Infallible;
use std::io::Error;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use odata::answer::{Request, Service};
use tokio::net::TcpListener;

/// More than any batch of a judge.
const BODY_BYTES: usize = 4 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let port = port()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let root: Arc<str> = format!("http://{}/", listener.local_addr()?).into();
    println!("{root}");
    let shared = Arc::new((model::model(), source::Reference::default()));
    loop {
        let (stream, _) = listener.accept().await?;
        let (root, shared) = (Arc::clone(&root), Arc::clone(&shared));
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let (root, shared) = (Arc::clone(&root), Arc::clone(&shared));
                async move { Ok::<_, Infallible>(answer(request, &root, &shared).await) }
            });
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            // A client that goes away is no failure of the service.
            if let Err(error) = connection.await {
                eprintln!("a connection ended early: {error}");
            }
        });
    }
}

/// `--port 9090`; without it any free port.
fn port() -> Result<u16, Error> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(0),
        (Some("--port"), Some(port)) => port.parse().map_err(Error::other),
        _ => Err(Error::other("write --port and a number")),
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    root: &str,
    shared: &(odata::edm::Model, source::Reference),
) -> hyper::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES).collect().await else {
        return status(413);
    };
    let body = body.to_bytes();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<(String, String)> =
        head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let request = Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        now: now(),
    };
    // Links lead where the client came from: `localhost` and `127.0.0.1` are the same place here.
    let host = headers.iter().find(|(name, value)| name == "host" && value.is_ascii());
    let root = host.map_or_else(|| root.to_owned(), |(_, host)| format!("http://{host}/"));
    let service = Service { model: &shared.0, source: &shared.1, root: &root, page_items: 1000 };
    let answer = service.answer(&request);
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap_or_else(|_| status(500))
}

fn status(status: u16) -> hyper::Response<Full<Bytes>> {
    let mut response = hyper::Response::new(Full::default());
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, where nothing else asks for the time")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
