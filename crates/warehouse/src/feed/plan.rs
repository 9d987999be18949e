//! From options to a plan: which columns, which days, which rows, how many.

use std::ops::RangeInclusive;

use ::model::Table;
use api::Failure;
use jiff::ToSpan as _;
use lake::SnapshotId;
use odata::edm::Model;
use odata::expr::Expr;
use odata::query::{Context, Options, SystemOption, Transformation, parse_options};

use super::FeedRequest;
use super::filter::{Filter, Term};
use super::target::Target;
use super::token::Place;
use crate::lifetime::date_key;

const OFFERED: [SystemOption; 14] = [
    SystemOption::Apply,
    SystemOption::Compute,
    SystemOption::Count,
    SystemOption::DeltaToken,
    SystemOption::Expand,
    SystemOption::Filter,
    SystemOption::Id,
    SystemOption::Levels,
    SystemOption::OrderBy,
    SystemOption::Search,
    SystemOption::Select,
    SystemOption::Skip,
    SystemOption::SkipToken,
    SystemOption::Top,
];

/// What a request for rows comes to.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) table: &'static Table,
    /// Places of the chosen columns in the table, in the order they are written.
    pub(super) chosen: Vec<usize>,
    /// The day `maxhistorydays` begins with.
    pub(super) first_day: Option<i64>,
    /// Whether rows are those of several tables.
    pub(super) is_cross: bool,
    /// Whether only ids are written.
    pub(super) is_reference: bool,
    /// Whether the client chose them; the context URL then names them.
    pub(super) is_chosen: bool,
    /// The days that can match.
    pub(super) days: RangeInclusive<i64>,
    pub(super) terms: Vec<Term>,
    /// Columns the terms read.
    pub(super) term_columns: Vec<usize>,
    pub(super) skip: u64,
    pub(super) top: Option<u64>,
    pub(super) count: bool,
    pub(super) page_rows: u64,
    /// The snapshot a next link belongs to.
    pub(super) snapshot: Option<SnapshotId>,
    /// Rows of the files that earlier pages have passed.
    pub(super) first_row: u64,
    /// What the last row of the page before is sorted by; rows are counted from behind it.
    pub(super) after: Option<String>,
    /// The day the download began.
    pub(super) day: jiff::civil::Date,
    pub(super) root_url: String,
    /// What follows the root in links, such as `devices`.
    pub(super) address: String,
    /// The raw query, for the next link.
    pub(super) query: String,
}

/// Reads the options of a request against the type of `table`.
pub(super) fn options(query: &str, model: &Model, table: &Table) -> Result<Options, Failure> {
    let entity_type = model.type_of_set(table.name);
    let entity_type = entity_type
        .ok_or_else(|| Failure::not_found(format!("There is no {} in this version.", table.name)))?;
    let context = Context::new(model, entity_type).offering(&OFFERED);
    Ok(parse_options(query, &context)?)
}

impl Plan {
    pub(super) fn new(
        request: &FeedRequest<'_>,
        target: &Target,
        options: &Options,
        condition: Option<&Expr>,
        page_rows: u64,
    ) -> Result<Self, Failure> {
        let table = target.table;
        let is_fit = |place: &Place| place.after.is_none() || !options.orderby.is_empty();
        let place = match options.skiptoken.as_deref() {
            None => None,
            Some(text) => Some(Place::parse(text).filter(is_fit).ok_or_else(|| {
                let message =
                    "This is no $skiptoken of the feed. Use @odata.nextLink exactly as it was given.";
                Failure::bad_request(message).target("$skiptoken")
            })?),
        };
        let day = place.as_ref().map_or(request.today, |place| place.day);
        // A filter behind $apply is about its results, not about the table; those it begins with are.
        let mut filter = Filter::default();
        match condition.filter(|_| options.apply.is_empty()) {
            Some(condition) => filter.add(condition, table),
            None => first_filters(options).for_each(|condition| filter.add(condition, table)),
        }
        let term_columns = filter.columns();
        let mut days = filter.days;
        let first_day = history(options, day)?;
        if let Some(first) = first_day
            && table.is_dated()
            && !filter.names_date_key
        {
            days = first.max(*days.start())..=*days.end();
        }
        let names = options.select.as_deref().map(|paths| paths.iter().filter_map(|path| path.as_property()));
        let chosen: Vec<_> = match names {
            Some(names) => names.filter_map(|name| table.index(name)).collect(),
            None => table.shown_columns(target.version).map(|(at, _)| at).collect(),
        };
        Ok(Self {
            table,
            chosen,
            first_day,
            is_cross: false,
            is_reference: false,
            is_chosen: options.select.is_some(),
            days,
            terms: filter.terms,
            term_columns,
            skip: options.skip.unwrap_or_default(),
            top: if target.is_single() { Some(1) } else { options.top },
            count: options.count,
            page_rows,
            snapshot: place.as_ref().map(|place| place.snapshot),
            first_row: place.as_ref().map_or(0, |place| place.row),
            after: place.and_then(|place| place.after),
            day,
            root_url: request.root_url.to_owned(),
            address: target.address.clone(),
            query: request.query.to_owned(),
        })
    }
}

/// The conditions `$apply` begins with.
pub(super) fn first_filters(options: &Options) -> impl Iterator<Item = &Expr> {
    options.apply.iter().map_while(|step| match &step.kind {
        Transformation::Filter(condition) => Some(condition),
        _ => None,
    })
}

/// The first day that `maxhistorydays` leaves: today minus that many days, so that 7 gives eight dates, as documented.
fn history(options: &Options, today: jiff::civil::Date) -> Result<Option<i64>, Failure> {
    let Some(given) = options.custom("maxhistorydays") else { return Ok(None) };
    let days = given.trim().parse::<u32>().ok().filter(|days| (1..=36_600).contains(days));
    let Some(days) = days else {
        let message = format!(
            "maxhistorydays is a whole number of days from 1 to 36600, such as 7; \"{given}\" is not."
        );
        return Err(Failure::bad_request(message).target("maxhistorydays"));
    };
    Ok(today.checked_sub(i64::from(days).days()).ok().map(|first| date_key(first).into()))
}
