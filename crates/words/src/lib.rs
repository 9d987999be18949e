//! What people read, in the three languages. A sentence that is kept or sent carries all of them, so that it can be shown
//! to any reader later.
//!
//! It translates nothing: whoever has something to say says it in each language.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The languages people are written to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    #[default]
    En,
    Nl,
    Sv,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::En, Language::Nl, Language::Sv];

    /// The word it is asked for by, here and in statements.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Nl => "nl",
            Language::Sv => "sv",
        }
    }

    /// The language of a tag such as `nl` or `sv-SE`; None when we have no words in it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let primary = tag.trim().split(['-', ';']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary.trim()))
    }

    /// The first language of an `Accept-Language` header that we have words in; English without any.
    pub fn accepted(header: Option<&str>) -> Language {
        header.unwrap_or_default().split(',').find_map(Language::of_tag).unwrap_or_default()
    }
}

/// A text in the three languages, plain, without markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub en: String,
    pub nl: String,
    pub sv: String,
}

impl Words {
    pub fn new(en: impl Into<String>, nl: impl Into<String>, sv: impl Into<String>) -> Words {
        Words { en: en.into(), nl: nl.into(), sv: sv.into() }
    }

    /// What has no translation: a name, somebody's own words.
    pub fn same(text: impl Into<String>) -> Words {
        let text = text.into();
        Words { en: text.clone(), nl: text.clone(), sv: text }
    }

    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Nl => &self.nl,
            Language::Sv => &self.sv,
        }
    }

    pub fn into_language(self, language: Language) -> String {
        match language {
            Language::En => self.en,
            Language::Nl => self.nl,
            Language::Sv => self.sv,
        }
    }

    /// Each language's text, changed in the same way.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Words {
        Words { en: change(&self.en), nl: change(&self.nl), sv: change(&self.sv) }
    }

    /// As three columns keep it: the first text, and the others where they differ from it.
    pub fn columns(&self) -> [Option<String>; 3] {
        let other = |text: &str| Some(text).filter(|text| *text != self.en).map(str::to_owned);
        [Some(self.en.clone()), other(&self.nl), other(&self.sv)]
    }

    /// The same of what may not be there.
    pub fn columns_of(words: Option<&Words>) -> [Option<String>; 3] {
        words.map(Words::columns).unwrap_or_default()
    }

    /// Out of the three columns; None when there is no text. Rows from before a text was kept in three languages have
    /// only the first.
    pub fn of_columns([en, nl, sv]: [Option<String>; 3]) -> Option<Words> {
        let en = en?;
        Some(Words { nl: nl.unwrap_or_else(|| en.clone()), sv: sv.unwrap_or_else(|| en.clone()), en })
    }
}

/// A text as somebody gave it, the same for every reader.
impl From<String> for Words {
    fn from(text: String) -> Words {
        Words::same(text)
    }
}

/// A text as somebody gave it, the same for every reader.
impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Words::same(text)
    }
}

/// For logs: in English.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_is_taken() {
        for (accepted, expected) in [
            (None, "en"),
            (Some("fr, nl;q=0.8, en"), "nl"),
            (Some("sv-SE"), "sv"),
            (Some("EN-us,nl"), "en"),
            (Some("svx"), "en"),
            (Some(""), "en"),
        ] {
            assert_eq!(Language::accepted(accepted).tag(), expected, "{accepted:?}");
        }
    }

    #[test]
    fn columns_keep_what_differs_and_read_what_is_old() {
        let words = Words::new("a door", "een deur", "a door");
        let columns = words.columns();
        assert_eq!(columns.each_ref().map(Option::as_deref), [Some("a door"), Some("een deur"), None]);
        assert_eq!(Words::of_columns(columns), Some(words));
        assert_eq!(Words::of_columns([Some("old".to_owned()), None, None]), Some(Words::same("old")));
        assert_eq!(Words::of_columns(Words::columns_of(None)), None);
    }
}
