//! Smallest and largest values of a file's columns, as DuckLake writes them. Pure.
//!
//! Columns declared without statistics have no row here at all; DuckDB 1.5.5 takes that for "not known".

use jiff::civil::Date;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::statistics::Statistics;
use serde::{Deserialize, Serialize};

use crate::spec::ColumnType;

/// What the catalogue says of one column of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnStats {
    pub(crate) column_id: i64,
    /// Compressed.
    pub(crate) size_bytes: i64,
    /// Without the nulls.
    pub(crate) value_count: i64,
    pub(crate) null_count: i64,
    pub(crate) min: Option<String>,
    pub(crate) max: Option<String>,
    /// None for types that have no NaN.
    pub(crate) contains_nan: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Bound {
    Int(i64),
    Real(f64),
    Text(String),
}

/// The statistics of the column at `index` of a finished file, over all its row groups.
pub(crate) fn of_column(
    metadata: &ParquetMetaData,
    index: usize,
    column_id: i64,
    ty: ColumnType,
    has_nan: bool,
) -> ColumnStats {
    let chunks = || metadata.row_groups().iter().map(|group| group.column(index));
    let nulls: u64 = chunks().filter_map(|c| c.statistics().and_then(Statistics::null_count_opt)).sum();
    let slots: i64 = chunks().map(ColumnChunkMetaData::num_values).sum();
    let null_count = i64::try_from(nulls).unwrap_or(i64::MAX);
    let bounds: Vec<(Bound, Bound)> = chunks().filter_map(|c| c.statistics().and_then(bounds)).collect();
    // A row group of nulls alone has no bounds and takes nothing away; one whose bounds are not known does.
    let empty = chunks()
        .filter(|c| c.statistics().and_then(Statistics::null_count_opt) == Some(c.num_values() as u64));
    let known = bounds.len() + empty.count() == metadata.num_row_groups() && !has_nan;
    let pick = |first: fn((Bound, Bound)) -> Bound, better: fn(&Bound, &Bound) -> bool| {
        let all = bounds.iter().cloned().map(first);
        let best = all.reduce(|best, next| if better(&next, &best) { next } else { best });
        best.filter(|_| known).and_then(|bound| text(bound, ty))
    };
    ColumnStats {
        column_id,
        size_bytes: chunks().map(ColumnChunkMetaData::compressed_size).sum(),
        value_count: slots - null_count,
        null_count,
        min: pick(|b| b.0, |next, best| next < best),
        max: pick(|b| b.1, |next, best| next > best),
        contains_nan: (ty == ColumnType::Double).then_some(has_nan),
    }
}

fn bounds(statistics: &Statistics) -> Option<(Bound, Bound)> {
    // A long text is cut off in the footer, and then is a bound that is no value of the column.
    let exact = statistics.min_is_exact() && statistics.max_is_exact();
    let text =
        |bytes: &[u8]| std::str::from_utf8(bytes).ok().filter(|_| exact).map(|t| Bound::Text(t.to_owned()));
    Some(match statistics {
        Statistics::Boolean(s) => (Bound::Int((*s.min_opt()?).into()), Bound::Int((*s.max_opt()?).into())),
        Statistics::Int32(s) => (Bound::Int((*s.min_opt()?).into()), Bound::Int((*s.max_opt()?).into())),
        Statistics::Int64(s) => (Bound::Int(*s.min_opt()?), Bound::Int(*s.max_opt()?)),
        Statistics::Double(s) => (Bound::Real(*s.min_opt()?), Bound::Real(*s.max_opt()?)),
        Statistics::ByteArray(s) => (text(s.min_opt()?.data())?, text(s.max_opt()?.data())?),
        _ => return None,
    })
}

fn text(bound: Bound, ty: ColumnType) -> Option<String> {
    match (bound, ty) {
        (Bound::Int(days), ColumnType::Date) => day(days).map(|day| day.to_string()),
        (Bound::Int(micros), ColumnType::TimestampMicrosUtc) => instant(micros),
        (Bound::Int(value), _) => Some(value.to_string()),
        (Bound::Real(value), _) => Some(format!("{value:?}")),
        // PostgreSQL cannot keep this sign in a text.
        (Bound::Text(value), _) => Some(value).filter(|value| !value.contains('\0')),
    }
}

fn day(since_1970: i64) -> Option<Date> {
    let span = jiff::Span::new().try_days(since_1970).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok()
}

/// As [`super::instant_text`], but up to the last second of 9999, beyond what an instant can be.
fn instant(micros: i64) -> Option<String> {
    const DAY: i64 = 86_400_000_000;
    let (day, rest) = (day(micros.div_euclid(DAY))?, micros.rem_euclid(DAY));
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{day} {hours:02}:{minutes:02}:{seconds:02}.{micros:06}+00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_ducklake_reads_them() {
        let check = |bound, ty, expected: Option<&str>| assert_eq!(text(bound, ty).as_deref(), expected);
        check(Bound::Int(1), ColumnType::Bool, Some("1"));
        check(Bound::Int(-7), ColumnType::Int64, Some("-7"));
        check(Bound::Int(20_454), ColumnType::Date, Some("2026-01-01"));
        check(Bound::Int(-1), ColumnType::TimestampMicrosUtc, Some("1969-12-31 23:59:59.999999+00"));
        let end_of_time = 253_402_214_400_000_000;
        check(Bound::Int(end_of_time), ColumnType::TimestampMicrosUtc, Some("9999-12-31 00:00:00.000000+00"));
        check(Bound::Int(i64::MAX), ColumnType::TimestampMicrosUtc, None);
        check(Bound::Int(i64::MIN), ColumnType::Date, None);
        check(Bound::Real(0.5), ColumnType::Double, Some("0.5"));
        check(Bound::Text("a\0b".to_owned()), ColumnType::Utf8, None);
    }
}
