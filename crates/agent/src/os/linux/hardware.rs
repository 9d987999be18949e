//! Processor and memory: `/proc/cpuinfo`, `/proc/meminfo` and the kernel's memory blocks.

use std::collections::BTreeSet;

use proto::{Hardware, clean_text};

use super::Tree;

pub(super) fn read(tree: &Tree) -> Hardware {
    let cpus = tree.text("/proc/cpuinfo").unwrap_or_default();
    let count = cpus.lines().filter(|line| field(line, "processor").is_some()).count();
    Hardware {
        cpu_cores: cores(&cpus),
        cpu_count: u32::try_from(count).ok().filter(|count| *count > 0),
        cpu_model: ["model name", "Model", "Hardware", "cpu model"]
            .iter()
            .find_map(|name| cpus.lines().find_map(|line| field(line, name)))
            .and_then(clean_text),
        memory_total_bytes: memory_total(tree),
        physical_memory_bytes: installed(tree),
    }
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = line.split_once(':')?;
    (key.trim_end() == name).then(|| value.trim())
}

/// Distinct pairs of package and core; processors that do not tell are not counted.
fn cores(cpus: &str) -> Option<u32> {
    let mut found = BTreeSet::new();
    for processor in cpus.split("\n\n") {
        let tell = |name| processor.lines().find_map(|line| field(line, name));
        if let Some(core) = tell("core id") {
            found.insert((tell("physical id"), core));
        }
    }
    u32::try_from(found.len()).ok().filter(|count| *count > 0)
}

fn memory_total(tree: &Tree) -> Option<u64> {
    let memory = tree.text("/proc/meminfo")?;
    let total = memory.lines().find_map(|line| field(line, "MemTotal"))?;
    total.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The blocks that are switched on, times their size: what is plugged in, before the kernel took its part.
fn installed(tree: &Tree) -> Option<u64> {
    let folder = "/sys/devices/system/memory";
    let size = tree.line(&format!("{folder}/block_size_bytes"))?;
    let size = u64::from_str_radix(&size, 16).ok()?;
    let names = tree.names(folder);
    let blocks = names.iter().filter(|name| {
        name.strip_prefix("memory").is_some_and(|number| number.parse::<u32>().is_ok())
            && tree.line(&format!("{folder}/{name}/online")).is_none_or(|online| online == "1")
    });
    size.checked_mul(blocks.count() as u64).filter(|bytes| *bytes > 0)
}
