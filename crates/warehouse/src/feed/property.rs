//! One property of one entity: as JSON, or its text alone.

use arrow_array::Array as _;
use odata::expr::Literal;

use super::data::Asked;
use super::rows::{Broken, Rows};
use super::target::Target;
use crate::encode::{Field, Level, RowFormat, RowWriter, json_text};

/// The text of a property: nothing when there is no entity, none when the property is null.
pub(super) fn property(
    rows: &Rows,
    asked: &Asked<'_>,
    target: &Target,
    name: &str,
    is_raw: bool,
) -> Result<Option<Option<String>>, Broken> {
    let Some(row) = rows.first()? else { return Ok(None) };
    let format = rows.row_format();
    let Some(field) = format.fields.first().cloned() else { return Ok(None) };
    let Some(array) = row.columns().get(field.column).filter(|array| array.is_valid(0)) else {
        return Ok(Some(None));
    };
    if is_raw {
        return Ok(Some(Some(match super::literal(array.as_ref(), 0, &field.edm) {
            Literal::String(text) => text,
            other => other.to_string(),
        })));
    }
    let field = Field { name: "value".into(), ..field };
    let format =
        RowFormat { fields: vec![field], id: None, level: Level::None, omits_nulls: false, ..format };
    let mut out = Vec::new();
    RowWriter::new(&format, &row)?.write(0, &mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    let members = text.trim_start_matches(",{").to_owned();
    if asked.output.level() == Level::None {
        return Ok(Some(Some(format!("{{{members}"))));
    }
    let address = target.address.strip_suffix(&format!("/{name}")).unwrap_or(&target.address);
    let context = format!("{}/$metadata#{address}/{name}", asked.request.root_url);
    Ok(Some(Some(format!("{{\"@odata.context\":{},{members}", json_text(&context)))))
}
