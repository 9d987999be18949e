//! Pages: which items of a result are given, and the link to the next (Protocol §11.2.6.7).

use std::ops::Range;

use crate::error::{QueryError, code};
use crate::query::{Options, SystemOption};

/// The items that `$skip` and `$top` leave of this many.
pub(super) fn window(options: &Options, total: usize) -> Range<usize> {
    let size = |given: Option<u64>| given.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let start = size(options.skip).unwrap_or(0).min(total);
    let end = size(options.top).map_or(total, |top| start.saturating_add(top).min(total));
    start..end
}

/// One page of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) range: Range<usize>,
    /// The token of the next page, if there is one.
    pub(super) next: Option<String>,
}

/// The page of at most `size` items that `$skiptoken` asks for, inside [`window`]. `state` is that of the data; a token
/// for another state is refused, because its pages would not fit together.
///
/// # Errors
/// 400 for a token this service did not make; 410 would be as right for a state that is gone.
pub(super) fn page(options: &Options, total: usize, size: usize, state: &str) -> Result<Page, QueryError> {
    let window = window(options, total);
    let (start, size) = match &options.skiptoken {
        None => (window.start, size),
        Some(token) => {
            let (offset, size) = read(token, state)?;
            (window.start.saturating_add(offset).min(window.end), size)
        }
    };
    let end = start.saturating_add(size.max(1)).min(window.end);
    let next = (end < window.end).then(|| format!("{}.{size}.{state}", end - window.start));
    Ok(Page { range: start..end, next })
}

fn read(token: &str, state: &str) -> Result<(usize, usize), QueryError> {
    let mut parts = token.splitn(3, '.');
    let offset = parts.next().and_then(|part| part.parse().ok());
    let size = parts.next().and_then(|part| part.parse().ok()).filter(|size| *size > 0);
    let message = match (offset, size, parts.next()) {
        (Some(offset), Some(size), Some(known)) if known == state => return Ok((offset, size)),
        (Some(_), Some(_), Some(_)) => "The data has changed since this page was made; begin again.",
        _ => "This is no token of this service; use the next link as it was given.",
    };
    Err(QueryError::bad(code::INVALID_VALUE, message).in_option("$skiptoken"))
}

/// The address of this request with one token more; tokens it had are replaced.
pub(super) fn link(root: &str, path: &str, query: &str, option: SystemOption, token: &str) -> String {
    let is_token = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        let name = crate::percent::decode(name, true).unwrap_or_default();
        let known = SystemOption::named(name.trim());
        matches!(known, Some(SystemOption::SkipToken | SystemOption::DeltaToken))
    };
    let mut parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !is_token(part)).collect();
    let token = format!("{}={}", option.name(), crate::percent::encode(token, ""));
    parts.push(&token);
    format!("{root}{}?{}", path.trim_start_matches('/'), parts.join("&"))
}
