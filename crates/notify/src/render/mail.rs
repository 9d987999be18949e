//! A mail's text and its HTML: the same words twice. The HTML loads nothing from anywhere and needs no style sheet.

use crate::notice::{Severity, State};
use crate::render::chat::standing;
use crate::summary::{Line, Summary, words};

pub(crate) fn subject(summary: &Summary) -> String {
    let line = format!("[{}] {}", summary.tenant_name, summary.title());
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

pub(crate) fn text(summary: &Summary) -> String {
    let words = words(summary.language);
    let mut text = String::new();
    for line in &summary.lines {
        let standing = standing(line, summary);
        text.push_str(&format!(
            "{standing}: {}\n{}\n{}: {}\n\n",
            line.title, line.text, words.open, line.link
        ));
    }
    text.push_str(&format!("-- \n{} {}\n", words.why, summary.settings_link));
    text
}

pub(crate) fn html(summary: &Summary) -> String {
    let words = words(summary.language);
    let lines: String = summary.lines.iter().map(|line| block(line, summary)).collect();
    let settings = escape(&summary.settings_link);
    let language = summary.language.tag();
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font-family:'Segoe UI',system-ui,sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem\">\
         <p style=\"color:#616161\">{tenant}</p>{lines}\
         <p style=\"color:#616161;font-size:0.85rem;margin-top:2rem\">{why} <a href=\"{settings}\">{settings}</a></p>\
         </body></html>",
        title = escape(&summary.title()),
        tenant = escape(&summary.tenant_name),
        why = words.why,
    )
}

fn block(line: &Line, summary: &Summary) -> String {
    let colour = match (line.state, line.severity) {
        (State::Resolved, _) => "#0e700e",
        (_, Severity::Critical) => "#b10e1c",
        (_, Severity::Warning) => "#8a5a00",
        (_, Severity::Info) => "#0f548c",
    };
    format!(
        "<h2 style=\"font-size:1.1rem;margin:1.5rem 0 0.25rem;border-left:4px solid {colour};padding-left:0.5rem\">\
         <span style=\"color:{colour}\">{standing}</span>: {title}</h2><p style=\"margin:0.25rem 0\">{text}</p>\
         <p style=\"margin:0.25rem 0\"><a href=\"{link}\">{open}</a></p>",
        standing = standing(line, summary),
        title = escape(&line.title),
        text = escape(&line.text),
        link = escape(&line.link),
        open = words(summary.language).open,
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Language, Topic};

    pub(crate) fn summary(title: &str) -> Summary {
        let line = Line {
            topic: Topic::ConnectorHealth,
            subject: "connector/a".to_owned(),
            severity: Severity::Critical,
            state: State::Open,
            title: title.to_owned(),
            text: "It expired at 09:00. Renew it.".to_owned(),
            link: "https://deck/tenant-status/connectors/a".to_owned(),
        };
        Summary {
            id: uuid::Uuid::nil(),
            tenant_name: "Contoso".to_owned(),
            language: Language::En,
            is_reminder: false,
            lines: vec![line],
            settings_link: "https://deck/notifications".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_mail_says_what_where_and_why() {
        insta::assert_snapshot!(text(&summary("Push certificate expired")), @r"
        Critical: Push certificate expired
        It expired at 09:00. Renew it.
        Open in Quarterdeck: https://deck/tenant-status/connectors/a

        -- 
        You get this because a Quarterdeck channel names this address. Change what you hear of here: https://deck/notifications
        ");
        assert_eq!(subject(&summary("a\r\nBcc: x")), "[Contoso] a  Bcc: x");
    }

    #[test]
    fn names_are_text_in_html() {
        let html = html(&summary("<script>alert(1)</script>"));
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
    }
}
