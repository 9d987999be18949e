//! The way out: mail by SMTP, webhooks by HTTPS.

mod web;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use identity::{Identity, Seal as _};
use jiff::Timestamp;
use jobs::Trouble;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::channel::{Kind, Target};
use crate::render::{chat, mail, webhook};
use crate::row;
use crate::summary::Summary;
use words::Words;

pub use web::Https;

const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How mail leaves. From the program's settings.
#[derive(Clone)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Name and password.
    pub credentials: Option<(String, String)>,
    /// The sender: `Quarterdeck <deck@example.com>`.
    pub from: String,
    /// An authority to trust beside the machine's own, as PEM.
    pub ca_pem: Option<String>,
}

/// What protects the connection to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// Starts plain and must become TLS before anything is said (port 587).
    StartTls,
    /// TLS from the start (port 465).
    Tls,
    /// Plain. For a relay on this machine.
    None,
}

/// Why the mail settings cannot be used: the end of a sentence that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("mail.from must be an address such as \"Quarterdeck <deck@example.com>\": {0}")]
    From(lettre::address::AddressError),
    #[error("mail.ca_file must hold certificates as PEM: {0}")]
    Authority(lettre::transport::smtp::Error),
}

/// Sends summaries. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    mailer: Option<Mailer>,
    web: Arc<dyn Web>,
}

/// How webhooks leave: a client of https. Its answers' bodies are of no interest.
pub trait Web: Send + Sync + 'static {
    /// Posts JSON.
    fn post(&self, url: String, headers: Vec<(&'static str, String)>, body: String) -> Sending;
}

/// A post on its way; its error says in plain words why the other side could not be reached.
pub type Sending = Pin<Box<dyn Future<Output = Result<WebAnswer, Words>> + Send>>;

/// What the other side answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebAnswer {
    pub status: u16,
    /// When it asked to be left alone until.
    pub retry_at: Option<Timestamp>,
}

#[derive(Clone)]
struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Arc<Mailbox>,
}

impl Post {
    /// # Errors
    /// When the mail settings cannot be used.
    pub fn new(mail: Option<&MailSettings>, web: Arc<dyn Web>) -> Result<Post, MailError> {
        Ok(Post { mailer: mail.map(Mailer::new).transpose()?, web })
    }

    /// Whether there is a way for mail.
    pub fn has_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Sends `summary` through `channel`.
    ///
    /// # Errors
    /// Why the other side did not take it, in plain words, and whether trying again can help.
    pub(crate) async fn send(
        &self,
        identity: &Identity,
        channel: &row::Channel,
        summary: &Summary,
    ) -> Result<(), Trouble> {
        if channel.kind == Kind::Mail {
            let mailer = self.mailer.as_ref().ok_or_else(|| {
Trouble::passing(Words::new(
                    "There is no mail server yet: the operator sets mail.host in the settings file.",
                    "Er is nog geen mailserver: de beheerder van de server stelt mail.host in het instellingenbestand in.",
                    "Det finns ingen e-postserver än: serverns operatör anger mail.host i inställningsfilen.",
                ))
            })?;
            return mailer.send(&channel.settings.addresses, summary).await;
        }
        let target = unsealed(identity, channel).ok_or_else(|| {
            Trouble::lasting(Words::new(
                "The channel's address cannot be read. Set it again.",
                "Het adres van het kanaal kan niet worden gelezen. Stel het opnieuw in.",
                "Kanalens adress kan inte läsas. Ange den igen.",
            ))
        })?;
        let (body, headers) = written(channel.kind, &target, summary);
        let answer = self.web.post(target.url, headers, body).await.map_err(Trouble::passing)?;
        judge(answer)
    }
}

/// What a webhook's answer means (Standard Webhooks: 2xx is success, 410 ends it, 429 and 502 to 504 ask to wait).
fn judge(answer: WebAnswer) -> Result<(), Trouble> {
    let status = answer.status;
    let said = Words::new(
        format!("The other side answered {status}."),
        format!("De andere kant antwoordde {status}."),
        format!("Den andra sidan svarade {status}."),
    );
    match (status, answer.retry_at) {
        (200..=299, _) => Ok(()),
        (410, _) => Err(Trouble::lasting(Words::new(
            format!("{} The webhook is gone; make a new one there.", said.en),
            format!("{} De webhook bestaat niet meer; maak daar een nieuwe.", said.nl),
            format!("{} Webhooken finns inte längre; skapa en ny där.", said.sv),
        ))),
        (_, Some(at)) => Err(Trouble::until(said, at)),
        _ => Err(Trouble::passing(said)),
    }
}

/// A body and its headers. Only our own form is signed: Slack and Teams know no signatures.
fn written(kind: Kind, target: &Target, summary: &Summary) -> (String, Vec<(&'static str, String)>) {
    let body = match kind {
        Kind::Slack => chat::slack(summary),
        Kind::Teams => chat::teams(summary),
        Kind::Webhook | Kind::Mail => webhook::body(summary),
    };
    let body = body.to_string();
    let secret = target.signing_secret.as_deref().unwrap_or_default();
    let signed = webhook::signed(secret, &summary.id.to_string(), summary.at.as_second(), &body);
    (body, signed.map(Vec::from).unwrap_or_default())
}

/// The channel's address and key, opened.
pub(crate) fn unsealed(identity: &Identity, channel: &row::Channel) -> Option<Target> {
    let opened = identity.unseal(&seal_name(channel.id), channel.secret.as_deref()?)?;
    serde_json::from_slice(&opened).ok()
}

pub(crate) fn seal_name(channel: uuid::Uuid) -> String {
    format!("notify/{channel}")
}

impl Mailer {
    fn new(settings: &MailSettings) -> Result<Mailer, MailError> {
        let from = settings.from.parse().map_err(MailError::From)?;
        let tls = match settings.security {
            MailSecurity::None => Tls::None,
            MailSecurity::StartTls => Tls::Required(tls_parameters(settings)?),
            MailSecurity::Tls => Tls::Wrapper(tls_parameters(settings)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TIME_LIMIT));
        if let Some((name, password)) = settings.credentials.clone() {
            transport = transport.credentials(Credentials::new(name, password));
        }
        Ok(Mailer { transport: transport.build(), from: Arc::new(from) })
    }

    async fn send(&self, addresses: &[String], summary: &Summary) -> Result<(), Trouble> {
        let message =
            self.message(addresses, summary).map_err(|error| Trouble::lasting(error.to_string()))?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| {
            let said = Words::new(
                format!("The mail server did not take it: {error}"),
                format!("De mailserver nam het niet aan: {error}"),
                format!("E-postservern tog inte emot det: {error}"),
            );
            if error.is_permanent() { Trouble::lasting(said) } else { Trouble::passing(said) }
        })
    }

    fn message(&self, addresses: &[String], summary: &Summary) -> Result<Message, lettre::error::Error> {
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from((*self.from).clone())
            .subject(mail::subject(summary))
            .message_id(Some(format!("<{}@{domain}>", summary.id)))
            .date(summary.at.into())
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for address in addresses {
            if let Ok(address) = address.parse() {
                message = message.to(Mailbox::new(None, address));
            }
        }
        let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail::text(summary));
        let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(mail::html(summary));
        message.multipart(MultiPart::alternative().singlepart(plain).singlepart(html))
    }
}

fn tls_parameters(settings: &MailSettings) -> Result<TlsParameters, MailError> {
    let mut parameters =
        TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::Default);
    if let Some(pem) = &settings.ca_pem {
        parameters = parameters
            .add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(MailError::Authority)?);
    }
    parameters.build().map_err(MailError::Authority)
}
