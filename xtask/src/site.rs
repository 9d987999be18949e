//! Where xtask works: the repository, the target folder, and whether someone asked it to stop.
//!
//! Everything xtask makes for itself (virtual environments, logs, data folders of its servers) lies under
//! `<target>/xtask`, so that removing the target folder removes all of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};

/// The place of work. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    stop: Arc<AtomicBool>,
}

impl Site {
    /// The repository this xtask was built from, with Ctrl-C and a polite kill caught: both only set a flag, so that
    /// whoever started something can end it.
    pub(crate) fn open() -> Result<Self> {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().context("xtask has no parent folder")?.to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(folder)?,
            None => root.join("target"),
        };
        Ok(Self { root, target, stop: Arc::new(AtomicBool::new(false)) })
    }

    /// Starts catching Ctrl-C. Called once, by commands that start something.
    pub(crate) fn catch_interrupts(&self) -> Result<()> {
        let stop = Arc::clone(&self.stop);
        ctrlc::set_handler(move || stop.store(true, Ordering::SeqCst)).context("catching Ctrl-C")
    }

    /// # Errors
    /// Somebody asked to stop.
    pub(crate) fn check_interrupted(&self) -> Result<()> {
        if self.is_interrupted() {
            bail!("stopped, as asked");
        }
        Ok(())
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// A folder of xtask's own, made if missing.
    pub(crate) fn own_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder)
    }

    /// A fresh folder of xtask's own; what an earlier run left there is removed.
    pub(crate) fn fresh_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
        }
        self.own_folder(name)
    }

    /// Claims a name for this process until the returned file is dropped: two runs that share a target folder must not
    /// empty each other's folders. Waits for another run and says so.
    pub(crate) fn claim(&self, name: &str) -> Result<std::fs::File> {
        let path = self.own_folder("locks")?.join(name);
        let file = std::fs::File::create(&path).with_context(|| format!("writing {}", path.display()))?;
        if file.try_lock().is_err() {
            println!("another `cargo xtask {name}` runs in this target folder; waiting for it to end");
            while file.try_lock().is_err() {
                self.check_interrupted()?;
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        }
        Ok(file)
    }

    /// A path as people like to read it: from the repository or as it is.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// A loopback port that is free now.
    pub(crate) fn free_port() -> Result<u16> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("finding a free port")?;
        Ok(listener.local_addr()?.port())
    }
}
