//! Which health a group has, and in which order groups are shown.

use super::health::{Health, Judged};

/// The judgement of a group: its least healthy enabled member's (seed 000); the one that changes first among equals.
/// None when it has no members.
pub fn roll_up<'a>(members: impl IntoIterator<Item = &'a Judged>) -> Option<&'a Judged> {
    members.into_iter().min_by(|a, b| {
        let soonest = |judged: &Judged| judged.changes_at.unwrap_or(jiff::Timestamp::MAX);
        a.health.cmp(&b.health).then_with(|| soonest(a).cmp(&soonest(b)))
    })
}

/// A group's place in the list: unhealthy, warning, healthy, not enabled; then by name in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    health: Health,
    name: Vec<u32>,
    key: String,
}

impl Place {
    /// `key` decides between two of one name, so that the order never wavers.
    pub fn new(health: Health, name: &str, lang: &str, key: &str) -> Place {
        Place { health, name: collation_key(name, lang), key: key.to_owned() }
    }
}

/// A name as its language sorts it: case and accents do not matter, except that Swedish has å, ä and ö after z.
pub fn collation_key(name: &str, lang: &str) -> Vec<u32> {
    name.chars().flat_map(char::to_lowercase).map(|c| weight(c, lang)).collect()
}

fn weight(c: char, lang: &str) -> u32 {
    let after_z = |n: u32| u32::from('z') * 8 + n;
    let base = match (c, lang) {
        ('å', "sv") => return after_z(1),
        ('ä' | 'æ', "sv") => return after_z(2),
        ('ö' | 'ø', "sv") => return after_z(3),
        ('à' | 'á' | 'â' | 'ã' | 'ä' | 'å', _) => 'a',
        ('ç', _) => 'c',
        ('è' | 'é' | 'ê' | 'ë', _) => 'e',
        ('ì' | 'í' | 'î' | 'ï', _) => 'i',
        ('ñ', _) => 'n',
        ('ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø', _) => 'o',
        ('ù' | 'ú' | 'û' | 'ü', _) => 'u',
        ('ý' | 'ÿ', _) => 'y',
        (other, _) => other,
    };
    u32::from(base) * 8
}
