//! The feed as clients see it: the documented filters, all formats in all encodings, and the original's refusals.

use std::io::Read as _;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;

use super::*;

const ROOT: &str = "/ReportingService/DataWarehouseFEService";

/// Twelve days up to 2018-02-21; on the last one a device gets another name.
async fn twelve_days(doors: &Doors, store: &Store) {
    for day in 10..=21 {
        let at = format!("2018-02-{day}T06:00:00Z");
        doors.world.clock.set(at.parse().expect("an instant"));
        if day == 21 {
            let rename = Sql::tenant(
                "update device set device_name = 'renamed' where tenant_id = $1 and user_id = $2",
            );
            let renamed = store.write::<_, SqlError>(TENANT, move |tx| tx.exec(&rename, &[USER.into()]));
            renamed.await.expect("updated");
        }
        let (status, done) = doors.publish("{}").await;
        assert_eq!((status, &done["outcome"]), (200, &json!("published")), "{done}");
    }
}

fn escaped(query: &str) -> String {
    query.replace(' ', "%20")
}

/// The table of filter examples of the documentation, row by row ("assume today is 2/21/2018"), and the days they give.
const FILTERS: [(&str, Option<(i64, i64)>); 6] = [
    ("maxhistorydays=7", Some((20_180_214, 20_180_221))),
    ("$filter=DateKey eq 20180214", Some((20_180_214, 20_180_214))),
    ("$filter=DateKey ge 20180214 and DateKey lt 20180221", Some((20_180_214, 20_180_220))),
    ("maxhistorydays=7&$filter=DateKey eq 20180214", Some((20_180_214, 20_180_214))),
    // The same, where the two do not agree: maxhistorydays is ignored.
    ("maxhistorydays=7&$filter=DateKey eq 20180212", Some((20_180_212, 20_180_212))),
    ("maxhistorydays=7&$filter=DateKey gt 20180221", None),
];

#[test]
fn the_documented_filters_over_http() {
    check_from("2018-02-10T06:00:00Z", async |doors, store| {
        twelve_days(doors, store).await;
        for (query, expected) in FILTERS {
            for uri in [
                format!("/warehouse/v1.0/devicePropertyHistories?{query}"),
                format!("/warehouse/v1.0/devicePropertyHistories?{query}&$orderby=dateKey"),
                format!("{ROOT}/devicePropertyHistories?api-version=v1.0&{query}"),
                format!("{ROOT}/devicePropertyHistories?api-version=beta&{query}&compat=strict"),
            ] {
                let (status, answer) = doors.get(&escaped(&uri), "app").await;
                assert_eq!(status, 200, "{uri}: {answer}");
                let rows = answer["value"].as_array().expect("rows");
                let mut days: Vec<_> = rows.iter().filter_map(|row| row["dateKey"].as_i64()).collect();
                days.dedup();
                let all = expected.map(|(first, last)| (first..=last).collect::<Vec<_>>());
                assert_eq!(days, all.unwrap_or_default(), "{uri}");
            }
        }
        for (since, expected) in
            [("21T23:18:51.3277273Z", json!([])), ("21T00:00:00.3277273Z", json!(["renamed"]))]
        {
            let query = format!("$select=deviceName&$filter=RowLastModifiedDateTimeUTC ge 2018-02-{since}");
            let (_, answer) = doors.get(&escaped(&format!("/warehouse/v1.0/devices?{query}")), "app").await;
            let rows = answer["value"].as_array().expect("rows");
            let names: Vec<_> = rows.iter().map(|row| row["deviceName"].clone()).collect();
            assert_eq!(json!(names), expected, "{since}");
        }
    });
}

fn unpacked(encoding: Option<&str>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match encoding {
        Some("gzip") => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("gzip"),
        Some("zstd") => {
            zstd::stream::read::Decoder::new(bytes).expect("zstd").read_to_end(&mut out).expect("zstd")
        }
        Some("br") => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).expect("Brotli"),
        Some(other) => panic!("{other} was not asked for"),
        None => return bytes.to_vec(),
    };
    out
}

/// The numbers of the column `n`.
fn numbers(format: &str, bytes: Vec<u8>) -> Vec<i64> {
    let columns = |batches: Vec<arrow_array::RecordBatch>| {
        let of = |batch: &arrow_array::RecordBatch| {
            let column = batch.column_by_name("n").expect("a column n").clone();
            column.as_primitive::<Int64Type>().values().to_vec()
        };
        batches.iter().flat_map(of).collect()
    };
    let n = |line: &str| serde_json::from_str::<Value>(line).ok()?["n"].as_i64();
    match format {
        "arrow" => {
            let reader = arrow_ipc::reader::StreamReader::try_new(&*bytes, None).expect("a stream");
            columns(reader.collect::<Result<_, _>>().expect("whole"))
        }
        "parquet" => {
            let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
                bytes::Bytes::from(bytes),
            );
            columns(
                builder.expect("a file").build().expect("a file").collect::<Result<_, _>>().expect("whole"),
            )
        }
        _ => {
            let text = String::from_utf8(bytes).expect("UTF-8");
            match format {
                "ndjson" => text.lines().map(|line| n(line).expect("a number")).collect(),
                "csv" => {
                    let mut lines = text.lines();
                    let at = lines.next().expect("names").split(',').position(|name| name == "n");
                    let cell = |line: &str| line.split(',').nth(at.expect("a column n"))?.parse().ok();
                    lines.map(|line| cell(line).expect("a number")).collect()
                }
                _ => {
                    let answer: Value = serde_json::from_str(&text).expect("JSON");
                    let rows = answer["value"].as_array().expect("rows");
                    rows.iter().map(|row| row["n"].as_i64().expect("a number")).collect()
                }
            }
        }
    }
}

#[test]
fn every_format_in_every_encoding_of_every_kind_of_query() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let all: Vec<i64> = (1..=730).collect();
        for (query, expected) in [
            ("$apply=groupby((calendarYear),aggregate($count as n))/orderby(n desc)", vec![365, 365]),
            (
                "$apply=concat(aggregate($count as n),groupby((dateKey),aggregate($count as n))/top(1))",
                vec![730, 1],
            ),
            ("$compute=dateKey sub 20260000 as n&$filter=dateKey eq 20260102&$select=n", vec![102]),
            (
                "$compute=year(fullDate) as n&$select=dateKey,n&$orderby=dateKey desc&$skip=1&$top=2",
                vec![2027, 2027],
            ),
            ("$apply=identity/compute(1 as n)", all.iter().map(|_| 1).collect()),
        ] {
            for format in ["json", "ndjson", "csv", "arrow", "parquet"] {
                for encoding in [None, Some("gzip"), Some("zstd"), Some("br")] {
                    let uri = escaped(&format!("/warehouse/v1.0/dates?{query}&$format={format}"));
                    let request =
                        Request::get(&uri).header("x-as", "app").header("prefer", "odata.maxpagesize=1000");
                    let request = encoding
                        .into_iter()
                        .fold(request, |request, name| request.header("accept-encoding", name));
                    let request = request.body(Body::empty()).expect("a request");
                    let response = doors.router.clone().oneshot(request).await.expect("never fails");
                    assert_eq!(response.status(), 200, "{uri}");
                    let used = response
                        .headers()
                        .get("content-encoding")
                        .map(|name| name.to_str().expect("text").to_owned());
                    let bytes = response.into_body().collect().await.expect("whole").to_bytes();
                    let mut found = numbers(format, unpacked(used.as_deref(), &bytes));
                    // Only JSON has pages.
                    let most = if format == "json" { 100 } else { usize::MAX };
                    found.truncate(expected.len());
                    assert_eq!(found, expected[..expected.len().min(most)], "{uri} {encoding:?}");
                }
            }
        }
    });
}

#[test]
fn strict_mode_refuses_what_the_original_refuses() {
    check(async |doors, _| {
        doors.publish("{}").await;
        let uri = |query: &str| escaped(&format!("{ROOT}/devices?api-version=v1.0&compat=strict&{query}"));
        for query in [
            "",
            "$select=deviceName&$top=1&$skip=0",
            "$orderby=deviceName",
            "$filter=RowLastModifiedDateTimeUTC ge 2018-02-21T23:18:51.3277273Z",
            "maxhistorydays=3",
        ] {
            let (status, answer) = doors.get(&uri(query), "app").await;
            assert_eq!(status, 200, "{query}: {answer}");
        }
        for query in [
            "$filter=deviceName eq 'x'",
            "$filter=1 eq 1 and deviceName ne null",
            "$filter=rowLastModifiedDateTimeUTC ne 2018-02-21T23:18:51Z",
            "$filter=year(rowLastModifiedDateTimeUTC) eq 2018",
            "$filter=not (rowLastModifiedDateTimeUTC ge 2018-02-21T23:18:51Z)",
            "$apply=aggregate($count as n)",
            "$compute=deviceKey add 1 as next",
            "$count=true",
            "$expand=deviceType",
            "$search=x",
            "$deltatoken=1",
            "$format=csv",
            "$index=1",
            "$schemaversion=1",
            "$levels=1",
            "$nonsense=1",
        ] {
            let (status, error) = doors.get(&uri(query), "app").await;
            assert_eq!(status, 400, "{query}: {error}");
            assert!(
                error["Message"].as_str().is_some_and(|text| text.contains("Activity ID")),
                "{query}: {error}"
            );
        }
        for path in ["$all", "$crossjoin(devices,users)", "nothing"] {
            let (status, error) =
                doors.get(&format!("{ROOT}/{path}?api-version=v1.0&compat=strict"), "app").await;
            assert_eq!(status, 400, "{path}: {error}");
        }
    });
}
