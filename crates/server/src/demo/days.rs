//! The fleet's days: people join and get licences, devices enrol, report and retire, and midnight comes.

use anyhow::Result;
use audit::Actor;
use devices::op::check_in::told_in_process;
use devices::op::enroll::{Simulated, simulated};
use devices::op::retire::retire;
use directory::setup::{NewSku, NewUser, set_licence, sku, user};
use fleet::Fleet;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proto::EnrollIdentity;
use store::Tx;
use uuid::Uuid;
use warehouse::job::midnight::{Mode, Run};
use world::World;

use super::Refused;
use crate::compose::House;
use crate::setup::{Founded, name_id};

/// Devices and people of one transaction.
const CHUNK: u32 = 250;

/// Lives `n_days` days up to today, each ended by the midnight job; with 0 days only today's state is published.
pub(super) async fn live(house: &House, founded: &Founded, fleet: &Fleet, n_days: u32) -> Result<()> {
    let today = house.world.clock.now().to_zoned(TimeZone::UTC).date();
    let n_days = n_days.max(1);
    licences(house, founded).await?;
    for day in 0..n_days {
        let midnight_of = today.checked_sub(i64::from(n_days - 1 - day).days())?;
        let midnight = instant(midnight_of)?;
        let now = midnight - SignedDuration::from_hours(16);
        people(house, founded, fleet, day, now).await?;
        fleet_reports(house, founded, fleet, day, now).await?;
        publish(house, founded, midnight_of, midnight).await?;
        tracing::info!(day = day + 1, of = n_days, "a simulated day has passed");
    }
    Ok(())
}

/// A product that makes nobody a licensed user, so that the two are told apart, and the administrator's own licence.
async fn licences(house: &House, founded: &Founded) -> Result<()> {
    let (world, licence) = (house.world.clone(), (founded.admin, founded.sku));
    let written = house.store.write(founded.tenant, move |tx| {
        let office = NewSku {
            id: name_id(tx.tenant(), "OFFICE_SUITE"),
            part_number: "OFFICE_SUITE".to_owned(),
            display_name: "Office suite (simulated)".to_owned(),
            includes_device_management: false,
            enabled_units: 25,
        };
        sku(tx, &world, &office)?;
        set_licence(tx, &world, licence, true, world.clock.now()).map(drop)
    });
    written.await.map_err(|error: store::SqlError| error.into())
}

fn instant(date: Date) -> Result<Timestamp> {
    Ok(date.to_zoned(TimeZone::UTC)?.timestamp())
}

async fn people(house: &House, founded: &Founded, fleet: &Fleet, day: u32, now: Timestamp) -> Result<()> {
    if fleet.device_count() == 0 {
        return Ok(());
    }
    for first in (0..fleet.user_count()).step_by(CHUNK as usize) {
        let (fleet, world, sku) = (*fleet, house.world.clone(), founded.sku);
        let last = (first + CHUNK).min(fleet.user_count());
        let written = house.store.write(founded.tenant, move |tx| {
            (first..last).try_for_each(|index| person(tx, &world, &fleet, (index, sku), day, now))
        });
        written.await?;
    }
    Ok(())
}

fn person(
    tx: &mut Tx<'_, '_>,
    world: &World,
    fleet: &Fleet,
    (index, sku): (u32, Uuid),
    day: u32,
    now: Timestamp,
) -> Result<(), store::SqlError> {
    let simulated = fleet.user(index);
    let id = user_id(tx, index);
    let was_licensed = day > 0 && simulated.is_licensed_on(day - 1);
    if simulated.is_present_on(day) && (day == 0 || !simulated.is_present_on(day - 1)) {
        let new = NewUser {
            id,
            user_principal_name: simulated.user_principal_name("contoso.example"),
            display_name: simulated.display_name(),
            given_name: Some(simulated.given_name.to_owned()),
            surname: Some(simulated.surname.to_owned()),
            is_simulated: true,
        };
        user(tx, world, &new, now)?;
    }
    if simulated.is_licensed_on(day) != was_licensed {
        set_licence(tx, world, (id, sku), !was_licensed, now)?;
    }
    Ok(())
}

async fn fleet_reports(
    house: &House,
    founded: &Founded,
    fleet: &Fleet,
    day: u32,
    now: Timestamp,
) -> Result<()> {
    for first in (0..fleet.device_count()).step_by(CHUNK as usize) {
        let (fleet, world) = (*fleet, house.world.clone());
        let last = (first + CHUNK).min(fleet.device_count());
        let written = house.store.write(founded.tenant, move |tx| {
            (first..last).try_for_each(|index| device(tx, &world, &fleet, index, day, now))
        });
        written.await?;
    }
    Ok(())
}

fn device(
    tx: &mut Tx<'_, '_>,
    world: &World,
    fleet: &Fleet,
    index: u32,
    day: u32,
    now: Timestamp,
) -> Result<(), Refused> {
    let simulation = fleet.device(index);
    let id = name_id(tx.tenant(), &format!("simulated device {index}"));
    let was_present = day > 0 && simulation.is_present_on(day - 1);
    let Some(sections) = fleet.sections(index, day) else {
        if was_present {
            retire(tx, id, Actor::System("simulation".to_owned()), world.ids.guid(), now)?;
        }
        return Ok(());
    };
    if !was_present {
        let user = simulation.user.filter(|user| fleet.user(*user).is_present_on(day));
        let new = Simulated {
            id,
            identity: EnrollIdentity {
                device_name: simulation.name_on(day),
                serial_number: Some(simulation.serial_number()),
                manufacturer: Some(simulation.manufacturer().to_owned()),
                model: Some(simulation.model().to_owned()),
                operating_system: Some(simulation.family),
                os_version: sections.operating_system().map(|system| system.version.clone()),
            },
            user: user.map(|user| user_id(tx, user)),
            event_id: world.ids.guid(),
        };
        simulated(tx, new, now)?;
    }
    // Devices report at different times of their day.
    let at = now + SignedDuration::from_secs(i64::from(index % 28_800));
    told_in_process(tx, id, &sections, world.ids.guid(), at)?;
    Ok(())
}

fn user_id(tx: &Tx<'_, '_>, index: u32) -> Uuid {
    name_id(tx.tenant(), &format!("simulated user {index}"))
}

async fn publish(house: &House, founded: &Founded, day: Date, midnight: Timestamp) -> Result<()> {
    let (warehouse, tenant) = (house.warehouse.clone(), founded.tenant);
    let done = tokio::task::spawn_blocking(move || {
        // People come and go in a demonstration as they never would at once: a small read is believed.
        let run = Run { day, now: midnight, force: true, ..warehouse.run_today(Mode::Once, true) };
        warehouse.publish(tenant, &run, Actor::System("simulation".to_owned()))
    });
    done.await??;
    Ok(())
}
