//! How long each dated table keeps its days, and what will go when. Pure.
//!
//! Dimensions, associations and enumerations are kept for as long as the warehouse lives. A time that is made shorter
//! takes effect after a notice of [`NOTICE_DAYS`]: until then everybody can see what will go, and somebody can say no.

use std::collections::HashMap;

use ::model::Table;
use jiff::Span;
use jiff::civil::Date;

use crate::lifetime::date_of_key;

/// Days between shortening a retention and the first day it removes.
pub const NOTICE_DAYS: i64 = 7;

/// The longest retention that can be set, in days: a hundred years. Longer is for ever.
pub const DAYS_MAX: u16 = 36_500;

/// How long rows are kept where nobody has decided table by table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Retention {
    /// As the product documents it, table by table.
    #[default]
    Documented,
    /// This many days, in every table.
    Days(u16),
    /// For ever.
    Forever,
}

/// How long the rows of one table are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The day itself and this many before it.
    Days(u16),
    /// As long as the warehouse lives.
    Forever,
}

/// What was decided for one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// From `effective` on.
    pub kept: Kept,
    /// Until then; none: `kept` holds already.
    pub before: Option<Kept>,
    /// The first day whose snapshot follows `kept`.
    pub effective: Date,
}

/// What holds for every table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    default: Retention,
    settings: HashMap<String, Setting>,
}

/// What a table holds and will lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Name of the table.
    pub table: &'static str,
    /// What holds today.
    pub kept: Kept,
    /// What is announced, and from which day on.
    pub announced: Option<(Kept, Date)>,
    /// The first and the last day it holds.
    pub days: Option<(Date, Date)>,
    /// How many days it holds.
    pub n_days: usize,
    /// What goes next, if days go on being added.
    pub drop: Option<Drop>,
    /// Whether somebody should look at what goes next.
    pub is_warning: bool,
}

/// Days that will be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The day whose snapshot removes them.
    pub on: Date,
    /// How many.
    pub n_days: usize,
}

impl Retention {
    /// How long `table` is kept by default.
    pub fn of(self, table: &Table) -> Kept {
        match (self, table.retention_days) {
            (Self::Documented, Some(days)) => Kept::Days(days),
            (Self::Days(days), Some(_)) => Kept::Days(days),
            (Self::Forever, _) | (_, None) => Kept::Forever,
        }
    }
}

impl Kept {
    /// As it is written in settings and on the wire: 0 is for ever.
    pub const fn days(self) -> u16 {
        match self {
            Self::Days(days) => days,
            Self::Forever => 0,
        }
    }

    /// The inverse of [`Kept::days`].
    pub const fn from_days(days: u16) -> Self {
        if days == 0 { Self::Forever } else { Self::Days(days) }
    }

    /// The first day that is still kept when `day` is taken; none: all are.
    pub fn oldest(self, day: Date) -> Option<Date> {
        match self {
            Self::Days(days) => day.checked_sub(Span::new().days(days)).ok(),
            Self::Forever => None,
        }
    }

    /// Whether this keeps less than `other`.
    const fn is_shorter(self, other: Self) -> bool {
        match (self, other) {
            (Self::Days(days), Self::Days(others)) => days < others,
            (Self::Days(_), Self::Forever) => true,
            (Self::Forever, _) => false,
        }
    }
}

impl Setting {
    fn on(&self, day: Date) -> Kept {
        self.before.filter(|_| day < self.effective).unwrap_or(self.kept)
    }

    /// What is to be remembered when `wanted` is set today: a longer time holds at once, a shorter one after the notice.
    pub fn decide(now: Kept, wanted: Kept, today: Date) -> Self {
        if !wanted.is_shorter(now) {
            return Self { kept: wanted, before: None, effective: today };
        }
        let effective = today.saturating_add(Span::new().days(NOTICE_DAYS));
        Self { kept: wanted, before: Some(now), effective }
    }
}

impl From<Retention> for Plan {
    fn from(default: Retention) -> Self {
        Self { default, settings: HashMap::new() }
    }
}

impl Plan {
    /// `default` where `settings` says nothing.
    pub fn new(default: Retention, settings: HashMap<String, Setting>) -> Self {
        Self { default, settings }
    }

    /// How long `table` is kept by the snapshot of `day`.
    pub fn kept(&self, table: &Table, day: Date) -> Kept {
        if !table.is_dated() {
            return Kept::Forever;
        }
        self.settings.get(table.name).map_or_else(|| self.default.of(table), |setting| setting.on(day))
    }

    /// How long `table` is kept where nobody has decided.
    pub fn default_of(&self, table: &Table) -> Kept {
        self.default.of(table)
    }

    /// What a table with these days (as dateKeys, each once, in order) holds and will lose.
    pub fn outlook(&self, table: &'static Table, date_keys: &[i64], today: Date) -> Outlook {
        let days: Vec<Date> = date_keys.iter().filter_map(|key| date_of_key(*key)).collect();
        let kept = self.kept(table, today);
        let setting = self
            .settings
            .get(table.name)
            .filter(|setting| setting.before.is_some() && today < setting.effective);
        let announced = setting.map(|setting| (setting.kept, setting.effective));
        let drop = self.next_drop(table, &days, today);
        let is_announced = |drop: &Drop| announced.is_some_and(|(_, effective)| drop.on >= effective);
        let is_warning = drop.is_some_and(|drop| drop.n_days > 1 || is_announced(&drop));
        let ends = days.first().copied().zip(days.last().copied());
        Outlook { table: table.name, kept, announced, days: ends, n_days: days.len(), drop, is_warning }
    }

    /// The next snapshot that removes days. It is looked for where something changes: tomorrow, when an announced
    /// time begins, and when the oldest day falls out.
    fn next_drop(&self, table: &Table, days: &[Date], today: Date) -> Option<Drop> {
        let oldest = *days.first()?;
        let tomorrow = today.tomorrow().ok()?;
        let falls_out = |kept: Kept| match kept {
            Kept::Days(n_days) => oldest.checked_add(Span::new().days(i64::from(n_days) + 1)).ok(),
            Kept::Forever => None,
        };
        let setting = self.settings.get(table.name);
        let effective = setting.map(|setting| setting.effective);
        let kepts = [Some(self.kept(table, tomorrow)), setting.map(|setting| setting.kept)];
        let candidates = kepts.into_iter().flatten().filter_map(falls_out).chain(effective);
        let mut candidates: Vec<Date> = candidates.map(|day| day.max(tomorrow)).collect();
        candidates.sort_unstable();
        candidates.into_iter().find_map(|on| {
            let first = self.kept(table, on).oldest(on)?;
            let n_days = days.iter().filter(|day| **day < first).count();
            (n_days > 0).then_some(Drop { on, n_days })
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lifetime::date_key;

    const TODAY: Date = date(2026, 11, 20);

    fn histories() -> &'static Table {
        model::table("devicePropertyHistories").expect("declared")
    }

    /// The keys of the last `n` days, today the last.
    fn days(n: i64) -> Vec<i64> {
        let day = |ago: i64| TODAY.checked_sub(Span::new().days(ago)).expect("in range");
        (0..n).rev().map(|ago| date_key(day(ago)).into()).collect()
    }

    fn plan(setting: Setting) -> Plan {
        Plan::new(Retention::Documented, HashMap::from([("devicePropertyHistories".to_owned(), setting)]))
    }

    #[test]
    fn tables_are_kept_as_documented() {
        let kept = |name: &str| Plan::default().kept(model::table(name).expect("declared"), TODAY);
        assert_eq!(kept("devicePropertyHistories"), Kept::Days(60));
        assert_eq!(kept("intuneManagementExtensions"), Kept::Days(60));
        assert_eq!(
            (kept("devices"), kept("dates"), kept("ownerTypes")),
            (Kept::Forever, Kept::Forever, Kept::Forever)
        );
        let activities =
            model::tables().iter().filter(|table| table.is_dated() && table.name.ends_with("Activities"));
        let wrong: Vec<_> =
            activities.filter(|table| kept(table.name) != Kept::Days(30)).map(|t| t.name).collect();
        assert_eq!(wrong, Vec::<&str>::new());
        let forever = Plan::from(Retention::Forever);
        assert_eq!(forever.kept(histories(), TODAY), Kept::Forever);
    }

    #[test]
    fn a_shorter_time_is_announced_and_a_longer_one_holds_at_once() {
        let longer = Setting::decide(Kept::Days(60), Kept::Days(90), TODAY);
        assert_eq!(longer, Setting { kept: Kept::Days(90), before: None, effective: TODAY });
        let shorter = Setting::decide(Kept::Days(60), Kept::Days(30), TODAY);
        assert_eq!((shorter.before, shorter.effective), (Some(Kept::Days(60)), date(2026, 11, 27)));
        assert_eq!(shorter.on(date(2026, 11, 26)), Kept::Days(60));
        assert_eq!(shorter.on(date(2026, 11, 27)), Kept::Days(30));
        assert!(Setting::decide(Kept::Forever, Kept::Days(9), TODAY).before.is_some());
        assert!(Setting::decide(Kept::Days(9), Kept::Forever, TODAY).before.is_none());
    }

    #[test]
    fn what_rolls_on_is_no_warning_and_what_is_announced_is() {
        let full = Plan::default().outlook(histories(), &days(61), TODAY);
        assert_eq!(full.drop, Some(Drop { on: date(2026, 11, 21), n_days: 1 }));
        assert!(!full.is_warning);
        let young = Plan::default().outlook(histories(), &days(10), TODAY);
        assert_eq!(young.drop, Some(Drop { on: date(2027, 1, 11), n_days: 1 }));
        let shorter = plan(Setting::decide(Kept::Days(60), Kept::Days(30), TODAY));
        let announced = shorter.outlook(histories(), &days(55), TODAY);
        // 55 days until today, of which the snapshot of the 27th keeps those from 28 October on.
        assert_eq!(announced.drop, Some(Drop { on: date(2026, 11, 27), n_days: 31 }));
        assert!(announced.is_warning);
        assert_eq!(announced.announced, Some((Kept::Days(30), date(2026, 11, 27))));
        let rolling = shorter.outlook(histories(), &days(61), TODAY);
        assert_eq!(
            rolling.drop,
            Some(Drop { on: date(2026, 11, 21), n_days: 1 }),
            "the old time rolls on meanwhile"
        );
    }

    #[test]
    fn nothing_goes_from_what_is_kept_for_ever_or_empty() {
        let forever = plan(Setting::decide(Kept::Days(60), Kept::Forever, TODAY));
        assert_eq!(forever.outlook(histories(), &days(400), TODAY).drop, None);
        let empty = Plan::default().outlook(histories(), &[], TODAY);
        assert_eq!((empty.drop, empty.days, empty.is_warning), (None, None, false));
    }
}
