//! RSS 2.0: an item for each change of health and for each early-warning day that has come.

use jiff::Timestamp;

/// One item. `id` never changes: readers show an item once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) link: String,
    pub(crate) at: Timestamp,
}

/// The feed, newest first.
pub(crate) fn feed(mut items: Vec<Item>, (origin, title): (&str, &str), now: Timestamp) -> String {
    items.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>\n");
    out.push_str(&format!(
        "<title>{}</title>\n<link>{}/tenant-status/connectors</link>\n<description>{}</description>\n\
         <lastBuildDate>{}</lastBuildDate>\n",
        escape(title),
        escape(origin),
        escape(title),
        date(now)
    ));
    for item in &items {
        out.push_str(&format!(
            "<item><guid isPermaLink=\"false\">{}</guid><title>{}</title><description>{}</description>\
             <link>{}{}</link><pubDate>{}</pubDate></item>\n",
            escape(&item.id),
            escape(&item.title),
            escape(&item.text),
            escape(origin),
            escape(&item.link),
            date(item.at)
        ));
    }
    out.push_str("</channel></rss>\n");
    out
}

/// As RFC 822 writes dates.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// XML's own characters as entities; characters that XML has not are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
