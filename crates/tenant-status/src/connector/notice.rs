//! What people are told of a connector, in their languages.

use jiff::Timestamp;
use notify::{Notice, Severity, State, Topic, Words};

use super::instance::Instance;
use crate::catalogue::ConnectorType;
use crate::model::{Health, Judged, Reason};

/// The notice of a change of health; None when there is nothing to tell: it began healthy, or went from one quiet
/// health to another.
pub(super) fn of_health(
    ty: &ConnectorType,
    instance: &Instance,
    before: Option<Health>,
    judged: &Judged,
) -> Option<Notice> {
    let is_trouble = |health| matches!(health, Health::Unhealthy | Health::Warning);
    let state = match (before.is_some_and(is_trouble), is_trouble(judged.health)) {
        (false, false) => return None,
        (false, true) => State::Open,
        (true, true) => State::Updated,
        (true, false) => State::Resolved,
    };
    let health = health_words(judged.health);
    let reason = reason_words(judged);
    let title = each(|lang| {
        let name = &instance.display_name;
        format!("{}: {name}: {}", ty.label.in_language(lang), pick(&health, lang))
    });
    let text = each(|lang| {
        let mut text = pick(&reason, lang).to_owned();
        if state != State::Resolved {
            text.push_str(&look_after(instance, lang));
        }
        text
    });
    let severity = match judged.health {
        Health::Unhealthy => Severity::Critical,
        Health::Warning => Severity::Warning,
        Health::Healthy | Health::NotEnabled => Severity::Info,
    };
    Some(Notice {
        topic: Topic::ConnectorHealth,
        subject: subject(ty, instance),
        severity,
        state,
        title,
        text,
        link: link(ty, instance),
    })
}

/// The notice of an early-warning day, or of its end.
pub(super) fn of_early_warning(
    ty: &ConnectorType,
    instance: &Instance,
    state: State,
    warned: Option<(u16, Timestamp)>,
) -> Notice {
    let name = &instance.display_name;
    let title = each(|lang| {
        let label = ty.label.in_language(lang);
        match (warned, lang) {
            (Some((day, _)), "nl") => format!("{label}: {name} verloopt binnen {day} dagen"),
            (Some((day, _)), "sv") => format!("{label}: {name} upphör att gälla inom {day} dagar"),
            (Some((day, _)), _) => format!("{label}: {name} expires within {day} days"),
            (None, "nl") => format!("{label}: {name} is vernieuwd"),
            (None, "sv") => format!("{label}: {name} har förnyats"),
            (None, _) => format!("{label}: {name} was renewed"),
        }
    });
    let text = each(|lang| match (warned, lang) {
        (Some((_, at)), "nl") => format!("Het verloopt op {}.{}", when(at), look_after(instance, lang)),
        (Some((_, at)), "sv") => format!("Det upphör att gälla {}.{}", when(at), look_after(instance, lang)),
        (Some((_, at)), _) => format!("It expires on {}.{}", when(at), look_after(instance, lang)),
        (None, "nl") => "U hoeft niets te doen.".to_owned(),
        (None, "sv") => "Du behöver inte göra något.".to_owned(),
        (None, _) => "There is nothing to do.".to_owned(),
    });
    let severity = if warned.is_some() { Severity::Warning } else { Severity::Info };
    let (subject, link) = (subject(ty, instance), link(ty, instance));
    Notice { topic: Topic::EarlyWarning, subject, severity, state, title, text, link }
}

fn subject(ty: &ConnectorType, instance: &Instance) -> String {
    format!("connector/{}/{}", ty.key, instance.id)
}

/// The page that shows it.
pub(crate) fn link(ty: &ConnectorType, instance: &Instance) -> String {
    format!("/tenant-status/connectors/{}/{}", ty.key, instance.id)
}

fn each(make: impl Fn(&'static str) -> String) -> Words {
    Words::new(make("en"), make("nl"), make("sv"))
}

fn pick<'a>(words: &'a Words, lang: &str) -> &'a str {
    match lang {
        "nl" => &words.nl,
        "sv" => &words.sv,
        _ => &words.en,
    }
}

/// Seeds 000, 001 and 002; Swedish has no word of its own for what is not enabled.
pub(crate) fn health_words(health: Health) -> Words {
    match health {
        Health::Unhealthy => Words::new("Unhealthy", "Niet in orde", "Ej felfri"),
        Health::Warning => Words::new("Warning", "Waarschuwing", "Varning"),
        Health::Healthy => Words::new("Healthy", "In orde", "Felfri"),
        Health::NotEnabled => Words::new("Not Enabled", "Niet ingeschakeld", "Inte aktiverad"),
    }
}

/// The rule's own sentence of the seeds where there is one.
fn reason_words(judged: &Judged) -> Words {
    let value = judged.value.map(when).unwrap_or_default();
    let hours = judged.threshold.map_or(0, |threshold| threshold.as_hours());
    match judged.reason {
        Reason::Disabled => Words::new("It was disabled.", "Het is uitgeschakeld.", "Det har inaktiverats."),
        Reason::NoCredential => Words::new(
            "It has no certificate or credential.",
            "Er is geen certificaat of referentie.",
            "Certifikat eller autentiseringsuppgift saknas.",
        ),
        Reason::CredentialUnreadable => Words::new(
            "The certificate or credential cannot be read.",
            "Het certificaat of de referentie kan niet worden gelezen.",
            "Certifikatet eller autentiseringsuppgiften kan inte läsas.",
        ),
        Reason::NotYetValid => Words::new(
            format!("The certificate is not valid until {value}."),
            format!("Het certificaat is pas geldig vanaf {value}."),
            format!("Certifikatet är inte giltigt förrän {value}."),
        ),
        Reason::Expired => Words::new(
            format!("The certificate or credential has expired, on {value}."),
            format!("Het certificaat of de referentie is verlopen, op {value}."),
            format!("Certifikatet eller autentiseringsuppgiften har upphört att gälla, {value}."),
        ),
        Reason::ExpiresSoon => Words::new(
            format!("The certificate or credential will expire within seven days, on {value}."),
            format!("Het certificaat of de referentie verloopt binnen zeven dagen, op {value}."),
            format!("Certifikatet eller autentiseringsuppgiften upphör att gälla inom sju dagar, {value}."),
        ),
        Reason::ExpiresLater | Reason::DoesNotExpire => Words::new(
            "The certificate or credential won't expire within the next seven days.",
            "Het certificaat of de referentie verloopt niet binnen zeven dagen.",
            "Certifikatet eller autentiseringsuppgiften upphör inte att gälla inom sju dagar.",
        ),
        Reason::NeverSucceeded => Words::new(
            format!("It has never synchronized since it was configured, on {value}."),
            format!("Er is nog nooit gesynchroniseerd sinds de configuratie, op {value}."),
            format!("Ingen synkronisering har lyckats sedan det konfigurerades, {value}."),
        ),
        Reason::SuccessInTheFuture => Words::new(
            format!("The last synchronization is in the future, on {value}: one of the clocks is wrong."),
            format!(
                "De laatste synchronisatie ligt in de toekomst, op {value}: een van de klokken loopt verkeerd."
            ),
            format!("Den senaste synkroniseringen ligger i framtiden, {value}: en av klockorna går fel."),
        ),
        Reason::SuccessLongAgo => Words::new(
            format!("The last synchronization was {hours} or more hours ago, on {value}."),
            format!("De laatste synchronisatie is {hours} of meer uur geleden, op {value}."),
            format!("Den senaste synkroniseringen genomfördes för minst {hours} timmar sedan, {value}."),
        ),
        Reason::SuccessNotRecent => Words::new(
            format!("The last synchronization is late; it was on {value}."),
            format!("De laatste synchronisatie is te laat; die was op {value}."),
            format!("Den senaste synkroniseringen är försenad; den genomfördes {value}."),
        ),
        Reason::SuccessRecent => Words::new(
            format!("The last synchronization was on {value}."),
            format!("De laatste synchronisatie was op {value}."),
            format!("Den senaste synkroniseringen genomfördes {value}."),
        ),
    }
}

fn look_after(instance: &Instance, lang: &str) -> String {
    let mut text = String::new();
    if let Some(owner) = &instance.owner {
        let word = match lang {
            "nl" => "Eigenaar",
            "sv" => "Ägare",
            _ => "Owner",
        };
        text.push_str(&format!(" {word}: {owner}."));
    }
    if let Some(note) = &instance.how_to_renew {
        let word = match lang {
            "nl" => "Zo vernieuwt u het",
            "sv" => "Så förnyar du det",
            _ => "How to renew",
        };
        text.push_str(&format!(" {word}: {note}"));
    }
    text
}

fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
