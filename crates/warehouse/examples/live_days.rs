//! Lives days through the real job and prints the versions of people, for other programs to compare with.
//!
//! Reads `[{"day": "2026-01-05", "users": [["<id>", "<name or null>"], …]}, …]` from the standard input, ids sorted;
//! prints `[["<id>", name, isDeleted, "<first day>", "<first day after, or null>"], …]`.

use jiff::Timestamp;
use jiff::civil::Date;
use lake::{At, Lake, LakeConfig};
use serde::Deserialize;
use sql::DatabaseUrl;
use warehouse::cell::Cell;
use warehouse::files::TableRows;
use warehouse::job::midnight::{Image, ImageError, Mode, Outcome, Run, run};
use warehouse::merge::{MergeError, Rows as _};
use warehouse::model::{Device, User};
use world::World;

#[derive(Deserialize)]
struct Day {
    day: Date,
    users: Vec<(String, Option<String>)>,
}

impl Image for &Day {
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError> {
        for (id, name) in &self.users {
            take(&User { id, display_name: name.as_deref(), ..User::default() })?;
        }
        Ok(())
    }

    fn devices(
        &mut self,
        _: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        Ok(())
    }
}

const COLUMNS: [&str; 5] =
    ["userId", "displayName", "isDeleted", "startDateInclusiveUTC", "endDateExclusiveUTC"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let days: Vec<Day> = serde_json::from_reader(std::io::stdin())?;
    let folder = tempfile::tempdir()?;
    let world = World::seeded(1, Timestamp::UNIX_EPOCH);
    let catalogue = DatabaseUrl::sqlite(folder.path().join("catalogue.db"));
    let lake = Lake::open(&LakeConfig { catalogue, data_dir: folder.path().join("data") }, world.clone())?;
    for day in &days {
        let now = day.day.at(0, 0, 5, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
        world.clock.set(now);
        let asked = Run { day: day.day, ..Run::today(now, Mode::Once, "live_days") };
        let mut image = day;
        let outcome = run(&lake, &asked, |take| take(&mut image))?;
        if matches!(outcome, Outcome::AlreadyPublished(_)) {
            return Err(format!("{} is there twice", day.day).into());
        }
    }
    println!("{}", serde_json::to_string(&versions(&lake)?)?);
    Ok(())
}

fn versions(lake: &Lake) -> Result<Vec<serde_json::Value>, Box<dyn std::error::Error>> {
    let files = lake.files(&lake.snapshot(&At::Latest)?, "users", None)?;
    let mut rows = TableRows::open_columns(lake, COLUMNS.to_vec(), files)?;
    let mut versions = Vec::new();
    while !rows.is_done() {
        let day = |at: usize| match rows.cell(at) {
            Cell::Time(::model::OPEN_END_MICROS) => None,
            cell => {
                let at = Timestamp::from_microsecond(cell.time().unwrap_or_default()).ok()?;
                Some(at.strftime("%F").to_string())
            }
        };
        let (id, name) = (rows.cell(0).text(), rows.cell(1).text());
        versions.push(serde_json::json!([id, name, rows.cell(2).is_true(), day(3), day(4)]));
        rows.advance()?;
    }
    Ok(versions)
}
