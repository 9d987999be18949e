//! Who is logged on: systemd's session files, or the older utmp.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proto::{LoggedOnUser, clean_text};

use super::Tree;

pub(super) fn read(tree: &Tree) -> Vec<LoggedOnUser> {
    let sessions = sessions(tree);
    let sessions = if sessions.is_empty() { utmp(tree) } else { sessions };
    let mut users: BTreeMap<String, LoggedOnUser> = BTreeMap::new();
    for session in sessions {
        let older = users.get(&session.key).is_none_or(|seen| match (session.since, seen.since) {
            (Some(this), Some(seen)) => this < seen,
            (this, seen) => this.is_some() && seen.is_none(),
        });
        if older {
            users.insert(session.key.clone(), session);
        }
    }
    users.into_values().collect()
}

fn user(name: &str, terminal: Option<&str>, since: Option<Timestamp>) -> Option<LoggedOnUser> {
    let name = clean_text(name)?;
    Some(LoggedOnUser { key: name.clone(), name, since, terminal: terminal.and_then(clean_text) })
}

/// logind's `/run/systemd/sessions/*`: lines `NAME=value`.
fn sessions(tree: &Tree) -> Vec<LoggedOnUser> {
    let folder = "/run/systemd/sessions";
    let names = tree.names(folder);
    let texts = names.iter().filter_map(|name| tree.text(&format!("{folder}/{name}")));
    texts
        .filter_map(|text| {
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            // Greeters and background managers are sessions too, of nobody sitting there.
            let wanted = field("CLASS") == Some("user") && field("STATE") != Some("closing");
            let since = field("REALTIME").and_then(|micros| micros.parse().ok());
            let since = since.and_then(|micros| Timestamp::from_microsecond(micros).ok());
            wanted.then(|| user(field("USER")?, field("TTY"), since)).flatten()
        })
        .collect()
}

const USER_PROCESS: i16 = 7;

/// utmp(5). The record has 384 bytes, or 400 where time has 64 bits in it.
fn utmp(tree: &Tree) -> Vec<LoggedOnUser> {
    let Some(bytes) = tree.bytes("/run/utmp").or_else(|| tree.bytes("/var/run/utmp")) else {
        return Vec::new();
    };
    let wide = bytes.len() % 384 != 0 && bytes.len() % 400 == 0;
    bytes.chunks_exact(if wide { 400 } else { 384 }).filter_map(|record| entry(record, wide)).collect()
}

fn entry(record: &[u8], wide: bool) -> Option<LoggedOnUser> {
    let kind = i16::from_ne_bytes(record.get(0..2)?.try_into().ok()?);
    if kind != USER_PROCESS {
        return None;
    }
    let seconds = match wide {
        true => i64::from_ne_bytes(record.get(344..352)?.try_into().ok()?),
        // Unsigned, as glibc reads it after 2038.
        false => i64::from(u32::from_ne_bytes(record.get(340..344)?.try_into().ok()?)),
    };
    let text = |range: std::ops::Range<usize>| {
        let field = record.get(range)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        Some(String::from_utf8_lossy(&field[..end]).into_owned())
    };
    user(&text(44..76)?, text(8..40).as_deref(), Timestamp::from_second(seconds).ok())
}
