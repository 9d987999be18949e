//! The steps, in the order that tells a mistake soonest: cheap ones first, the browser and the crash loop last.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::count::{Runner, tally};
use super::{Shared, Tally};
use crate::demo::{Demo, Extras, Fleet};
use crate::process::{Finished, Server, Show, run};
use crate::site::Site;
use crate::tools::python::{Venv, requirements};
use crate::tools::{apt, find};

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) run: fn(&mut Shared) -> Result<Tally>,
}

const fn step(name: &'static str, about: &'static str, run: fn(&mut Shared) -> Result<Tally>) -> Step {
    Step { name, about, run }
}

const STEPS: &[Step] = &[
    step("fmt", "Rust is formatted", fmt),
    step("tidy", "the rules of the house", tidy),
    step("web", "the UI: types, lint, unit tests, build", web),
    step("clippy", "lints, no warning allowed", clippy),
    step("rust", "unit and integration tests on SQLite and PostgreSQL", rust),
    step("doc", "examples in the documentation compile and hold", doc),
    step("build", "the programs", build),
    step("openapi", "docs/openapi.json is what the server serves", openapi),
    step(
        "proofs",
        "unmodified clients (MSAL, ADAL, DuckDB, pandas, Polars, Spark …) against a running server",
        proofs,
    ),
    step("e2e", "the UI in a real browser against a running server", e2e),
    step("crash", "kill the server at random points; nothing acknowledged is lost", crash),
];

/// Long enough for a build from nothing on two cores, short enough to end a hang.
const BUILD_LIMIT: Duration = Duration::from_secs(45 * 60);
/// A real mail server for tests.
const MAIL_SERVER: &str = "aiosmtpd==1.4.6";
const TEST_LIMIT: Duration = Duration::from_secs(20 * 60);

pub(super) fn all() -> &'static [Step] {
    STEPS
}

fn cargo(site: &Site, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(&site.root).env("CARGO_TARGET_DIR", &site.target);
    command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1");
    command
}

/// A program that counts as one check.
fn one(ran: &Finished, advice: &str) -> Tally {
    if ran.success { Tally::passed(1) } else { Tally::failed(format!("{advice}\n{}", ran.trouble(12))) }
}

fn fmt(shared: &mut Shared) -> Result<Tally> {
    let mut command = cargo(&shared.site, &["fmt", "--all", "--check"]);
    let ran = run(&shared.site, "fmt", &mut command, TEST_LIMIT, Show::Nothing)?;
    Ok(one(&ran, "some files are not formatted; run `cargo fmt --all`"))
}

fn tidy(shared: &mut Shared) -> Result<Tally> {
    crate::tidy::run(&shared.site.root)?;
    Ok(Tally::passed(1))
}

fn web(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let node = shared.node()?;
    let mut total = one(&node.script(&site, "check", TEST_LIMIT)?, "types, lint or formatting are off");
    total.add(tally(Runner::Vitest, &node.script(&site, "test", TEST_LIMIT)?));
    total.add(one(&node.script(&site, "build", TEST_LIMIT)?, "the UI does not build"));
    Ok(total)
}

fn clippy(shared: &mut Shared) -> Result<Tally> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--keep-going",
        "--features",
        "xtask/drive",
        "--",
        "-D",
        "warnings",
    ];
    let ran = run(&shared.site, "clippy", &mut cargo(&shared.site, &arguments), BUILD_LIMIT, Show::Lines)?;
    Ok(one(&ran, "clippy has something to say"))
}

fn rust(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let url = shared.postgres()?.url.clone();
    let (mut command, runner) = if find("cargo-nextest").is_some() {
        let arguments = [
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--status-level=slow",
            "--final-status-level=fail",
        ];
        (cargo(&site, &arguments), Runner::Nextest)
    } else {
        println!(
            "    cargo-nextest is missing, so cargo test runs (slower); `cargo install cargo-nextest --locked`"
        );
        (
            cargo(
                &site,
                &["test", "--workspace", "--all-targets", "--features=xtask/drive", "--no-fail-fast"],
            ),
            Runner::Libtest,
        )
    };
    let ran = run(&site, "rust", command.env("TEST_POSTGRES_URL", url), BUILD_LIMIT, Show::Lines)?;
    Ok(tally(runner, &ran))
}

fn doc(shared: &mut Shared) -> Result<Tally> {
    let site = &shared.site;
    let ran =
        run(site, "doc", &mut cargo(site, &["test", "--workspace", "--doc"]), BUILD_LIMIT, Show::Nothing)?;
    // No example in the documentation is no mistake.
    if ran.success && !ran.text.lines().any(|line| line.starts_with("test ") && line.ends_with("ok")) {
        return Ok(Tally::passed(1));
    }
    Ok(tally(Runner::Libtest, &ran))
}

fn build(shared: &mut Shared) -> Result<Tally> {
    shared.programs()?;
    Ok(Tally::passed(1))
}

fn openapi(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let mut command = shared.programs()?.command("quarterdeck");
    let output = command.arg("openapi").output().context("starting quarterdeck openapi")?;
    let committed = std::fs::read(site.root.join("docs/openapi.json")).unwrap_or_default();
    if !output.status.success() {
        return Ok(Tally::failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    if output.stdout != committed {
        return Ok(Tally::failed(
            "docs/openapi.json is not what the server serves; run `cargo xtask codegen --openapi` and commit it",
        ));
    }
    Ok(Tally::passed(1))
}

fn proofs(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let scripts = files(&site, "tests/proofs", "py")?;
    let venv = Venv::with(&site, "proofs", &required(&site)?)?;
    if find("java").is_none() {
        // PySpark brings Spark, not the Java that runs it.
        apt::install(&site, &["default-jre-headless"])?;
    }
    for packages in ["tests/clients/odata2ts", "tests/clients/odata-csdl"] {
        shared.node()?.install_in(&site, packages)?;
    }
    let examples = examples(&site, &["live_days", "reference_service"])?;
    let demo = demo(shared, "proofs")?;
    let _agent = demo.enrol_this_machine(&site, shared.programs()?)?;
    demo.snapshot(&site, shared.programs()?)?;
    let mut total = Tally::default();
    for script in scripts {
        let name = format!("proof-{}", script.file_stem().unwrap_or_default().to_string_lossy());
        let mut python = venv.python();
        python.arg(&script).current_dir(&site.root).env("PYTHONUNBUFFERED", "1");
        python.env("QD_LIVE_DAYS", examples.join("live_days"));
        python.env("QD_REFERENCE_SERVICE", examples.join("reference_service"));
        python.env("QD_PROGRAM", shared.programs()?.command("quarterdeck").get_program());
        demo.tell(&mut python)?;
        shared.node()?.put_on_path(&mut python);
        println!("    {}", site.shown(&script));
        let ran = run(&site, &name, &mut python, TEST_LIMIT, Show::Lines)?;
        total.add(one(&ran, &format!("{} failed:", site.shown(&script))));
    }
    Ok(total)
}

/// The folder of these example programs, built: the one that lives days given to it, for the proof that compares them with
/// an oracle's, and the reference service of the `odata` crate.
fn examples(site: &Site, names: &[&str]) -> Result<PathBuf> {
    // With the whole workspace, so that features are those of the programs and nothing is compiled again.
    let mut arguments = vec!["build", "--workspace", "--features=xtask/drive"];
    arguments.extend(names.iter().flat_map(|name| ["--example", name]));
    let built = run(site, "examples", &mut cargo(site, &arguments), BUILD_LIMIT, Show::Nothing)?;
    anyhow::ensure!(built.success, "the examples {} do not build:\n{}", names.join(", "), built.trouble(8));
    Ok(site.target.join("debug/examples"))
}

/// Exact requirements of every Python file under test.
fn required(site: &Site) -> Result<Vec<String>> {
    let mut all = Vec::new();
    let crates = std::fs::read_dir(site.root.join("crates"))?.flatten().map(|entry| entry.path());
    for folder in crates.chain([site.root.clone()]) {
        let file = folder.join("tests/requirements.txt");
        if file.exists() {
            all.extend(requirements(&file)?);
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn files(site: &Site, folder: &str, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(site.root.join(folder)).with_context(|| format!("reading {folder}"))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    Ok(files)
}

fn demo(shared: &mut Shared, name: &str) -> Result<Demo> {
    let site = shared.site.clone();
    let data_dir = site.fresh_folder(&format!("data-{name}"))?;
    println!("    starting a demo server on a fresh data folder");
    let fleet = Fleet { devices: 120, days: 10, seed: 7, listen: None };
    Demo::start(&site, shared.programs()?, &data_dir, &fleet)
}

fn e2e(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    if find("chromium").is_none() {
        apt::install(&site, &["chromium"])?;
    }
    shared.node()?;
    let demo = demo(shared, "e2e")?;
    let mut command = shared.node()?.npm(&site, &["run", "--silent", "e2e"]);
    demo.tell(&mut command)?;
    let ran = run(&site, "npm-e2e", &mut command, TEST_LIMIT, Show::Lines)?;
    drop(demo);
    let mut total = tally(Runner::Playwright, &ran);
    total.add(e2e_clock(shared)?);
    Ok(total)
}

/// The tests that let time pass: on a demo of their own, whose clock follows a file and whose mail goes to a mail server
/// of their own.
fn e2e_clock(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let venv = Venv::with(&site, "mail", &[MAIL_SERVER.to_owned()])?;
    let folder = site.fresh_folder("data-clock")?;
    let (mails, clock, port) = (folder.join("mails"), folder.join("clock"), Site::free_port()?);
    let mut python = venv.python();
    python.args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")]);
    python.args(["--class", "aiosmtpd.handlers.Mailbox"]).arg(&mails);
    let mut mail = Server::start(&mut python, &site.own_folder("logs")?.join("mail.log"))?;
    mail.wait_until(&site, "the mail server", TEST_LIMIT, |_| mails.join("new").is_dir())?;
    let extras = Extras {
        clock_offset_file: Some(clock.clone()),
        settings: vec![
            ("QUARTERDECK_MAIL__HOST", "127.0.0.1".to_owned()),
            ("QUARTERDECK_MAIL__PORT", port.to_string()),
            ("QUARTERDECK_MAIL__SECURITY", "none".to_owned()),
        ],
    };
    let fleet = Fleet { devices: 20, days: 2, seed: 7, listen: None };
    let demo = Demo::start_with(&site, shared.programs()?, &folder.join("data"), &fleet, &extras)?;
    let mut command = shared.node()?.npm(&site, &["run", "--silent", "e2e-clock"]);
    demo.tell(&mut command)?;
    command.env("QD_MAIL_FOLDER", &mails).env("QD_CLOCK_FILE", &clock);
    let ran = run(&site, "npm-e2e-clock", &mut command, TEST_LIMIT, Show::Lines)?;
    Ok(tally(Runner::Playwright, &ran))
}

fn crash(shared: &mut Shared) -> Result<Tally> {
    let site = shared.site.clone();
    let mut command = shared.programs()?.command("xtask");
    command.args(["crash", "--rounds", "12"]).env("CARGO_TARGET_DIR", &site.target);
    let ran = run(&site, "crash", &mut command, TEST_LIMIT, Show::Lines)?;
    Ok(one(&ran, "the crash loop found a loss:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = all().iter().map(|step| step.name).collect();
        assert_eq!(names.len(), all().len());
    }
}
