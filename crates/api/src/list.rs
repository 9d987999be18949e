//! OData lists over SQL: a view's columns declared once, `$filter`, `$orderby`, `$search` and paging turned into one
//! statement for both engines.
//!
//! A value from the request is always a parameter; a name is always one the view declares. It offers no `$expand`.

mod condition;

use odata::edm::{EdmType, EntitySet, EntityType, Model, Property};
use odata::query::{Context, Options, SystemOption, parse_options};
use serde_json::{Map, Value as Json, json};
use store::{Row, Sql, Tx, Value};

use crate::failure::{Code, Failure};
use condition::Writer;

/// Rows of a page when the request does not say.
const PAGE_ROWS: u64 = 100;
/// The most rows of a page, whatever the request says: the rest follows by `@odata.nextLink`.
const PAGE_ROWS_MAX: u64 = 1_000;

const OFFERED: &[SystemOption] = &[
    SystemOption::Count,
    SystemOption::Filter,
    SystemOption::Format,
    SystemOption::OrderBy,
    SystemOption::Search,
    SystemOption::Select,
    SystemOption::Skip,
    SystemOption::SkipToken,
    SystemOption::Top,
];

/// How a column is kept and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Guid,
    Int,
    Bool,
    /// Microseconds since 1970, shown as a `DateTimeOffset`.
    Time,
    /// An integer code, shown as the word Graph has for it.
    Choice(&'static [(i64, &'static str)]),
    /// JSON text, shown as it is; neither filtered nor sorted.
    Json,
}

/// A property and the column of the view's statement it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub sql: &'static str,
    pub kind: Kind,
    pub nullable: bool,
}

/// A list: the statement its rows come from, and what of them is shown.
pub struct View {
    /// As the context URL names it: `deviceManagement/managedDevices`.
    pub set: &'static str,
    /// Binds the tenant as `$1`; its columns are what [`Column::sql`] names. Further parameters, from `$2` on, are
    /// given to [`View::page_with`].
    pub base: Sql,
    /// The first is the key.
    pub columns: &'static [Column],
    /// The columns `$search` looks into.
    pub searched: &'static [&'static str],
    /// `order by` when the request does not say; the key follows it.
    pub order: &'static str,
}

/// A page of a list, as the answer's body.
#[derive(Debug, Clone, PartialEq)]
pub struct Page(pub Json);

impl axum::response::IntoResponse for Page {
    fn into_response(self) -> axum::response::Response {
        let headers = [("odata-version", "4.0"), ("content-type", "application/json;odata.metadata=minimal")];
        (headers, self.0.to_string()).into_response()
    }
}

impl View {
    /// The view's entity model, from its columns.
    fn model(&self) -> Model {
        let mut entity = EntityType::new("item");
        for (index, column) in self.columns.iter().enumerate() {
            let ty = match column.kind {
                Kind::Text | Kind::Choice(_) | Kind::Json => EdmType::String,
                Kind::Guid => EdmType::Guid,
                Kind::Int => EdmType::Int64,
                Kind::Bool => EdmType::Boolean,
                Kind::Time => EdmType::DateTimeOffset,
            };
            entity = if index == 0 {
                entity.key(column.name, ty)
            } else {
                entity.property(Property::new(column.name, ty).nullable(column.nullable))
            };
        }
        Model::new("graph", "GraphService").entity_type(entity).entity_set(EntitySet::new("items", "item"))
    }

    fn options(&self, raw_query: &str) -> Result<Options, Failure> {
        let model = self.model();
        let context = Context::new(&model, &model.entity_types[0]).offering(OFFERED);
        Ok(parse_options(raw_query, &context)?)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The page that `raw_query` asks for. `root` is what context and next link start with:
    /// `https://host/graph/v1.0`.
    ///
    /// # Errors
    /// A failure that names the option and the place.
    pub fn page(&self, tx: &mut Tx<'_, '_>, root: &str, raw_query: &str) -> Result<Page, Failure> {
        self.page_with(tx, root, raw_query, &[])
    }

    /// As [`View::page`], of a base statement that has parameters of its own: who asks, in which language.
    ///
    /// # Errors
    /// As [`View::page`].
    pub fn page_with(
        &self,
        tx: &mut Tx<'_, '_>,
        root: &str,
        raw_query: &str,
        bound: &[Value],
    ) -> Result<Page, Failure> {
        let options = self.options(raw_query)?;
        let asked = Asked::new(self, &options, bound)?;
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(format!("{root}/$metadata#{}", asked.context(self))));
        if options.count {
            let row = tx.row(&asked.count_statement(self), &asked.params)?;
            let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
            body.insert("@odata.count".to_owned(), json!(count));
        }
        let rows = tx.rows(&asked.rows_statement(self), &asked.params)?;
        let is_full = rows.len() as u64 > asked.page_rows;
        let shown = rows.iter().take(usize::try_from(asked.page_rows).unwrap_or(usize::MAX));
        let value = shown.map(|row| object(&asked.columns, row)).collect::<Result<Vec<_>, _>>()?;
        body.insert("value".to_owned(), Json::Array(value));
        if is_full && asked.more {
            let next = next_link(&format!("{root}/{}", self.set), raw_query, asked.offset + asked.page_rows);
            body.insert("@odata.nextLink".to_owned(), json!(next));
        }
        Ok(Page(Json::Object(body)))
    }

    /// How many rows `$filter` and `$search` leave.
    ///
    /// # Errors
    /// A failure that names the option and the place.
    pub fn count(&self, tx: &mut Tx<'_, '_>, raw_query: &str) -> Result<i64, Failure> {
        let options = self.options(raw_query)?;
        let asked = Asked::new(self, &options, &[])?;
        let row = tx.row(&asked.count_statement(self), &asked.params)?;
        Ok(row.map_or(Ok(0), |row| row.get(0))?)
    }

    /// The one entity with this key, or None. Only `$select` has a meaning here.
    ///
    /// # Errors
    /// A failure that names the option and the place.
    pub fn one(
        &self,
        tx: &mut Tx<'_, '_>,
        root: &str,
        key: &str,
        raw_query: &str,
    ) -> Result<Option<Page>, Failure> {
        self.one_with(tx, root, key, raw_query, &[])
    }

    /// As [`View::one`], of a base statement that has parameters of its own.
    ///
    /// # Errors
    /// As [`View::one`].
    pub fn one_with(
        &self,
        tx: &mut Tx<'_, '_>,
        root: &str,
        key: &str,
        raw_query: &str,
        bound: &[Value],
    ) -> Result<Option<Page>, Failure> {
        let options = self.options(raw_query)?;
        let columns = selected(self, &options)?;
        let names: Vec<&str> = columns.iter().map(|column| column.sql).collect();
        let statement = Sql::tenant_built(format!(
            "select {} from ({}) v where v.{} = ${}",
            names.join(", "),
            self.base.text(),
            self.columns[0].sql,
            bound.len() + 2
        ));
        // Ids are kept in lower case; names are kept as they are.
        let is_id = self.columns[0].kind == Kind::Guid;
        let key = if is_id { key.to_lowercase() } else { key.to_owned() };
        let params: Vec<Value> = bound.iter().cloned().chain([key.into()]).collect();
        let Some(row) = tx.row(&statement, &params)? else { return Ok(None) };
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(format!("{root}/$metadata#{}/$entity", self.set)));
        if let Json::Object(object) = object(&columns, &row)? {
            body.extend(object);
        }
        Ok(Some(Page(Json::Object(body))))
    }
}

/// What a request comes to.
struct Asked<'v> {
    columns: Vec<&'v Column>,
    narrowed: bool,
    condition: String,
    order: String,
    params: Vec<Value>,
    offset: u64,
    page_rows: u64,
    /// Whether rows may follow this page: false when `$top` ends here.
    more: bool,
}

impl<'v> Asked<'v> {
    fn new(view: &'v View, options: &Options, bound: &[Value]) -> Result<Asked<'v>, Failure> {
        let mut writer = Writer::new(view, bound);
        let mut conditions = Vec::new();
        if let Some(filter) = &options.filter {
            conditions.push(writer.truth(filter, true).map_err(|e| e.in_option("$filter"))?);
        }
        if let Some(search) = &options.search {
            conditions.push(writer.search(search));
        }
        let mut order = Vec::new();
        for item in &options.orderby {
            let key = writer.value(&item.expr).map_err(|e| e.in_option("$orderby"))?;
            order.push(format!(
                "{key}{}",
                if item.descending { " desc nulls last" } else { " asc nulls first" }
            ));
        }
        if order.is_empty() {
            order.push(view.order.to_owned());
        }
        order.push(view.columns[0].sql.to_owned());
        let done = match &options.skiptoken {
            None => 0,
            Some(token) => token.parse::<u64>().map_err(|_| {
                Failure::bad_request("Follow @odata.nextLink as it was given.").target("$skiptoken")
            })?,
        };
        let left = options.top.map(|top| top.saturating_sub(done));
        let page_rows = left.unwrap_or(PAGE_ROWS).min(PAGE_ROWS_MAX);
        Ok(Asked {
            columns: selected(view, options)?,
            narrowed: options.select.is_some(),
            condition: if conditions.is_empty() { "true".to_owned() } else { conditions.join(" and ") },
            order: order.join(", "),
            params: writer.params,
            offset: options.skip.unwrap_or(0).saturating_add(done),
            page_rows,
            more: left.is_none_or(|left| left > page_rows),
        })
    }

    fn context(&self, view: &View) -> String {
        if !self.narrowed {
            return view.set.to_owned();
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        format!("{}({})", view.set, names.join(","))
    }

    fn count_statement(&self, view: &View) -> Sql {
        Sql::tenant_built(format!("select count(*) from ({}) v where {}", view.base.text(), self.condition))
    }

    fn rows_statement(&self, view: &View) -> Sql {
        let names: Vec<&str> = self.columns.iter().map(|column| column.sql).collect();
        // One row more than the page tells whether another page follows.
        Sql::tenant_built(format!(
            "select {} from ({}) v where {} order by {} limit {} offset {}",
            names.join(", "),
            view.base.text(),
            self.condition,
            self.order,
            self.page_rows + 1,
            self.offset.min(i64::MAX as u64)
        ))
    }
}

fn selected<'v>(view: &'v View, options: &Options) -> Result<Vec<&'v Column>, Failure> {
    let Some(select) = &options.select else { return Ok(view.columns.iter().collect()) };
    let column = |path: &odata::expr::Path| {
        path.as_property().and_then(|name| view.column(name)).ok_or_else(|| {
            Failure::new(Code::NotImplemented, format!("'{path}' cannot be selected here.")).target("$select")
        })
    };
    select.iter().map(column).collect()
}

fn object(columns: &[&Column], row: &Row) -> Result<Json, Failure> {
    let mut object = Map::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let value = &row.values()[index];
        let shown = match (column.kind, value) {
            (_, Value::Null) => Json::Null,
            (Kind::Text | Kind::Guid, Value::Text(text)) => json!(text),
            (Kind::Int, Value::Int(number)) => json!(number),
            (Kind::Bool, Value::Bool(_) | Value::Int(_)) => json!(row.get::<bool>(index)?),
            (Kind::Time, Value::Int(_)) => json!(row.get::<jiff::Timestamp>(index)?.to_string()),
            (Kind::Choice(words), Value::Int(code)) => {
                json!(words.iter().find(|(known, _)| known == code).map_or("unknown", |(_, word)| *word))
            }
            (Kind::Json, Value::Text(text)) => {
                serde_json::from_str(text).map_err(|error| Failure::internal(&error))?
            }
            _ => {
                return Err(Failure::internal(&format!(
                    "column {} is not of its declared kind",
                    column.name
                )));
            }
        };
        object.insert(column.name.to_owned(), shown);
    }
    Ok(Json::Object(object))
}

/// The request again, from where this page ended. `$skip` stays: the token counts the rows after it.
fn next_link(address: &str, raw_query: &str, offset: u64) -> String {
    let mut skip = 0;
    let mut kept = Vec::new();
    for option in raw_query.split('&').filter(|option| !option.is_empty()) {
        let name = option.split('=').next().unwrap_or_default().to_ascii_lowercase().replace("%24", "$");
        if let "$skip" | "skip" = name.as_str() {
            let digits: String =
                option.chars().skip_while(|c| *c != '=').filter(char::is_ascii_digit).collect();
            skip = digits.parse().unwrap_or(0);
        }
        if name != "$skiptoken" && name != "skiptoken" {
            kept.push(option);
        }
    }
    let token = format!("$skiptoken={}", offset - skip);
    kept.push(&token);
    format!("{address}?{}", kept.join("&"))
}
