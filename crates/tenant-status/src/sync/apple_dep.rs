//! Apple's automated enrolment: which devices the organisation has.
//!
//! Written from Apple's public documentation of the device-assignment service (`/session` by OAuth 1.0,
//! `/server/devices`, `/devices/sync`), and tested against a double made from it; never against Apple.

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use outbound::{Answer, Client, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use words::Words;
use world::World;

use super::oauth1::{Token, authorization};
use super::shelf::{AppleDevice, Kept, Page as ShelfPage, Shelf, Shelved};
use super::trouble::{Refused, check_root, refused, text, under};
use super::{Asked, Running, Sync, SyncError, Synced};
use crate::catalogue::SyncKind;
use crate::upload::Stored;

const ROOT: &str = "https://mdmenrollment.apple.com";
const SESSION: HeaderName = HeaderName::from_static("x-adm-auth-session");
const VERSION: HeaderName = HeaderName::from_static("x-server-protocol-version");
/// The most devices Apple puts in one answer.
const LIMIT: u32 = 1_000;
const PAGES_MAX: usize = 10_000;

/// Synchronises an enrolment server token.
pub(super) struct AppleDep {
    pub(super) client: Client,
    pub(super) world: World,
    pub(super) shelf: Arc<dyn Shelf>,
}

#[derive(Deserialize)]
struct Session {
    auth_session_token: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    devices: Vec<AppleDevice>,
    cursor: Option<String>,
    #[serde(default)]
    more_to_follow: bool,
}

/// How many devices were read, and what became of them since the last time.
#[derive(Default)]
struct Counts {
    read: u64,
    added: u64,
    modified: u64,
    deleted: u64,
}

impl Sync for AppleDep {
    fn kind(&self) -> SyncKind {
        SyncKind::AppleDep
    }

    fn check(&self, settings: &Value) -> Result<(), Refused> {
        check_root(settings)
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(async move {
            let session = self.session(&asked).await?;
            let since = asked.cursor.clone().filter(|cursor| !cursor.is_empty());
            let found = match since {
                Some(cursor) => match self.devices(&asked, &session, Some(cursor)).await {
                    // A cursor lives seven days; then everything is read again.
                    Err(Stop::Cursor) => self.devices(&asked, &session, None).await,
                    found => found,
                },
                None => self.devices(&asked, &session, None).await,
            };
            found.map_err(|stop| match stop {
                Stop::Cursor => SyncError::new(Words::new(
                    "Apple refuses to go on with its own list of devices.",
                    "Apple weigert verder te gaan met de eigen lijst met apparaten.",
                    "Apple vägrar att fortsätta med sin egen lista över enheter.",
                )),
                Stop::Trouble(error) => error,
            })
        })
    }
}

/// Why reading devices ended early.
enum Stop {
    /// The cursor is of no use any more.
    Cursor,
    Trouble(SyncError),
}

impl From<SyncError> for Stop {
    fn from(error: SyncError) -> Stop {
        Stop::Trouble(error)
    }
}

impl AppleDep {
    /// A new session: OAuth 1.0 with the token's four parts.
    async fn session(&self, asked: &Asked) -> Result<HeaderValue, SyncError> {
        let Some(Stored::EnrolmentToken { consumer_key, consumer_secret, access_token, access_secret }) =
            Stored::read(asked.credential.as_deref())
        else {
            return Err(SyncError::lasting(Words::new(
                "There is no server token; upload it first.",
                "Er is geen servertoken; upload die eerst.",
                "Det finns ingen servertoken; ladda upp den först.",
            )));
        };
        let token = Token {
            consumer_key: &consumer_key,
            consumer_secret: &consumer_secret,
            access_token: &access_token,
            access_secret: &access_secret,
        };
        let root = text(&asked.settings, "root").ok().flatten().unwrap_or(ROOT).trim_end_matches('/');
        let nonce = self.world.entropy.token(16);
        let url = format!("{root}/session");
        let header = authorization(&token, ("GET", &url), &[], (&nonce, asked.now.as_second()));
        let mut value = HeaderValue::try_from(header).map_err(|_| {
            SyncError::lasting(Words::new(
                "The server token cannot be sent; upload it again.",
                "De servertoken kan niet worden verzonden; upload die opnieuw.",
                "Servertoken kan inte skickas; ladda upp den igen.",
            ))
        })?;
        value.set_sensitive(true);
        let request = Request::get(under(&asked.settings, ROOT, "/session")?)
            .header(http::header::AUTHORIZATION, value)
            .header(VERSION, HeaderValue::from_static("3"));
        let answer = self.client.send(request).await?;
        if !answer.status.is_success() {
            return Err(refusal(&answer, asked));
        }
        let session: Session = answer.json()?;
        let mut value = HeaderValue::try_from(session.auth_session_token).map_err(|_| {
            SyncError::new(Words::new(
                "Apple answered with a session that cannot be used.",
                "Apple antwoordde met een sessie die niet bruikbaar is.",
                "Apple svarade med en session som inte kan användas.",
            ))
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Everything, or what changed since `cursor`.
    async fn devices(
        &self,
        asked: &Asked,
        session: &HeaderValue,
        since: Option<String>,
    ) -> Result<Synced, Stop> {
        let path = if since.is_some() { "/devices/sync" } else { "/server/devices" };
        let (is_delta, mut cursor, mut counts) = (since.is_some(), since, Counts::default());
        let mut session = session.clone();
        for _ in 0..PAGES_MAX {
            let mut body = json!({ "limit": LIMIT });
            if let Some(cursor) = &cursor {
                body["cursor"] = json!(cursor);
            }
            let target = under(&asked.settings, ROOT, path)?;
            let request = Request::post(target, "application/json;charset=UTF8", body.to_string())
                .header(SESSION, session.clone())
                .header(VERSION, HeaderValue::from_static("3"));
            let answer = self.client.send(request).await.map_err(SyncError::from)?;
            if answer.status == 400 && names_cursor(&answer) {
                return Err(Stop::Cursor);
            }
            if !answer.status.is_success() {
                return Err(refusal(&answer, asked).into());
            }
            // Apple may change the session with any answer.
            if let Some(next) = answer.headers.get(SESSION) {
                session = next.clone();
            }
            let page: Page = answer.json().map_err(SyncError::from)?;
            counts.add(&page.devices);
            let put = self.shelf.put(asked.bringer(), ShelfPage::AppleDevices(page.devices)).await;
            put.map_err(SyncError::new)?;
            cursor = page.cursor.or(cursor);
            if !page.more_to_follow {
                let kept = self.shelf.close(asked.bringer(), Shelved::AppleDevices, !is_delta).await;
                return Ok(synced(&counts, is_delta, kept.map_err(SyncError::new)?, cursor));
            }
        }
        let endless = Words::new(
            format!("Apple's list of devices has more than {PAGES_MAX} pages."),
            format!("De lijst met apparaten van Apple heeft meer dan {PAGES_MAX} pagina's."),
            format!("Apples lista över enheter har fler än {PAGES_MAX} sidor."),
        );
        Err(SyncError::new(endless).into())
    }
}

impl Counts {
    fn add(&mut self, devices: &[AppleDevice]) {
        self.read += devices.len() as u64;
        for device in devices {
            match device.op_type.as_deref() {
                Some("added") => self.added += 1,
                Some("modified") => self.modified += 1,
                Some("deleted") => self.deleted += 1,
                _ => {}
            }
        }
    }
}

fn synced(counts: &Counts, is_delta: bool, kept: Kept, cursor: Option<String>) -> Synced {
    let Counts { read, added, modified, deleted } = counts;
    let (message, counts) = if is_delta {
        let message = Words::new(
            format!("{added} devices were added, {modified} changed, {deleted} taken away."),
            format!("{added} apparaten toegevoegd, {modified} gewijzigd, {deleted} weggehaald."),
            format!("{added} enheter lades till, {modified} ändrades, {deleted} togs bort."),
        );
        let counts = json!({ "added": added, "modified": modified, "deleted": deleted, "kept": kept.n_kept });
        (message, counts)
    } else {
        let message = Words::new(
            format!("{read} devices were read."),
            format!("{read} apparaten gelezen."),
            format!("{read} enheter lästes."),
        );
        (message, json!({ "devices": read, "removed": kept.n_removed }))
    };
    Synced { message, counts, cursor, credential: None }
}

/// Apple's errors are a word, as text or as JSON text.
fn word(answer: &Answer) -> String {
    let text: String = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
    text.trim().trim_matches('"').to_owned()
}

fn names_cursor(answer: &Answer) -> bool {
    ["EXPIRED_CURSOR", "INVALID_CURSOR", "EXHAUSTED_CURSOR"].iter().any(|name| word(answer).contains(name))
}

fn refusal(answer: &Answer, asked: &Asked) -> SyncError {
    let word = word(answer);
    if word.contains("T_C_NOT_SIGNED") {
        return SyncError::lasting(Words::new(
            "Apple waits for somebody to accept its new terms: sign in to Apple Business or School Manager and accept them.",
            "Apple wacht tot iemand de nieuwe voorwaarden accepteert: meld u aan bij Apple Business of School Manager en accepteer ze.",
            "Apple väntar på att någon godkänner de nya villkoren: logga in i Apple Business eller School Manager och godkänn dem.",
        ));
    }
    if ["ACCESS_DENIED", "token_expired", "oauth_problem"].iter().any(|name| word.contains(name)) {
        return SyncError::lasting(Words::new(
            "Apple does not accept the server token any more; download a new one and upload it.",
            "Apple accepteert de servertoken niet meer; download een nieuwe en upload die.",
            "Apple godtar inte servertoken längre; ladda ned en ny och ladda upp den.",
        ));
    }
    refused(answer, asked.now)
}
