//! Running programs: to the end with their output shown and kept, or as servers that are surely stopped.
//!
//! Each program gets a process group of its own, and the whole group is ended with it: no browser, database or dev
//! server outlives xtask, whether a step failed or someone pressed Ctrl-C.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::site::Site;

const POLL: Duration = Duration::from_millis(50);
/// After this long without a line, say that it still runs.
const QUIET: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(15);

/// What a finished program said.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) text: String,
    pub(crate) log: PathBuf,
}

impl Finished {
    /// What went wrong, for an error message: a compiler's errors with their places, else the last lines.
    pub(crate) fn trouble(&self, n_lines: usize) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut errors = Vec::new();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("error")) {
            let place = lines[at..].iter().take(4).find_map(|line| line.trim().strip_prefix("--> "));
            errors.extend(place.map(|place| format!("{place}: {line}")));
        }
        errors.dedup();
        if errors.is_empty() {
            return self.tail(n_lines);
        }
        let left_out = errors.len().saturating_sub(n_lines);
        errors.truncate(n_lines);
        errors.extend((left_out > 0).then(|| format!("and {left_out} more")));
        errors.join("\n")
    }

    /// The last lines.
    pub(crate) fn tail(&self, n_lines: usize) -> String {
        let lines: Vec<&str> = self.text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(n_lines)..].join("\n")
    }
}

/// How a program's lines are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Lines,
    Nothing,
}

/// Runs a program to its end. Its lines go to the screen, and to `<target>/xtask/logs/<name>.log`.
///
/// # Errors
/// It cannot be started, takes longer than the limit, or someone asked to stop. A bad exit is not an error here; see
/// [`Finished::success`].
pub(crate) fn run(
    site: &Site,
    name: &str,
    command: &mut Command,
    limit: Duration,
    show: Show,
) -> Result<Finished> {
    site.check_interrupted()?;
    let log = site.own_folder("logs")?.join(format!("{name}.log"));
    let (reader, writer) = std::io::pipe()?;
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    let mut child = command.spawn().with_context(|| format!("starting {program}"))?;
    // The command keeps its ends of the pipe open; only the child may.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let heard = Arc::new(Mutex::new(Instant::now()));
    let listener = std::thread::spawn({
        let (heard, mut file) = (Arc::clone(&heard), File::create(&log)?);
        move || listen(reader, &heard, &mut file, show)
    });
    let waited = wait(site, &mut child, &heard, limit, name);
    end_group(&mut child, Duration::from_secs(5));
    let text = listener.join().unwrap_or_default();
    let status = waited?;
    Ok(Finished { success: status.success(), text, log })
}

fn listen(pipe: std::io::PipeReader, heard: &Mutex<Instant>, file: &mut File, show: Show) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|n| n > 0) {
        let line = String::from_utf8_lossy(&bytes);
        let line = plain(line.trim_end());
        if let Ok(mut at) = heard.lock() {
            *at = Instant::now();
        }
        if show == Show::Lines {
            println!("    {line}");
        }
        // A full disk must not hide the program's own outcome; the text is kept in memory as well.
        drop(writeln!(file, "{line}"));
        text.push_str(&line);
        text.push('\n');
        bytes.clear();
    }
    text
}

/// The line without colours and cursor movements, which some programs write whatever they are told.
fn plain(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            kept.push(c);
            continue;
        }
        match chars.next() {
            // "ESC [ … letter", and "ESC ( B" which has exactly one more.
            Some('[') => drop(chars.by_ref().find(char::is_ascii_alphabetic)),
            Some('(') => drop(chars.next()),
            _ => {}
        }
    }
    kept
}

fn wait(
    site: &Site,
    child: &mut Child,
    heard: &Mutex<Instant>,
    limit: Duration,
    name: &str,
) -> Result<ExitStatus> {
    let started = Instant::now();
    let mut told = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        site.check_interrupted()?;
        if started.elapsed() > limit {
            bail!("{name} took longer than {}; it was stopped", shown(limit));
        }
        let silent = heard.lock().map_or(QUIET, |at| at.elapsed());
        if silent >= QUIET && told.elapsed() >= QUIET {
            println!("    … {name} is still running ({})", shown(started.elapsed()));
            told = Instant::now();
        }
        std::thread::sleep(POLL);
    }
}

/// A program that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a program whose output goes to a log file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("writing {}", log.display()))?;
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().with_context(|| format!("starting {program}"))?;
        Ok(Self { child, log: log.to_path_buf() })
    }

    /// Waits until `ready` is true.
    ///
    /// # Errors
    /// The program ended first, the limit passed, or someone asked to stop; the message holds the log's last lines.
    pub(crate) fn wait_until(
        &mut self,
        site: &Site,
        what: &str,
        limit: Duration,
        ready: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let started = Instant::now();
        while !ready(&self.log_text()) {
            site.check_interrupted()?;
            if let Some(status) = self.child.try_wait()? {
                bail!("{what} ended before it was ready ({status}); it said:\n{}", self.tail());
            }
            if started.elapsed() > limit {
                bail!("{what} was not ready after {}; it said:\n{}", shown(limit), self.tail());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    pub(crate) fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    #[cfg(feature = "drive")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would.
    #[cfg(feature = "drive")]
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end_group(&mut self.child, GRACE);
    }
}

/// Asks a program's group to end, then makes it.
fn end_group(child: &mut Child, grace: Duration) {
    let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    let asked = Instant::now();
    // An error means that no process of the group is left, which is what is wanted.
    if kill_process_group(group, Signal::TERM).is_err() {
        drop(child.wait());
        return;
    }
    while asked.elapsed() < grace {
        let gone = matches!(child.try_wait(), Ok(Some(_)));
        if gone && kill_process_group(group, Signal::TERM).is_err() {
            return;
        }
        std::thread::sleep(POLL);
    }
    kill_process_group(group, Signal::KILL).ok();
    drop(child.wait());
}

/// A duration as people say it.
pub(crate) fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", duration.as_secs_f64()),
        10..=99 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn site() -> Site {
        Site::open().unwrap()
    }

    #[test]
    fn output_is_kept_whole_and_the_exit_is_told() {
        let ran = run(&site(), "t-out", &mut sh("echo a; echo b >&2; exit 3"), GRACE, Show::Nothing).unwrap();
        assert_eq!((ran.success, ran.text.as_str(), ran.tail(1).as_str()), (false, "a\nb\n", "b"));
        assert_eq!(std::fs::read_to_string(ran.log).unwrap(), "a\nb\n");
    }

    #[test]
    fn a_compilers_errors_are_told_with_their_places() {
        let text = "Compiling a\nerror[E0433]: no module\n   --> a/src/lib.rs:9:1\n    |\nerror: could not compile\n";
        let ran = Finished { success: false, text: text.into(), log: "log".into() };
        assert_eq!(ran.trouble(5), "a/src/lib.rs:9:1: error[E0433]: no module");
        let other = Finished { success: false, text: "one\ntwo\n".into(), log: "log".into() };
        assert_eq!(other.trouble(1), "two");
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(plain("\u{1b}[38;5;246mred\u{1b}[0m \u{1b}(Bend"), "red end");
        assert_eq!(plain("plain [x]"), "plain [x]");
    }

    #[test]
    fn a_slow_program_is_stopped_with_its_children() {
        let limit = Duration::from_millis(200);
        let started = Instant::now();
        let error =
            run(&site(), "t-slow", &mut sh("sleep 60 & sleep 60"), limit, Show::Nothing).err().unwrap();
        assert!(error.to_string().starts_with("t-slow took longer than"), "{error}");
        // The pipe closes only when the background child is gone too.
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_server_that_ends_early_says_why() {
        let log = site().own_folder("logs").unwrap().join("t-early.log");
        let mut server = Server::start(&mut sh("echo the port is taken; exit 1"), &log).unwrap();
        let error = server.wait_until(&site(), "the server", GRACE, |_| false).unwrap_err().to_string();
        assert!(
            error.contains("ended before it was ready") && error.contains("the port is taken"),
            "{error}"
        );
    }

    #[test]
    fn a_server_is_stopped_when_dropped() {
        let log = site().own_folder("logs").unwrap().join("t-drop.log");
        let mut server =
            Server::start(&mut sh("trap 'echo bye; exit' TERM; echo up; sleep 60 & wait"), &log).unwrap();
        server.wait_until(&site(), "the server", GRACE, |log| log.contains("up")).unwrap();
        assert!(server.is_running());
        drop(server);
        assert!(std::fs::read_to_string(log).unwrap().contains("bye"));
    }
}
