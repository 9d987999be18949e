//! What `$metadata` promises holds, and what it leaves out is refused.

use super::*;

/// A condition for each function.
const FUNCTIONS: [(&str, &str); 31] = [
    ("concat", "concat(deviceName,'x') ne ''"),
    ("contains", "contains(deviceName,'x')"),
    ("endswith", "endswith(deviceName,'x')"),
    ("indexof", "indexof(deviceName,'x') ge 0"),
    ("length", "length(deviceName) ge 0"),
    ("matchesPattern", "matchesPattern(deviceName,'^d')"),
    ("startswith", "startswith(deviceName,'x')"),
    ("substring", "substring(deviceName,1) ne ''"),
    ("tolower", "tolower(deviceName) ne ''"),
    ("toupper", "toupper(deviceName) ne ''"),
    ("trim", "trim(deviceName) ne ''"),
    ("date", "date(rowLastModifiedDateTimeUTC) ge 2018-02-21"),
    ("day", "day(rowLastModifiedDateTimeUTC) ge 1"),
    ("fractionalseconds", "fractionalseconds(rowLastModifiedDateTimeUTC) ge 0"),
    ("hour", "hour(rowLastModifiedDateTimeUTC) ge 0"),
    ("maxdatetime", "rowLastModifiedDateTimeUTC lt maxdatetime()"),
    ("mindatetime", "rowLastModifiedDateTimeUTC gt mindatetime()"),
    ("minute", "minute(rowLastModifiedDateTimeUTC) ge 0"),
    ("month", "month(rowLastModifiedDateTimeUTC) ge 1"),
    ("now", "rowLastModifiedDateTimeUTC lt now()"),
    ("second", "second(rowLastModifiedDateTimeUTC) ge 0"),
    ("time", "time(rowLastModifiedDateTimeUTC) ge 00:00:00"),
    ("totaloffsetminutes", "totaloffsetminutes(rowLastModifiedDateTimeUTC) eq 0"),
    ("totalseconds", "totalseconds(now() sub rowLastModifiedDateTimeUTC) gt 0"),
    ("year", "year(rowLastModifiedDateTimeUTC) eq 2018"),
    ("ceiling", "ceiling(deviceKey) ge 1"),
    ("floor", "floor(deviceKey) ge 1"),
    ("round", "round(deviceKey) ge 1"),
    ("cast", "cast(deviceKey,Edm.String) ne ''"),
    ("isof", "isof(deviceKey,Edm.Int64)"),
    ("case", "case(deviceKey eq 1:true,true:false)"),
];

/// A use of each transformation.
const TRANSFORMATIONS: [(&str, &str); 18] = [
    ("aggregate", "aggregate($count as n)"),
    ("bottomcount", "bottomcount(1,deviceKey)"),
    ("bottompercent", "bottompercent(10,deviceKey)"),
    ("bottomsum", "bottomsum(1,deviceKey)"),
    ("compute", "compute(deviceKey add 1 as next)"),
    ("concat", "concat(identity,identity)"),
    ("filter", "filter(deviceKey gt 1)"),
    ("groupby", "groupby((deviceName),topcount(1,deviceKey))"),
    ("identity", "identity"),
    ("join", "join(devicePropertyHistories as day,top(1))"),
    ("orderby", "orderby(deviceName)"),
    ("outerjoin", "outerjoin(devicePropertyHistories as day)"),
    ("search", "search(device)"),
    ("skip", "skip(1)"),
    ("top", "top(1)"),
    ("topcount", "topcount(1,deviceKey)"),
    ("toppercent", "toppercent(10,deviceKey)"),
    ("topsum", "topsum(1,deviceKey)"),
];

fn container() -> Value {
    let model = odata::csdl::to_json(&crate::edm::model(Version::Extended));
    model[crate::edm::NAMESPACE]["Warehouse"].clone()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

fn status(bench: &Bench, path: &str, query: &str) -> u16 {
    let asked = FeedRequest { root: Root::Path(Version::Extended), ..request(path, query) };
    let feed = Feed::new(bench.lake.clone(), bench.engine.clone(), 100);
    match feed.answer(&asked) {
        Ok(response) => {
            response.body.run(&mut |_| true).unwrap_or_else(|error| panic!("{path}?{query}: {error}"));
            response.status
        }
        Err(failure) => failure.code.status().0.as_u16(),
    }
}

#[test]
fn what_the_metadata_promises_is_answered() {
    let (bench, container) = (twelve_days(), container());
    let capability = |term: &str| &container[&format!("@Org.OData.Capabilities.V1.{term}")];
    let functions: Vec<_> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(texts(capability("FilterFunctions")), functions);
    for (name, condition) in FUNCTIONS {
        assert_eq!(status(&bench, "devices", &format!("$filter={condition}")), 200, "{name}");
    }
    let apply = &container["@Org.OData.Aggregation.V1.ApplySupportedDefaults"];
    let transformations: Vec<_> = TRANSFORMATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(texts(&apply["Transformations"]), transformations);
    for (name, step) in TRANSFORMATIONS {
        assert_eq!(status(&bench, "devices", &format!("$apply={step}")), 200, "{name}");
    }
    assert_eq!(apply["From"], true);
    let from = "$apply=aggregate(deviceKey with sum from deviceName with max as most)";
    assert_eq!(status(&bench, "devices", from), 200);
    for format in texts(capability("SupportedFormats")) {
        assert_eq!(status(&bench, "devices", &format!("$format={format}")), 200, "{format}");
    }
    for (term, path, query) in [
        ("CrossJoinSupported", "$crossjoin(devices,ownerTypes)", "$top=1"),
        ("ComputeSupported", "devices", "$compute=1 as one"),
        ("KeyAsSegmentSupported", "devices/1", ""),
    ] {
        assert_eq!((capability(term), status(&bench, path, query)), (&Value::Bool(true), 200), "{term}");
    }
    assert_eq!(capability("ExpandRestrictions")["Expandable"], true);
    assert_eq!(status(&bench, "devices", "$expand=ownerType($levels=max),user($levels=3)"), 200);
}

#[test]
fn what_it_leaves_out_is_refused_by_its_name() {
    let bench = twelve_days();
    for query in [
        "$apply=nest(identity as all)",
        "$apply=expand(devicePropertyHistories,filter(dateKey gt 1))",
        "$filter=geo.intersects(deviceName,deviceName)",
        "$expand=devicePropertyHistories($apply=aggregate($count as n))",
        "$index=1",
    ] {
        let asked = FeedRequest { root: Root::Path(Version::Extended), ..request("devices", query) };
        let failure = text(&bench, 9, &asked).expect_err(query);
        let is_refused = matches!(failure.code, Code::NotImplemented | Code::BadRequest);
        assert!(
            is_refused && failure.target.is_some() && !failure.message.is_empty(),
            "{query}: {failure:?}"
        );
    }
}

#[test]
fn all_is_every_table_one_after_the_other() {
    let bench = twelve_days();
    let read = |path: &str, query: &str, page_rows| -> Value {
        let asked = request(path, query);
        serde_json::from_str(&text(&bench, page_rows, &asked).expect("fine")).expect("JSON")
    };
    let whole = read("$all", "$count=true", 100_000);
    let rows = whole["value"].as_array().expect("rows");
    assert_eq!(whole["@odata.count"].as_u64(), Some(rows.len() as u64));
    assert_eq!(whole["@odata.context"], "https://deck/warehouse/v1.0/$metadata#Collection(Edm.EntityType)");
    let has_both = |row: &Value| row["@odata.type"].is_string() && row["@odata.id"].is_string();
    assert!(rows.len() > 800 && rows.iter().all(has_both));
    let (mut paged, mut query) = (Vec::new(), "$skip=3&$top=900".to_owned());
    loop {
        let page = read("$all", &query, 77);
        paged.extend(page["value"].as_array().expect("rows").iter().cloned());
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        query = next.split_once('?').expect("a query").1.to_owned();
    }
    assert_eq!(paged, rows[3..rows.len().min(903)]);
    let devices = read("$all/Quarterdeck.Warehouse.device", "", 100);
    let ids: Vec<_> =
        devices["value"].as_array().expect("rows").iter().map(|row| row["@odata.id"].clone()).collect();
    assert_eq!(ids, ["devices(1)", "devices(2)", "devices(3)"]);
    let none =
        FeedRequest { accept: Some("application/json;odata.metadata=none"), ..request("$all", "$top=1") };
    assert!(!text(&bench, 9, &none).expect("fine").contains('@'));
    assert_eq!(refused(&bench, "$all", "$filter=deviceKey eq 1").code, Code::NotImplemented);
}
