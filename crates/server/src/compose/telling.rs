//! How people are told: the mail server and the https client of the settings, and who may know what.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use identity::Identity;
use notify::{Audience, Https, MailSettings, Notify, Post, Topic};
use store::{SqlError, Store, Tx};
use uuid::Uuid;
use world::World;

use super::Site;
use crate::config::{Config, check_private};

/// The https client that asks others, as the settings say.
///
/// # Errors
/// When the authorities of `outbound.ca_file` cannot be read.
pub(crate) fn open_client(site: &Site<'_>, world: &World) -> Result<outbound::Client> {
    let asked = &site.config.outbound;
    let mut extra_roots_pem = Vec::new();
    // Our own authority: a probe of this very server must not find it untrusted.
    for file in site.authority_file.into_iter().chain(asked.ca_file.as_deref()) {
        let pem = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        extra_roots_pem.extend_from_slice(&pem);
        extra_roots_pem.push(b'\n');
    }
    let settings = outbound::Settings {
        extra_roots_pem,
        refuses_private: !asked.private_addresses.0,
        allows_plain: true,
        ..outbound::Settings::default()
    };
    Ok(outbound::Client::open(&settings, world.clone())?)
}

/// # Errors
/// When the mail settings cannot be used.
pub(crate) fn open(
    site: &Site<'_>,
    world: &World,
    store: &Store,
    identity: &Identity,
    client: &outbound::Client,
) -> Result<Notify> {
    let mail = mail_settings(site.config)?;
    let web = Https { client: client.clone(), world: world.clone() };
    Ok(Notify {
        store: store.clone(),
        world: world.clone(),
        identity: identity.clone(),
        origin: site.origin.to_string().into(),
        post: Post::new(mail.as_ref(), Arc::new(web))?,
        audience: Arc::new(Rights),
    })
}

fn mail_settings(config: &Config) -> Result<Option<MailSettings>> {
    let mail = &config.mail;
    let Some(host) = mail.host.clone() else { return Ok(None) };
    let password = match &mail.password_file {
        Some(file) => {
            check_private(file).map_err(anyhow::Error::msg)?;
            let text = std::fs::read_to_string(file);
            let text = text.with_context(|| format!("cannot read mail.password_file {}", file.display()))?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None => None,
    };
    let credentials = match (mail.user_name.clone(), password) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        _ => anyhow::bail!("mail.user_name and mail.password_file belong together: set both, or neither"),
    };
    let ca_pem = mail.ca_file.as_ref().map(|file| {
        std::fs::read_to_string(file).with_context(|| format!("cannot read mail.ca_file {}", file.display()))
    });
    Ok(Some(MailSettings {
        host,
        port: mail.port,
        security: mail.security.0,
        credentials,
        from: mail.from.clone(),
        ca_pem: ca_pem.transpose()?,
    }))
}

/// A person may know what they may read: their rights are read when something is about to be sent.
struct Rights;

impl Audience for Rights {
    fn may_know(&self, tx: &mut Tx<'_, '_>, user: Uuid, topic: Topic) -> Result<bool, SqlError> {
        let Some(caller) = directory::caller::find(tx, user)? else { return Ok(false) };
        Ok(policy::permit(&caller, topic.need()).is_ok())
    }
}
