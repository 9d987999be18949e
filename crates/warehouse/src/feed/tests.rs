//! The feed over a small lake: the documented filters, pages, and what is refused.

use jiff::Span;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::testkit::{Bench, Lists, bench};

mod changes;
mod promises;
mod scripts;

const TODAY: Date = date(2018, 2, 21);
const NOW: &str = "2018-02-21T12:00:00Z";

/// Twelve days up to today with three devices each; the third is renamed today.
fn twelve_days() -> Bench {
    let bench = bench();
    let mut lists = Lists::of(&["a"], &[("1", "a"), ("2", ""), ("3", "")]);
    for ago in (0..12).rev() {
        if ago == 0 {
            lists.devices[2].1 = "renamed".to_owned();
        }
        bench.publish(TODAY.checked_sub(Span::new().days(ago)).expect("in range"), &lists);
    }
    bench
}

fn request<'a>(path: &'a str, query: &'a str) -> FeedRequest<'a> {
    FeedRequest {
        root: Root::Path(Version::V1),
        root_url: "https://deck/warehouse/v1.0",
        path,
        query,
        accept: None,
        odata_version: None,
        odata_max_version: None,
        prefer: None,
        if_none_match: None,
        is_compat: false,
        today: TODAY,
        now: NOW.parse().expect("an instant"),
    }
}

fn text(bench: &Bench, page_rows: u64, request: &FeedRequest<'_>) -> Result<String, Failure> {
    let response = Feed::new(bench.lake.clone(), bench.engine.clone(), page_rows).answer(request)?;
    let mut bytes = Vec::new();
    let whole = response.body.run(&mut |chunk| {
        bytes.extend_from_slice(&chunk);
        true
    });
    whole.expect("the files are whole");
    Ok(String::from_utf8(bytes).expect("UTF-8"))
}

fn json(bench: &Bench, page_rows: u64, path: &str, query: &str) -> Value {
    let text = text(bench, page_rows, &request(path, query))
        .unwrap_or_else(|failure| panic!("{query}: {failure:?}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refused(bench: &Bench, path: &str, query: &str) -> Failure {
    text(bench, 100, &request(path, query)).expect_err(query)
}

/// The distinct days of an answer, first and last, and how many.
fn days(answer: &Value) -> (i64, i64, usize) {
    let mut days: Vec<_> =
        answer["value"].as_array().expect("rows").iter().filter_map(|row| row["dateKey"].as_i64()).collect();
    days.dedup();
    (days[0], days[days.len() - 1], days.len())
}

/// The table of filter examples of the documentation, row by row ("assume today is 2/21/2018").
#[test]
fn the_documented_filters() {
    let bench = twelve_days();
    for (query, expected) in [
        ("maxhistorydays=7", (20_180_214, 20_180_221, 8)),
        ("MaxHistoryDays=7", (20_180_214, 20_180_221, 8)),
        ("$filter=DateKey eq 20180214", (20_180_214, 20_180_214, 1)),
        ("$filter=DateKey ge 20180214 and DateKey lt 20180221", (20_180_214, 20_180_220, 7)),
        ("maxhistorydays=7&$filter=DateKey eq 20180212", (20_180_212, 20_180_212, 1)),
        ("$filter=dateKey gt 20180214 and 20180216 ge dateKey", (20_180_215, 20_180_216, 2)),
        ("$filter=dateKey ne 20180221", (20_180_210, 20_180_220, 11)),
        ("$filter=dateKey eq 20180210 or dateKey eq 20180221", (20_180_210, 20_180_221, 2)),
        ("", (20_180_210, 20_180_221, 12)),
    ] {
        assert_eq!(days(&json(&bench, 100, "devicePropertyHistories", query)), expected, "{query}");
    }
    let changed =
        "$filter=RowLastModifiedDateTimeUTC ge 2018-02-21T00:00:09.3277273Z&$select=deviceKey,deviceName";
    let answer = json(&bench, 100, "devices", changed);
    assert_eq!(answer["value"], serde_json::json!([{"deviceKey": 3, "deviceName": "renamed"}]));
    // maxhistorydays is taken by every collection, and means something only where dateKey is in the key.
    assert_eq!(json(&bench, 100, "devices", "maxhistorydays=7")["value"].as_array().map(Vec::len), Some(3));
    assert_eq!(json(&bench, 1000, "dates", "maxhistorydays=7")["value"].as_array().map(Vec::len), Some(730));
    let one = json(&bench, 1000, "dates", "$filter=DateKey eq 20180214");
    assert_eq!(one["value"][0]["fullDate"], "2018-02-14T00:00:00Z");
}

/// Only what is opened can be missed: the files of all other days are taken away.
#[test]
fn one_day_reads_its_files_alone() {
    let bench = twelve_days();
    let latest = bench.lake.snapshot(&lake::At::Latest).expect("there is a snapshot");
    let days = |days| bench.lake.files(&latest, "devicePropertyHistories", days).expect("the table is there");
    let kept: Vec<_> = days(Some(20_180_214..=20_180_214)).into_iter().map(|file| file.id).collect();
    let others = days(None).into_iter().filter(|file| !kept.contains(&file.id));
    let removed =
        others.map(|file| std::fs::remove_file(bench.config.data_dir.join(&file.path)).expect("it is there"));
    assert_eq!((kept.len(), removed.count()), (1, 11));
    let is_whole = |query: &str| {
        let feed = Feed::new(bench.lake.clone(), bench.engine.clone(), 100);
        let response = feed.answer(&request("devicePropertyHistories", query));
        response.is_ok_and(|response| response.body.run(&mut |_| true).is_ok())
    };
    for query in [
        "$filter=dateKey eq 20180214",
        "$filter=dateKey eq 20180214 and contains(deviceName,'1')&$count=true",
        "$filter=dateKey ge 20180214 and dateKey lt 20180215&$orderby=deviceName desc",
        "$filter=dateKey eq 20180214&$search=device&$compute=deviceKey add 1 as next",
        "$apply=filter(dateKey eq 20180214)/groupby((deviceName),aggregate($count as n))",
        "$filter=dateKey eq 20180214&$format=parquet",
    ] {
        assert!(is_whole(query), "{query}");
    }
    for query in
        ["", "$filter=dateKey ge 20180214", "$apply=aggregate($count as n,deviceName with max as last)"]
    {
        assert!(!is_whole(query), "{query}");
    }
}

#[test]
fn what_clients_ask() {
    let bench = twelve_days();
    let answer = json(&bench, 100, "devices", "api-version=v1.0&$skip= 1 &$top=1000&$count=true");
    assert_eq!(answer["@odata.context"], "https://deck/warehouse/v1.0/$metadata#devices");
    assert_eq!(
        (answer["@odata.count"].as_i64(), answer["value"].as_array().map(Vec::len)),
        (Some(3), Some(2))
    );
    assert_eq!(answer["value"][0].as_object().map(serde_json::Map::len), Some(39));
    assert_eq!(text(&bench, 100, &request("devicePropertyHistories/$count", "")).as_deref(), Ok("36"));
    let counted = "$filter=dateKey ge 20180220 and deviceName eq 'renamed'";
    assert_eq!(text(&bench, 100, &request("devicePropertyHistories/$count", counted)).as_deref(), Ok("1"));
    let names = json(&bench, 100, "deviceTypes", "$select=deviceTypeName&$top=1");
    let only = serde_json::json!([{"@odata.id": "deviceTypes(-1)", "deviceTypeName": "Not Available"}]);
    assert_eq!(names["value"], only);
    assert_eq!(names["@odata.context"], "https://deck/warehouse/v1.0/$metadata#deviceTypes(deviceTypeName)");
    let none = FeedRequest {
        accept: Some("application/json;odata.metadata=none;IEEE754Compatible=true"),
        ..request("devices", "$select=deviceKey&$top=1")
    };
    assert_eq!(text(&bench, 100, &none).as_deref(), Ok(r#"{"value":[{"deviceKey":"1"}]}"#));
    assert_eq!(
        text(&bench, 100, &request("devices", "$top=0&$select=deviceKey"))
            .map(|text| text.ends_with("\"value\":[]}")),
        Ok(true)
    );
    let services = json(&bench, 100, "", "");
    assert_eq!(services["value"].as_array().map(Vec::len), Some(::model::tables_in(Version::V1).count()));
    let xml = text(&bench, 100, &request("$metadata", "")).expect("metadata");
    assert!(xml.contains("EntitySet Name=\"devices\"") && !xml.contains("iccid"), "{xml}");
}

#[test]
fn the_protocol_version_is_the_clients() {
    let bench = bench();
    for (version, max_version, expected) in [
        (None, None, "4.0"),
        (Some("4.0"), None, "4.0"),
        (None, Some("4.0"), "4.0"),
        (None, Some("4.01"), "4.01"),
        (Some("4.01"), None, "4.01"),
    ] {
        let asked = FeedRequest {
            odata_version: version,
            odata_max_version: max_version,
            ..request("$metadata", "")
        };
        let response = Feed::new(bench.lake.clone(), bench.engine.clone(), 9).answer(&asked).expect("fine");
        assert_eq!(response.odata_version, expected, "{version:?} {max_version:?}");
        let xml = text(&bench, 9, &asked).expect("fine");
        assert!(xml.contains(&format!("Version=\"{expected}\"")), "{xml}");
    }
}

#[test]
fn single_entities_have_an_address() {
    let bench = twelve_days();
    let device = json(&bench, 100, "devices(3)", "$select=deviceKey,deviceName");
    let context = "https://deck/warehouse/v1.0/$metadata#devices(deviceKey,deviceName)/$entity";
    let expected = serde_json::json!({"@odata.context": context, "deviceKey": 3, "deviceName": "renamed"});
    assert_eq!(device, expected);
    let state = json(&bench, 100, "complianceStates('254')", "");
    assert_eq!(state["complianceStatus"], "InGracePeriod");
    let history = json(&bench, 100, "devicePropertyHistories(dateKey=20180214,deviceKey=3)", "");
    assert_eq!(
        (&history["dateKey"], &history["deviceName"]),
        (&serde_json::json!(20_180_214), &serde_json::json!("device 3"))
    );
    // Ids are such addresses.
    let full =
        FeedRequest { accept: Some("application/json;odata.metadata=full"), ..request("devices", "$top=1") };
    let full: Value = serde_json::from_str(&text(&bench, 9, &full).expect("fine")).expect("JSON");
    assert_eq!(full["value"][0]["@odata.type"], "#Quarterdeck.Warehouse.device");
    let id = full["value"][0]["@odata.id"].as_str().expect("an id");
    assert_eq!(json(&bench, 9, id, "$select=deviceKey")["deviceKey"], 1);
}

#[test]
fn both_root_styles() {
    let bench = twelve_days();
    let at =
        |path, query| FeedRequest { root: Root::Query, root_url: "https://deck/R/D", ..request(path, query) };
    let ask = |path, query| text(&bench, 2, &at(path, query));
    let page = ask("devices", "api-version=beta&$select=deviceKey,iccid").expect("beta has iccid");
    assert!(
        page.contains("\"https://deck/R/D/devices?api-version=beta&$select=deviceKey,iccid&$skiptoken="),
        "{page}"
    );
    // A tool that appends the entity set to the whole root.
    let page = ask("", "api-version=v1.0/devices&$select=deviceKey").expect("understood");
    assert!(page.contains("{\"deviceKey\":1}"), "{page}");
    let next = "https://deck/R/D/devices?api-version=v1.0/devices&$select=deviceKey&$skiptoken=";
    assert!(page.contains(next), "{page}");
    assert!(
        ask("/devices", "api-version=v1.0/devices&$skip=2").expect("the next link works").contains("renamed")
    );
    for (query, message) in [("", "Add ?api-version=v1.0"), ("api-version=2.0", "no version 2.0")] {
        let failure = ask("devices", query).expect_err("the version is needed");
        assert_eq!((failure.code, failure.target.as_deref()), (Code::BadRequest, Some("api-version")));
        assert!(failure.message.contains(message), "{failure:?}");
    }
}

#[test]
fn refusals_name_the_option_and_the_place() {
    let bench = twelve_days();
    for (path, query, code, target, position) in [
        ("device", "", Code::NotFound, None, None),
        ("devices", "$filter=serialNumbr eq 'x'", Code::BadRequest, Some("$filter"), Some(0)),
        ("devices", "$filter=deviceKey eq", Code::BadRequest, Some("$filter"), Some(12)),
        ("devices", "$filter=deviceKey eq 'x'", Code::BadRequest, Some("$filter"), Some(13)),
        ("devices", "$select=deviceKey,nmae", Code::BadRequest, Some("$select"), Some(10)),
        ("devices", "$select=iccid", Code::BadRequest, Some("$select"), Some(0)),
        ("devices", "$top=-1", Code::BadRequest, Some("$top"), Some(0)),
        ("devices", "$orderby=deviceKy", Code::BadRequest, Some("$orderby"), Some(0)),
        ("devices", "$apply=identity/nest(identity as all)", Code::NotImplemented, Some("$apply"), Some(9)),
        ("devices", "$deltatoken=x", Code::BadRequest, Some("$deltatoken"), None),
        ("devices", "$deltatoken=99", Code::Gone, Some("$deltatoken"), None),
        ("devices", "$fitler=a", Code::BadRequest, Some("$fitler"), None),
        ("devices", "$skiptoken=7", Code::BadRequest, Some("$skiptoken"), None),
        ("devices", "$skiptoken=999-0-20180221", Code::Gone, Some("$skiptoken"), None),
        ("devices", "maxhistorydays=week", Code::BadRequest, Some("maxhistorydays"), None),
        ("devices(9)", "", Code::NotFound, None, None),
        ("devices('x')", "", Code::NotFound, None, None),
        ("devices(1)", "$top=1", Code::BadRequest, Some("$top"), None),
        ("$batch", "", Code::MethodNotAllowed, None, None),
    ] {
        let failure = refused(&bench, path, query);
        assert_eq!((failure.code, failure.target.as_deref()), (code, target), "{path}?{query}: {failure:?}");
        assert_eq!(failure.position.or(position), position.or(failure.position), "{query}: {failure:?}");
        if position.is_some() {
            assert_eq!(failure.position, position, "{query}: {failure:?}");
        }
    }
    assert!(refused(&bench, "device", "").message.contains("devices"));
    let wrong = FeedRequest { accept: Some("text/html"), ..request("devices", "") };
    assert_eq!(text(&bench, 9, &wrong).map_err(|failure| failure.code), Err(Code::NotAcceptable));
}

/// Follows next links to the end: the rows' (dateKey, deviceKey), and the number of pages.
fn follow(bench: &Bench, page_rows: u64, query: &str) -> (Vec<(i64, i64)>, usize) {
    let (mut rows, mut pages, mut query) = (Vec::new(), 0, query.to_owned());
    loop {
        let answer = json(bench, page_rows, "devicePropertyHistories", &query);
        let page = answer["value"].as_array().expect("rows");
        assert!(page.len() as u64 <= page_rows);
        let number = |row: &Value, name: &str| row[name].as_i64().expect("a number");
        rows.extend(page.iter().map(|row| (number(row, "dateKey"), number(row, "deviceKey"))));
        pages += 1;
        match answer["@odata.nextLink"].as_str() {
            Some(next) => query = next.split_once('?').expect("a query").1.to_owned(),
            None => return (rows, pages),
        }
    }
}

#[test]
fn pages_are_pinned_to_their_snapshot_until_it_is_forgotten() {
    let bench = twelve_days();
    let first = json(&bench, 2, "devices", "$select=deviceName");
    let next = first["@odata.nextLink"].as_str().expect("three devices are two pages").to_owned();
    let query = next.split_once('?').expect("a query").1;
    let mut lists = Lists::of(&["a"], &[("1", "a"), ("2", ""), ("3", "")]);
    lists.devices[2].1 = "renamed again".to_owned();
    for ahead in 1..8 {
        bench.publish(TODAY.checked_add(Span::new().days(ahead)).expect("in range"), &lists);
        if ahead == 1 {
            assert_eq!(json(&bench, 2, "devices", query)["value"][0]["deviceName"], "renamed");
        }
    }
    assert_eq!(refused(&bench, "devices", query).code, Code::Gone);
}

#[test]
fn a_client_may_ask_for_smaller_pages() {
    let bench = twelve_days();
    let small = FeedRequest { prefer: Some("odata.maxpagesize=2"), ..request("devices", "") };
    let feed = Feed::new(bench.lake.clone(), bench.engine.clone(), 100);
    let response = feed.answer(&small).expect("fine");
    assert_eq!(response.preference_applied.as_deref(), Some("odata.maxpagesize=2"));
    assert!(text(&bench, 100, &small).expect("fine").contains("@odata.nextLink"));
}

#[test]
fn a_warehouse_without_a_day_is_empty() {
    let bench = bench();
    assert_eq!(json(&bench, 9, "devices", "")["value"], serde_json::json!([]));
    assert_eq!(text(&bench, 9, &request("devices/$count", "")).as_deref(), Ok("0"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is asked, the answer is rows or a refusal that says what to change; never a panic, never a 500.
    #[test]
    fn odd_requests_are_refused_with_a_sentence(path in odd_path(), query in odd_query(), accept in ".{0,20}") {
        let bench = &*BENCH.with(std::rc::Rc::clone);
        let asked = FeedRequest { accept: Some(&accept), prefer: Some(&accept), ..request(&path, &query) };
        for root in [Root::Query, Root::Path(Version::Beta)] {
            if let Err(failure) = text(bench, 5, &FeedRequest { root, ..asked }) {
                prop_assert!(failure.code != Code::Internal && !failure.message.is_empty(), "{failure:?}");
            }
        }
    }

    /// Whatever the pages, the rows are those of a plain list.
    #[test]
    fn pages_add_up(
        page_rows in 1u64..40, skip in 0u64..40, top in proptest::option::of(0u64..40),
        from in 20_180_209i64..20_180_223, by_row in any::<bool>(),
    ) {
        let bench = &*BENCH.with(std::rc::Rc::clone);
        let all = (20_180_210..=20_180_221).flat_map(|day| (1..=3).map(move |key| (day, key)));
        let (filter, expected): (_, Vec<_>) = if by_row {
            ("deviceKey ne 2", all.filter(|(day, key)| *day >= from && *key != 2).collect())
        } else {
            ("1 eq 1", all.filter(|(day, _)| *day >= from).collect())
        };
        let top_option = top.map(|top| format!("&$top={top}")).unwrap_or_default();
        let query = format!("$filter=dateKey ge {from} and {filter}&$skip={skip}{top_option}");
        let top = top.and_then(|top| usize::try_from(top).ok()).unwrap_or(usize::MAX);
        let skip = usize::try_from(skip).expect("small");
        let expected: Vec<_> = expected.into_iter().skip(skip).take(top).collect();
        let (rows, _) = follow(bench, page_rows, &query);
        prop_assert_eq!(rows, expected.clone());
        if !by_row {
            let plain = query.replace(" and 1 eq 1", "");
            let (rows, pages) = follow(bench, page_rows, &plain);
            prop_assert_eq!(pages, expected.len().div_ceil(usize::try_from(page_rows).expect("small")).max(1));
            prop_assert_eq!(rows, expected);
        }
    }
}

fn odd_path() -> impl Strategy<Value = String> {
    prop_oneof![Just("devices".to_owned()), Just("dates/$count".to_owned()), "[ -~]{0,20}", ".{0,10}"]
}

fn odd_query() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[ -~]{0,12}",
        Just("dateKey ge 20180214 and not (isDeleted eq false)".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("18446744073709551615".to_owned()),
        Just("1-18446744073709551615-20180221".to_owned()),
        Just("contains(deviceName,'1') or deviceKey in (1,2)".to_owned()),
    ];
    let name = prop_oneof![
        Just("$filter"),
        Just("$select"),
        Just("$top"),
        Just("$skip"),
        Just("$count"),
        Just("$skiptoken"),
        Just("$format"),
        Just("api-version"),
        Just("maxhistorydays"),
    ];
    let pairs = prop::collection::vec((name, value), 0..4);
    pairs.prop_map(|pairs| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    })
}

thread_local! {
    static BENCH: std::rc::Rc<Bench> = std::rc::Rc::new(twelve_days());
}
