//! Shapes: well-known text, as URLs and [`Literal::Geography`](crate::expr::Literal::Geography) write them, to GeoJSON
//! (JSON Format §7.1, RFC 7946).

use serde_json::{Map, Number, Value, json};

/// GeoJSON of a shape in well-known text; `None` when the text is none.
#[must_use]
pub fn geo_json(text: &str) -> Option<Value> {
    let (srid, shape) = match text.split_once(';') {
        Some((srid, shape)) => (srid.trim().strip_prefix("SRID=").map(str::to_owned), shape),
        None => (None, text),
    };
    let mut value = shape_of(shape.trim())?;
    if let (Some(srid), Value::Object(members)) =
        (srid.filter(|srid| srid != "4326" && srid != "0"), &mut value)
    {
        let name = json!({"type": "name", "properties": {"name": format!("EPSG:{srid}")}});
        members.insert("crs".to_owned(), name);
    }
    Some(value)
}

fn shape_of(text: &str) -> Option<Value> {
    let open = text.find('(')?;
    let inside = text[open..].trim().strip_prefix('(')?.strip_suffix(')')?;
    let name = text[..open].trim().to_ascii_uppercase();
    let (ty, depth) = match name.as_str() {
        "POINT" => ("Point", 0),
        "LINESTRING" => ("LineString", 1),
        "POLYGON" => ("Polygon", 2),
        "MULTIPOINT" => ("MultiPoint", 1),
        "MULTILINESTRING" => ("MultiLineString", 2),
        "MULTIPOLYGON" => ("MultiPolygon", 3),
        "GEOMETRYCOLLECTION" | "COLLECTION" => {
            let shapes: Option<Vec<Value>> =
                parts(inside).into_iter().map(|part| shape_of(part.trim())).collect();
            return Some(json!({"type": "GeometryCollection", "geometries": shapes?}));
        }
        _ => return None,
    };
    let mut value = Map::new();
    value.insert("type".to_owned(), ty.into());
    value.insert("coordinates".to_owned(), coordinates(inside, depth)?);
    Some(value.into())
}

/// Numbers at depth 0, lists of those below. Parentheses around single positions (`MULTIPOINT((1 2))`) are optional.
fn coordinates(text: &str, depth: usize) -> Option<Value> {
    let text = text.trim();
    if depth == 0 {
        let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        let numbers: Option<Vec<Value>> = bare.split_whitespace().map(number).collect();
        return numbers.filter(|numbers| (2..=4).contains(&numbers.len())).map(Value::Array);
    }
    let items: Option<Vec<Value>> = parts(text)
        .into_iter()
        .map(|part| {
            let part = part.trim();
            let inner = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')).unwrap_or(part);
            coordinates(inner, depth - 1)
        })
        .collect();
    items.map(Value::Array)
}

fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
}

/// Splits at commas outside of parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    })
    .collect()
}
