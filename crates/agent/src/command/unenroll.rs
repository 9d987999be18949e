//! `unenroll`: forgets the enrolment on this machine. The server's side is an administrator's to retire.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use agent_client::StateDir;
use anyhow::bail;

use super::say;

pub(crate) async fn run(state_dir: &Path, yes: bool) -> anyhow::Result<()> {
    let dir = StateDir::open(state_dir)?;
    let _lock = dir.lock().await?;
    let enrolment = dir.enrolment()?;
    let what = enrolment.as_ref().map(|enrolment| {
        format!("{} (device {}) at {}", enrolment.device_name, enrolment.device_id, enrolment.server)
    });
    let waiting = dir.waiting()?;
    if let Some(what) = &what
        && !yes
        && !agreed(&format!("Forget {what}, and {waiting} waiting reports?"))?
    {
        bail!("nothing was changed");
    }
    dir.forget()?;
    match what {
        Some(what) => {
            say(format!("Forgotten: {what}."));
            say("The server still lists the device until an administrator retires or deletes it.");
        }
        None => say("This machine was not enrolled; there was nothing to forget."),
    }
    Ok(())
}

fn agreed(question: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("say --yes to forget the enrolment without being asked");
    }
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
