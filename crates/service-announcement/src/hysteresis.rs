//! When a monitor opens, worsens and resolves its issue: so many bad readings in a row, so many good ones. Pure.
//!
//! Decided in `docs/rfd` ("Monitors have hysteresis"): a single reading never changes anything, and a reading that says
//! nothing neither counts nor breaks a row.

use serde::{Deserialize, Serialize};

/// How many readings in a row it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Bad ones to open, and worse ones to worsen.
    pub bad_to_open: u32,
    /// Good ones to resolve.
    pub good_to_close: u32,
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grade {
    /// It works, with trouble: an advisory.
    Degraded,
    /// It does not work: an incident.
    Down,
}

/// What one reading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    Bad(Grade),
    /// Nothing: it could not be read, or it lies between the limits.
    Unknown,
}

/// What a monitor remembers from one reading to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The grade of the open issue.
    pub open: Option<Grade>,
    /// Good readings in a row.
    good: u32,
    /// Bad readings in a row, of any grade.
    bad: u32,
    /// Readings in a row that were as bad as can be.
    down: u32,
}

/// What is to be done after a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Stay,
    Open(Grade),
    /// The open issue is now an incident.
    Worsen,
    Resolve,
}

impl State {
    /// The state after one more reading, and what is to be done.
    #[must_use]
    pub fn next(self, rule: Rule, verdict: Verdict) -> (State, Step) {
        match verdict {
            Verdict::Unknown => (self, Step::Stay),
            Verdict::Good => {
                let after = State { good: self.good.saturating_add(1), bad: 0, down: 0, ..self };
                if after.open.is_some() && after.good >= rule.good_to_close {
                    return (State { open: None, ..after }, Step::Resolve);
                }
                (after, Step::Stay)
            }
            Verdict::Bad(grade) => {
                let down = if grade == Grade::Down { self.down.saturating_add(1) } else { 0 };
                let after = State { good: 0, bad: self.bad.saturating_add(1), down, ..self };
                let is_down = down >= rule.bad_to_open;
                match after.open {
                    None if after.bad >= rule.bad_to_open => {
                        let grade = if is_down { Grade::Down } else { Grade::Degraded };
                        (State { open: Some(grade), ..after }, Step::Open(grade))
                    }
                    Some(Grade::Degraded) if is_down => {
                        (State { open: Some(Grade::Down), ..after }, Step::Worsen)
                    }
                    _ => (after, Step::Stay),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![
            3 => Just(Verdict::Good),
            2 => Just(Verdict::Bad(Grade::Degraded)),
            2 => Just(Verdict::Bad(Grade::Down)),
            1 => Just(Verdict::Unknown),
        ]
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        (1_u32..6, 1_u32..6).prop_map(|(bad_to_open, good_to_close)| Rule { bad_to_open, good_to_close })
    }

    /// The steps that change something, each with the number of readings taken by then.
    fn changes(rule: Rule, verdicts: &[Verdict]) -> Vec<(usize, Step)> {
        let mut state = State::default();
        let mut changes = Vec::new();
        for (index, verdict) in verdicts.iter().enumerate() {
            let (after, step) = state.next(rule, *verdict);
            state = after;
            if step != Step::Stay {
                changes.push((index + 1, step));
            }
        }
        changes
    }

    /// How many of the last readings satisfy the condition without a break, ones that say nothing left out.
    fn in_a_row(verdicts: &[Verdict], condition: impl Fn(Verdict) -> bool) -> usize {
        verdicts.iter().rev().filter(|v| **v != Verdict::Unknown).take_while(|v| condition(**v)).count()
    }

    proptest! {
        #[test]
        fn it_opens_and_worsens_after_enough_bad_readings_and_resolves_after_enough_good_ones(
            rule in any_rule(),
            verdicts in prop::collection::vec(any_verdict(), 0..80),
        ) {
            let is_bad = |verdict| matches!(verdict, Verdict::Bad(_));
            let is_down = |verdict| verdict == Verdict::Bad(Grade::Down);
            for (taken, step) in changes(rule, &verdicts) {
                let so_far = &verdicts[..taken];
                let (bad, down) = (in_a_row(so_far, is_bad), in_a_row(so_far, is_down));
                let enough = usize::try_from(rule.bad_to_open).expect("small");
                match step {
                    Step::Open(Grade::Down) => prop_assert!(down >= enough),
                    Step::Open(Grade::Degraded) => prop_assert!(bad >= enough && down < enough),
                    Step::Worsen => prop_assert_eq!(down, enough),
                    Step::Resolve => prop_assert_eq!(
                        in_a_row(so_far, |verdict| verdict == Verdict::Good),
                        usize::try_from(rule.good_to_close).expect("small")
                    ),
                    Step::Stay => prop_assert!(false, "it was left out"),
                }
            }
        }

        #[test]
        fn an_issue_opens_worsens_once_at_most_and_resolves_before_the_next(
            rule in any_rule(),
            verdicts in prop::collection::vec(any_verdict(), 0..80),
        ) {
            let mut open: Option<Grade> = None;
            for (_, step) in changes(rule, &verdicts) {
                open = match (open, step) {
                    (None, Step::Open(grade)) => Some(grade),
                    (Some(Grade::Degraded), Step::Worsen) => Some(Grade::Down),
                    (Some(_), Step::Resolve) => None,
                    other => return Err(TestCaseError::fail(format!("{other:?}"))),
                };
            }
        }

        #[test]
        fn it_never_flaps(
            rule in (2_u32..6, 2_u32..6).prop_map(|(bad_to_open, good_to_close)| Rule { bad_to_open, good_to_close }),
            n in 0_usize..60,
            rows in prop::collection::vec((any_verdict(), 1_usize..5), 0..40),
        ) {
            let alternating: Vec<Verdict> = (0..n)
                .map(|n| if n % 2 == 0 { Verdict::Bad(Grade::Down) } else { Verdict::Good })
                .collect();
            prop_assert_eq!(changes(rule, &alternating), []);
            // Between two openings lie at least as many readings as it takes to resolve and to open again.
            let verdicts: Vec<Verdict> =
                rows.into_iter().flat_map(|(verdict, n)| std::iter::repeat_n(verdict, n)).collect();
            let opened: Vec<usize> = changes(rule, &verdicts)
                .into_iter()
                .filter_map(|(taken, step)| matches!(step, Step::Open(_)).then_some(taken))
                .collect();
            let least = usize::try_from(rule.bad_to_open + rule.good_to_close).expect("small");
            prop_assert!(opened.windows(2).all(|pair| pair[1] - pair[0] >= least), "{:?}", opened);
        }

        #[test]
        fn readings_that_say_nothing_change_nothing(
            rule in any_rule(),
            verdicts in prop::collection::vec(any_verdict(), 0..80),
        ) {
            let known: Vec<Verdict> =
                verdicts.iter().copied().filter(|verdict| *verdict != Verdict::Unknown).collect();
            let steps = |verdicts: &[Verdict]| {
                changes(rule, verdicts).into_iter().map(|(_, step)| step).collect::<Vec<_>>()
            };
            prop_assert_eq!(steps(&verdicts), steps(&known));
        }

        #[test]
        fn trouble_that_lasts_is_always_told_and_an_end_that_lasts_too(
            rule in any_rule(),
            before in prop::collection::vec(any_verdict(), 0..40),
        ) {
            let enough = |n: u32| usize::try_from(n).expect("small");
            let mut state = State::default();
            for verdict in &before {
                state = state.next(rule, *verdict).0;
            }
            for _ in 0..enough(rule.bad_to_open) {
                state = state.next(rule, Verdict::Bad(Grade::Down)).0;
            }
            prop_assert_eq!(state.open, Some(Grade::Down));
            for _ in 0..enough(rule.good_to_close) {
                state = state.next(rule, Verdict::Good).0;
            }
            prop_assert_eq!(state.open, None);
        }
    }
}
