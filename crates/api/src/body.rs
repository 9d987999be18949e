//! A JSON request body, with refusals that say which field to change.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::failure::{Code, Failure};

/// The most a management request may weigh. Agents' reports have their own limit.
const BYTES_MAX: usize = 256 * 1024;

/// The request's JSON body as a `T`.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Body<T>, Failure> {
        let media_type =
            request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if essence != "application/json" {
            let message = "Send the body as JSON, with the header Content-Type: application/json.";
            return Err(Failure::new(Code::UnsupportedMediaType, message).target("Content-Type"));
        }
        let bytes = collect(request.into_body(), BYTES_MAX).await?;
        parse(&bytes).map(Body)
    }
}

/// The whole body, if it is no larger than `bytes_max`.
pub(crate) async fn collect(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Failure::new(Code::TooLarge, format!("The body is larger than {bytes_max} bytes.")))
        }
        Err(_) => Err(Failure::bad_request("The body ended before it was complete.")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let failure = Failure::bad_request(format!("The body does not fit: {}.", error.inner()));
        if path == "." || path == "?" { failure } else { failure.target(path) }
    })?;
    deserializer.end().map_err(|_| Failure::bad_request("The body has text after its JSON value."))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is used")]
    struct Input {
        name: String,
        size: Size,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is used")]
    struct Size {
        width: u8,
    }

    #[test]
    fn a_refusal_names_the_field() {
        for (text, target) in [
            (r#"{"name":"a","size":{"width":300}}"#, Some("size.width")),
            (r#"{"name":"a","size":{"wide":3}}"#, Some("size.wide")),
            (r#"{"name":7,"size":{"width":3}}"#, Some("name")),
            (r#"{"name":"a""#, None),
            (r#"{"name":"a","size":{"width":3}} x"#, None),
        ] {
            let failure = parse::<Input>(text.as_bytes()).expect_err("the text is wrong");
            assert_eq!(
                (failure.code, failure.target.as_deref()),
                (Code::BadRequest, target),
                "{text}: {failure:?}"
            );
        }
    }
}
