//! Puts the built browser interface (`web/dist`) into the program: a list of its files, each also as gzip.
//!
//! It runs no other tool: `cargo xtask web` builds the interface. Without it the program still builds and shows a
//! page that says so, unless `REQUIRE_WEB=1` asks for an error instead.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-env-changed=REQUIRE_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    let index = dist.join("index.html");
    let mut list = String::new();
    if index.exists() {
        let _ = writeln!(list, "const INDEX: Option<&str> = Some(include_str!({index:?}));");
        let mut files = Vec::new();
        collect(&dist, &mut files)?;
        files.sort();
        let _ = writeln!(list, "static FILES: &[File] = &[");
        for file in files.iter().filter(|file| **file != index) {
            entry(&dist, file, &out, &mut list)?;
        }
        list.push_str("];\n");
    } else if env::var_os("REQUIRE_WEB").is_some_and(|value| value == "1") {
        println!("cargo::error=web/dist is missing and REQUIRE_WEB=1 is set; run `cargo xtask web` first");
    } else {
        list.push_str("const INDEX: Option<&str> = None;\nstatic FILES: &[File] = &[];\n");
    }
    fs::write(out.join("web.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn entry(dist: &Path, file: &Path, out: &Path, list: &mut String) -> io::Result<()> {
    let path = file.strip_prefix(dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
    let bytes = fs::read(file)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(&bytes)?;
    let small = encoder.finish()?;
    let gzip = if small.len() < bytes.len() {
        let name = out.join(format!("{}.gz", path.replace('/', "__")));
        fs::write(&name, small)?;
        format!("Some(include_bytes!({name:?}))")
    } else {
        "None".to_owned()
    };
    let _ = writeln!(list, "File {{ path: {path:?}, plain: include_bytes!({file:?}), gzip: {gzip} }},");
    Ok(())
}
