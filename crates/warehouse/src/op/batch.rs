//! `$batch`: many reads in one request, as multipart or JSON (OData 4.01 Protocol §11.7).
//!
//! The answers are gathered in memory, so that a batch is for small reads: an answer that would make the whole too large
//! is refused alone, and is asked for on its own. Writes are refused one by one.

use api::{Code, Failure, Permitted};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{Method, header};
use odata::batch::{self, Batch, BatchError, Limits, Run};

use super::feed::{answer, root_path};
use crate::Warehouse;
use crate::feed::{Root, compat};

/// Bytes of a batch.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of all answers together.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Answers a batch of requests below `root`.
pub async fn handle(
    warehouse: Warehouse,
    root: Root,
    permitted: Permitted,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        Failure::new(Code::TooLarge, "A batch may have 1 MiB; send several batches.".to_owned())
    })?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let batch = Batch::parse(content_type.unwrap_or_default(), &body, &Limits::default());
    let batch = batch.map_err(|error| match error {
        BatchError::Malformed(message) => Failure::bad_request(message),
        BatchError::TooLarge(message) => Failure::new(Code::TooLarge, message),
    })?;
    let work = move || Batched { warehouse, root, permitted, parts }.run(batch);
    let (content_type, body) =
        tokio::task::spawn_blocking(work).await.map_err(|error| Failure::internal(&error))?;
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((headers, [("odata-version", "4.0")], Body::from(body)).into_response())
}

struct Batched {
    warehouse: Warehouse,
    root: Root,
    permitted: Permitted,
    /// Of the batch itself.
    parts: Parts,
}

impl Batched {
    fn run(&self, batch: Batch) -> (String, Vec<u8>) {
        let root = format!("{}{}/", self.warehouse.config.origin, root_path(self.root));
        let headers = self.parts.headers.iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let headers: Vec<_> = headers.collect();
        let mut run = Run::new(batch, &root, &headers);
        let mut left = ANSWER_BYTES_MAX;
        while let Some(request) = run.next_request() {
            let response = self.one(&request, left).unwrap_or_else(|failure| refused(&failure));
            left = left.saturating_sub(response.body.len());
            run.answer(response);
        }
        run.finish()
    }

    fn one(&self, request: &batch::Request, left: usize) -> Result<batch::Response, Failure> {
        if request.method != "GET" && request.method != "HEAD" {
            let message = "The warehouse only answers reads; send GET.".to_owned();
            return Err(Failure::new(Code::MethodNotAllowed, message));
        }
        let parts = self.parts(request)?;
        let is_compat =
            self.warehouse.config.is_compat || compat::is_asked(parts.uri.query().unwrap_or_default());
        let answer = answer(&self.warehouse, self.permitted.tenant(), self.root, &parts, is_compat)?;
        let mut headers = vec![("OData-Version".to_owned(), answer.odata_version.to_owned())];
        if !answer.content_type.is_empty() {
            headers.push(("Content-Type".to_owned(), answer.content_type.clone()));
        }
        headers.extend(answer.etag.map(|etag| ("ETag".to_owned(), etag)));
        let (mut body, mut is_too_large) = (Vec::new(), false);
        let written = answer.body.run(&mut |chunk| {
            is_too_large = body.len() + chunk.len() > left;
            if !is_too_large {
                body.extend_from_slice(&chunk);
            }
            !is_too_large
        });
        if is_too_large {
            let message = "The answers of this batch are too large together; ask for this one alone, or for fewer rows.";
            return Err(Failure::new(Code::TooLarge, message.to_owned()));
        }
        written.map_err(|error| Failure::internal(&error))?;
        let body = if request.method == "HEAD" { Vec::new() } else { body };
        Ok(batch::Response { status: answer.status, headers, body, ..batch::Response::default() })
    }

    /// The request as if it had come alone. The version of the batch is that of its requests.
    fn parts(&self, request: &batch::Request) -> Result<Parts, Failure> {
        let url = request.url.replace(' ', "%20");
        let mut uri = format!("{}/{}", root_path(self.root), url.trim_start_matches('/'));
        let version = self.parts.uri.query().filter(|_| self.root == Root::Query);
        if let Some(version) = version.filter(|_| !uri.to_lowercase().contains("api-version=")) {
            uri.push(if uri.contains('?') { '&' } else { '?' });
            uri.push_str(version);
        }
        let mut builder = http::Request::builder().method(Method::GET).uri(uri);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let built = builder
            .body(())
            .map_err(|_| Failure::bad_request(format!("'{}' is not an address.", request.url)))?;
        Ok(built.into_parts().0)
    }
}

fn refused(failure: &Failure) -> batch::Response {
    batch::Response {
        status: failure.code.status().0.as_u16(),
        headers: vec![
            ("OData-Version".to_owned(), "4.0".to_owned()),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ],
        body: failure.odata().to_string().into_bytes(),
        ..batch::Response::default()
    }
}
