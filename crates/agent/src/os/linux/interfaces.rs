//! Network interfaces: those with hardware behind them, or with an address.

use std::collections::BTreeMap;

use proto::{ConnectionKind, Interface};

use super::{Asks, Tree};

/// ARPHRD_LOOPBACK of the kernel's if_arp.h.
const TYPE_LOOPBACK: &str = "772";

pub(super) fn read(tree: &Tree, asks: &impl Asks) -> Vec<Interface> {
    let mut addresses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, address) in asks.addresses() {
        addresses.entry(name).or_default().push(address);
    }
    let names = tree.names("/sys/class/net");
    // One end of each container's cable: they come and go by the minute and say nothing of the machine.
    let names = names.into_iter().filter(|name| !name.starts_with("veth"));
    names.filter_map(|name| interface(tree, addresses.remove(&name).unwrap_or_default(), name)).collect()
}

fn interface(tree: &Tree, mut addresses: Vec<String>, name: String) -> Option<Interface> {
    let folder = format!("/sys/class/net/{name}");
    let has_hardware = tree.exists(&format!("{folder}/device"));
    if !has_hardware && addresses.is_empty() {
        return None;
    }
    addresses.sort_unstable();
    addresses.dedup();
    let is = |file: &str| tree.exists(&format!("{folder}/{file}"));
    let kind = if tree.line(&format!("{folder}/type")).as_deref() == Some(TYPE_LOOPBACK) {
        ConnectionKind::Loopback
    } else if is("wireless") || is("phy80211") {
        ConnectionKind::Wifi
    } else if has_hardware {
        ConnectionKind::Ethernet
    } else {
        ConnectionKind::Other
    };
    let mac = tree.line(&format!("{folder}/address")).map(|mac| mac.to_lowercase());
    Some(Interface {
        addresses,
        key: name.clone(),
        kind: Some(kind),
        mac_address: mac.filter(|mac| mac != "00:00:00:00:00:00"),
        name,
    })
}
