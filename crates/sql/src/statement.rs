//! A statement's text, checked when the program is compiled.

use std::borrow::Cow;

/// One SQL statement, the same text for both engines.
///
/// [`Sql::tenant`] refuses, at compile time when used in a `const`, a text that does not name `tenant_id` and
/// `$1`: the place where the tenant is bound. [`Sql::global`] is for the few tables that have no tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sql {
    text: Cow<'static, str>,
    tenant: bool,
}

impl Sql {
    /// A statement in which `$1` is the tenant.
    pub const fn tenant(text: &'static str) -> Sql {
        assert!(contains(text.as_bytes(), b"tenant_id"), "a tenant's statement names the column tenant_id");
        assert!(contains(text.as_bytes(), b"$1"), "a tenant's statement binds the tenant as $1");
        Sql { text: Cow::Borrowed(text), tenant: true }
    }

    /// A statement over tables that belong to no tenant.
    pub const fn global(text: &'static str) -> Sql {
        Sql { text: Cow::Borrowed(text), tenant: false }
    }

    /// A tenant's statement put together from constant parts (a list's columns, filter and order). The text
    /// must never hold a caller's value: values are parameters.
    ///
    /// # Panics
    /// When the text does not bind the tenant, which is a bug in the code that puts it together.
    pub fn tenant_built(text: String) -> Sql {
        assert!(
            text.contains("tenant_id") && text.contains("$1"),
            "a tenant's statement binds tenant_id as $1"
        );
        Sql { text: Cow::Owned(text), tenant: true }
    }

    /// As [`Sql::tenant_built`], over tables that belong to no tenant.
    pub fn global_built(text: String) -> Sql {
        Sql { text: Cow::Owned(text), tenant: false }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `$1` is the tenant.
    pub const fn binds_tenant(&self) -> bool {
        self.tenant
    }
}

const fn contains(hay: &[u8], needle: &[u8]) -> bool {
    let mut at = 0;
    while at + needle.len() <= hay.len() {
        let mut i = 0;
        while i < needle.len() && hay[at + i] == needle[i] {
            i += 1;
        }
        if i == needle.len() {
            return true;
        }
        at += 1;
    }
    false
}

/// The text as SQLite reads it: `?1` for `$1` outside quotes, without a trailing `for update`.
pub(crate) fn for_sqlite(text: &str) -> String {
    let text = text.trim_end();
    let text = text.strip_suffix("skip locked").map_or(text, str::trim_end);
    let text = text.strip_suffix("for update").unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        let parameter = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_text_has_its_own_parameters_and_no_lock() {
        assert_eq!(for_sqlite("select '$1', $2 from t for update skip locked"), "select '$1', ?2 from t ");
    }

    #[test]
    #[should_panic(expected = "binds tenant_id")]
    fn a_built_statement_without_a_tenant_is_refused() {
        let _ = Sql::tenant_built("select 1 from device".to_owned());
    }
}
