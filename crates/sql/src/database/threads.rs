//! The threads behind a database: who runs which transaction, and when it is committed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use postgres::{Client, IsolationLevel};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{DatabaseUrl, queue};
use crate::conn::Driver;
use crate::engine::postgresql::{self, Prepared};
use crate::engine::sqlite;
use crate::{Conn, Faults, SqlError};

/// How many transactions share one SQLite commit at most. More gain nothing: the `fsync` is then well shared.
const GROUP_MAX: usize = 256;

/// A transaction waiting for its turn.
pub(super) type Task = Box<dyn Run + Send>;

pub(super) trait Run {
    /// Runs the code and keeps its answer; tells whether its changes are to be kept.
    fn run(&mut self, conn: &mut Conn<'_>) -> bool;
    /// Hands the answer over, or the reason why what was run could not be kept.
    fn answer(self: Box<Self>, kept: Result<(), SqlError>);
    fn reads_only(&self) -> bool;
}

pub(super) struct Job<F, T, E> {
    code: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    reads_only: bool,
}

impl<F, T, E> Job<F, T, E>
where
    F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<SqlError> + Send + 'static,
{
    pub(super) fn pair(code: F, reads_only: bool) -> (Task, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Job { code: Some(code), result: None, reply, reads_only }), answer)
    }
}

impl<F, T, E> Run for Job<F, T, E>
where
    F: FnOnce(&mut Conn<'_>) -> Result<T, E>,
    E: From<SqlError>,
{
    fn run(&mut self, conn: &mut Conn<'_>) -> bool {
        let Some(code) = self.code.take() else { return false };
        let result = match catch_unwind(AssertUnwindSafe(|| code(conn))) {
            // A statement failed and the code went on as if it had not: nothing can be kept.
            Ok(Ok(_)) if conn.failed => Err(SqlError::Aborted.into()),
            Ok(result) => result,
            Err(panic) => Err(SqlError::Panicked(panic_text(&*panic)).into()),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, kept: Result<(), SqlError>) {
        let result = match (self.result, kept) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into()),
            (Some(result), _) => result,
            (None, Ok(())) => Err(SqlError::Lost("the transaction was not run".to_owned()).into()),
        };
        // The asker may have gone away; then nobody waits for the answer.
        let _ = self.reply.send(result);
    }

    fn reads_only(&self) -> bool {
        self.reads_only
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// One queue's receiving end, shared by several threads.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Receiver<Task>>>);

impl Shared {
    pub(super) fn new(receiver: Receiver<Task>) -> Shared {
        Shared(Arc::new(Mutex::new(receiver)))
    }

    fn next(&self) -> Option<Task> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

pub(super) fn sqlite(
    path: &Path,
    n_readers: usize,
    faults: &Faults,
) -> Result<(Sender<Task>, Sender<Task>), SqlError> {
    let writer = sqlite::open(path, false)?;
    let (writes, write_queue) = std::sync::mpsc::channel();
    let write_faults = faults.clone();
    spawn("sqlite-writer", move || write_in_groups(&writer, &write_queue, &write_faults))?;
    let (reads, read_queue) = queue();
    for _ in 0..n_readers.max(1) {
        let (conn, queue, faults) = (sqlite::open(path, true)?, read_queue.clone(), faults.clone());
        spawn("sqlite-reader", move || {
            while let Some(task) = queue.next() {
                read_sqlite(&conn, &faults, task);
            }
        })?;
    }
    Ok((writes, reads))
}

fn spawn(name: &str, code: impl FnOnce() + Send + 'static) -> Result<(), SqlError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(code);
    thread.map(drop).map_err(|e| SqlError::Other(format!("cannot start a database thread: {e}")))
}

/// Takes every transaction that is waiting, runs each in its own savepoint, commits once, answers all.
fn write_in_groups(conn: &Connection, queue: &Receiver<Task>, faults: &Faults) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = conn.execute_batch("begin immediate") {
            first.answer(Err(error.into()));
            continue;
        }
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(task) = next {
            group.push(run_in_savepoint(conn, faults, task));
            if conn.is_autocommit() {
                break; // A grave error (disk full, I/O) has made SQLite roll everything back.
            }
            next = if group.len() < GROUP_MAX { queue.try_recv().ok() } else { None };
        }
        let kept = commit(conn, faults);
        for task in group {
            task.answer(kept.clone());
        }
    }
}

fn run_in_savepoint(conn: &Connection, faults: &Faults, mut task: Task) -> Task {
    let mut open = Conn { driver: Driver::Sqlite(conn), faults: faults.clone(), failed: false };
    let keep =
        conn.prepare_cached("savepoint job").and_then(|mut s| s.raw_execute()).is_ok() && task.run(&mut open);
    if !keep {
        // When SQLite has rolled back already there is no savepoint to go back to, and nothing to undo.
        let _ = conn.prepare_cached("rollback to job").and_then(|mut s| s.raw_execute());
    }
    let _ = conn.prepare_cached("release job").and_then(|mut s| s.raw_execute());
    task
}

fn commit(conn: &Connection, faults: &Faults) -> Result<(), SqlError> {
    if conn.is_autocommit() {
        return Err(SqlError::Lost("the database rolled the transaction back; see its disk".to_owned()));
    }
    let result = faults.pass().and_then(|()| conn.execute_batch("commit").map_err(SqlError::from));
    if result.is_err() && !conn.is_autocommit() {
        let _ = conn.execute_batch("rollback");
    }
    result
}

fn read_sqlite(conn: &Connection, faults: &Faults, mut task: Task) {
    if let Err(error) = conn.execute_batch("begin") {
        return task.answer(Err(error.into()));
    }
    task.run(&mut Conn { driver: Driver::Sqlite(conn), faults: faults.clone(), failed: false });
    let _ = conn.execute_batch("rollback");
    task.answer(Ok(()));
}

pub(super) fn postgres(
    url: &str,
    schema: &str,
    n_clients: usize,
    faults: &Faults,
) -> Result<Sender<Task>, SqlError> {
    let (tasks, shared) = queue();
    for index in 0..n_clients.max(1) {
        // The first connection is made here, so that a wrong URL is told at once; the rest when needed.
        let mut client =
            if index == 0 { Some((postgresql::open(url, schema)?, Prepared::new())) } else { None };
        let (url, schema) = (url.to_owned(), schema.to_owned());
        let (queue, faults) = (shared.clone(), faults.clone());
        spawn("postgres-client", move || {
            while let Some(task) = queue.next() {
                if client.as_ref().is_some_and(|(c, _)| c.is_closed()) {
                    client = None;
                }
                match client
                    .take()
                    .map_or_else(|| postgresql::open(&url, &schema).map(|c| (c, Prepared::new())), Ok)
                {
                    Ok((mut open, mut prepared)) => {
                        run_on_postgres(&mut open, &mut prepared, &faults, task);
                        client = Some((open, prepared));
                    }
                    Err(error) => task.answer(Err(error)),
                }
            }
        })?;
    }
    Ok(tasks)
}

fn run_on_postgres(client: &mut Client, prepared: &mut Prepared, faults: &Faults, mut task: Task) {
    let builder = client.build_transaction();
    let builder = if task.reads_only() {
        builder.isolation_level(IsolationLevel::RepeatableRead).read_only(true)
    } else {
        builder.isolation_level(IsolationLevel::ReadCommitted)
    };
    let tx = match builder.start() {
        Ok(tx) => tx,
        Err(error) => return task.answer(Err(error.into())),
    };
    let driver = Driver::Postgres(postgresql::Open { tx, prepared });
    let mut conn = Conn { driver, faults: faults.clone(), failed: false };
    let keep = task.run(&mut conn) && !task.reads_only();
    let Driver::Postgres(open) = conn.driver else { return };
    let kept = if keep {
        faults.pass().and_then(|()| open.tx.commit().map_err(SqlError::from))
    } else {
        open.tx.rollback().map_err(SqlError::from)
    };
    task.answer(if keep { kept } else { Ok(()) });
}

pub(super) fn image<T, E: From<SqlError>>(
    url: &DatabaseUrl,
    faults: &Faults,
    code: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
) -> Result<T, E> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let conn = sqlite::open(path, true)?;
            conn.execute_batch("begin").map_err(SqlError::from)?;
            code(&mut Conn { driver: Driver::Sqlite(&conn), faults: faults.clone(), failed: false })
        }
        DatabaseUrl::Postgres { url, schema } => {
            let mut client = postgresql::open(url, schema)?;
            let mut prepared = Prepared::new();
            let level = IsolationLevel::RepeatableRead;
            let tx = client
                .build_transaction()
                .isolation_level(level)
                .read_only(true)
                .start()
                .map_err(SqlError::from)?;
            let driver = Driver::Postgres(postgresql::Open { tx, prepared: &mut prepared });
            code(&mut Conn { driver, faults: faults.clone(), failed: false })
        }
    }
}
