//! The parts of a full download of `devicePropertyHistories`, each alone on one core: reading the rows of a data folder
//! without writing them, writing rows that are read already, and copying what was written.
//!
//! `feed_parts FOLDER TENANT_ID`, on the folder of a server that is stopped. The best of some runs is told.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lake::{At, DataFile, Lake};
use store::TenantId;
use warehouse::Lakes;
use warehouse::encode::{Field, PageEncoder, RowFormat};
use world::World;

type Failure = Box<dyn std::error::Error>;

const RUNS: usize = 5;
const BATCH_ROWS: usize = 8192;
/// Larger than any chunk the encoder hands out.
const RING_BYTES: usize = 512 * 1024;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(tenant)) = (arguments.next(), arguments.next()) else {
        return Err("give the data folder and the tenant's id".into());
    };
    let folder = PathBuf::from(folder);
    let database = sql::DatabaseUrl::sqlite(folder.join("quarterdeck.db"));
    let lakes = Lakes::new(folder.join("lake"), database, World::real());
    parts(&lakes.of(TenantId(tenant.parse()?))?)
}

fn parts(lake: &Lake) -> Result<(), Failure> {
    let table = model::table("devicePropertyHistories").ok_or("declared")?;
    let files = lake.files(&lake.snapshot(&At::Latest)?, table.name, None)?;
    let n_rows: u64 = files.iter().map(|file| file.rows).sum();
    // What v1.0 shows: the columns that a download of the feed has.
    let shown = || table.shown_columns(model::Version::V1).map(|(_, column)| column);
    let columns: Vec<_> = shown().map(|column| column.name).collect();
    let fields = shown().enumerate().map(|(column, declared)| Field {
        name: declared.name.into(),
        edm: warehouse::edm::edm_type(declared.edm),
        column,
    });
    let format = RowFormat { fields: fields.collect(), ..RowFormat::default() };
    let tell = |name: &str, took: Duration| {
        let seconds = took.as_secs_f64();
        println!("{name:<16} {seconds:.3} s, {:.2} M rows/s", n_rows as f64 / seconds / 1e6);
    };

    tell("decode only:", best(|| read(lake, &files, &columns, &mut |_| Ok(())))?);
    let mut batches = Vec::new();
    read(lake, &files, &columns, &mut |batch| {
        batches.push(batch);
        Ok(())
    })?;
    let encode = |sink: &mut dyn FnMut(&[u8])| -> Result<(), Failure> {
        let mut page = PageEncoder::new(format.clone(), "{\"value\":");
        for batch in &batches {
            page.write(batch, &mut |chunk| {
                sink(&chunk);
                true
            })?;
        }
        Ok(())
    };
    tell("encode only:", best(|| encode(&mut |_| ()))?);
    let (mut ring, mut copying) = (vec![0; RING_BYTES], Duration::MAX);
    for _ in 0..RUNS {
        let mut run = Duration::ZERO;
        encode(&mut |chunk| {
            let started = Instant::now();
            ring[..chunk.len()].copy_from_slice(chunk);
            run += started.elapsed();
        })?;
        copying = copying.min(run);
    }
    tell("copy same bytes:", copying);
    Ok(())
}

fn read(
    lake: &Lake,
    files: &[DataFile],
    columns: &[&str],
    sink: &mut dyn FnMut(arrow_array::RecordBatch) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for file in files {
        for batch in lake.read(file, columns, 0..file.rows, BATCH_ROWS)? {
            sink(batch?)?;
        }
    }
    Ok(())
}

fn best(mut run: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let started = Instant::now();
        run()?;
        best = best.min(started.elapsed());
    }
    Ok(best)
}
