//! What `$select` and `$expand` share between parentheses: aliases and separators, such as `reports($filter=id eq @id;@id=7)`.

use crate::cursor::Cursor;
use crate::error::{QueryError, code};
use crate::expr::parse::Aliases;

/// The aliases known between the parentheses that opened just before `cursor`: `outer` and those given there.
///
/// # Errors
/// 400 for an alias given twice; 501 for an outer one that means `$this` of its own place.
pub(super) fn nested_aliases(cursor: &Cursor<'_>, outer: &Aliases) -> Result<Option<Aliases>, QueryError> {
    let (mut rest, mut position) = (cursor.rest(), cursor.position);
    let (text, start) = (rest, position);
    let mut own = Aliases::new();
    let end = loop {
        let length = value_length(rest);
        let option = &rest[..length];
        if option.trim_start().starts_with('@')
            && let Some((name, value)) = option.split_once('=')
            && own.insert(name.trim().to_owned(), value.to_owned()).is_some()
        {
            let message = format!("'{}' must not appear more than once; keep one.", name.trim());
            return Err(QueryError::bad(code::DUPLICATE_OPTION, message).at(position));
        }
        if !rest[length..].starts_with(';') {
            break position + length - start;
        }
        rest = &rest[length + 1..];
        position += length + 1;
    };
    for (name, _) in outer.iter().filter(|(name, value)| value.contains("$this") && !own.contains_key(*name))
    {
        if let Some(place) = mention(&text[..end], name) {
            let message = format!("'{name}' is made of $this outside these options; that is not available.");
            return Err(QueryError::not_implemented(message).at(start + place));
        }
    }
    if own.is_empty() {
        return Ok(None);
    }
    for (name, value) in outer {
        own.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Ok(Some(own))
}

/// Where `text` names the alias.
fn mention(text: &str, name: &str) -> Option<usize> {
    let goes_on = |c: char| c == '_' || c.is_alphanumeric();
    let mut found = text.match_indices(name).map(|(place, _)| place);
    found.find(|place| !text[place + name.len()..].starts_with(goes_on))
}

/// Steps over `@name=value` up to `;` or `)`; `false`, and still there, when no alias comes next.
///
/// # Errors
/// 400 for an alias without name or value.
pub(super) fn skip_alias(cursor: &mut Cursor<'_>) -> Result<bool, QueryError> {
    if cursor.peek() != Some('@') {
        return Ok(false);
    }
    cursor.accept('@');
    if cursor.identifier().is_empty() {
        return Err(cursor.syntax("Put the name of the alias after '@'."));
    }
    cursor.expect('=', "Put '=' and a value after the name of the alias.")?;
    let length = value_length(cursor.rest());
    if cursor.rest()[..length].trim().is_empty() {
        return Err(cursor.syntax("Put a value after '='."));
    }
    cursor.position += length;
    Ok(true)
}

/// Steps over `)`, and says that it was the end, or over `;`.
///
/// # Errors
/// 400 for anything else.
pub(super) fn after_option(cursor: &mut Cursor<'_>) -> Result<bool, QueryError> {
    cursor.skip_space();
    if cursor.accept(')') {
        return Ok(true);
    }
    cursor.expect(';', "Put ';' between nested options and ')' after the last.")?;
    Ok(false)
}

/// How many bytes come before the `;` or `)` that ends an option; those inside quotes and brackets do not.
fn value_length(text: &str) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (position, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open != c => {}
            (Some(_), _) => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth > 0 => depth -= 1,
            (None, ')') => return position,
            (None, ';') if depth == 0 => return position,
            (None, _) => {}
        }
    }
    text.len()
}
