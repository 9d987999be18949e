//! The people of the fleet: who they are, when they join, leave, and hold a licence.

use crate::chance::{Dice, For};

/// A simulated person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub index: u32,
    pub given_name: &'static str,
    pub surname: &'static str,
    pub department: &'static str,
    pub job_title: &'static str,
    /// Two letters (ISO 3166-1).
    pub country: &'static str,
    /// As in a browser's preferences: `nl-NL`.
    pub preferred_language: &'static str,
    /// The first day in the directory.
    pub joined_day: u32,
    /// The first day no longer in the directory.
    pub left_day: Option<u32>,
    licence: Licence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Licence {
    Always,
    Never,
    /// Given up on the first day, given back on the second.
    Break(u32, u32),
    From(u32),
}

impl User {
    pub(crate) fn new(dice: Dice, index: u32) -> Self {
        let home = dice.weighted(For::Person, index, 0, HOMES);
        let (department, titles) = dice.pick(For::Person, index, 3, DEPARTMENTS);
        let joined_day = if dice.in_hundred(For::Join, index, 0, 92) {
            0
        } else {
            1 + dice.below(For::Join, index, 1, 360)
        };
        let left_day = dice
            .in_hundred(For::Leave, index, 0, 6)
            .then(|| joined_day + 20 + dice.below(For::Leave, index, 1, 400));
        Self {
            index,
            given_name: dice.pick(For::Person, index, 1, home.given),
            surname: dice.pick(For::Person, index, 2, home.surnames),
            department,
            job_title: dice.pick(For::Person, index, 4, titles),
            country: home.country,
            preferred_language: home.language,
            joined_day,
            left_day,
            licence: licence(dice, index),
        }
    }

    /// Says that the person is simulated: `Ada Lindqvist (simulated)`.
    pub fn display_name(&self) -> String {
        format!("{} {} (simulated)", self.given_name, self.surname)
    }

    /// The sign-in name at `domain`; the index keeps namesakes apart.
    pub fn user_principal_name(&self, domain: &str) -> String {
        let plain = |name: &str| -> String { name.chars().filter_map(ascii).collect() };
        format!("sim.{}.{}.{}@{domain}", plain(self.given_name), plain(self.surname), self.index)
    }

    pub fn is_present_on(&self, day: u32) -> bool {
        self.joined_day <= day && self.left_day.is_none_or(|left| day < left)
    }

    /// Whether a licence is assigned on a day.
    pub fn is_licensed_on(&self, day: u32) -> bool {
        self.is_present_on(day)
            && match self.licence {
                Licence::Always => true,
                Licence::Never => false,
                Licence::Break(from, to) => day < from || to <= day,
                Licence::From(first) => first <= day,
            }
    }
}

fn licence(dice: Dice, index: u32) -> Licence {
    match dice.below(For::Licence, index, 0, 100) {
        0..=87 => Licence::Always,
        88..=91 => Licence::Never,
        92..=95 => {
            let from = 5 + dice.below(For::Licence, index, 1, 200);
            Licence::Break(from, from + 10 + dice.below(For::Licence, index, 2, 60))
        }
        _ => Licence::From(1 + dice.below(For::Licence, index, 3, 60)),
    }
}

fn ascii(c: char) -> Option<char> {
    match c {
        'å' | 'ä' | 'á' | 'à' | 'Å' | 'Ä' => Some('a'),
        'ö' | 'ó' | 'ø' | 'Ö' => Some('o'),
        'é' | 'è' | 'ë' | 'ê' => Some('e'),
        'ü' | 'ú' => Some('u'),
        'ï' | 'í' => Some('i'),
        'ł' => Some('l'),
        'ń' | 'ñ' => Some('n'),
        c if c.is_ascii_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    }
}

#[derive(Debug)]
struct Home {
    country: &'static str,
    language: &'static str,
    given: &'static [&'static str],
    surnames: &'static [&'static str],
}

const HOMES: &[(u32, Home)] = &[
    (
        40,
        Home {
            country: "NL",
            language: "nl-NL",
            given: &[
                "Anouk", "Bram", "Daan", "Eva", "Fleur", "Hidde", "Ilse", "Jasmijn", "Jeroen", "Lotte",
                "Maud", "Niels", "Noor", "Pim", "Roos", "Sander", "Sanne", "Teun", "Thijs", "Zoë",
            ],
            surnames: &[
                "Bakker",
                "de Boer",
                "Bos",
                "Dekker",
                "Dijkstra",
                "de Graaf",
                "van den Heuvel",
                "Hendriks",
                "Hoekstra",
                "Jansen",
                "de Jong",
                "Kuipers",
                "Meijer",
                "Mulder",
                "Peters",
                "Smit",
                "Visser",
                "van Vliet",
                "de Vries",
                "de Wit",
            ],
        },
    ),
    (
        30,
        Home {
            country: "SE",
            language: "sv-SE",
            given: &[
                "Agnes", "Alva", "Anders", "Astrid", "Axel", "Ebba", "Elin", "Erik", "Freja", "Gustav",
                "Hedda", "Hugo", "Ida", "Karin", "Lars", "Linnéa", "Nils", "Oskar", "Saga", "Åke",
            ],
            surnames: &[
                "Andersson",
                "Berg",
                "Bergström",
                "Ekström",
                "Eriksson",
                "Forsberg",
                "Hansson",
                "Holmberg",
                "Johansson",
                "Karlsson",
                "Lindqvist",
                "Lindström",
                "Lundgren",
                "Nilsson",
                "Nyström",
                "Olsson",
                "Sandberg",
                "Sjögren",
                "Wallin",
                "Öberg",
            ],
        },
    ),
    (
        30,
        Home {
            country: "GB",
            language: "en-GB",
            given: &[
                "Aisha", "Alex", "Amara", "Ben", "Chloe", "Daniel", "Elena", "Fatima", "Grace", "Hassan",
                "Imogen", "Jack", "Kwame", "Leila", "Marek", "Nina", "Oliver", "Priya", "Tom", "Wei",
            ],
            surnames: &[
                "Ahmed", "Bennett", "Campbell", "Chen", "Clarke", "Davies", "Evans", "Fraser", "Green",
                "Hughes", "Khan", "Kowalski", "Mensah", "Murphy", "Okafor", "Patel", "Reid", "Shaw", "Walsh",
                "Young",
            ],
        },
    ),
];

const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("Sales", &["Account manager", "Sales engineer", "Sales director"]),
    ("Finance", &["Controller", "Accountant", "Payroll specialist"]),
    ("Operations", &["Planner", "Warehouse lead", "Operations manager"]),
    ("Engineering", &["Software engineer", "Test engineer", "Architect", "Site reliability engineer"]),
    ("Customer care", &["Support agent", "Team lead", "Field technician"]),
    ("People", &["Recruiter", "People partner"]),
    ("Legal", &["Legal counsel", "Privacy officer"]),
    ("IT", &["Help desk agent", "Endpoint engineer", "IT manager"]),
];
