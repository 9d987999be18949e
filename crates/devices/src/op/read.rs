//! Reading an agent's body: JSON or gzip of JSON, never more than the protocol's limit.

use std::io::Read as _;

use api::Failure;
use axum::extract::Request;
use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use proto::Validate;
use serde::de::DeserializeOwned;

use crate::refusal;

/// The message in the request's body.
pub(crate) async fn message<T: DeserializeOwned + Validate>(request: Request) -> Result<T, Failure> {
    let media_type = header(&request, &header::CONTENT_TYPE);
    let encoding = header(&request, &header::CONTENT_ENCODING);
    if media_type.split(';').next().unwrap_or("").trim() != "application/json" {
        return Err(refusal(
            proto::Code::UnsupportedMediaType,
            "Send JSON, with Content-Type: application/json.",
        ));
    }
    let body = match Limited::new(request.into_body(), proto::MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
        Err(_) => return Err(refusal(proto::Code::Malformed, "The body ended before it was complete.")),
    };
    let body = match encoding.as_str() {
        "" | "identity" => body,
        "gzip" => inflate(&body)?,
        other => {
            let detail = format!("The body's encoding '{other}' is not read here; send gzip or none.");
            return Err(refusal(proto::Code::UnsupportedMediaType, detail));
        }
    };
    proto::parse(&body).map_err(|malformed| {
        let target = malformed.target.clone();
        refusal(malformed.code(), malformed.to_string()).target(target)
    })
}

fn header(request: &Request, name: &header::HeaderName) -> String {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
}

/// A small body can inflate to a huge one: reading stops at the limit.
fn inflate(body: &[u8]) -> Result<Bytes, Failure> {
    let mut out = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(body).take(proto::MAX_BODY_BYTES as u64 + 1);
    reader
        .read_to_end(&mut out)
        .map_err(|_| refusal(proto::Code::Malformed, "The body is not gzip, though its header says so."))?;
    if out.len() > proto::MAX_BODY_BYTES { Err(too_large()) } else { Ok(out.into()) }
}

fn too_large() -> Failure {
    refusal(proto::Code::TooLarge, format!("The body is larger than {} bytes.", proto::MAX_BODY_BYTES))
}
