//! The query engine: logical plans over the files of one snapshot, with bounded memory, disk and time.
//!
//! A plan is built by code ([`Engine::run`]) or comes from one read-only SQL statement ([`Engine::sql`]). Each query has
//! a thread of its own, on which everything happens; batches come out of a short queue, so that whoever reads slowly
//! slows the query down. Dropping the [`Answer`] ends the query at its next batch.
//!
//! Sorting and grouping spill to a folder of this process. There are no writes, no other tables than those given, and no
//! reading of files by name. What a table's rows mean, and the language of the plans, belong to the caller.

mod error;
mod sql;
mod table;

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::prelude::SessionConfig;
use futures_util::StreamExt as _;

pub use error::{EngineError, Place};

use crate::{DataFile, Lake, TableSpec};

/// Batches between a query and its reader.
const QUEUE_BATCHES: usize = 2;
/// Plans are trees that are walked by recursion; virtual memory only.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Rows of a batch.
const BATCH_ROWS: usize = 8192;
/// The largest users of memory that an error names.
const NAMED_CONSUMERS: NonZeroUsize = NonZeroUsize::new(3).expect("three is not zero");

/// The most that queries may use.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// A folder of this process alone; emptied when the engine is made.
    pub spill_dir: PathBuf,
    /// Memory for sorting, grouping and joining, of all queries together, in bytes.
    pub memory_bytes: usize,
    /// Disk for what does not fit in memory, of all queries together, in bytes.
    pub spill_bytes: u64,
    /// How long one query may run.
    pub time: Duration,
}

/// Runs queries. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    environment: Arc<RuntimeEnv>,
    state: SessionState,
    time: Duration,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("time", &self.time).finish_non_exhaustive()
    }
}

/// The rows of a query, in batches of one schema. Reading it blocks.
pub struct Answer {
    schema: SchemaRef,
    messages: Receiver<Result<Message, EngineError>>,
    time: Duration,
}

/// What a query's thread tells: the schema first, then batches, perhaps an error at the end.
enum Message {
    Schema(SchemaRef),
    Batch(RecordBatch),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Answer {
    /// The columns of all batches.
    pub const fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn message(&self) -> Option<Result<Message, EngineError>> {
        match self.messages.recv_timeout(self.time.saturating_mul(2)) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => Some(Err(EngineError::Time(self.time))),
        }
    }
}

impl Iterator for Answer {
    type Item = Result<RecordBatch, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.message()? {
            Ok(Message::Batch(batch)) => Some(Ok(batch)),
            Ok(Message::Schema(_)) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl Engine {
    /// An engine with these limits; it empties the spill folder.
    ///
    /// # Errors
    /// When the spill folder cannot be made.
    pub fn new(config: &EngineConfig) -> io::Result<Self> {
        match fs::remove_dir_all(&config.spill_dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&config.spill_dir)?,
        }
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![config.spill_dir.clone()]))
            .with_max_temp_directory_size(config.spill_bytes);
        let pool = TrackConsumersPool::new(FairSpillPool::new(config.memory_bytes), NAMED_CONSUMERS);
        let environment = RuntimeEnvBuilder::new()
            .with_disk_manager_builder(disk)
            .with_memory_pool(Arc::new(pool))
            .build_arc()
            .map_err(io::Error::other)?;
        let state = session(Arc::clone(&environment));
        Ok(Self { environment, state, time: config.time })
    }

    /// A table of the lake as the engine sees it: all of `files`, the columns of `spec`.
    pub fn table(lake: &Lake, spec: &TableSpec, files: Vec<DataFile>) -> Arc<dyn TableProvider> {
        Arc::new(table::LakeTable::new(lake.clone(), spec, files))
    }

    /// Starts a query.
    ///
    /// # Errors
    /// When no physical plan can be made, or no thread.
    pub fn run(&self, plan: LogicalPlan) -> Result<Answer, EngineError> {
        self.start(move |state| async move { Ok((state, plan)) })
    }

    /// Starts a query in SQL over `tables`, which are all it can name; at most `rows` rows come back.
    ///
    /// # Errors
    /// When the text is not a single query, or does not fit the tables.
    pub fn sql(
        &self,
        tables: Vec<(String, Arc<dyn TableProvider>)>,
        text: &str,
        rows: usize,
    ) -> Result<Answer, EngineError> {
        let (text, own) = (text.to_owned(), session(Arc::clone(&self.environment)));
        self.start(move |_| async move {
            let plan = sql::plan(&own, tables, &text, rows).await?;
            Ok((own, plan))
        })
    }

    fn start<F>(&self, plan: impl FnOnce(SessionState) -> F + Send + 'static) -> Result<Answer, EngineError>
    where
        F: Future<Output = Result<(SessionState, LogicalPlan), EngineError>>,
    {
        let (sender, messages) = sync_channel(QUEUE_BATCHES);
        let (state, time) = (self.state.clone(), self.time);
        let body = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let run = runtime
                .map_err(EngineError::Thread)
                .and_then(|runtime| runtime.block_on(query(state, plan, &sender, time)));
            if let Err(error) = run {
                // Nobody hears it if the reader is gone.
                drop(sender.send(Err(error)));
            }
        };
        let thread = std::thread::Builder::new().name("lake-query".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(body).map_err(EngineError::Thread)?;
        let mut answer = Answer { schema: Arc::new(Schema::empty()), messages, time };
        match answer.message() {
            Some(Ok(Message::Schema(schema))) => answer.schema = schema,
            Some(Err(error)) => return Err(error),
            Some(Ok(Message::Batch(_))) | None => return Err(EngineError::Stopped),
        }
        Ok(answer)
    }
}

/// Plans and runs on this thread; ends early when nobody reads. Only work counts as time, not waiting for the reader.
async fn query<F>(
    state: SessionState,
    plan: impl FnOnce(SessionState) -> F,
    sender: &SyncSender<Result<Message, EngineError>>,
    time: Duration,
) -> Result<(), EngineError>
where
    F: Future<Output = Result<(SessionState, LogicalPlan), EngineError>>,
{
    let mut left = time;
    let planned = async {
        let (state, plan) = plan(state).await?;
        let physical = interruptible(state.create_physical_plan(&plan).await?)?;
        Ok::<_, EngineError>(datafusion::physical_plan::execute_stream(physical, state.task_ctx())?)
    };
    let mut stream = limited(&mut left, time, planned).await??;
    if sender.send(Ok(Message::Schema(stream.schema()))).is_err() {
        return Ok(());
    }
    while let Some(batch) = limited(&mut left, time, stream.next()).await? {
        let batch = batch.map_err(EngineError::from)?;
        if batch.num_rows() > 0 && sender.send(Ok(Message::Batch(batch))).is_err() {
            return Ok(());
        }
        // Gives the time limit its turn, also when nothing else waits.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Awaits `work` for the time that is left, and takes what it needed from it.
async fn limited<T>(
    left: &mut Duration,
    time: Duration,
    work: impl Future<Output = T>,
) -> Result<T, EngineError> {
    let begin = Instant::now();
    let done = tokio::time::timeout(*left, work).await.map_err(|_| EngineError::Time(time))?;
    *left = left.saturating_sub(begin.elapsed());
    Ok(done)
}

/// Joins can turn little input into endless output without ever asking for more: they must let the clock have its turn.
fn interruptible(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
    let wrapped = plan.transform_up(|node| {
        Ok(if node.children().len() > 1 {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)
        } else {
            Transformed::no(node)
        })
    })?;
    Ok(wrapped.data)
}

fn session(environment: Arc<RuntimeEnv>) -> SessionState {
    let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
    let options = config.options_mut();
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.collect_spans = true;
    // It refuses plans for columns that only differ in whether they may be null.
    options.execution.skip_physical_aggregate_schema_check = true;
    SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(environment)
        .with_default_features()
        .build()
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        error::of(error)
    }
}
