//! Asks the other service: a token by client credentials, then pages of a list.

use jiff::{SignedDuration, Timestamp};
use jobs::Trouble;
use outbound::{Answer, Client, OutboundError, Request, Target};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::words::{self, Asked};

/// A list with more pages is one that leads in a circle.
const PAGES_MAX: usize = 2_000;

/// Where the other service is, and how we sign in there.
#[derive(Clone, Debug)]
pub struct Connection {
    pub id: uuid::Uuid,
    pub display_name: String,
    /// What its lists' paths follow: `https://graph.example/v1.0`.
    pub service_url: String,
    pub token_url: String,
    pub client_id: String,
    pub scope: String,
    pub secret: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<serde_json::Value>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

/// One run's talk with the other service.
pub struct Talk<'a> {
    client: &'a Client,
    token: String,
    now: Timestamp,
    /// How far its clock is ahead of ours, by its last answer.
    pub ahead: Option<SignedDuration>,
}

impl<'a> Talk<'a> {
    /// Signs in.
    ///
    /// # Errors
    /// What the other service said, in plain words and without the secret.
    pub async fn begin(client: &'a Client, to: &Connection, now: Timestamp) -> Result<Talk<'a>, Trouble> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &to.client_id),
            ("client_secret", &to.secret),
            ("scope", &to.scope),
        ];
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request =
            Request::post(target(&to.token_url)?, "application/x-www-form-urlencoded", form.join("&"));
        let answer = client.send(request).await.map_err(unheard)?;
        good(&answer, now, Asked::SignIn)?;
        let token: Token = answer.json().map_err(unheard)?;
        let ahead = ahead(&answer, now);
        Ok(Talk { client, token: token.access_token, now, ahead })
    }

    /// The next page's items, or None after the last.
    ///
    /// # Errors
    /// What the other service said; the page can be asked for again.
    pub async fn page<T: DeserializeOwned>(&mut self, pages: &mut Pages) -> Result<Option<Vec<T>>, Trouble> {
        let Some(address) = pages.next.as_deref() else { return Ok(None) };
        if pages.n_asked == PAGES_MAX {
            return Err(Trouble::lasting(words::endless(pages.list)));
        }
        let address = target(address)?;
        // The token is for this service: it does not follow a link to another.
        if !address.is_same_origin(&pages.root) {
            return Err(Trouble::lasting(words::elsewhere()));
        }
        let answer = self.client.send(Request::get(address).bearer(&self.token)).await.map_err(unheard)?;
        good(&answer, self.now, Asked::List(pages.list))?;
        self.ahead = ahead(&answer, self.now).or(self.ahead);
        let page: Page = answer.json().map_err(unheard)?;
        (pages.next, pages.n_asked) = (page.next, pages.n_asked + 1);
        // An item in another shape does not keep the others out.
        let items = page.value.into_iter().filter_map(|item| serde_json::from_value(item).ok());
        Ok(Some(items.collect()))
    }
}

/// Where one is in a list.
#[derive(Clone, Debug)]
pub struct Pages {
    list: &'static str,
    root: Target,
    next: Option<String>,
    n_asked: usize,
}

impl Pages {
    /// The items of `list` that changed at `since` or later.
    ///
    /// # Errors
    /// When the service's address is none.
    pub fn begin(to: &Connection, list: &'static str, since: Option<Timestamp>) -> Result<Pages, Trouble> {
        let filter = since.map(|at| format!("&$filter=lastModifiedDateTime%20ge%20{at}")).unwrap_or_default();
        let base = to.service_url.trim_end_matches('/');
        let first = format!("{base}/admin/serviceAnnouncement/{list}?$top=100{filter}");
        Ok(Pages { list, root: target(&to.service_url)?, next: Some(first), n_asked: 0 })
    }
}

fn target(address: &str) -> Result<Target, Trouble> {
    Target::parse(address).map_err(|error| Trouble::lasting(error.words()))
}

fn unheard(error: OutboundError) -> Trouble {
    Trouble::passing(error.words())
}

/// What an answer that is no success means for the job.
fn good(answer: &Answer, now: Timestamp, asked: Asked) -> Result<(), Trouble> {
    let status = answer.status;
    if status.is_success() {
        return Ok(());
    }
    let said = words::refused(asked, &answer.host, status);
    match answer.retry_after(now).filter(|_| words::asks_to_wait(status)) {
        Some(at) => Err(Trouble::until(said, at)),
        None => Err(Trouble::passing(said)),
    }
}

/// How far the clock behind an answer is ahead of ours.
fn ahead(answer: &Answer, now: Timestamp) -> Option<SignedDuration> {
    let theirs = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(answer.header("date")?).ok()?;
    // The header has whole seconds.
    Some(theirs.duration_since(now))
        .map(|ahead| if ahead.abs().as_secs() <= 1 { SignedDuration::ZERO } else { ahead })
}

/// A value of a form.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
