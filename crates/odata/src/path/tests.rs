//! Tables of paths that name something and paths that do not.

use super::{Resource, Segment, parse_path};
use crate::error::ErrorKind;
use crate::query::tests::model;

fn shown(path: &str) -> String {
    match parse_path(path, &model()) {
        Ok(Resource::Data(data)) => {
            let segments: Vec<String> = data.segments.iter().map(segment).collect();
            format!("{} [{}] {}", data.root_name(), segments.join(" "), data.ty)
        }
        Ok(other) => format!("{other:?}"),
        Err(error) => panic!("{path}: {error}"),
    }
}

fn segment(segment: &Segment) -> String {
    match segment {
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
    ];
    for (path, expected) in cases {
        assert_eq!(shown(path), expected, "{path}");
    }
}

#[test]
fn other_paths_are_refused_with_a_reason() {
    use ErrorKind::{BadRequest, NotFound, NotImplemented};
    let cases = [
        ("devics", NotFound, 0, "Did you mean 'devices'?"),
        ("devices//x", NotFound, 8, "Two slashes"),
        ("$metadata/x", NotFound, 10, "Nothing may follow"),
        ("$crossjoin(devices,users)", NotImplemented, 0, "not available"),
        ("devices/$filter(@p)", NotImplemented, 8, "query options instead"),
        ("devices/$value", BadRequest, 8, "does not apply"),
        ("devices/$count/x", NotFound, 15, "Nothing may stand here"),
        ("devices(1", BadRequest, 7, "Close the key"),
        ("devices()", BadRequest, 8, "key"),
        ("apps('5')", BadRequest, 5, "write 5 without quotes"),
        ("apps(5,6)", BadRequest, 7, "key"),
        ("apps(kye=5)", BadRequest, 5, "Did you mean 'key'?"),
        ("apps(key)", BadRequest, 5, "value"),
        ("apps(5)/versoin", NotFound, 8, "Did you mean 'version'?"),
        ("apps(5)/version(1)", BadRequest, 15, "remove the parentheses"),
        ("apps(5)/version/x", NotFound, 16, "inside text"),
        ("apps/x", NotFound, 5, "key in parentheses"),
        ("apps(5)/%zz", BadRequest, 8, "hexadecimal"),
    ];
    for (path, kind, position, expected) in cases {
        let error = parse_path(path, &model()).expect_err(path);
        assert!(error.message.contains(expected), "{path}: {error}");
        assert_eq!((error.kind, error.position), (kind, Some(position)), "{path}: {error}");
    }
}
