//! What a delivery has to say: of everything that happened, where each subject is now. Pure.

use crate::notice::{Language, Severity, State, Topic};
use crate::row;

/// One subject's line in a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) topic: Topic,
    pub(crate) subject: String,
    pub(crate) severity: Severity,
    pub(crate) state: State,
    pub(crate) title: String,
    pub(crate) text: String,
    /// An absolute address.
    pub(crate) link: String,
}

/// Everything one delivery says, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The same on every try, so that receivers can tell a repeat from news.
    pub(crate) id: uuid::Uuid,
    pub(crate) tenant_name: String,
    pub(crate) language: Language,
    pub(crate) is_reminder: bool,
    /// The worst first.
    pub(crate) lines: Vec<Line>,
    /// Where the preferences are, as an absolute address.
    pub(crate) settings_link: String,
    pub(crate) at: jiff::Timestamp,
}

/// The last word on each subject, the worst first. A subject that opened and was resolved before anybody was told is
/// left out: `was_told` says whether the channel knew of it.
pub(crate) fn last_words(
    notices: &[row::Notice],
    language: Language,
    origin: &str,
    was_told: impl Fn(&row::Notice) -> bool,
) -> Vec<Line> {
    let mut last: Vec<&row::Notice> = Vec::new();
    for notice in notices {
        match last.iter_mut().find(|known| known.topic == notice.topic && known.subject == notice.subject) {
            Some(known) if known.raised_at <= notice.raised_at => *known = notice,
            Some(_) => {}
            None => last.push(notice),
        }
    }
    last.retain(|notice| notice.state != State::Resolved || was_told(notice));
    let mut lines: Vec<Line> = last.into_iter().map(|notice| line(notice, language, origin)).collect();
    lines.sort_by(|a, b| {
        let rank = |line: &Line| (line.state == State::Resolved, std::cmp::Reverse(line.severity));
        rank(a).cmp(&rank(b)).then_with(|| a.title.cmp(&b.title)).then_with(|| a.subject.cmp(&b.subject))
    });
    lines
}

fn line(notice: &row::Notice, language: Language, origin: &str) -> Line {
    Line {
        topic: notice.topic,
        subject: notice.subject.clone(),
        severity: notice.severity,
        state: notice.state,
        title: notice.title.in_language(language).to_owned(),
        text: notice.text.in_language(language).to_owned(),
        link: format!("{origin}{}", notice.link),
    }
}

impl Summary {
    /// The subject of a mail, the first line of a chat message, the title in the list of deliveries.
    pub(crate) fn title(&self) -> String {
        let words = words(self.language);
        let [first, rest @ ..] = self.lines.as_slice() else { return words.nothing.to_owned() };
        let mut title = first.title.clone();
        if self.lines.iter().all(|line| line.state == State::Resolved) {
            title = format!("{}: {title}", words.resolved);
        }
        if self.is_reminder {
            title = format!("{}: {title}", words.reminder);
        }
        if rest.is_empty() {
            return title;
        }
        format!("{title} {}", words.and_more.replace("{n}", &rest.len().to_string()))
    }
}

/// The few words that are ours, not the notices'.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OurWords {
    pub(crate) reminder: &'static str,
    pub(crate) resolved: &'static str,
    pub(crate) and_more: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) open: &'static str,
    pub(crate) why: &'static str,
    pub(crate) severities: [&'static str; 3],
    pub(crate) test_title: &'static str,
    pub(crate) test_text: &'static str,
}

pub(crate) fn words(language: Language) -> OurWords {
    match language {
        Language::En => OurWords {
            reminder: "Reminder",
            resolved: "Resolved",
            and_more: "(and {n} more)",
            nothing: "Nothing to report",
            open: "Open in Quarterdeck",
            why: "You get this because a Quarterdeck channel names this address. Change what you hear of here:",
            severities: ["Information", "Warning", "Critical"],
            test_title: "This is a test",
            test_text: "The channel works. Nothing is wrong.",
        },
        Language::Nl => OurWords {
            reminder: "Herinnering",
            resolved: "Opgelost",
            and_more: "(en nog {n})",
            nothing: "Niets te melden",
            open: "Openen in Quarterdeck",
            why: "U krijgt dit omdat een kanaal van Quarterdeck dit adres noemt. Wijzig hier waarover u bericht krijgt:",
            severities: ["Informatie", "Waarschuwing", "Kritiek"],
            test_title: "Dit is een test",
            test_text: "Het kanaal werkt. Er is niets aan de hand.",
        },
        Language::Sv => OurWords {
            reminder: "Påminnelse",
            resolved: "Löst",
            and_more: "(och {n} till)",
            nothing: "Inget att rapportera",
            open: "Öppna i Quarterdeck",
            why: "Du får det här eftersom en kanal i Quarterdeck har den här adressen. Ändra vad du får höra om här:",
            severities: ["Information", "Varning", "Kritiskt"],
            test_title: "Det här är ett test",
            test_text: "Kanalen fungerar. Inget är fel.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Words;

    fn notice(second: i64, subject: &str, severity: Severity, state: State) -> row::Notice {
        row::Notice {
            id: uuid::Uuid::from_u128(second.unsigned_abs().into()),
            topic: Topic::ConnectorHealth,
            subject: subject.to_owned(),
            severity,
            state,
            title: Words::same(format!("{subject} at {second}")),
            text: Words::same("text"),
            link: "/tenant-status".to_owned(),
            raised_at: jiff::Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn each_subject_has_its_last_word_and_the_worst_is_first() {
        let notices = [
            notice(1, "a", Severity::Warning, State::Open),
            notice(2, "b", Severity::Critical, State::Open),
            notice(3, "a", Severity::Warning, State::Updated),
        ];
        let lines = last_words(&notices, Language::En, "https://deck", |_| false);
        let titles: Vec<&str> = lines.iter().map(|line| line.title.as_str()).collect();
        assert_eq!(titles, ["b at 2", "a at 3"]);
        assert_eq!(lines[0].link, "https://deck/tenant-status");
    }

    #[test]
    fn what_came_and_went_unheard_is_left_out() {
        let notices =
            [notice(1, "a", Severity::Warning, State::Open), notice(2, "a", Severity::Info, State::Resolved)];
        assert_eq!(last_words(&notices, Language::En, "", |_| false), []);
        assert_eq!(last_words(&notices, Language::En, "", |_| true).len(), 1);
    }

    #[test]
    fn titles_count_what_they_do_not_name() {
        let lines_in = |n: i64, state| {
            let notices: Vec<_> = (1..=n).map(|i| notice(i, &i.to_string(), Severity::Info, state)).collect();
            last_words(&notices, Language::Sv, "", |_| true)
        };
        let lines = |n| lines_in(n, State::Open);
        let summary = |lines, is_reminder| Summary {
            id: uuid::Uuid::nil(),
            tenant_name: "Contoso".to_owned(),
            language: Language::Sv,
            is_reminder,
            lines,
            settings_link: String::new(),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(summary(lines(1), false).title(), "1 at 1");
        assert_eq!(summary(lines(3), true).title(), "Påminnelse: 1 at 1 (och 2 till)");
        let mended = lines_in(2, State::Resolved);
        assert_eq!(summary(mended, false).title(), "Löst: 1 at 1 (och 1 till)");
        assert_eq!(summary(Vec::new(), false).title(), "Inget att rapportera");
    }
}
