//! The language that the reader of an answer asks for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;
use words::Language;

/// The first language of `Accept-Language` that we have words in; English without any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Infallible> {
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Reader(Language::accepted(accepted)))
    }
}
