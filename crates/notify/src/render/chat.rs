//! Messages as Slack's incoming webhooks and Teams workflows take them.
//!
//! Sources: Slack "Reference: Message payloads" and "mrkdwn"; Teams "Post adaptive cards with a workflow webhook" and the
//! Adaptive Cards 1.4 schema.

use serde_json::{Value as Json, json};

use crate::notice::{Severity, State};
use crate::summary::{Line, Summary, words};

/// Slack shows at most 50 blocks; a delivery of more says how many are left out by its title.
const LINES_MAX: usize = 20;

pub(crate) fn slack(summary: &Summary) -> Json {
    let header =
        json!({ "type": "header", "text": { "type": "plain_text", "text": cut(&summary.title(), 150) } });
    let lines = summary.lines.iter().take(LINES_MAX).map(|line| {
        let text = format!(
            "*<{}|{}>*\n{} · {}",
            line.link,
            escape_slack(&line.title),
            standing(line, summary),
            escape_slack(&line.text)
        );
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(&text, 3_000) } })
    });
    let tenant = json!({
        "type": "context",
        "elements": [{ "type": "mrkdwn", "text": escape_slack(&summary.tenant_name) }],
    });
    let blocks: Vec<Json> = std::iter::once(header).chain(lines).chain([tenant]).collect();
    json!({ "text": cut(&escape_slack(&summary.title()), 3_000), "blocks": blocks })
}

pub(crate) fn teams(summary: &Summary) -> Json {
    let title = json!({
        "type": "TextBlock", "text": summary.title(), "weight": "bolder", "size": "medium", "wrap": true,
    });
    let lines = summary.lines.iter().take(LINES_MAX).flat_map(|line| {
        let colour = match (line.state, line.severity) {
            (State::Resolved, _) => "good",
            (_, Severity::Critical) => "attention",
            (_, Severity::Warning) => "warning",
            (_, Severity::Info) => "default",
        };
        [
            json!({
                "type": "TextBlock", "wrap": true, "separator": true, "color": colour,
                "text": format!("**{}** · {}", standing(line, summary), escape_card(&line.title)),
            }),
            json!({ "type": "TextBlock", "wrap": true, "text": escape_card(&line.text) }),
        ]
    });
    let link = summary.lines.first().map_or(&summary.settings_link, |line| &line.link);
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": std::iter::once(title).chain(lines).collect::<Vec<_>>(),
        "actions": [{ "type": "Action.OpenUrl", "title": words(summary.language).open, "url": link }],
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card,
    });
    json!({ "type": "message", "attachments": [attachment] })
}

/// The severity in words, or that it is resolved: never by colour alone.
pub(crate) fn standing(line: &Line, summary: &Summary) -> &'static str {
    let words = words(summary.language);
    match line.state {
        State::Resolved => words.resolved,
        State::Open | State::Updated => words.severities[line.severity as usize],
    }
}

fn escape_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Adaptive cards read a little Markdown: names with its signs must not become links or emphasis.
fn escape_card(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '`') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mail::tests::summary;

    #[test]
    fn slack_text_cannot_mention_or_link_by_itself() {
        let message = slack(&summary("<!channel> & co"));
        // The header is plain text, which Slack shows as it is.
        for marked in [&message["text"], &message["blocks"][1]["text"]["text"]] {
            let text = marked.as_str().unwrap();
            assert!(!text.contains("<!channel>") && text.contains("&lt;!channel&gt; &amp; co"), "{text}");
        }
    }

    #[test]
    fn a_teams_card_says_the_standing_in_words() {
        let message = teams(&summary("[click](https://evil.example)"));
        let first = &message["attachments"][0]["content"]["body"][1]["text"];
        assert_eq!(first, "**Critical** · \\[click\\]\\(https://evil.example\\)");
    }

    #[test]
    fn long_text_is_cut_with_a_sign() {
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(cut("abcde", 4), "abc…");
    }
}
