//! `inventory`: shows what a report would carry.

use std::collections::BTreeMap;

use crate::machine::Machine;

pub(crate) fn run(machine: &impl Machine, hashes: bool) -> anyhow::Result<()> {
    let sections = machine.inventory();
    let text = if hashes {
        let mut lines: BTreeMap<String, String> =
            sections.hashes().iter().map(|(name, hash)| (name.to_string(), hash.to_string())).collect();
        lines.insert("(all)".to_owned(), sections.state_hash().to_string());
        serde_json::to_string_pretty(&lines)?
    } else {
        serde_json::to_string_pretty(&sections)?
    };
    super::say(text);
    Ok(())
}
