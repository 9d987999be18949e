//! What the issues that require action say, in the three languages: what it is, and what to do.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use notify::Words;

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

pub(super) fn expiring(name: &Words, expires_at: Timestamp, now: Timestamp) -> Words {
    let on = day(expires_at);
    if expires_at <= now {
        return Words::new(
            format!("{} expired on {on}", name.en),
            format!("{} is verlopen op {on}", name.nl),
            format!("{} upphörde att gälla {on}", name.sv),
        );
    }
    Words::new(
        format!("{} expires on {on}", name.en),
        format!("{} verloopt op {on}", name.nl),
        format!("{} upphör att gälla {on}", name.sv),
    )
}

pub(super) fn renew() -> Words {
    Words::new(
        "Renew it before that day and store the new one here. What depends on it stops working when it has expired.",
        "Vernieuw het vóór die dag en sla het nieuwe hier op. Wat ervan afhangt, werkt niet meer zodra het is verlopen.",
        "Förnya det före den dagen och spara det nya här. Det som är beroende av det slutar fungera när det har upphört att gälla.",
    )
}

/// The protocol's word for a cause, as people say it.
fn cause_of(cause: &str) -> Words {
    match cause {
        "token_expired" => Words::new(
            "the enrolment token has expired",
            "het inschrijvingstoken is verlopen",
            "registreringstoken har upphört att gälla",
        ),
        "token_used_up" => Words::new(
            "the enrolment token is used up",
            "het inschrijvingstoken is opgebruikt",
            "registreringstoken är förbrukad",
        ),
        "token_invalid" => Words::new(
            "the enrolment token was revoked",
            "het inschrijvingstoken is ingetrokken",
            "registreringstoken har återkallats",
        ),
        "csr_invalid" => Words::new(
            "the device's certificate request is wrong",
            "de certificaataanvraag van het apparaat klopt niet",
            "enhetens certifikatbegäran är felaktig",
        ),
        "wrong_tenant" => Words::new(
            "the device asks for another tenant",
            "het apparaat vraagt om een andere tenant",
            "enheten frågar efter en annan klientorganisation",
        ),
        other => Words::same(other),
    }
}

pub(super) fn enrollments_failed(cause: &str, n: i64) -> Words {
    let why = cause_of(cause);
    Words::new(
        format!("Enrolments failed in the last 7 days: {n}, because {}", why.en),
        format!("Inschrijvingen mislukt in de afgelopen 7 dagen: {n}, omdat {}", why.nl),
        format!("Registreringar som misslyckats de senaste 7 dagarna: {n}, eftersom {}", why.sv),
    )
}

pub(super) fn mend_enrollment(cause: &str) -> Words {
    if cause.starts_with("token") {
        return Words::new(
            "Make a new enrolment token with enough uses and time, and give it to whoever sets up the devices.",
            "Maak een nieuw inschrijvingstoken met genoeg tijd en aantal, en geef het aan wie de apparaten instelt.",
            "Skapa en ny registreringstoken med tillräcklig tid och antal och ge den till den som konfigurerar enheterna.",
        );
    }
    Words::new(
        "Update the agent on these devices and look at its log; it names what was refused.",
        "Werk de agent op deze apparaten bij en bekijk het logboek; daarin staat wat is geweigerd.",
        "Uppdatera agenten på enheterna och se dess logg; där står vad som nekades.",
    )
}

pub(super) fn not_seen(n: i64) -> Words {
    Words::new(
        format!("Devices not seen for 30 days: {n}"),
        format!("Apparaten die al 30 dagen niet zijn gezien: {n}"),
        format!("Enheter som inte har setts på 30 dagar: {n}"),
    )
}

pub(super) fn look_for_devices() -> Words {
    Words::new(
        "Sort the devices by their last check-in. Retire those that are gone; start the agent on the others.",
        "Sorteer de apparaten op hun laatste check-in. Zet buiten gebruik wat weg is; start de agent op de andere.",
        "Sortera enheterna efter senaste incheckning. Dra tillbaka dem som är borta; starta agenten på de andra.",
    )
}

pub(super) fn too_few_administrators(n: i64) -> (Words, Words) {
    let title = Words::new(
        format!("Global administrators who can sign in: {n}"),
        format!("Globale beheerders die zich kunnen aanmelden: {n}"),
        format!("Globala administratörer som kan logga in: {n}"),
    );
    let advice = Words::new(
        "Give a second person the role, so that nobody is locked out when one account is lost.",
        "Geef een tweede persoon de rol, zodat niemand wordt buitengesloten als één account verloren gaat.",
        "Ge ytterligare en person rollen, så att ingen blir utelåst om ett konto går förlorat.",
    );
    (title, advice)
}

pub(super) fn too_many_administrators(n: i64) -> (Words, Words) {
    let title = Words::new(
        format!("Global administrators: {n}, more than five"),
        format!("Globale beheerders: {n}, meer dan vijf"),
        format!("Globala administratörer: {n}, fler än fem"),
    );
    let advice = Words::new(
        "Give those who need less a lesser role; every account with all rights is one more way in.",
        "Geef wie minder nodig heeft een lichtere rol; elk account met alle rechten is een extra ingang.",
        "Ge dem som behöver mindre en lägre roll; varje konto med alla behörigheter är ännu en väg in.",
    );
    (title, advice)
}

pub(super) fn roles_without_account(n: i64) -> (Words, Words) {
    let title = Words::new(
        format!("Disabled or deleted accounts that still hold an administrator role: {n}"),
        format!("Uitgeschakelde of verwijderde accounts die nog een beheerdersrol hebben: {n}"),
        format!("Inaktiverade eller borttagna konton som fortfarande har en administratörsroll: {n}"),
    );
    let advice = Words::new(
        "Take the roles away: an account that is enabled again would have them at once.",
        "Neem de rollen weg: een account dat weer wordt ingeschakeld, heeft ze meteen.",
        "Ta bort rollerna: ett konto som aktiveras igen skulle ha dem direkt.",
    );
    (title, advice)
}

pub(super) fn licenses(name: &str, n_consumed: i64, n_enabled: i64) -> Words {
    Words::new(
        format!("{name}: {n_consumed} of {n_enabled} licences are assigned"),
        format!("{name}: {n_consumed} van {n_enabled} licenties zijn toegewezen"),
        format!("{name}: {n_consumed} av {n_enabled} licenser är tilldelade"),
    )
}

pub(super) fn buy_or_free() -> Words {
    Words::new(
        "Add licences, or take them from people who do not use them: nobody new can be given one.",
        "Voeg licenties toe of neem ze weg bij wie ze niet gebruikt: niemand kan er nog een krijgen.",
        "Lägg till licenser eller ta dem från personer som inte använder dem: ingen ny kan få någon.",
    )
}

pub(super) fn days_go(table: &str, n_days: i64, on: Date) -> Words {
    Words::new(
        format!("On {on}, {n_days} days of the table {table} will be removed"),
        format!("Op {on} worden {n_days} dagen van de tabel {table} verwijderd"),
        format!("Den {on} tas {n_days} dagar av tabellen {table} bort"),
    )
}

pub(super) fn keep_or_export() -> Words {
    Words::new(
        "Export them first if you need them, or set a longer retention.",
        "Exporteer ze eerst als u ze nodig hebt, of stel een langere bewaartermijn in.",
        "Exportera dem först om du behöver dem, eller ange en längre kvarhållning.",
    )
}
