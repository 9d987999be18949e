//! Files that open the feed in report tools with one click: `.pbids` for Power BI, `.odc` for Excel.
//!
//! They hold addresses and nothing secret; the tool asks for the sign-in itself.

use ::model::Version;
use api::{Failure, Permitted, Route};
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::header;
use policy::Need;
use serde::Deserialize;
use serde_json::json;

use super::feed::root_path;
use crate::Warehouse;
use crate::feed::Root;

/// The routes.
pub(crate) fn routes(warehouse: &Warehouse) -> Vec<Route> {
    let power_bi = {
        let warehouse = warehouse.clone();
        move |permitted: Permitted, query| async move { pbids(&warehouse, &permitted, &query) }
    };
    let excel = {
        let warehouse = warehouse.clone();
        move |permitted: Permitted, query| async move { odc(&warehouse, &permitted, &query) }
    };
    let need = Need::DATA_WAREHOUSE;
    let about = |route: Route| {
        route.parameter("version", "v1.0, beta or extended; v1.0 when not given").answers_plain(200)
    };
    vec![
        about(Route::get("/api/warehouse/power-bi.pbids", need, "Open the feed in Power BI", power_bi)),
        about(Route::get("/api/warehouse/excel.odc", need, "Open a table of the feed in Excel", excel))
            .parameter("table", "Name of a table; devices when not given"),
    ]
}

/// What to open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    version: Option<String>,
    table: Option<String>,
}

impl Wish {
    fn version(&self) -> Result<Version, Failure> {
        let Some(given) = &self.version else { return Ok(Version::V1) };
        Version::ALL.into_iter().find(|version| version.as_str().eq_ignore_ascii_case(given)).ok_or_else(
            || {
                let message = format!("There is no version {given}; ask for v1.0, beta or extended.");
                Failure::bad_request(message).target("version")
            },
        )
    }
}

fn address(warehouse: &Warehouse, version: Version) -> String {
    format!("{}{}/", warehouse.config.origin, root_path(Root::Path(version)))
}

fn pbids(warehouse: &Warehouse, _permitted: &Permitted, wish: &Query<Wish>) -> Result<Response, Failure> {
    let url = address(warehouse, wish.version()?);
    let details = json!({ "protocol": "odata", "address": { "url": url } });
    let connection = json!({ "details": details, "options": {}, "mode": "Import" });
    let document = json!({ "version": "0.1", "connections": [connection] });
    Ok(file("application/json", "warehouse.pbids", document.to_string()))
}

fn odc(warehouse: &Warehouse, _permitted: &Permitted, wish: &Query<Wish>) -> Result<Response, Failure> {
    let version = wish.version()?;
    let name = wish.table.as_deref().unwrap_or("devices");
    let table = ::model::table(name).filter(|table| table.shown.in_version(version));
    let table = table.ok_or_else(|| {
        Failure::not_found(format!("There is no table {name} in {}.", version.as_str())).target("table")
    })?;
    let url = address(warehouse, version).replace('&', "&amp;").replace('<', "&lt;");
    let name = table.name;
    let document = format!(
        r#"<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv="Content-Type" content="text/x-ms-odc; charset=utf-8">
<meta name="ProgId" content="ODC.DataFeed">
<meta name="SourceType" content="DataFeed">
<title>{name}</title>
<xml id="docprops"><o:DocumentProperties><o:Name>{name}</o:Name></o:DocumentProperties></xml>
<xml id="msodc"><odc:OfficeDataConnection xmlns:odc="urn:schemas-microsoft-com:office:odc" xmlns="http://www.w3.org/TR/REC-html40">
<odc:Connection odc:Type="DataFeed">
<odc:ConnectionString>Data Source={url};Namespaces to Include=*;Max Received Message Size=4398046511104;Keep Alive=true;Persist Security Info=false;Service Document Url={url}</odc:ConnectionString>
<odc:CommandType>Table</odc:CommandType>
<odc:CommandText>{name}</odc:CommandText>
</odc:Connection>
</odc:OfficeDataConnection></xml>
</head>
</html>
"#
    );
    Ok(file("text/x-ms-odc; charset=utf-8", &format!("{name}.odc"), document))
}

fn file(content_type: &str, name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}
