//! `multipart/mixed` batches (RFC 2046 §5.1 around RFC 9112 messages).
//!
//! Line ends may be CRLF or LF. Change sets are one level deep; deeper nesting is refused.

use super::{BatchError, Limits, Request, Response, check_count, malformed, reason};

/// The boundary named in a `Content-Type: multipart/mixed;boundary=…` header.
///
/// # Errors
/// [`BatchError::Malformed`] when it is another type or names no usable boundary.
pub fn boundary(content_type: &str) -> Result<&str, BatchError> {
    let (media, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media.trim().eq_ignore_ascii_case("multipart/mixed") {
        return malformed("Send the batch as multipart/mixed or application/json.");
    }
    let found = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    match found {
        Some(boundary) if (1..=70).contains(&boundary.len()) && boundary.is_ascii() => Ok(boundary),
        _ => malformed("Name a boundary of 1 to 70 characters in Content-Type: multipart/mixed;boundary=…"),
    }
}

/// Takes a multipart body apart.
///
/// # Errors
/// [`BatchError`] with the number of the part at fault.
pub fn parse_multipart(body: &[u8], boundary: &str, limits: &Limits) -> Result<Vec<Request>, BatchError> {
    let mut requests = Vec::new();
    for (index, part) in parts(body, boundary)?.into_iter().enumerate() {
        let number = index + 1;
        let (headers, content) = headers(part, number, limits)?;
        let content_type = find(&headers, "content-type").unwrap_or_default().to_owned();
        if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/mixed") {
            let inner = self::boundary(&content_type)?;
            for change in parts(content, inner)? {
                let (headers, content) = self::headers(change, number, limits)?;
                requests.push(Request {
                    group: Some(number.to_string()),
                    ..request(&headers, content, number, limits)?
                });
                check_count(requests.len(), limits)?;
            }
        } else {
            requests.push(request(&headers, content, number, limits)?);
        }
        check_count(requests.len(), limits)?;
    }
    Ok(requests)
}

type Headers = Vec<(String, String)>;

/// The text between delimiter lines.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Result<Vec<&'b [u8]>, BatchError> {
    let (mut parts, mut start, mut at) = (Vec::new(), None, 0);
    while at < body.len() {
        let end =
            body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |offset| at + offset + 1);
        let line = body[at..end].trim_ascii_end();
        let marker = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary.as_bytes()));
        if let Some(rest) = marker
            && (rest.is_empty() || rest == b"--")
        {
            if let Some(start) = start {
                parts.push(without_line_end(&body[start..at]));
            }
            if rest == b"--" {
                return Ok(parts);
            }
            start = Some(end);
        }
        at = end;
    }
    malformed(format!("End the batch with a line --{boundary}--."))
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// Header lines up to an empty line, then the rest.
fn headers<'b>(part: &'b [u8], number: usize, limits: &Limits) -> Result<(Headers, &'b [u8]), BatchError> {
    let (mut headers, mut rest) = (Headers::new(), part);
    loop {
        let (line, after) = first_line(rest);
        rest = after;
        if line.is_empty() {
            return Ok((headers, rest));
        }
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else {
            return malformed(format!(
                "Part {number}: write headers as 'Name: value' and end them with an empty line."
            ));
        };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
        if headers.len() > limits.headers_per_request {
            return Err(BatchError::TooLarge(format!(
                "Part {number} has more than {} headers.",
                limits.headers_per_request
            )));
        }
    }
}

fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (without_line_end(&bytes[..=at]), &bytes[at + 1..]),
        None => (bytes, &[]),
    }
}

fn find<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The request message inside an `application/http` part.
fn request(part: &Headers, message: &[u8], number: usize, limits: &Limits) -> Result<Request, BatchError> {
    let media = find(part, "content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case("application/http") {
        return malformed(format!("Part {number}: its Content-Type must be application/http."));
    }
    let (line, rest) = first_line(message);
    let mut words = std::str::from_utf8(line).unwrap_or_default().split_ascii_whitespace();
    let (method, url, version, more) = (words.next(), words.next(), words.next(), words.next());
    let (Some(method), Some(url), None) = (method, url, more) else {
        return malformed(format!("Part {number}: start the request with 'GET address HTTP/1.1'."));
    };
    if !method.bytes().all(|byte| byte.is_ascii_alphabetic())
        || version.is_some_and(|v| !v.starts_with("HTTP/"))
    {
        return malformed(format!("Part {number}: start the request with 'GET address HTTP/1.1'."));
    }
    let (headers, body) = headers(rest, number, limits)?;
    Ok(Request {
        id: find(part, "content-id").or_else(|| find(&headers, "content-id")).map(str::to_owned),
        method: method.to_ascii_uppercase(),
        url: url.to_owned(),
        headers,
        body: body.to_vec(),
        ..Request::default()
    })
}

/// Puts answers into a multipart body with this boundary, which no answer may contain at the start of a line.
#[must_use]
pub fn write_multipart(responses: &[Response], boundary: &str) -> Vec<u8> {
    let mut out = Vec::new();
    responses.iter().for_each(|response| write_part(&mut out, response, boundary));
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// As [`write_multipart`], with change sets as parts of their own: all answers of one that succeeded, or the one answer
/// that made it fail (Protocol §11.7.7.1).
pub(super) fn write_parts(responses: &[Response], boundary: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for same_group in responses.chunk_by(|left, right| left.group.is_some() && left.group == right.group) {
        let failed = same_group.iter().filter(|response| response.status >= 400);
        let cause = failed.clone().find(|response| response.status != 424).or(failed.clone().next());
        match (same_group, cause) {
            ([single], _) if single.group.is_none() => write_part(&mut out, single, boundary),
            (_, Some(cause)) => write_part(&mut out, cause, boundary),
            (several, None) => {
                let inner = format!("{boundary}_changes");
                let head = format!("--{boundary}\r\nContent-Type: multipart/mixed;boundary={inner}\r\n\r\n");
                out.extend_from_slice(head.as_bytes());
                out.extend_from_slice(&write_multipart(several, &inner));
            }
        }
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

fn write_part(out: &mut Vec<u8>, response: &Response, boundary: &str) {
    let head =
        format!("--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    out.extend_from_slice(head.as_bytes());
    if let Some(id) = &response.id {
        out.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
    }
    let line = format!("\r\nHTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    out.extend_from_slice(line.as_bytes());
    for (name, value) in &response.headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&response.body);
    out.extend_from_slice(b"\r\n");
}
