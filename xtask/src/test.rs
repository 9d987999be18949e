//! `cargo xtask test`: every check and test there is, one step after the other.
//!
//! A failing step does not stop the others; all failures are told at the end. Steps share what is costly (a database
//! server, Node, the built programs), which is provided when the first of them needs it.

mod count;
mod steps;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use crate::demo::{Profile, Programs};
use crate::process::shown;
use crate::site::Site;
use crate::tools::node::Node;
use crate::tools::postgres::Postgres;

/// Options of `cargo xtask test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only this step; may be repeated.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Leave this step out; may be repeated.
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// List the steps and what each does.
    #[arg(long)]
    list: bool,
}

/// What a step found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    /// One line each, for the end of the run.
    failures: Vec<String>,
}

impl Tally {
    fn passed(n: u64) -> Self {
        Self { passed: n, ..Self::default() }
    }

    fn failed(what: impl Into<String>) -> Self {
        Self { passed: 0, failed: 1, failures: vec![what.into()] }
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }
}

/// What steps share.
pub(crate) struct Shared {
    site: Site,
    postgres: Option<Postgres>,
    node: Option<Node>,
    programs: Option<Programs>,
}

impl Shared {
    fn postgres(&mut self) -> Result<&Postgres> {
        if self.postgres.is_none() {
            self.postgres = Some(Postgres::provide(&self.site)?);
        }
        self.postgres.as_ref().ok_or_else(|| unreachable!("it was just provided"))
    }

    fn node(&mut self) -> Result<&Node> {
        if self.node.is_none() {
            let node = Node::find(&self.site)?;
            node.install(&self.site)?;
            self.node = Some(node);
        }
        self.node.as_ref().ok_or_else(|| unreachable!("it was just provided"))
    }

    fn programs(&mut self) -> Result<&Programs> {
        if self.programs.is_none() {
            crate::web::build(&self.site)?;
            self.programs = Some(Programs::build(&self.site, Profile::Dev)?);
        }
        self.programs.as_ref().ok_or_else(|| unreachable!("it was just provided"))
    }
}

/// Runs the steps and tells the outcome; the last line is the sum.
///
/// # Errors
/// A step failed, no step has the given name, or someone asked to stop.
pub(crate) fn run(site: &Site, options: &Options) -> Result<()> {
    let all = steps::all();
    for name in options.only.iter().chain(&options.skip) {
        if !all.iter().any(|step| step.name == name) {
            let names: Vec<_> = all.iter().map(|step| step.name).collect();
            bail!("there is no step `{name}`; the steps are {}", names.join(", "));
        }
    }
    if options.list {
        for step in all {
            println!("{:<8} {}", step.name, step.about);
        }
        return Ok(());
    }
    site.catch_interrupts()?;
    let _claim = site.claim("test")?;
    let chosen: Vec<_> = all
        .iter()
        .filter(|step| options.only.is_empty() || options.only.iter().any(|only| only == step.name))
        .filter(|step| !options.skip.iter().any(|skip| skip == step.name))
        .collect();
    let mut shared = Shared { site: site.clone(), postgres: None, node: None, programs: None };
    let total = walk(&chosen, &mut shared)?;
    report(&total, all.len() - chosen.len())
}

fn walk(chosen: &[&steps::Step], shared: &mut Shared) -> Result<Tally> {
    let begun = Instant::now();
    let mut total = Tally::default();
    for (at, step) in chosen.iter().enumerate() {
        println!("[{:>2}/{}] {}: {}", at + 1, chosen.len(), step.name, step.about);
        let started = Instant::now();
        let tally = (step.run)(shared).unwrap_or_else(|error| Tally::failed(format!("{error:#}")));
        // A step that was cut short has proved nothing, whatever it counted.
        shared.site.check_interrupted()?;
        let word = if tally.failed == 0 { "ok" } else { "FAILED" };
        let (passed, failed, took) = (tally.passed, tally.failed, shown(started.elapsed()));
        println!("        {}: {word}, {passed} passed, {failed} failed, {took}", step.name);
        let failures = tally.failures.iter().map(|failure| format!("{}: {failure}", step.name)).collect();
        total.add(Tally { failures, ..tally });
    }
    println!("all steps took {}", shown(begun.elapsed()));
    Ok(total)
}

fn report(total: &Tally, n_left_out: usize) -> Result<()> {
    if !total.failures.is_empty() {
        println!("\nWhat failed:");
        for failure in &total.failures {
            println!("  {}", failure.replace('\n', "\n    "));
        }
    }
    if n_left_out > 0 {
        println!("{n_left_out} step(s) left out, as asked");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        // The sum is the last line; an error message after it would hide it.
        return Err(crate::Quiet.into());
    }
    Ok(())
}
