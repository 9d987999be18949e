//! The canonical functions (OData 4.01 URL Conventions §5.1.1.5 to §5.1.1.13) with names, arguments and results.
//!
//! `cast` and `isof` take a type and are nodes of their own.

use crate::edm::EdmType;

/// A canonical function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    Concat,
    Contains,
    EndsWith,
    IndexOf,
    Length,
    StartsWith,
    Substring,
    MatchesPattern,
    ToLower,
    ToUpper,
    Trim,
    HasSubset,
    HasSubsequence,
    Date,
    Day,
    FractionalSeconds,
    Hour,
    MaxDateTime,
    MinDateTime,
    Minute,
    Month,
    Now,
    Second,
    Time,
    TotalOffsetMinutes,
    TotalSeconds,
    Year,
    Ceiling,
    Floor,
    Round,
    GeoDistance,
    GeoIntersects,
    GeoLength,
    /// Arguments are condition, value, condition, value, …
    Case,
}

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    TextOrCollection,
    Collection,
    Whole,
    Number,
    /// A date, or an instant.
    HasDate,
    /// A time of day, or an instant.
    HasTime,
    Instant,
    Duration,
    Geography,
    Any,
}

pub(crate) struct Signature {
    pub(crate) function: Function,
    pub(crate) name: &'static str,
    /// Kinds of the arguments; those after `required` may be left out.
    pub(crate) arguments: &'static [Kind],
    pub(crate) required: usize,
    /// `None`: the type of the first argument.
    pub(crate) result: Option<EdmType>,
}

const fn signature(
    function: Function,
    name: &'static str,
    arguments: &'static [Kind],
    result: Option<EdmType>,
) -> Signature {
    Signature { function, name, arguments, required: arguments.len(), result }
}

const TEXT_AND_TEXT: &[Kind] = &[Kind::Text, Kind::Text];
const TWO_ALIKE: &[Kind] = &[Kind::TextOrCollection, Kind::TextOrCollection];

static SIGNATURES: [Signature; 34] = [
    signature(Function::Concat, "concat", &[Kind::TextOrCollection, Kind::TextOrCollection], None),
    signature(Function::Contains, "contains", TWO_ALIKE, Some(EdmType::Boolean)),
    signature(Function::EndsWith, "endswith", TWO_ALIKE, Some(EdmType::Boolean)),
    signature(Function::IndexOf, "indexof", TWO_ALIKE, Some(EdmType::Int32)),
    signature(Function::Length, "length", &[Kind::TextOrCollection], Some(EdmType::Int32)),
    signature(Function::StartsWith, "startswith", TWO_ALIKE, Some(EdmType::Boolean)),
    Signature {
        function: Function::Substring,
        name: "substring",
        arguments: &[Kind::TextOrCollection, Kind::Whole, Kind::Whole],
        required: 2,
        result: None,
    },
    signature(Function::MatchesPattern, "matchesPattern", TEXT_AND_TEXT, Some(EdmType::Boolean)),
    signature(Function::ToLower, "tolower", &[Kind::Text], Some(EdmType::String)),
    signature(Function::ToUpper, "toupper", &[Kind::Text], Some(EdmType::String)),
    signature(Function::Trim, "trim", &[Kind::Text], Some(EdmType::String)),
    signature(
        Function::HasSubset,
        "hassubset",
        &[Kind::Collection, Kind::Collection],
        Some(EdmType::Boolean),
    ),
    signature(
        Function::HasSubsequence,
        "hassubsequence",
        &[Kind::Collection, Kind::Collection],
        Some(EdmType::Boolean),
    ),
    signature(Function::Date, "date", &[Kind::HasDate], Some(EdmType::Date)),
    signature(Function::Day, "day", &[Kind::HasDate], Some(EdmType::Int32)),
    signature(Function::FractionalSeconds, "fractionalseconds", &[Kind::HasTime], Some(EdmType::Decimal)),
    signature(Function::Hour, "hour", &[Kind::HasTime], Some(EdmType::Int32)),
    signature(Function::MaxDateTime, "maxdatetime", &[], Some(EdmType::DateTimeOffset)),
    signature(Function::MinDateTime, "mindatetime", &[], Some(EdmType::DateTimeOffset)),
    signature(Function::Minute, "minute", &[Kind::HasTime], Some(EdmType::Int32)),
    signature(Function::Month, "month", &[Kind::HasDate], Some(EdmType::Int32)),
    signature(Function::Now, "now", &[], Some(EdmType::DateTimeOffset)),
    signature(Function::Second, "second", &[Kind::HasTime], Some(EdmType::Int32)),
    signature(Function::Time, "time", &[Kind::HasTime], Some(EdmType::TimeOfDay)),
    signature(Function::TotalOffsetMinutes, "totaloffsetminutes", &[Kind::Instant], Some(EdmType::Int32)),
    signature(Function::TotalSeconds, "totalseconds", &[Kind::Duration], Some(EdmType::Decimal)),
    signature(Function::Year, "year", &[Kind::HasDate], Some(EdmType::Int32)),
    signature(Function::Ceiling, "ceiling", &[Kind::Number], None),
    signature(Function::Floor, "floor", &[Kind::Number], None),
    signature(Function::Round, "round", &[Kind::Number], None),
    signature(
        Function::GeoDistance,
        "geo.distance",
        &[Kind::Geography, Kind::Geography],
        Some(EdmType::Double),
    ),
    signature(
        Function::GeoIntersects,
        "geo.intersects",
        &[Kind::Geography, Kind::Geography],
        Some(EdmType::Boolean),
    ),
    signature(Function::GeoLength, "geo.length", &[Kind::Geography], Some(EdmType::Double)),
    signature(Function::Case, "case", &[Kind::Any], None),
];

impl Function {
    /// The name as the standard spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.signature().name
    }

    /// The function with this name, in any case (4.01 §5.1.1.4 asks for that).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SIGNATURES.iter().find(|s| s.name.eq_ignore_ascii_case(name)).map(|s| s.function)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        SIGNATURES.iter().map(|s| s.name).chain(["cast", "isof"])
    }

    pub(crate) fn signature(self) -> &'static Signature {
        &SIGNATURES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_finds_its_own_signature() {
        for signature in &SIGNATURES {
            assert_eq!(signature.function.signature().name, signature.name);
            assert_eq!(Function::named(&signature.name.to_uppercase()), Some(signature.function));
        }
    }
}
