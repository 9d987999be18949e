//! A literal made a value of a wanted type: what a key or an argument needs.
//!
//! Numbers are checked against the range of their type; text becomes a GUID, a duration, a time or an enumeration value.

use super::parse::as_type;
use super::{Decimal, Literal};
use crate::edm::{EdmType, Model};
use crate::expr::check::enum_literal;

/// The literal as a value of `ty`; null stays null.
///
/// # Errors
/// A sentence that says what to write instead.
pub(crate) fn fit(value: &Literal, ty: &EdmType, model: &Model) -> Result<Literal, String> {
    match (value, ty) {
        (Literal::Null, _) => Ok(Literal::Null),
        (Literal::Collection(items), EdmType::Collection(item)) => {
            let items: Result<Vec<Literal>, String> =
                items.iter().map(|value| fit(value, item, model)).collect();
            items.map(Literal::Collection)
        }
        (Literal::Record(members), EdmType::Complex(_) | EdmType::Entity(_)) => record(members, ty, model),
        (Literal::String(text), EdmType::Enum(name)) => match model.find_enum_type(name) {
            Some(ty) => enum_literal(ty, text),
            None => Err(format!("'{name}' is no enumeration.")),
        },
        (Literal::Int(number), EdmType::Enum(name)) => match model.find_enum_type(name) {
            Some(ty) => enum_literal(ty, &number.to_string()),
            None => Err(format!("'{name}' is no enumeration.")),
        },
        (Literal::String(_), EdmType::String) => Ok(value.clone()),
        (Literal::String(text), ty) if !ty.is_numeric() && *ty != EdmType::Boolean => {
            as_type(text, ty).ok_or_else(|| wrong(value, ty))
        }
        (Literal::Int(number), ty) if ty.is_integer() => {
            let (least, most) = range(ty);
            if (least..=most).contains(number) {
                return Ok(value.clone());
            }
            Err(format!("{number} is outside {least} to {most}."))
        }
        (Literal::Decimal(decimal), ty) if ty.is_integer() && decimal.scale() == 0 => {
            decimal.trunc().map(Literal::Int).ok_or_else(|| format!("{decimal} is too large."))
        }
        (Literal::Int(number), EdmType::Decimal) => Ok(Literal::Decimal(Decimal::from(*number))),
        (Literal::Int(_) | Literal::Decimal(_) | Literal::Double(_), EdmType::Double | EdmType::Single) => {
            value.to_f64().map(Literal::Double).ok_or_else(|| wrong(value, ty))
        }
        (Literal::Geography(_), EdmType::Geography(_) | EdmType::Geometry(_)) => Ok(value.clone()),
        (value, ty) if value.ty().as_ref() == Some(ty) => Ok(value.clone()),
        (value, ty) => Err(wrong(value, ty)),
    }
}

fn record(members: &[(String, Literal)], ty: &EdmType, model: &Model) -> Result<Literal, String> {
    let known = model.members_of(ty).ok_or_else(|| format!("'{ty}' is no type of this service."))?;
    let fitted: Result<Vec<(String, Literal)>, String> = members
        .iter()
        .map(|(name, value)| match known.find(name) {
            Some(property) => Ok((name.clone(), fit(value, &property.ty, model)?)),
            None if name.starts_with('@') => Ok((name.clone(), value.clone())),
            None => Err(format!("'{ty}' has no property '{name}'.")),
        })
        .collect();
    fitted.map(Literal::Record)
}

/// The least and the greatest value of an integer type.
pub(crate) fn range(ty: &EdmType) -> (i64, i64) {
    match ty {
        EdmType::Byte => (0, 255),
        EdmType::SByte => (-128, 127),
        EdmType::Int16 => (-32_768, 32_767),
        EdmType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

fn wrong(value: &Literal, ty: &EdmType) -> String {
    let given = value.ty().map_or("null", |ty| ty.plain());
    format!("{} is needed here, not {given}.", crate::expr::check::capital(ty.plain()))
}
