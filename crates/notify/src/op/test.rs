//! Sends a test through a channel, at once, and says how it went.

use api::{Code, Failure, Permitted, Reader, id_in_path};
use axum::extract::Path;
use http::StatusCode;

use crate::notice::{Language, Severity, State, Topic};
use crate::op::channel::{event, shared};
use crate::summary::{Line, Summary, words};
use crate::{Notify, sql};

pub async fn handle(
    notify: Notify,
    permitted: Permitted,
    Reader(language): Reader,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let (id, now, event_id) = (id_in_path(&id)?, notify.world.clock.now(), notify.world.ids.guid());
    let by = permitted.clone();
    let written = notify.store.write(permitted.tenant(), move |tx| {
        let channel = shared(tx, id)?;
        audit::record(tx, now, event_id, &event(&by, "Test notification channel", &channel))?;
        let tenant_name = tx.row(&sql::TENANT_NAME, &[])?.map_or(Ok(String::new()), |row| row.get(0))?;
        Ok::<_, Failure>((channel, tenant_name))
    });
    let (channel, tenant_name) = written.await?;
    let summary = summary(&notify, tenant_name, channel.settings.language);
    let sent = notify.post.send(&notify.identity, &channel, &summary).await;
    // Nothing of ours failed: the other side did not take it, and that is the answer.
    sent.map_err(|trouble| {
        Failure::new(Code::Conflict, trouble.said.into_language(language)).word("not_taken")
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn summary(notify: &Notify, tenant_name: String, language: Language) -> Summary {
    let settings_link = format!("{}/notifications", notify.origin);
    let line = Line {
        topic: Topic::Message,
        subject: "test".to_owned(),
        severity: Severity::Info,
        state: State::Open,
        title: words(language).test_title.to_owned(),
        text: words(language).test_text.to_owned(),
        link: settings_link.clone(),
    };
    Summary {
        id: notify.world.ids.guid(),
        tenant_name,
        language,
        is_reminder: false,
        lines: vec![line],
        settings_link,
        at: notify.world.clock.now(),
    }
}
