//! Values as JSON by their type, and as raw text.

use std::io::Write as _;

use crate::edm::{EdmType, Model};
use crate::expr::Literal;
use crate::json;

/// How values are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Int64 and Decimal as texts.
    pub(super) ieee754: bool,
    /// Nulls are left out of structured values.
    pub(super) omits_nulls: bool,
}

/// Appends a value; `ty` says which numbers are wide, and `None` leaves that to the value.
pub(super) fn write(out: &mut Vec<u8>, value: &Literal, ty: Option<&EdmType>, model: &Model, style: Style) {
    match (value, ty) {
        (Literal::Int(value), Some(EdmType::Int64) | None) => json::write_int64(out, *value, style.ieee754),
        (Literal::Int(value), Some(EdmType::Decimal)) => {
            json::write_decimal(out, &value.to_string(), style.ieee754);
        }
        (Literal::Int(value), Some(EdmType::Double)) => json::write_double(out, float(*value)),
        (Literal::Int(value), _) => json::write_int(out, *value),
        (Literal::Double(value), Some(EdmType::Single)) => write_single(out, *value),
        (Literal::Geography(text), _) => match json::geo_json(text) {
            Some(shape) => {
                serde_json::to_writer(out, &shape).expect("a JSON value in memory can always be written");
            }
            None => json::write_string(out, text),
        },
        (Literal::Collection(items), ty) => {
            let item = match ty {
                Some(EdmType::Collection(item)) => Some(&**item),
                other => other,
            };
            out.push(b'[');
            for (index, value) in items.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"" } else { b"," });
                write(out, value, item, model, style);
            }
            out.push(b']');
        }
        (Literal::Record(members), ty) => {
            out.push(b'{');
            write_members(out, members, ty, model, style);
            out.push(b'}');
        }
        (value, _) => json::write_literal(out, value, style.ieee754),
    }
}

/// The members of a structured value, without braces.
pub(super) fn write_members(
    out: &mut Vec<u8>,
    members: &[(String, Literal)],
    ty: Option<&EdmType>,
    model: &Model,
    style: Style,
) {
    let own = own_type(members, model);
    let known = ty.or(own.as_ref()).and_then(|ty| model.members_of(ty));
    let mut is_first = true;
    for (name, value) in members {
        if name.starts_with('@') || (style.omits_nulls && value.is_null()) {
            continue;
        }
        out.extend_from_slice(if is_first { b"" } else { b"," });
        is_first = false;
        json::write_string(out, name);
        out.push(b':');
        let ty = known.as_ref().and_then(|known| known.find(name)).map(|property| &property.ty);
        write(out, value, ty, model, style);
    }
}

/// The type an entity kept as a value brings along.
fn own_type(members: &[(String, Literal)], model: &Model) -> Option<EdmType> {
    members.iter().find_map(|(name, value)| match value {
        Literal::String(ty) if name == "@odata.type" => {
            Some(EdmType::Entity(model.unqualified(ty.trim_start_matches('#')).to_owned()))
        }
        _ => None,
    })
}

/// The shortest digits that read back as the same 32-bit number.
fn write_single(out: &mut Vec<u8>, value: f64) {
    let shortest = shortest_single(value);
    json::write_double(out, shortest.parse().unwrap_or(value));
}

#[expect(clippy::cast_possible_truncation, reason = "a Single holds 32 bits; more digits would be made up")]
fn shortest_single(value: f64) -> String {
    format!("{}", value as f32)
}

#[expect(clippy::cast_precision_loss, reason = "a Double holds no more")]
fn float(value: i64) -> f64 {
    value as f64
}

/// What `/$value` gives for a primitive value (Protocol §11.2.4.1): text without quotes, or the bytes themselves.
pub(super) fn raw(value: &Literal, ty: &EdmType) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Literal::String(text) | Literal::Geography(text) => out.extend_from_slice(text.as_bytes()),
        Literal::Binary(bytes) => out.extend_from_slice(bytes),
        Literal::Enum { members, .. } => out.extend_from_slice(members.as_bytes()),
        Literal::Duration(duration) => {
            out.extend_from_slice(crate::literal::temporal::iso_duration(*duration).as_bytes());
        }
        Literal::Double(value) if *ty == EdmType::Single => {
            out.extend_from_slice(shortest_single(*value).as_bytes());
        }
        Literal::Double(value) if value.is_finite() => {
            write!(out, "{value}").expect("writing to a Vec cannot fail");
        }
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
    out
}

/// The type annotation of a value under `metadata=full`; none for types that JSON shows by itself.
pub(super) fn annotated_type(ty: &EdmType, model: &Model) -> Option<String> {
    match ty {
        EdmType::String | EdmType::Boolean | EdmType::Double | EdmType::Stream => None,
        EdmType::Collection(item) => {
            let item = item.qualified(&model.namespace);
            Some(format!("#Collection({})", item.strip_prefix("Edm.").unwrap_or(&item)))
        }
        ty => {
            let name = ty.qualified(&model.namespace);
            Some(format!("#{}", name.strip_prefix("Edm.").unwrap_or(&name)))
        }
    }
}
