//! What goes wrong with another service, in the three languages.

use http::StatusCode;
use notify::Words;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    SignIn,
    /// One of Graph's lists, by its name: `issues`.
    List(&'static str),
}

impl Asked {
    fn words(self) -> Words {
        match self {
            Asked::SignIn => Words::new("The sign-in", "Het aanmelden", "Inloggningen"),
            Asked::List("issues") => {
                Words::new("The list of issues", "De lijst met problemen", "Listan över problem")
            }
            Asked::List("messages") => {
                Words::new("The list of messages", "De lijst met berichten", "Listan över meddelanden")
            }
            Asked::List(other) => Words::new(
                format!("The list of {other}"),
                format!("De lijst {other}"),
                format!("Listan {other}"),
            ),
        }
    }
}

pub(super) fn asks_to_wait(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
}

/// An answer that is no success: who gave it to what, and what to change.
pub(super) fn refused(asked: Asked, host: &str, status: StatusCode) -> Words {
    let what = asked.words();
    if asks_to_wait(status) {
        return Words::new(
            format!("{}: {host} asks to wait ({status}).", what.en),
            format!("{}: {host} vraagt te wachten ({status}).", what.nl),
            format!("{}: {host} ber oss vänta ({status}).", what.sv),
        );
    }
    let advice = advice(status);
    Words::new(
        format!("{}: {host} answered {status}; {}.", what.en, advice.en),
        format!("{}: {host} antwoordde {status}; {}.", what.nl, advice.nl),
        format!("{}: {host} svarade {status}; {}.", what.sv, advice.sv),
    )
}

fn advice(status: StatusCode) -> Words {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => Words::new(
            "check the client id, the secret and its expiry",
            "controleer de client-id, het geheim en de vervaldatum ervan",
            "kontrollera klient-id:t, hemligheten och när den upphör att gälla",
        ),
        StatusCode::FORBIDDEN => Words::new(
            "let an administrator there consent to ServiceHealth.Read.All and ServiceMessage.Read.All",
            "laat een beheerder daar toestemming geven voor ServiceHealth.Read.All en ServiceMessage.Read.All",
            "låt en administratör där godkänna ServiceHealth.Read.All och ServiceMessage.Read.All",
        ),
        StatusCode::NOT_FOUND => Words::new(
            "check the address of the service",
            "controleer het adres van de service",
            "kontrollera tjänstens adress",
        ),
        _ => Words::new("it is tried again", "het wordt opnieuw geprobeerd", "ett nytt försök görs"),
    }
}

pub(super) fn endless(list: &'static str) -> Words {
    let what = Asked::List(list).words();
    Words::new(
        format!("{} has no end.", what.en),
        format!("{} heeft geen einde.", what.nl),
        format!("{} tar aldrig slut.", what.sv),
    )
}

pub(super) fn elsewhere() -> Words {
    Words::new(
        "A next page is on another host than the service; it was not asked for.",
        "Een volgende pagina staat op een andere host dan de service; die is niet opgevraagd.",
        "En nästa sida finns på en annan värd än tjänsten; den hämtades inte.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_said_in_each_language() {
        for asked in [Asked::SignIn, Asked::List("issues"), Asked::List("messages"), Asked::List("others")] {
            for status in [400, 401, 403, 404, 429, 500, 503] {
                let status = StatusCode::from_u16(status).expect("a status");
                let said = refused(asked, "graph.example", status);
                for text in [&said.en, &said.nl, &said.sv] {
                    assert!(text.contains("graph.example") && text.contains(status.as_str()), "{text}");
                }
                assert!(said.en != said.nl && said.nl != said.sv && said.sv != said.en, "{said:?}");
            }
        }
    }
}
