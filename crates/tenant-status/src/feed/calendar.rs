//! iCalendar (RFC 5545): an event at each expiry, with an alarm on each early-warning day.

use jiff::Timestamp;

use crate::expiring::Expiring;

/// A line is folded after this many bytes (RFC 5545 §3.1).
const LINE_BYTES_MAX: usize = 75;

/// An expiry and the days before it on which a calendar reminds.
pub(crate) struct Entry<'a> {
    pub(crate) thing: &'a Expiring,
    pub(crate) days: &'a [u16],
}

/// The calendar.
pub(crate) fn calendar(entries: &[Entry<'_>], (origin, lang): (&str, &str), now: Timestamp) -> String {
    let mut out = Lines::default();
    for line in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Quarterdeck//Expiries//EN", "CALSCALE:GREGORIAN"]
    {
        out.push(line);
    }
    out.push(&format!("X-WR-CALNAME:{}", escape(name(lang))));
    for entry in entries {
        event(&mut out, entry, (origin, lang), now);
    }
    out.push("END:VCALENDAR");
    out.0
}

fn name(lang: &str) -> &'static str {
    match lang {
        "nl" => "Wat verloopt",
        "sv" => "Det som upphör att gälla",
        _ => "What expires",
    }
}

fn event(out: &mut Lines, entry: &Entry<'_>, (origin, lang): (&str, &str), now: Timestamp) {
    let thing = entry.thing;
    let label = thing.connector_type().label.in_language(lang);
    let summary = escape(&format!("{label}: {}", thing.display_name));
    out.push("BEGIN:VEVENT");
    // One event for each credential: a renewed one moves it.
    out.push(&format!("UID:{}-{}@quarterdeck", thing.type_key, thing.instance_id));
    out.push(&format!("DTSTAMP:{}", stamp(now)));
    out.push(&format!("DTSTART:{}", stamp(thing.expires_at)));
    out.push(&format!("SUMMARY:{summary}"));
    let notes: Vec<&str> =
        [thing.owner.as_deref(), thing.how_to_renew.as_deref()].into_iter().flatten().collect();
    if !notes.is_empty() {
        out.push(&format!("DESCRIPTION:{}", escape(&notes.join("\n"))));
    }
    out.push(&format!("URL:{origin}{}", thing.link()));
    out.push("TRANSP:TRANSPARENT");
    for day in entry.days {
        out.push("BEGIN:VALARM");
        out.push("ACTION:DISPLAY");
        out.push(&format!("TRIGGER:-P{day}D"));
        out.push(&format!("DESCRIPTION:{summary}"));
        out.push("END:VALARM");
    }
    out.push("END:VEVENT");
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Content lines, folded and ended as RFC 5545 asks.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, line: &str) {
        let mut width = 0;
        for c in line.chars() {
            if width + c.len_utf8() > LINE_BYTES_MAX {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(c);
            width += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
