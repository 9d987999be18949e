//! Linux: the inventory out of `/proc`, `/sys`, `/etc` and the package databases.
//!
//! Every file is read under a root folder, so that tests can lay out a machine as a tree of files. What
//! only the running kernel or another program can answer goes through [`Asks`].

mod disks;
mod encryption;
mod hardware;
mod identity;
mod interfaces;
mod live;
mod packages;
mod system;
mod users;

use std::path::{Path, PathBuf};

use proto::{List, Section, Sections};

use crate::machine::{Machine, valid};

/// A Linux machine.
pub(crate) struct Linux<A> {
    tree: Tree,
    asks: A,
}

/// What files do not tell.
pub(crate) trait Asks {
    /// The space of the file system mounted at `mount_point`.
    fn space(&self, mount_point: &str) -> Option<Space>;
    /// The addresses of all interfaces: name, and address with prefix length.
    fn addresses(&self) -> Vec<(String, String)>;
    /// What `rpm -qa` prints in the form of [`packages::RPM_FORMAT`]; `None` without rpm.
    fn rpm_packages(&self) -> Option<String>;
}

/// The space of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) total_bytes: u64,
    /// What a user without privileges can still write.
    pub(crate) free_bytes: u64,
}

impl Linux<live::Live> {
    /// The machine this program runs on.
    pub(crate) fn this_machine() -> Self {
        Self { tree: Tree(PathBuf::from("/")), asks: live::Live }
    }
}

impl<A: Asks> Machine for Linux<A> {
    fn inventory(&self) -> Sections {
        let tree = &self.tree;
        let disks = disks::read(tree, &self.asks);
        let sections = [
            Section::Identity(identity::read(tree)),
            Section::OperatingSystem(system::read(tree)),
            Section::Hardware(hardware::read(tree)),
            Section::Encryption(encryption::of(&disks)),
            Section::Disks(disks.into_iter().map(|mounted| mounted.disk).collect()),
            Section::Interfaces(List::new(interfaces::read(tree, &self.asks))),
            Section::LoggedOnUsers(List::new(users::read(tree))),
            Section::Packages(List::new(packages::read(tree, &self.asks))),
        ];
        sections.into_iter().filter_map(valid).collect()
    }
}

/// The files of a machine.
pub(crate) struct Tree(PathBuf);

impl Tree {
    fn path(&self, absolute: &str) -> PathBuf {
        self.0.join(absolute.trim_start_matches('/'))
    }

    /// The bytes of a file; `None` when it cannot be read.
    fn bytes(&self, absolute: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(absolute)).ok()
    }

    /// The text of a file, odd bytes replaced.
    fn text(&self, absolute: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes(absolute)?).into_owned())
    }

    /// The first line, cleaned; `None` when nothing is left of it.
    fn line(&self, absolute: &str) -> Option<String> {
        proto::clean_text(self.text(absolute)?.lines().next()?)
    }

    /// The names in a folder, ascending.
    fn names(&self, absolute: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(absolute)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    fn exists(&self, absolute: &str) -> bool {
        self.path(absolute).exists()
    }

    /// Where a path of symbolic links ends: its last name.
    fn target_name(&self, absolute: &str) -> Option<String> {
        let target = self.path(absolute).canonicalize().ok()?;
        Some(Path::new(&target).file_name()?.to_str()?.to_owned())
    }
}

#[cfg(test)]
mod tests;
