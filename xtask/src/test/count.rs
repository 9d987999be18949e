//! Reads the sums of test runners: nextest, libtest, vitest, Playwright.
//!
//! A runner that ended badly without counting a failure (it did not compile, it crashed) counts as one failure, so
//! that the total is never greener than the run.

use super::Tally;
use crate::process::Finished;

/// Who printed the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    Nextest,
    Libtest,
    Vitest,
    Playwright,
}

/// What a finished runner proved.
pub(super) fn tally(runner: Runner, ran: &Finished) -> Tally {
    let (passed, mut failed) = sums(runner, &ran.text);
    let mut failures = failures(runner, &ran.text);
    if !ran.success && failed == 0 {
        failed = 1;
        failures = vec![format!("ended badly without a test failing:\n{}", ran.trouble(15))];
    }
    if ran.success && passed + failed == 0 {
        failed = 1;
        failures = vec!["ran no test at all; are they still found?".to_owned()];
    }
    if failed > 0 {
        if failures.is_empty() {
            failures.push(format!("{failed} test(s) failed, timed out, were flaky or skipped"));
        }
        failures.push(format!("all it said is in {}", ran.log.display()));
    }
    Tally { passed, failed, failures }
}

fn sums(runner: Runner, text: &str) -> (u64, u64) {
    let lines = text.lines().map(str::trim).filter(|line| match runner {
        Runner::Nextest => line.starts_with("Summary [") && line.contains(" run: "),
        Runner::Libtest => line.starts_with("test result:"),
        Runner::Vitest => line.starts_with("Tests "),
        Runner::Playwright => {
            let mut words = line.split(' ');
            words.next().is_some_and(|word| word.parse::<u64>().is_ok())
                && words.next().is_some_and(|word| {
                    matches!(word, "passed" | "failed" | "flaky" | "skipped" | "interrupted")
                })
        }
    });
    lines.fold((0, 0), |(passed, failed), line| {
        // A skipped browser test is one the demo should have made possible; nextest skips what a profile leaves out.
        let last = if runner == Runner::Nextest { "timed" } else { "skipped" };
        let bad = ["failed", "flaky", "interrupted", last]
            .iter()
            .map(|word| number_before(line, word))
            .sum::<u64>();
        (passed + number_before(line, "passed"), failed + bad)
    })
}

/// The number in "3 failed", 0 when the word does not follow a number.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split([' ', ',', ';', '|']).filter(|part| !part.is_empty()).collect();
    let at = words.windows(2).find(|pair| pair[1].trim_end_matches('.') == word);
    at.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn failures(runner: Runner, text: &str) -> Vec<String> {
    let mut named: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| match runner {
            Runner::Nextest => {
                ["FAIL [", "TIMEOUT [", "SIGSEGV [", "SIGABRT ["].iter().any(|w| line.starts_with(w))
            }
            Runner::Libtest => line.starts_with("test ") && line.ends_with("FAILED"),
            Runner::Vitest => line.starts_with("FAIL "),
            // The list at the end; in the list of all tests each line begins with a mark and a number.
            Runner::Playwright => {
                line.contains(" › ") && line.split(' ').next().is_some_and(|word| word.contains(".spec.ts:"))
            }
        })
        .map(|line| {
            line.split_once("] ").filter(|_| runner == Runner::Nextest).map_or(line, |(_, name)| name)
        })
        .map(|line| {
            line.split_once(") ").filter(|_| runner == Runner::Nextest).map_or(line, |(_, name)| name)
        })
        .map(|line| line.trim_end_matches([' ', '─']).to_owned())
        .collect();
    named.sort();
    named.dedup();
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(success: bool, text: &str) -> Finished {
        Finished { success, text: text.to_owned(), log: "log".into() }
    }

    fn check(runner: Runner, success: bool, text: &str, passed: u64, failed: u64) {
        let tally = tally(runner, &ran(success, text));
        assert_eq!((tally.passed, tally.failed), (passed, failed), "{tally:?}");
        assert_eq!(tally.failures.is_empty(), failed == 0, "{tally:?}");
    }

    #[test]
    fn each_runners_sum_is_read() {
        check(
            Runner::Nextest,
            true,
            "     Summary [   0.220s] 21 tests run: 21 passed (2 slow), 0 skipped",
            21,
            0,
        );
        let failing =
            "FAIL [   0.1s] (3/4) a::b c\n Summary [ 1s] 4 tests run: 2 passed, 1 failed, 1 timed out";
        check(Runner::Nextest, false, failing, 2, 2);
        let doc = "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 2 passed; 0 failed";
        check(Runner::Libtest, true, doc, 5, 0);
        check(Runner::Vitest, true, " Test Files  3 passed (3)\n      Tests  12 passed (12)", 12, 0);
        check(Runner::Vitest, false, "      Tests  1 failed | 11 passed (12)\n", 11, 1);
        check(Runner::Playwright, true, "Running 4 tests using 1 worker\n\n  4 passed (3.4s)\n", 4, 0);
        check(Runner::Playwright, false, "  1 failed\n    e2e/a.spec.ts:3:1 › b ───\n  3 passed (3s)", 3, 1);
    }

    #[test]
    fn a_skipped_browser_test_is_a_failure() {
        check(Runner::Playwright, true, "  1 skipped\n  3 passed (3s)", 3, 1);
        check(Runner::Vitest, true, "      Tests  11 passed | 1 skipped (12)", 11, 1);
    }

    #[test]
    fn a_crash_and_an_empty_run_are_failures() {
        check(Runner::Nextest, false, "error: could not compile `a`", 0, 1);
        check(Runner::Vitest, true, "No test files found", 0, 1);
    }

    #[test]
    fn failures_are_named_once() {
        let text = "FAIL [ 0.1s] (1/9) quarterdeck-store both_engines::a\nFAIL [ 0.1s] (1/9) quarterdeck-store both_engines::a\n";
        assert_eq!(failures(Runner::Nextest, text), ["quarterdeck-store both_engines::a"]);
        let text =
            "  ✘   4 e2e/a.spec.ts:68:1 › b c (1.8s)\n  1 failed\n    e2e/a.spec.ts:68:1 › b c ─────\n";
        assert_eq!(failures(Runner::Playwright, text), ["e2e/a.spec.ts:68:1 › b c"]);
    }
}
