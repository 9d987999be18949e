//! Tables of paths that name something and paths that do not.

use super::{Call, DataPath, Resource, Root, Segment, parse_path, parse_path_with, render_path};
use crate::error::ErrorKind;
use crate::query::tests::model;

fn shown(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match parse_path_with(path, query, &model()) {
        Ok(Resource::Data(data)) => {
            let again = parse_path(&render_path(&data, &model()), &model());
            let same =
                |other: &DataPath| (&other.segments, &other.ty) == (&explicit(&data).segments, &data.ty);
            assert!(matches!(&again, Ok(Resource::Data(other)) if same(other)), "{path}: {again:?}");
            let segments: Vec<String> = data.segments.iter().map(segment).collect();
            let root = match &data.root {
                Root::Function(call) => arguments(data.root_name(), call).trim_end_matches("()").to_owned(),
                _ => data.root_name().to_owned(),
            };
            format!("{root} [{}] {}", segments.join(" "), data.ty)
        }
        Ok(other) => format!("{other:?}"),
        Err(error) => panic!("{path}: {error}"),
    }
}

/// The path as it reads when arguments stand in parentheses.
fn explicit(path: &DataPath) -> DataPath {
    let mut path = path.clone();
    for segment in &mut path.segments {
        if let Segment::Function(call) = segment {
            call.is_implicit = false;
        }
    }
    path
}

fn arguments(name: &str, call: &Call) -> String {
    let values: Vec<String> = call.arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{name}({})", values.join(","))
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Function(call) => arguments(&call.name, call),
        Segment::Filter(condition) => format!("Filter({})", crate::expr::render(condition, "Test")),
        Segment::Key(values) => {
            let values: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("({})", values.join(","))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn paths_name_resources() {
    const ID: &str = "01234567-89ab-cdef-0123-456789abcdef";
    let cases = [
        ("", "ServiceDocument".to_owned()),
        ("/", "ServiceDocument".to_owned()),
        ("$metadata", "Metadata".to_owned()),
        ("/$batch", "Batch".to_owned()),
        ("$entity", "Entity".to_owned()),
        ("devices", "devices [] Collection(device)".to_owned()),
        ("/DEVICES/", "devices [] Collection(device)".to_owned()),
        ("devices/$count", "devices [Count] Collection(device)".to_owned()),
        ("devices/Test.device/$count", "devices [Count] Collection(device)".to_owned()),
        (&format!("devices({ID})"), format!("devices [(id={ID})] device")),
        (&format!("devices(id={ID})"), format!("devices [(id={ID})] device")),
        (&format!("devices(%27{ID}%27)"), format!("devices [(id={ID})] device")),
        (&format!("devices/{ID}"), format!("devices [(id={ID})] device")),
        (
            &format!("devices({ID})/deviceName/$value"),
            format!("devices [(id={ID}) Property(\"deviceName\") Value] Edm.String"),
        ),
        (
            &format!("devices({ID})/address/city"),
            format!("devices [(id={ID}) Property(\"address\") Property(\"city\")] Edm.String"),
        ),
        (
            &format!("devices({ID})/apps(5)/version"),
            format!("devices [(id={ID}) Navigation(\"apps\") (key=5) Property(\"version\")] Edm.String"),
        ),
        (
            &format!("devices/{ID}/owner/$ref"),
            format!("devices [(id={ID}) Navigation(\"owner\") Reference] user"),
        ),
        (
            &format!("devices({ID})/tags/$count"),
            format!("devices [(id={ID}) Property(\"tags\") Count] Collection(Edm.String)"),
        ),
        ("apps(key=-5)", "apps [(key=-5)] app".to_owned()),
        ("$entity/Test.tablet", "EntityAs(\"tablet\")".to_owned()),
        ("$all", "All(None)".to_owned()),
        ("$all/Test.user", "All(Some(\"user\"))".to_owned()),
        ("$crossjoin(devices,users)", "CrossJoin([\"devices\", \"users\"])".to_owned()),
        ("me/name", "me [Property(\"name\")] Edm.String".to_owned()),
        ("probes(day=2024-01-31,app='a%2Fb')", "probes [(day=2024-01-31,app='a/b')] check".to_owned()),
        ("probes(app='it''s',day=2024-01-31)", "probes [(day=2024-01-31,app='it''s')] check".to_owned()),
        (
            "probes/2024-01-31/mail/ok",
            "probes [(day=2024-01-31,app='mail') Property(\"ok\")] Edm.Boolean".to_owned(),
        ),
        ("probes(day=@d,app=@a)?@d=2024-01-31&@a='x'", "probes [(day=2024-01-31,app='x')] check".to_owned()),
        ("devices/Test.tablet", "devices [Cast(\"tablet\")] Collection(tablet)".to_owned()),
        ("devices/tablet/$count", "devices [Cast(\"tablet\") Count] Collection(tablet)".to_owned()),
        (
            &format!("devices/Test.tablet({ID})/pen"),
            format!("devices [Cast(\"tablet\") (id={ID}) Property(\"pen\")] Edm.Boolean"),
        ),
        (
            &format!("devices({ID})/Test.tablet/deviceName"),
            format!("devices [(id={ID}) Cast(\"tablet\") Property(\"deviceName\")] Edm.String"),
        ),
        (
            &format!("devices({ID})/address/Test.villa/garden"),
            format!(
                "devices [(id={ID}) Property(\"address\") Cast(\"villa\") Property(\"garden\")] Edm.Boolean"
            ),
        ),
        (
            &format!("devices({ID})/tags/0"),
            format!("devices [(id={ID}) Property(\"tags\") Index(0)] Edm.String"),
        ),
        (
            &format!("devices({ID})/tags/-1"),
            format!("devices [(id={ID}) Property(\"tags\") Index(-1)] Edm.String"),
        ),
        (
            "apps/$filter(key gt 5 and contains(version,'%2F'))/$count",
            "apps [Filter(key gt 5 and contains(version,'/')) Count] Collection(app)".to_owned(),
        ),
        ("apps/$filter(@f)?@f=key gt 5", "apps [Filter(key gt 5)] Collection(app)".to_owned()),
        ("apps/$each", "apps [Each] app".to_owned()),
        (
            "devices/$filter(dateKey gt 1)/$each/Test.retire",
            "devices [Filter(dateKey gt 1) Each Action(\"retire\")] device".to_owned(),
        ),
        (
            "apps/$filter(key gt 1)(5)/version",
            "apps [Filter(key gt 1) (key=5) Property(\"version\")] Edm.String".to_owned(),
        ),
        ("latest?@count=5", "latest(count=5) [] Collection(device)".to_owned()),
        ("$crossjoin(devices,users)/$query", "CrossJoin([\"devices\", \"users\"])".to_owned()),
        ("apps/$query", "apps [Query] Collection(app)".to_owned()),
        ("latest()", "latest [] Collection(device)".to_owned()),
        ("latest", "latest [] Collection(device)".to_owned()),
        ("Latest(count=@n,kind=@k)?@n=3&@k='x'", "latest(count=3,kind='x') [] Collection(device)".to_owned()),
        ("latest(count=5)/$count", "latest(count=5) [Count] Collection(device)".to_owned()),
        ("latest?count=5&kind=new&$top=1", "latest(count=5,kind='new') [] Collection(device)".to_owned()),
        ("latest?api-version=1", "latest [] Collection(device)".to_owned()),
        (
            &format!("latest()({ID})/deviceName"),
            format!("latest [(id={ID}) Property(\"deviceName\")] Edm.String"),
        ),
        ("at(place=@a)?@a={\"city\":\"Utrecht\"}", "at(place={…}) [] Edm.Boolean".to_owned()),
        ("wipe", "wipe [] Edm.Boolean".to_owned()),
        (
            &format!("devices({ID})/Test.related()"),
            format!("devices [(id={ID}) related()] Collection(device)"),
        ),
        (
            &format!("devices({ID})/related(depth=2)/$count"),
            format!("devices [(id={ID}) related(depth=2) Count] Collection(device)"),
        ),
        (
            &format!("devices({ID})/Test.tablet/related"),
            format!("devices [(id={ID}) Cast(\"tablet\") related()] Collection(device)"),
        ),
        ("devices/average()", "devices [average()] Edm.Double".to_owned()),
        (&format!("devices({ID})/Test.retire"), format!("devices [(id={ID}) Action(\"retire\")] device")),
    ];
    for (path, expected) in cases {
        assert_eq!(shown(path), expected, "{path}");
    }
}

#[test]
fn other_paths_are_refused_with_a_reason() {
    use ErrorKind::{BadRequest, NotFound};
    let cases = [
        ("devics", NotFound, 0, "Did you mean 'devices'?"),
        ("devices//x", NotFound, 8, "Two slashes"),
        ("$metadata/x", NotFound, 10, "Nothing may follow"),
        ("$crossjoin(devices,usrs)", NotFound, 19, "Did you mean 'users'?"),
        ("$crossjoin(users,users)", BadRequest, 17, "stands twice"),
        ("$crossjoin", BadRequest, 0, "in parentheses"),
        ("$all/Test.phone", NotFound, 5, "no entity type"),
        ("$everything", NotFound, 0, "not available"),
        ("devices/$filter(dateKey)", BadRequest, 16, "compare it"),
        ("devices/$links", BadRequest, 8, "query options instead"),
        ("devices/$value", BadRequest, 8, "does not apply"),
        ("devices/$count/x", NotFound, 15, "Nothing may stand here"),
        ("devices(1", BadRequest, 7, "Close the parenthesis"),
        ("devices()", BadRequest, 8, "key"),
        ("apps('5')", NotFound, 5, "A number is needed here"),
        ("apps(3000000000)", NotFound, 5, "outside -2147483648 to 2147483647"),
        ("apps(5,6)", BadRequest, 7, "key"),
        ("apps(kye=5)", BadRequest, 5, "Did you mean 'key'?"),
        ("apps(key)", BadRequest, 5, "value"),
        ("apps(5)/versoin", NotFound, 8, "Did you mean 'version'?"),
        ("apps(5)/version(1)", BadRequest, 15, "remove the parentheses"),
        ("apps(5)/version/x", NotFound, 16, "inside text"),
        ("apps/x", NotFound, 5, "key in parentheses"),
        ("apps(5)/%zz", BadRequest, 8, "hexadecimal"),
        ("probes(day=2024-01-31,app='a/b')", BadRequest, 6, "Close the parenthesis"),
        ("devices/Test.tablet/Test.tablet", BadRequest, 20, "Only one type"),
        ("apps/$each/version", NotFound, 11, "may follow $each"),
        ("latest(kind='x')", BadRequest, 0, "Call it as latest() or latest(count=…)"),
        ("latest(cuont=1)", BadRequest, 7, "Did you mean 'count'?"),
        ("latest(count='x')", BadRequest, 7, "A number is needed here, not text"),
        ("latest(count=null)", BadRequest, 7, "must not be null"),
        ("latest(5)", BadRequest, 7, "with its name"),
        ("at(place=@a)", BadRequest, 3, "must not be null"),
        ("wipe/x", NotFound, 5, "Nothing may stand here"),
        ("devices/Test.user", NotFound, 8, "not derived"),
        ("apps/$ref/x", NotFound, 10, "Nothing may stand here"),
        ("devices/Test.related()", NotFound, 8, "write its key in parentheses"),
        ("me(1)", BadRequest, 2, "remove the parentheses"),
    ];
    for (path, kind, position, expected) in cases {
        let error = parse_path(path, &model()).expect_err(path);
        assert!(error.message.contains(expected), "{path}: {error}");
        assert_eq!((error.kind, error.position), (kind, Some(position)), "{path}: {error}");
    }
}
