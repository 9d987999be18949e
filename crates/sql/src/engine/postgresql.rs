//! PostgreSQL: statements over one client's transaction.

use std::collections::HashMap;

use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls, Statement, Transaction};

use crate::{Row, Sql, SqlError, Value};

/// Prepared statements of one client, by text.
pub(crate) type Prepared = HashMap<String, Statement>;

/// More than every constant statement; built ones (lists with filters) may be many, so the set is bounded.
const PREPARED_MAX: usize = 512;

/// A client whose unqualified names mean tables in `schema`, which is made if it is missing.
pub(crate) fn open(url: &str, schema: &str) -> Result<Client, SqlError> {
    let mut client = Client::connect(url, NoTls)
        .map_err(|e| SqlError::Lost(format!("cannot reach PostgreSQL: {}", SqlError::from(e))))?;
    let quoted = schema.replace('"', "\"\"");
    // Two programs may start at once; "already there" from a race is as good as made.
    if client.query_opt("select 1 from pg_namespace where nspname = $1", &[&schema])?.is_none()
        && let Err(error) = client.batch_execute(&format!("create schema if not exists \"{quoted}\""))
    {
        match SqlError::from(error) {
            SqlError::Unique { .. } => {}
            other => return Err(other),
        }
    }
    client.batch_execute(&format!(
        "set search_path to \"{quoted}\"; set timezone to 'UTC'; set synchronous_commit to on; set jit to off"
    ))?;
    Ok(client)
}

pub(crate) struct Open<'a> {
    pub(crate) tx: Transaction<'a>,
    pub(crate) prepared: &'a mut Prepared,
}

impl Open<'_> {
    pub(crate) fn exec(&mut self, sql: &Sql, params: &[Value]) -> Result<u64, SqlError> {
        let statement = self.prepare(sql)?;
        let wanted = statement.params().len();
        let params: Vec<&(dyn ToSql + Sync)> = bound(params, wanted)?;
        Ok(self.tx.execute(&statement, &params)?)
    }

    pub(crate) fn each(
        &mut self,
        sql: &Sql,
        params: &[Value],
        take: &mut dyn FnMut(&Row) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let statement = self.prepare(sql)?;
        let params = bound(params, statement.params().len())?;
        let mut rows = self.tx.query_raw(&statement, params)?;
        let mut out = Row(Vec::new());
        while let Some(row) = rows.next()? {
            out.0.clear();
            for index in 0..row.len() {
                out.0.push(read(&row, index)?);
            }
            take(&out)?;
        }
        Ok(())
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<(), SqlError> {
        Ok(self.tx.batch_execute(text)?)
    }

    fn prepare(&mut self, sql: &Sql) -> Result<Statement, SqlError> {
        if let Some(statement) = self.prepared.get(sql.text()) {
            return Ok(statement.clone());
        }
        let statement = self.tx.prepare(sql.text())?;
        if self.prepared.len() >= PREPARED_MAX {
            self.prepared.clear();
        }
        self.prepared.insert(sql.text().to_owned(), statement.clone());
        Ok(statement)
    }
}

fn bound(params: &[Value], wanted: usize) -> Result<Vec<&(dyn ToSql + Sync)>, SqlError> {
    if wanted > params.len() {
        return Err(SqlError::Other(format!(
            "the statement wants {wanted} parameters, got {}",
            params.len()
        )));
    }
    Ok(params[..wanted].iter().map(|v| v as &(dyn ToSql + Sync)).collect())
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(v) if *ty == Type::BOOL => v.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT2 => i16::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT8 => v.to_sql(ty, out),
            #[expect(clippy::cast_precision_loss, reason = "a whole number given where a real is wanted")]
            Value::Int(v) if *ty == Type::FLOAT8 => (*v as f64).to_sql(ty, out),
            Value::Real(v) if *ty == Type::FLOAT8 => v.to_sql(ty, out),
            Value::Text(v) if <&str as ToSql>::accepts(ty) => v.as_str().to_sql(ty, out),
            Value::Bytes(v) if *ty == Type::BYTEA => v.to_sql(ty, out),
            _ => Err(format!("a parameter does not fit PostgreSQL's type {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn read(row: &postgres::Row, index: usize) -> Result<Value, SqlError> {
    let ty = row.columns()[index].type_();
    let value = match *ty {
        Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(Value::Bool),
        Type::INT2 => row.try_get::<_, Option<i16>>(index)?.map(|v| Value::Int(v.into())),
        Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(|v| Value::Int(v.into())),
        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Value::Int),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(index)?.map(Value::Real),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map(Value::Bytes),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
            row.try_get::<_, Option<String>>(index)?.map(Value::Text)
        }
        _ => {
            return Err(SqlError::Column {
                index,
                message: format!("PostgreSQL's type {ty} is not read here; cast it"),
            });
        }
    };
    Ok(value.unwrap_or(Value::Null))
}
