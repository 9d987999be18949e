//! `bench feed`: a full download of `devicePropertyHistories`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::super::feed::{Feed, path_of};
use super::super::http::{Client, Streamed};
use super::memory::Memory;
use super::{build_example, example, grouped, mebibytes, memory_bytes, processor_seconds};
use crate::demo::{Demo, Fleet, Programs};
use crate::process::{Show, run, shown};
use crate::site::Site;

const SET: &str = "devicePropertyHistories";
/// Measures the parts of a download alone.
const EXAMPLE: &str = "feed_parts";
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// How many rows a part at the start or the end of the set has, at most.
const PART_ROWS: u64 = 10_000;
/// Enough of a page's end to hold the link to the next one.
const TAIL_BYTES: usize = 4096;

/// One download, all pages together.
struct Download {
    bytes: u64,
    first_byte: Duration,
    whole: Duration,
    server_seconds: f64,
}

pub(super) fn measure(site: &Site, programs: &Programs, rows: u64, days: u32, runs: u32) -> Result<()> {
    let folder = site.fresh_folder("bench-feed")?;
    // Some simulated devices come late or leave early; a fifth more makes up for them.
    let devices = u32::try_from((rows + rows / 5).div_ceil(u64::from(days.max(1))))?;
    println!("making {days} days of {devices} devices by the real midnight job; this takes a while");
    let fleet = Fleet { devices, days, seed: 1, listen: None };
    drop(Demo::start(site, programs, &folder.join("data"), &fleet)?);
    // Started again, so that its memory is that of reading.
    let demo = Demo::start(site, programs, &folder.join("data"), &fleet)?;
    let pid = demo.server.id();
    let feed = Feed::sign_in(&demo.ready)?;

    let mut bytes = Vec::new();
    // Rows are counted once, apart: counting takes the client longer than receiving.
    let mut counted = Rows::default();
    download(&feed, pid, |piece| {
        counted.count(piece);
        bytes.extend_from_slice(piece);
    })?;
    let n_rows = counted.n;
    if n_rows == 0 {
        bail!("{SET} has no rows");
    }
    if n_rows < rows {
        println!("the history has {n_rows} rows, fewer than the {rows} asked for");
    }
    let memory_before = reset_peak(pid)?;
    let mut best: Option<Download> = None;
    for run in 1..=runs {
        site.check_interrupted()?;
        let one = download(&feed, pid, |_| ())?;
        println!(
            "run {run}: {} rows in {}, first byte {:.1} ms",
            grouped(n_rows as f64),
            shown(one.whole),
            one.first_byte.as_secs_f64() * 1e3
        );
        if best.as_ref().is_none_or(|best| one.whole < best.whole) {
            best = Some(one);
        }
    }
    let peak = memory_bytes(pid, "VmHWM")?;
    let best = best.context("no run was asked for")?;
    let limit = from_memory(bytes, &folder, runs)?;
    report(n_rows, &best, &limit, memory_before, peak);
    parts_of_the_set(&feed, pid, n_rows, &best, runs)?;
    let (data_dir, tenant) = (demo.data_dir.clone(), demo.ready.text("tenant_id")?.to_owned());
    drop(demo);
    beside_limits(site, (&data_dir, &tenant), &best, &limit)
}

/// What asks for a part of the set costs no more than its part: the last rows as little as the first ones, one day as
/// little as its share of the days.
fn parts_of_the_set(feed: &Feed, pid: u32, n_rows: u64, whole: &Download, runs: u32) -> Result<()> {
    let first_row = feed.client.get(&format!("{}&$top=1&$select=dateKey", feed.path(SET)), &feed.token)?;
    let first_row: serde_json::Value = serde_json::from_slice(&first_row.body)?;
    let day = first_row["value"][0]["dateKey"].as_i64().context("the first row has no dateKey")?;
    let best = |options: &str| -> Result<(Download, u64)> {
        let path = format!("{}&{options}", feed.path(SET));
        let mut rows = Rows::default();
        download_from(feed, pid, path.clone(), |piece| rows.count(piece))?;
        let mut best = download_from(feed, pid, path.clone(), |_| ())?;
        for _ in 1..runs {
            let one = download_from(feed, pid, path.clone(), |_| ())?;
            if one.whole < best.whole {
                best = one;
            }
        }
        Ok((best, rows.n))
    };
    let page = (n_rows / 2).min(PART_ROWS);
    let skipped = n_rows - page;
    let (first, _) = best(&format!("$top={page}"))?;
    let (last, n_last) = best(&format!("$skip={skipped}&$top={page}"))?;
    let (one_day, n_day) = best(&format!("$filter=dateKey%20eq%20{day}"))?;
    let milliseconds = |download: &Download| download.whole.as_secs_f64() * 1e3;
    println!(
        "  $skip=0: {:.1} ms for {} rows; $skip={skipped}: {:.1} ms for {}: {:.2} of it",
        milliseconds(&first),
        grouped(page as f64),
        milliseconds(&last),
        grouped(n_last as f64),
        milliseconds(&last) / milliseconds(&first)
    );
    println!(
        "  one dateKey: {:.1} ms for {} rows ({:.1} % of the rows, {:.1} % of the time of all), first byte {:.1} ms",
        milliseconds(&one_day),
        grouped(n_day as f64),
        100.0 * n_day as f64 / n_rows as f64,
        100.0 * milliseconds(&one_day) / milliseconds(whole),
        one_day.first_byte.as_secs_f64() * 1e3
    );
    Ok(())
}

/// The limit of a download: the same bytes from memory (B1), writing rows that are decoded already (B2) and decoding
/// without writing (B3), one after the other on one core; B0 copies the bytes.
fn beside_limits(
    site: &Site,
    (data_dir, tenant): (&Path, &str),
    best: &Download,
    from_memory: &Streamed,
) -> Result<()> {
    build_example(site, EXAMPLE)?;
    println!("\nthe parts of a download, each alone, of the same rows");
    let mut parts = example(site, EXAMPLE);
    let ran = run(site, "bench-parts", parts.arg(data_dir).arg(tenant), LIMIT, Show::Lines)?;
    if !ran.success {
        bail!("the parts could not be measured:\n{}", ran.tail(10));
    }
    let part = |name: &str| seconds_of(&ran.text, name).with_context(|| format!("no figure of '{name}'"));
    let (copy, encode, decode) = (part("copy same bytes:")?, part("encode only:")?, part("decode only:")?);
    let served = from_memory.whole.as_secs_f64();
    let limit = served + encode + decode;
    let whole = best.whole.as_secs_f64();
    println!(
        "\n  B0 copy {copy:.3} s, B1 from memory {served:.3} s, B2 write {encode:.3} s, B3 decode {decode:.3} s"
    );
    println!(
        "  limit B1 + B2 + B3 {limit:.3} s; the feed took {whole:.3} s: {:.2} of the limit",
        whole / limit
    );
    Ok(())
}

/// The seconds in the line that begins with `name`.
fn seconds_of(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(name))?;
    line.trim().split(' ').next()?.parse().ok()
}

fn download(feed: &Feed, pid: u32, sink: impl FnMut(&[u8])) -> Result<Download> {
    download_from(feed, pid, feed.path(SET), sink)
}

/// From a first page to the last one it leads to.
fn download_from(feed: &Feed, pid: u32, first: String, mut sink: impl FnMut(&[u8])) -> Result<Download> {
    let before = processor_seconds(pid)?;
    let mut total =
        Download { bytes: 0, first_byte: Duration::ZERO, whole: Duration::ZERO, server_seconds: 0.0 };
    let mut path = Some(first);
    while let Some(page) = path {
        let mut tail = Vec::new();
        let streamed = feed.client.stream(&page, &feed.token, |piece| {
            sink(piece);
            tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL_BYTES)..]);
            let surplus = tail.len().saturating_sub(TAIL_BYTES);
            tail.drain(..surplus);
        })?;
        if total.bytes == 0 {
            total.first_byte = streamed.first_byte;
        }
        total.bytes += streamed.bytes;
        total.whole += streamed.whole;
        path = next_link(&String::from_utf8_lossy(&tail));
    }
    total.server_seconds = processor_seconds(pid)? - before;
    Ok(total)
}

/// Counts rows by a column each has once, also across pieces.
#[derive(Default)]
struct Rows {
    n: u64,
    matched: usize,
}

impl Rows {
    fn count(&mut self, piece: &[u8]) {
        const COLUMN: &[u8] = b"\"dateKey\":";
        for &byte in piece {
            if byte == COLUMN[self.matched] {
                self.matched += 1;
                if self.matched == COLUMN.len() {
                    self.n += 1;
                    self.matched = 0;
                }
            } else {
                self.matched = usize::from(byte == COLUMN[0]);
            }
        }
    }
}

/// The next page, from the end of a page: the link is written after the rows.
fn next_link(tail: &str) -> Option<String> {
    let (_, rest) = tail.split_once("\"@odata.nextLink\":")?;
    let link = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    Some(path_of(&link.replace("\\u0026", "&").replace("\\/", "/")))
}

fn from_memory(bytes: Vec<u8>, folder: &Path, runs: u32) -> Result<Streamed> {
    let memory = Memory::serve(bytes, folder)?;
    let client = Client::new(&memory.origin, &memory.ca_file)?;
    let mut best: Option<Streamed> = None;
    for _ in 0..runs {
        let one = client.stream("/", "none", |_| ())?;
        if best.as_ref().is_none_or(|best| one.whole < best.whole) {
            best = Some(one);
        }
    }
    best.context("no run was asked for")
}

/// Forgets the server's peak so far; where the kernel does not let us, the peak includes making the data.
fn reset_peak(pid: u32) -> Result<u64> {
    if std::fs::write(format!("/proc/{pid}/clear_refs"), "5").is_err() {
        println!("the peak memory below includes making the data");
    }
    memory_bytes(pid, "VmRSS")
}

fn report(n_rows: u64, best: &Download, limit: &Streamed, memory_before: u64, peak: u64) {
    let seconds = best.whole.as_secs_f64();
    let rate = mebibytes(best.bytes) / seconds;
    let limit_rate = mebibytes(limit.bytes) / limit.whole.as_secs_f64();
    println!("\nfeed: {SET}, {} rows, {:.1} MiB", grouped(n_rows as f64), mebibytes(best.bytes));
    println!("                      feed          from memory   share");
    println!("  MiB/s       {rate:>12.1}  {limit_rate:>12.1}  {:>6.0} %", 100.0 * rate / limit_rate);
    println!(
        "  rows/s      {:>12}  {:>12}",
        grouped(n_rows as f64 / seconds),
        grouped(n_rows as f64 / limit.whole.as_secs_f64())
    );
    println!(
        "  first byte  {:>9.1} ms  {:>9.1} ms",
        best.first_byte.as_secs_f64() * 1e3,
        limit.first_byte.as_secs_f64() * 1e3
    );
    println!(
        "  rows per second of one core   {:>12}",
        grouped(n_rows as f64 / best.server_seconds.max(0.01))
    );
    println!(
        "  memory: {:.0} MiB before, {:.0} MiB at most while downloading",
        mebibytes(memory_before),
        mebibytes(peak)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_across_pieces() {
        let body = br#"{"value":[{"dateKey":1,"a":"\"dateKe"},{"dateKey":2},{"dateKey":3}]}"#;
        for size in [1, 3, 10, 100] {
            let mut rows = Rows::default();
            body.chunks(size).for_each(|piece| rows.count(piece));
            assert_eq!(rows.n, 3, "pieces of {size}");
        }
    }

    #[test]
    fn the_figures_of_the_parts_are_read() {
        let text = "snapshot\ndecode only:     0.125 s, 8.00 M rows/s\ncopy same bytes: 1.5 s, x\n";
        assert_eq!(seconds_of(text, "decode only:"), Some(0.125));
        assert_eq!(seconds_of(text, "copy same bytes:"), Some(1.5));
        assert_eq!(seconds_of(text, "encode only:"), None);
    }

    #[test]
    fn the_next_page_is_found_at_the_end() {
        let tail = r#"1}],"@odata.nextLink":"https://h:1/w/v1.0/s?$skiptoken=a\u0026b=c"}"#;
        assert_eq!(next_link(tail).as_deref(), Some("/w/v1.0/s?$skiptoken=a&b=c"));
        assert_eq!(next_link(r#"1}]}"#), None);
    }
}
