//! `$index` on reads: the place of each item in the whole result.
//!
//! OData defines `$index` for inserting into ordered collections only. Some services also answer reads with it; a reader
//! who asks gets `@odata.index`, as those services give it.

use std::borrow::Cow;

use super::applicable::Kind;
use crate::error::{QueryError, code};
use crate::json;
use crate::negotiate::Version;
use crate::percent::decode;
use crate::query::SystemOption;

const OPTION: &str = "$index";

fn is_index(part: &str) -> bool {
    let name = decode(part.split('=').next().unwrap_or_default(), true).unwrap_or_default();
    let name = name.trim();
    name.starts_with('$') && SystemOption::named(name) == Some(SystemOption::Index)
}

pub(super) fn is_asked(query: &str) -> bool {
    query.split('&').any(is_index)
}

/// The query without `$index`, where it has a meaning.
///
/// # Errors
/// 400 for single entities, more than one `$index`, and readers of OData 4.0.
pub(super) fn without(query: &str, kind: Kind, version: Version) -> Result<Cow<'_, str>, QueryError> {
    let count = query.split('&').filter(|part| is_index(part)).count();
    let message = match (count, kind, version) {
        (0, ..) => return Ok(Cow::Borrowed(query)),
        (_, _, Version::V4) => "Unknown query option '$index' in OData 4.0; ask for OData-MaxVersion 4.01.",
        (_, Kind::Entity | Kind::Resolved, _) => {
            "The $index query option is not applicable to individual entities; leave it out."
        }
        (2.., ..) => "$index is given more than once.",
        (_, Kind::Entities, _) => {
            let parts: Vec<&str> = query.split('&').filter(|part| !is_index(part)).collect();
            return Ok(Cow::Owned(parts.join("&")));
        }
        _ => return Ok(Cow::Borrowed(query)),
    };
    Err(QueryError::bad(code::UNKNOWN_OPTION, message).in_option(OPTION))
}

/// Puts the place into the object that was written from `start` on.
pub(super) fn put(out: &mut Vec<u8>, start: usize, place: usize) {
    if out.get(start) != Some(&b'{') {
        return;
    }
    let rest = out.split_off(start + 1);
    json::write_string(out, "@odata.index");
    out.push(b':');
    json::write_int(out, i64::try_from(place).unwrap_or(i64::MAX));
    out.extend_from_slice(if rest == b"}" { b"" } else { b"," });
    out.extend(rest);
}
