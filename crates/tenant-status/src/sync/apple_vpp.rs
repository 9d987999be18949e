//! Apple's volume purchases: which apps and books there are licences of, how many, and until when the token holds.
//!
//! Written from Apple's public documentation of the App and Book Management API, version 2 (`/client/config`,
//! `/assets`), and tested against a double made from it; never against Apple.

use std::sync::Arc;

use outbound::{Answer, Client, Request, Target};
use serde::Deserialize;
use serde_json::{Value, json};
use words::Words;

use super::shelf::{Asset, Kept, Page as ShelfPage, Shelf, Shelved};
use super::trouble::{Refused, check_root, refused, under};
use super::{Asked, Running, SeenCredential, Sync, SyncError, Synced};
use crate::catalogue::SyncKind;
use crate::upload::Stored;

const ROOT: &str = "https://vpp.itunes.apple.com/mdm/v2";
/// More pages than any organisation has; it ends a server that goes round in circles.
const PAGES_MAX: usize = 10_000;
/// Apple's numbers for a token that is used up: expired, revoked, invalid.
const TOKEN_ERRORS: [i64; 3] = [9621, 9622, 9625];

/// Synchronises a location token.
pub(super) struct AppleVpp {
    pub(super) client: Client,
    pub(super) shelf: Arc<dyn Shelf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    location_name: Option<String>,
    token_expiration_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    assets: Vec<Asset>,
    next_page_index: Option<u32>,
    version_id: Option<String>,
}

/// What all assets come to.
#[derive(Default)]
struct Totals {
    assets: usize,
    licences: u64,
    assigned: u64,
    available: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    error_number: Option<i64>,
    error_message: Option<String>,
}

impl Sync for AppleVpp {
    fn kind(&self) -> SyncKind {
        SyncKind::AppleVpp
    }

    fn check(&self, settings: &Value) -> Result<(), Refused> {
        check_root(settings)
    }

    fn run(&self, asked: Asked) -> Running<'_> {
        Box::pin(async move {
            let Some(Stored::LocationToken { bearer }) = Stored::read(asked.credential.as_deref()) else {
                return Err(SyncError::lasting(Words::new(
                    "There is no location token; upload it first.",
                    "Er is geen locatietoken; upload die eerst.",
                    "Det finns ingen platstoken; ladda upp den först.",
                )));
            };
            let config: Config = self.get(&asked, &bearer, "/client/config").await?.json()?;
            let (totals, version) = self.assets(&asked, &bearer).await?;
            let kept = self.shelf.close(asked.bringer(), Shelved::Assets, true).await;
            let kept = kept.map_err(SyncError::new)?;
            Ok(synced(&config, &totals, kept, version))
        })
    }
}

impl AppleVpp {
    async fn get(&self, asked: &Asked, bearer: &str, path: &str) -> Result<Answer, SyncError> {
        let target: Target = under(&asked.settings, ROOT, path)?;
        let answer = self.client.send(Request::get(target).bearer(bearer)).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(refusal(&answer, asked)) }
    }

    /// Keeps every page.
    async fn assets(&self, asked: &Asked, bearer: &str) -> Result<(Totals, Option<String>), SyncError> {
        let (mut totals, mut index, mut version) = (Totals::default(), 0, None);
        for _ in 0..PAGES_MAX {
            let page: Page = self.get(asked, bearer, &format!("/assets?pageIndex={index}")).await?.json()?;
            totals.add(&page.assets);
            let put = self.shelf.put(asked.bringer(), ShelfPage::Assets(page.assets)).await;
            put.map_err(SyncError::new)?;
            version = page.version_id.or(version);
            match page.next_page_index {
                Some(next) if next > index => index = next,
                Some(_) => {
                    return Err(SyncError::new(Words::new(
                        "Apple's list of assets goes round in circles.",
                        "De lijst met aankopen van Apple draait in een kring.",
                        "Apples lista över köp går runt i en cirkel.",
                    )));
                }
                None => return Ok((totals, version)),
            }
        }
        Err(SyncError::new(Words::new(
            format!("Apple's list of assets has more than {PAGES_MAX} pages."),
            format!("De lijst met aankopen van Apple heeft meer dan {PAGES_MAX} pagina's."),
            format!("Apples lista över köp har fler än {PAGES_MAX} sidor."),
        )))
    }
}

fn refusal(answer: &Answer, asked: &Asked) -> SyncError {
    let told = answer.json::<Refusal>().ok();
    let number = told.as_ref().and_then(|told| told.error_number);
    if number.is_some_and(|number| TOKEN_ERRORS.contains(&number)) {
        return SyncError::lasting(Words::new(
            "Apple does not accept the location token any more; download a new one and upload it.",
            "Apple accepteert de locatietoken niet meer; download een nieuwe en upload die.",
            "Apple godtar inte platstoken längre; ladda ned en ny och ladda upp den.",
        ));
    }
    let general = refused(answer, asked.now);
    match (number, told.and_then(|told| told.error_message)) {
        (Some(number), Some(message)) => {
            let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
            let said = Words::new(
                format!("Apple refuses ({number}): {message}"),
                format!("Apple weigert ({number}): {message}"),
                format!("Apple nekar ({number}): {message}"),
            );
            SyncError { said, ..general }
        }
        _ => general,
    }
}

impl Totals {
    /// An asset with unlimited licences has no counts.
    fn add(&mut self, assets: &[Asset]) {
        self.assets += assets.len();
        for asset in assets {
            self.licences += u64::from(asset.total_count.unwrap_or(0));
            self.assigned += u64::from(asset.assigned_count);
            self.available += u64::from(asset.available_count.unwrap_or(0));
        }
    }
}

fn synced(config: &Config, totals: &Totals, kept: Kept, version: Option<String>) -> Synced {
    let Totals { assets, licences, assigned, available } = totals;
    // Apple writes the offset without its colon.
    let expires_at = config.token_expiration_date.as_deref().and_then(credential::apple_instant);
    Synced {
        message: Words::new(
            format!("{licences} licences of {assets} apps and books, {available} of them free."),
            format!("{licences} licenties van {assets} apps en boeken, waarvan {available} vrij."),
            format!("{licences} licenser för {assets} appar och böcker, varav {available} lediga."),
        ),
        counts: json!({ "assets": assets, "licences": licences, "assigned": assigned, "available": available,
            "assetsRemoved": kept.n_removed }),
        cursor: version,
        credential: expires_at.map(|at| SeenCredential {
            valid_from: None,
            expires_at: Some(at),
            facts: json!({ "locationName": config.location_name }),
        }),
    }
}
