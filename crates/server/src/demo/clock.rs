//! A clock that a file puts ahead: how tests and demonstrations let time pass.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use world::World;

const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A world whose clock is ahead by what the file says, now and whenever that changes. No file is no seconds.
pub(super) fn following(file: PathBuf) -> World {
    let (world, shift) = World::with_shifted_clock();
    if let Ok(ahead) = read(&file) {
        shift.set(ahead);
    }
    tokio::spawn(async move {
        let mut beats = tokio::time::interval(LOOK_EVERY);
        let mut told = String::new();
        loop {
            beats.tick().await;
            match read(&file) {
                Ok(ahead) => {
                    shift.set(ahead);
                    told.clear();
                }
                Err(why) if told != why => {
                    tracing::warn!(why, "the demo's clock is not moved");
                    told = why;
                }
                Err(_) => {}
            }
        }
    });
    world
}

fn read(file: &Path) -> Result<SignedDuration, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(SignedDuration::ZERO),
        Err(error) => return Err(format!("{}: {error}", file.display())),
    };
    let seconds = text.trim().parse().ok().filter(|seconds| (0..=MAX_SECONDS).contains(seconds));
    seconds.map(SignedDuration::from_secs).ok_or_else(|| {
        format!("{} must hold a whole number of seconds from 0 to {MAX_SECONDS}", file.display())
    })
}

/// Ten years.
const MAX_SECONDS: i64 = 10 * 366 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_whole_seconds_or_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("offset");
        assert_eq!(read(&file), Ok(SignedDuration::ZERO), "no file yet");
        for (text, seconds) in
            [("0", Some(0)), (" 518400\n", Some(518_400)), ("-1", None), ("1.5", None), ("", None)]
        {
            std::fs::write(&file, text).expect("the file can be written");
            assert_eq!(read(&file).ok().map(|ahead| ahead.as_secs()), seconds, "{text:?}");
        }
    }

    #[tokio::test]
    async fn the_clock_follows_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("offset");
        let world = following(file.clone());
        std::fs::write(&file, "864000").expect("the file can be written");
        let ahead = || world.clock.now().duration_since(World::real().clock.now());
        let moved = async {
            while ahead() < SignedDuration::from_hours(239) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), moved).await.expect("the clock moves soon");
    }
}
