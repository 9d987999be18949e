//! One read-only query in SQL, over the given tables and nothing else.

use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::config::Dialect;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;

use super::EngineError;

/// Catalogue and schema that names without them belong to.
const CATALOG: &str = "datafusion";
const SCHEMA: &str = "public";

/// The plan of `text`, which gives at most `rows` rows.
pub(super) async fn plan(
    state: &SessionState,
    tables: Vec<(String, Arc<dyn TableProvider>)>,
    text: &str,
    rows: usize,
) -> Result<LogicalPlan, EngineError> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in tables {
        schema.register_table(name, table)?;
    }
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(schema))?;
    state.catalog_list().register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    let statement = state.sql_to_statement(text, &Dialect::Generic)?;
    if !is_query(&statement) {
        let message = "Only a single SELECT is answered; nothing can be changed here.".to_owned();
        return Err(EngineError::Text { message, place: None });
    }
    let plan = state.statement_to_plan(statement).await?;
    let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    reading.verify_plan(&plan)?;
    Ok(LogicalPlanBuilder::from(plan).limit(0, Some(rows))?.build()?)
}

fn is_query(statement: &Statement) -> bool {
    let Statement::Statement(statement) = statement else { return false };
    matches!(&**statement, ast::Statement::Query(query) if query.locks.is_empty())
}
