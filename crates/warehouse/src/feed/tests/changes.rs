//! Delta links, entity tags, and the formats that are not text.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

use super::*;

fn bytes(bench: &Bench, query: &str) -> Vec<u8> {
    let feed = Feed::new(bench.lake.clone(), bench.engine.clone(), 2);
    let response = feed.answer(&request("devices", query)).expect("fine");
    let mut bytes = Vec::new();
    let whole = response.body.run(&mut |chunk| {
        bytes.extend_from_slice(&chunk);
        true
    });
    whole.expect("the files are whole");
    bytes
}

fn keys(batches: &[RecordBatch]) -> Vec<i64> {
    batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

#[test]
fn columns_leave_as_arrow_and_parquet_without_pages() {
    let bench = twelve_days();
    for query in ["$select=deviceKey,deviceName", "$select=deviceKey,deviceName&$orderby=deviceKey"] {
        let arrow = bytes(&bench, &format!("{query}&$format=arrow"));
        let reader = arrow_ipc::reader::StreamReader::try_new(&*arrow, None).expect("a stream");
        let batches: Vec<_> = reader.collect::<Result<_, _>>().expect("whole");
        assert_eq!(
            (keys(&batches), batches[0].schema().field(1).name().as_str()),
            (vec![1, 2, 3], "deviceName")
        );
        let parquet = bytes(&bench, &format!("{query}&$format=application/vnd.apache.parquet"));
        let reader =
            parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(Bytes::from(parquet));
        let reader = reader.expect("a file").build().expect("a file");
        assert_eq!(keys(&reader.collect::<Result<Vec<_>, _>>().expect("whole")), [1, 2, 3]);
    }
    let empty = bytes(&bench, "$select=deviceKey&$filter=deviceKey lt 0&$format=arrow");
    let reader = arrow_ipc::reader::StreamReader::try_new(&*empty, None).expect("a stream");
    let schema = reader.schema();
    assert_eq!(schema.field(0).data_type(), &arrow_schema::DataType::Int64);
    drop(Arc::clone(&schema));
}

fn tracked(bench: &Bench, query: &str, version: Option<&'static str>) -> Value {
    let asked = FeedRequest {
        prefer: Some("odata.track-changes"),
        odata_max_version: version,
        ..request("devices", query)
    };
    serde_json::from_str(&text(bench, 100, &asked).expect("fine")).expect("JSON")
}

fn after(answer: &Value, link: &str) -> String {
    let link = answer[link].as_str().unwrap_or_else(|| panic!("{answer}"));
    link.split_once('?').expect("a query").1.to_owned()
}

/// The rows of `answer` whose name is looked for, and those that are removed.
fn told(answer: &Value) -> (Vec<String>, Vec<Value>) {
    let rows = answer["value"].as_array().expect("rows");
    let is_removed = |row: &&Value| row.get("@removed").is_some() || row.get("reason").is_some();
    let names = rows
        .iter()
        .filter(|row| !is_removed(row))
        .map(|row| row["deviceName"].as_str().unwrap_or_default().to_owned());
    (names.collect(), rows.iter().filter(is_removed).cloned().collect())
}

#[test]
fn a_delta_link_tells_what_changed_since() {
    let bench = twelve_days();
    let query = "$select=deviceName&$filter=isDeleted eq false";
    let first = tracked(&bench, query, None);
    assert_eq!(first["value"].as_array().map(Vec::len), Some(3));
    let link = after(&first, "@odata.deltaLink");
    let same = tracked(&bench, &link, None);
    assert_eq!(same["@odata.context"], "https://deck/warehouse/v1.0/$metadata#devices/$delta");
    assert_eq!(same["value"], serde_json::json!([]));
    let mut lists = Lists::of(&["a"], &[("1", "a"), ("3", ""), ("4", "")]);
    lists.devices[1].1 = "renamed again".to_owned();
    bench.publish(TODAY.checked_add(Span::new().days(1)).expect("in range"), &lists);
    let (mut names, removed) = told(&tracked(&bench, &link, None));
    names.sort();
    assert_eq!(names, ["device 4", "renamed again"]);
    let context = "https://deck/warehouse/v1.0/$metadata#devices/$deletedEntity";
    let gone = serde_json::json!([{"id": "devices(2)", "reason": "changed", "@odata.context": context}]);
    assert_eq!(Value::Array(removed), gone);
    let newer = tracked(&bench, &link, Some("4.01"));
    let removed = told(&newer).1;
    assert_eq!(removed, [serde_json::json!({"@id": "devices(2)", "@removed": {"reason": "changed"}})]);
    let now = tracked(&bench, &after(&newer, "@odata.deltaLink"), None);
    assert_eq!(now["value"], serde_json::json!([]));
    for ahead in 2..9 {
        bench.publish(TODAY.checked_add(Span::new().days(ahead)).expect("in range"), &lists);
    }
    let failure = refused(&bench, "devices", &link);
    assert_eq!((failure.code, failure.target.as_deref()), (Code::Gone, Some("$deltatoken")));
}

#[test]
fn pages_end_in_a_delta_link() {
    let bench = twelve_days();
    let asked = |query: &str| {
        let asked = FeedRequest { prefer: Some("odata.track-changes"), ..request("devices", query) };
        let answer: Value = serde_json::from_str(&text(&bench, 2, &asked).expect("fine")).expect("JSON");
        answer
    };
    let first = asked("");
    assert!(first.get("@odata.deltaLink").is_none(), "{first}");
    let last = asked(&after(&first, "@odata.nextLink"));
    assert!(after(&last, "@odata.deltaLink").starts_with("$deltatoken="), "{last}");
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let bench = twelve_days();
    let feed = Feed::new(bench.lake.clone(), bench.engine.clone(), 100);
    let first = feed.answer(&request("devices", "")).expect("fine");
    let tag = first.etag.expect("a tag");
    let again = |bench: &Bench| {
        let asked = FeedRequest { if_none_match: Some(&tag), ..request("devices", "") };
        Feed::new(bench.lake.clone(), bench.engine.clone(), 100).answer(&asked).expect("fine").status
    };
    assert_eq!(again(&bench), 304);
    bench.publish(
        TODAY.checked_add(Span::new().days(1)).expect("in range"),
        &Lists::of(&["a"], &[("1", "a"), ("2", "")]),
    );
    assert_eq!(again(&bench), 200);
}
