//! Why a request got no answer: sentences for people, without anything of the request but the host.

use words::Words;

/// A request that got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("'{0}' is no address; write it like https://host.example/path.")]
    Address(String),
    #[error("The address of {host} begins with http:, which anybody on the way can read; use https:.")]
    Plain { host: String },
    #[error(
        "{host} is at {ip}, a private address, and these are refused here; allow them in the settings if it is yours."
    )]
    Private { host: String, ip: std::net::IpAddr },
    #[error("The name {host} was not found; check its spelling and this machine's DNS.")]
    NameNotFound { host: String },
    #[error(
        "{host} does not take connections on port {port} ({why}); check that it runs and that no firewall is between."
    )]
    NotConnected { host: String, port: u16, why: Words },
    #[error("{host} did not answer within {seconds} seconds.")]
    TimedOut { host: String, seconds: u64 },
    #[error("{host} does not speak TLS as it should: {why}.")]
    Tls { host: String, why: Words },
    #[error("The certificate of {host} is not trusted: {why}.")]
    Untrusted { host: String, why: Words },
    #[error("{host} ended the connection before its answer was complete.")]
    Broken { host: String },
    #[error("The answer of {host} is larger than {bytes_max} bytes.")]
    TooLarge { host: String, bytes_max: usize },
    #[error("{host} redirects more than {redirects_max} times.")]
    Redirects { host: String, redirects_max: u8 },
    #[error(
        "{host} redirects to another place ({to}) that may not have what was sent; use that address if it is right."
    )]
    RedirectElsewhere { host: String, to: String },
    #[error("The answer of {host} is not the JSON it should be ({why}).")]
    NotJson { host: String, why: Words },
    #[error("No trusted root certificates were found on this machine; install them, or name a file of them.")]
    NoRoots,
    #[error("A root certificate to be trusted cannot be read.")]
    RootUnreadable,
}

impl OutboundError {
    /// The sentence in the reader's language.
    pub fn words(&self) -> Words {
        Words::new(self.to_string(), self.in_dutch(), self.in_swedish())
    }

    fn in_dutch(&self) -> String {
        match self {
            Self::Address(text) => {
                format!("'{text}' is geen adres; schrijf het als https://host.example/pad.")
            }
            Self::Plain { host } => format!(
                "Het adres van {host} begint met http:, wat iedereen onderweg kan lezen; gebruik https:."
            ),
            Self::Private { host, ip } => format!(
                "{host} staat op {ip}, een privéadres, en die worden hier geweigerd; sta ze toe in de instellingen als het van u is."
            ),
            Self::NameNotFound { host } => {
                format!("De naam {host} is niet gevonden; controleer de spelling en de DNS van deze machine.")
            }
            Self::NotConnected { host, port, why } => format!(
                "{host} neemt op poort {port} geen verbindingen aan ({}); controleer of het draait en of er geen firewall tussen zit.",
                why.nl
            ),
            Self::TimedOut { host, seconds } => format!("{host} antwoordde niet binnen {seconds} seconden."),
            Self::Tls { host, why } => format!("{host} spreekt geen TLS zoals het hoort: {}.", why.nl),
            Self::Untrusted { host, why } => {
                format!("Het certificaat van {host} wordt niet vertrouwd: {}.", why.nl)
            }
            Self::Broken { host } => {
                format!("{host} verbrak de verbinding voordat het antwoord volledig was.")
            }
            Self::TooLarge { host, bytes_max } => {
                format!("Het antwoord van {host} is groter dan {bytes_max} bytes.")
            }
            Self::Redirects { host, redirects_max } => {
                format!("{host} verwijst meer dan {redirects_max} keer door.")
            }
            Self::RedirectElsewhere { host, to } => format!(
                "{host} verwijst door naar een andere plaats ({to}) die het verzondene misschien niet mag hebben; gebruik dat adres als het klopt."
            ),
            Self::NotJson { host, why } => {
                format!("Het antwoord van {host} is niet de JSON die het moet zijn ({}).", why.nl)
            }
            Self::NoRoots => "Op deze machine zijn geen vertrouwde basiscertificaten gevonden; installeer ze of noem een bestand ermee.".to_owned(),
            Self::RootUnreadable => "Een te vertrouwen basiscertificaat kan niet worden gelezen.".to_owned(),
        }
    }

    fn in_swedish(&self) -> String {
        match self {
            Self::Address(text) => {
                format!("'{text}' är ingen adress; skriv den som https://host.example/path.")
            }
            Self::Plain { host } => format!(
                "Adressen till {host} börjar med http:, som vem som helst på vägen kan läsa; använd https:."
            ),
            Self::Private { host, ip } => format!(
                "{host} finns på {ip}, en privat adress, och sådana nekas här; tillåt dem i inställningarna om den är er."
            ),
            Self::NameNotFound { host } => {
                format!("Namnet {host} hittades inte; kontrollera stavningen och den här maskinens DNS.")
            }
            Self::NotConnected { host, port, why } => format!(
                "{host} tar inte emot anslutningar på port {port} ({}); kontrollera att den är igång och att ingen brandvägg är i vägen.",
                why.sv
            ),
            Self::TimedOut { host, seconds } => format!("{host} svarade inte inom {seconds} sekunder."),
            Self::Tls { host, why } => format!("{host} talar inte TLS som den ska: {}.", why.sv),
            Self::Untrusted { host, why } => format!("Certifikatet för {host} är inte betrott: {}.", why.sv),
            Self::Broken { host } => format!("{host} avslutade anslutningen innan svaret var fullständigt."),
            Self::TooLarge { host, bytes_max } => {
                format!("Svaret från {host} är större än {bytes_max} byte.")
            }
            Self::Redirects { host, redirects_max } => {
                format!("{host} omdirigerar mer än {redirects_max} gånger.")
            }
            Self::RedirectElsewhere { host, to } => format!(
                "{host} omdirigerar till en annan plats ({to}) som kanske inte får ta emot det som skickades; använd den adressen om den är rätt."
            ),
            Self::NotJson { host, why } => {
                format!("Svaret från {host} är inte den JSON som det ska vara ({}).", why.sv)
            }
            Self::NoRoots => "Inga betrodda rotcertifikat hittades på den här maskinen; installera dem, eller ange en fil med dem.".to_owned(),
            Self::RootUnreadable => "Ett rotcertifikat som ska vara betrott kan inte läsas.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each; the compiler asks for a new one in [`OutboundError::words`], and the count here.
    fn all() -> [OutboundError; 15] {
        let host = || "mail.example".to_owned();
        let why = || Words::new("why", "waarom", "varför");
        [
            OutboundError::Address(host()),
            OutboundError::Plain { host: host() },
            OutboundError::Private { host: host(), ip: [10, 0, 0, 1].into() },
            OutboundError::NameNotFound { host: host() },
            OutboundError::NotConnected { host: host(), port: 443, why: why() },
            OutboundError::TimedOut { host: host(), seconds: 5 },
            OutboundError::Tls { host: host(), why: why() },
            OutboundError::Untrusted { host: host(), why: why() },
            OutboundError::Broken { host: host() },
            OutboundError::TooLarge { host: host(), bytes_max: 7 },
            OutboundError::Redirects { host: host(), redirects_max: 3 },
            OutboundError::RedirectElsewhere { host: host(), to: "https://b.example".to_owned() },
            OutboundError::NotJson { host: host(), why: why() },
            OutboundError::NoRoots,
            OutboundError::RootUnreadable,
        ]
    }

    #[test]
    fn every_error_is_said_in_each_language_with_the_same_facts() {
        for error in all() {
            let words = error.words();
            assert!(words.en != words.nl && words.nl != words.sv && words.sv != words.en, "{words:?}");
            for fact in ["mail.example", "10.0.0.1", "443", "https://b.example"] {
                let holds = |text: &str| text.contains(fact);
                assert_eq!(holds(&words.en), holds(&words.nl), "{fact}: {words:?}");
                assert_eq!(holds(&words.en), holds(&words.sv), "{fact}: {words:?}");
            }
            let whys = [words.en.contains("why"), words.nl.contains("waarom"), words.sv.contains("varför")];
            assert!(whys == [true; 3] || whys == [false; 3], "{words:?}");
        }
    }
}
