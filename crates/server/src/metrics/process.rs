//! The process as Linux sees it, under the names every Prometheus client uses. Elsewhere there is less to tell.

use jiff::Timestamp;

use super::single;

pub(super) fn text(out: &mut String, started_at: Timestamp) {
    single(
        out,
        "process_start_time_seconds",
        "gauge",
        "When the process started, in Unix time.",
        started_at.as_second() as f64,
    );
    let numbers = [
        ("process_cpu_seconds_total", "counter", "Processor time used.", cpu_seconds()),
        ("process_resident_memory_bytes", "gauge", "Memory in use.", memory_bytes("VmRSS:")),
        ("process_resident_memory_max_bytes", "gauge", "Most memory ever in use.", memory_bytes("VmHWM:")),
        ("process_open_fds", "gauge", "Open files and connections.", open_files()),
    ];
    for (name, kind, about, value) in numbers {
        if let Some(value) = value {
            single(out, name, kind, about, value);
        }
    }
}

/// User and system time: fields 14 and 15 of `/proc/self/stat`, counted after the name, which may hold spaces.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn memory_bytes(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| (kib * 1024) as f64)
}

fn open_files() -> Option<f64> {
    std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as f64)
}
