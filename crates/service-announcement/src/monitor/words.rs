//! What the monitors say, in the three languages: an issue's title, what it means for people, and figures.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use notify::Words;

use super::Monitor;
use super::reading::Rate;

/// The title.
pub fn title(monitor: Monitor) -> Words {
    let (en, nl, sv) = match monitor {
        Monitor::Snapshot => (
            "The midnight snapshot was not published",
            "De momentopname van middernacht is niet gepubliceerd",
            "Midnattens ögonblicksbild har inte publicerats",
        ),
        Monitor::Feed => (
            "Requests to the data warehouse feed fail",
            "Aanvragen aan de feed van het datawarehouse mislukken",
            "Förfrågningar till informationslagrets flöde misslyckas",
        ),
        Monitor::Backlog => {
            ("Background work is late", "Achtergrondwerk loopt achter", "Bakgrundsarbetet ligger efter")
        }
        Monitor::Disk => ("A disk is almost full", "Een schijf is bijna vol", "En disk är nästan full"),
        Monitor::Database => {
            ("The database did not answer", "De database antwoordde niet", "Databasen svarade inte")
        }
        Monitor::ObjectStore => (
            "The files of the data warehouse cannot be reached",
            "De bestanden van het datawarehouse zijn niet bereikbaar",
            "Informationslagrets filer kan inte nås",
        ),
        Monitor::Clock => (
            "The server's clock is wrong",
            "De klok van de server loopt niet gelijk",
            "Serverns klocka går fel",
        ),
        Monitor::Certificate => (
            "The server's certificate expires",
            "Het certificaat van de server verloopt",
            "Serverns certifikat upphör att gälla",
        ),
        Monitor::Agents => (
            "Unusually many devices do not check in",
            "Ongewoon veel apparaten melden zich niet",
            "Ovanligt många enheter checkar inte in",
        ),
    };
    Words::new(en, nl, sv)
}

/// What it means for people, and what the operator can do.
pub fn impact(monitor: Monitor) -> Words {
    let (en, nl, sv) = match monitor {
        Monitor::Snapshot => (
            "Reports show the day before. Look at the last error of the snapshot job; run `quarterdeck snapshot` when it is mended.",
            "Rapporten tonen de dag ervoor. Bekijk de laatste fout van de momentopnametaak; voer `quarterdeck snapshot` uit zodra die is verholpen.",
            "Rapporter visar dagen innan. Se det senaste felet för ögonblicksbildens jobb; kör `quarterdeck snapshot` när det är åtgärdat.",
        ),
        Monitor::Feed => (
            "Reports that read the feed do not refresh. The server's log names the cause.",
            "Rapporten die de feed lezen, worden niet vernieuwd. Het logboek van de server noemt de oorzaak.",
            "Rapporter som läser flödet uppdateras inte. Serverns logg anger orsaken.",
        ),
        Monitor::Backlog => (
            "Synchronisations, notifications and exports come late. Look whether the server has enough processor, and whether one kind of work hangs.",
            "Synchronisaties, meldingen en exports komen te laat. Kijk of de server genoeg rekenkracht heeft en of één soort werk blijft hangen.",
            "Synkroniseringar, aviseringar och exporter blir sena. Se om servern har tillräcklig processorkraft och om en sorts arbete har hängt sig.",
        ),
        Monitor::Disk => (
            "When the disk is full, the server stops accepting changes. Free room or enlarge the disk.",
            "Als de schijf vol is, neemt de server geen wijzigingen meer aan. Maak ruimte vrij of vergroot de schijf.",
            "När disken är full tar servern inte emot ändringar. Frigör utrymme eller utöka disken.",
        ),
        Monitor::Database => (
            "While the database is away, nobody can sign in and devices keep their reports. Nothing that was acknowledged is lost.",
            "Zolang de database weg is, kan niemand zich aanmelden en bewaren apparaten hun rapporten. Niets wat bevestigd was, gaat verloren.",
            "Medan databasen är borta kan ingen logga in och enheterna behåller sina rapporter. Inget som bekräftats går förlorat.",
        ),
        Monitor::ObjectStore => (
            "The feed cannot be read and no snapshot can be published. Check the folder or the object store's address and credentials.",
            "De feed kan niet worden gelezen en er kan geen momentopname worden gepubliceerd. Controleer de map of het adres en de referenties van de objectopslag.",
            "Flödet kan inte läsas och ingen ögonblicksbild kan publiceras. Kontrollera mappen eller objektlagringens adress och autentiseringsuppgifter.",
        ),
        Monitor::Clock => (
            "Tokens and certificates are judged by the clock; sign-in can fail. Let the machine synchronise its clock.",
            "Tokens en certificaten worden op de klok beoordeeld; aanmelden kan mislukken. Laat de machine haar klok synchroniseren.",
            "Token och certifikat bedöms efter klockan; inloggning kan misslyckas. Låt maskinen synkronisera sin klocka.",
        ),
        Monitor::Certificate => (
            "When it has expired, browsers and devices refuse the server. Renew the certificate, or let the server make its own.",
            "Als het is verlopen, weigeren browsers en apparaten de server. Verleng het certificaat of laat de server zelf een certificaat maken.",
            "När det har upphört att gälla vägrar webbläsare och enheter servern. Förnya certifikatet eller låt servern skapa ett eget.",
        ),
        Monitor::Agents => (
            "What these devices report is out of date. Look for a common cause: a network, a proxy, a certificate.",
            "Wat deze apparaten rapporteren, is verouderd. Zoek een gemeenschappelijke oorzaak: een netwerk, een proxy, een certificaat.",
            "Det som enheterna rapporterar är inaktuellt. Leta efter en gemensam orsak: ett nätverk, en proxy, ett certifikat.",
        ),
    };
    Words::new(en, nl, sv)
}

/// The post that ends an issue.
pub fn over(fact: &Words) -> Words {
    Words::new(
        format!("The trouble is over. {}", fact.en),
        format!("Het probleem is verholpen. {}", fact.nl),
        format!("Problemet är över. {}", fact.sv),
    )
}

/// The post of an issue that became worse.
pub fn worse(fact: &Words) -> Words {
    Words::new(
        format!("It has become worse. {}", fact.en),
        format!("Het is erger geworden. {}", fact.nl),
        format!("Det har blivit värre. {}", fact.sv),
    )
}

/// The post of an issue that goes on.
pub fn still(fact: &Words) -> Words {
    Words::new(
        format!("It goes on. {}", fact.en),
        format!("Het houdt aan. {}", fact.nl),
        format!("Det pågår fortfarande. {}", fact.sv),
    )
}

pub(super) fn snapshot_missed(day: Date, error: Option<&str>) -> Words {
    let why = error.map(|error| format!(" ({error})")).unwrap_or_default();
    Words::new(
        format!("The snapshot of {day} is missing{why}."),
        format!("De momentopname van {day} ontbreekt{why}."),
        format!("Ögonblicksbilden för {day} saknas{why}."),
    )
}

pub(super) fn snapshot_fails(attempts: i64, error: &str) -> Words {
    Words::new(
        format!("Today's snapshot has failed {attempts} times: {error}."),
        format!("De momentopname van vandaag is {attempts} keer mislukt: {error}."),
        format!("Dagens ögonblicksbild har misslyckats {attempts} gånger: {error}."),
    )
}

pub(super) fn snapshot_there(newest: Option<Date>) -> Words {
    match newest {
        None => Words::new(
            "There is no snapshot yet.",
            "Er is nog geen momentopname.",
            "Det finns ingen ögonblicksbild ännu.",
        ),
        Some(day) => Words::new(
            format!("The newest snapshot is of {day}."),
            format!("De nieuwste momentopname is van {day}."),
            format!("Den senaste ögonblicksbilden är från {day}."),
        ),
    }
}

pub(super) fn failures(window: Rate) -> Words {
    let Rate { requests, failures } = window;
    Words::new(
        format!("Of {requests} requests in the last 15 minutes, {failures} failed."),
        format!("Van {requests} aanvragen in de afgelopen 15 minuten mislukten er {failures}."),
        format!("Av {requests} förfrågningar under de senaste 15 minuterna misslyckades {failures}."),
    )
}

pub(super) fn overdue(n_jobs: i64, minutes: i64) -> Words {
    Words::new(
        format!("Jobs that wait although they are due: {n_jobs}; the oldest for {minutes} minutes."),
        format!("Taken die wachten terwijl hun tijd er is: {n_jobs}; de oudste al {minutes} minuten."),
        format!("Jobb som väntar fast de borde köras: {n_jobs}; det äldsta sedan {minutes} minuter."),
    )
}

pub(super) fn room(name: &str, free_bytes: u64, total_bytes: u64) -> Words {
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / (1_u64 << 30) as f64);
    let (free, total) = (gib(free_bytes), gib(total_bytes));
    Words::new(
        format!("On the disk of '{name}', {free} of {total} is free."),
        format!("Op de schijf van '{name}' is {free} van {total} vrij."),
        format!("På disken för '{name}' är {free} av {total} ledigt."),
    )
}

pub(super) fn no_disk() -> Words {
    Words::new("No disk could be read.", "Er kon geen schijf worden gelezen.", "Ingen disk kunde läsas.")
}

pub(super) fn answers() -> Words {
    Words::new("It answers.", "Het antwoordt.", "Det svarar.")
}

pub(super) fn silent(why: &str) -> Words {
    Words::new(
        format!("It does not answer: {why}."),
        format!("Het antwoordt niet: {why}."),
        format!("Det svarar inte: {why}."),
    )
}

pub(super) fn apart(ahead: SignedDuration) -> Words {
    let seconds = ahead.abs().as_secs();
    if ahead.is_negative() {
        return Words::new(
            format!("The server's clock is {seconds} seconds ahead of others."),
            format!("De klok van de server loopt {seconds} seconden voor op andere."),
            format!("Serverns klocka går {seconds} sekunder före andra."),
        );
    }
    Words::new(
        format!("The server's clock is {seconds} seconds behind others."),
        format!("De klok van de server loopt {seconds} seconden achter op andere."),
        format!("Serverns klocka går {seconds} sekunder efter andra."),
    )
}

pub(super) fn no_clock() -> Words {
    Words::new(
        "There is no other clock to compare with.",
        "Er is geen andere klok om mee te vergelijken.",
        "Det finns ingen annan klocka att jämföra med.",
    )
}

pub(super) fn expires(at: Timestamp) -> Words {
    Words::new(
        format!("The certificate is valid until {at}."),
        format!("Het certificaat is geldig tot {at}."),
        format!("Certifikatet är giltigt till {at}."),
    )
}

pub(super) fn no_certificate() -> Words {
    Words::new(
        "The server shows no certificate of its own.",
        "De server toont geen eigen certificaat.",
        "Servern visar inget eget certifikat.",
    )
}

pub(super) fn devices_silent(n_silent: i64, n_active: i64) -> Words {
    Words::new(
        format!("Of {n_active} devices seen this week, {n_silent} have missed their last check-ins."),
        format!(
            "Van {n_active} apparaten die deze week zijn gezien, hebben er {n_silent} hun laatste check-ins gemist."
        ),
        format!(
            "Av {n_active} enheter som setts den här veckan har {n_silent} missat sina senaste incheckningar."
        ),
    )
}
