//! What goes wrong with others, as the page shows it; and reading settings.

use jiff::Timestamp;
use outbound::{Answer, OutboundError, Target};
use serde_json::Value;
use words::Words;

use super::SyncError;

impl From<OutboundError> for SyncError {
    fn from(error: OutboundError) -> SyncError {
        // What only a change of the settings can mend.
        let is_final = matches!(
            error,
            OutboundError::Address(_) | OutboundError::Plain { .. } | OutboundError::Private { .. }
        );
        SyncError { is_final, ..SyncError::new(error.words()) }
    }
}

impl SyncError {
    /// Trying again without a change is of no use.
    pub(super) fn lasting(said: impl Into<Words>) -> SyncError {
        SyncError { is_final: true, ..SyncError::new(said) }
    }
}

/// An answer that is no success, in general words. What it asks to wait is kept.
pub(super) fn refused(answer: &Answer, now: Timestamp) -> SyncError {
    let (host, status) = (&answer.host, answer.status.as_u16());
    let retry_after = answer.retry_after(now).map(|at| at.duration_since(now));
    SyncError { said: refusal(host, status), retry_after, is_final: matches!(status, 401 | 403) }
}

fn refusal(host: &str, status: u16) -> Words {
    match status {
        401 => Words::new(
            format!("{host} does not accept the credential; renew it."),
            format!("{host} accepteert de referentie niet; vernieuw die."),
            format!("{host} godtar inte autentiseringsuppgiften; förnya den."),
        ),
        403 => Words::new(
            format!("{host} does not permit this with the credential; check what it may do."),
            format!("{host} staat dit met de referentie niet toe; controleer wat die mag."),
            format!("{host} tillåter inte detta med autentiseringsuppgiften; kontrollera vad den får göra."),
        ),
        429 => Words::new(
            format!("{host} asks for a pause: too many requests."),
            format!("{host} vraagt om een pauze: te veel aanvragen."),
            format!("{host} ber om en paus: för många förfrågningar."),
        ),
        500.. => Words::new(
            format!("{host} has trouble of its own (status {status})."),
            format!("{host} heeft zelf een probleem (status {status})."),
            format!("{host} har egna problem (status {status})."),
        ),
        _ => Words::new(
            format!("{host} answered with status {status}."),
            format!("{host} antwoordde met status {status}."),
            format!("{host} svarade med status {status}."),
        ),
    }
}

/// Why a setting is refused: the field, and a sentence.
pub(super) type Refused = (String, Words);

/// A text setting; empty counts as not there.
pub(super) fn text<'a>(settings: &'a Value, field: &str) -> Result<Option<&'a str>, Refused> {
    match &settings[field] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        _ => Err((
            field.to_owned(),
            Words::new(
                format!("{field} is a text."),
                format!("{field} is een tekst."),
                format!("{field} är en text."),
            ),
        )),
    }
}

/// A setting that has to be there.
pub(super) fn required<'a>(settings: &'a Value, field: &str) -> Result<&'a str, Refused> {
    text(settings, field)?.ok_or_else(|| {
        let said =
            Words::new(format!("Fill in {field}."), format!("Vul {field} in."), format!("Fyll i {field}."));
        (field.to_owned(), said)
    })
}

/// A whole number within bounds.
pub(super) fn number(
    settings: &Value,
    field: &str,
    (least, most): (u16, u16),
) -> Result<Option<u16>, Refused> {
    let value = &settings[field];
    if value.is_null() {
        return Ok(None);
    }
    let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
    let number = number.filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| {
        let said = Words::new(
            format!("{field} is a whole number from {least} to {most}."),
            format!("{field} is een geheel getal van {least} tot en met {most}."),
            format!("{field} är ett heltal från {least} till {most}."),
        );
        (field.to_owned(), said)
    })
}

/// An address.
pub(super) fn address(settings: &Value, field: &str) -> Result<Target, Refused> {
    Target::parse(required(settings, field)?).map_err(|error| (field.to_owned(), error.words()))
}

/// An address under a root that may be set, for those who stand in for the real service.
pub(super) fn under(settings: &Value, default_root: &str, path: &str) -> Result<Target, SyncError> {
    let root = text(settings, "root").ok().flatten().unwrap_or(default_root);
    Ok(Target::parse(&format!("{}{path}", root.trim_end_matches('/')))?)
}

/// Refuses a root that is no address.
pub(super) fn check_root(settings: &Value) -> Result<(), Refused> {
    match text(settings, "root")? {
        Some(root) => Target::parse(root).map(drop).map_err(|error| ("root".to_owned(), error.words())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_and_settings_are_told_in_each_language_with_the_same_facts() {
        let refusals = [401, 403, 404, 429, 500, 503].map(|status| refusal("mail.example", status));
        let nothing = serde_json::json!({ "port": 70_000, "host": 5 });
        let settings = [
            required(&nothing, "url").map(drop),
            text(&nothing, "host").map(drop),
            number(&nothing, "port", (1, 9)).map(drop),
            address(&serde_json::json!({ "url": "x" }), "url").map(drop),
        ];
        let settings = settings.map(|refused| refused.expect_err("it is refused").1);
        for said in refusals.iter().chain(&settings) {
            assert!(said.en != said.nl && said.nl != said.sv && said.sv != said.en, "{said:?}");
            let names_host = |text: &String| text.contains("mail.example");
            assert_eq!(names_host(&said.en), names_host(&said.nl), "{said:?}");
            assert_eq!(names_host(&said.en), names_host(&said.sv), "{said:?}");
        }
    }
}
