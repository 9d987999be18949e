//! Rows without the properties that are null: what is written differs from row to row.

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch};

use super::step::{self, Value};
use super::{EncodeError, Level, RowFormat};

/// The members of a row.
#[derive(Debug)]
pub(super) struct Members<'a> {
    head: Vec<step::Step<'a>>,
    has_head: bool,
    members: Vec<Member<'a>>,
}

#[derive(Debug)]
struct Member<'a> {
    /// The structured properties around it.
    groups: Vec<String>,
    /// `"name":`, and what stands before it.
    lead: String,
    array: &'a ArrayRef,
    value: Value<'a>,
}

/// Compiles `batch`.
pub(super) fn compile<'a>(format: &RowFormat, batch: &'a RecordBatch) -> Result<Members<'a>, EncodeError> {
    // Control information is never left out: a row of nothing else is compiled as usual, and its end cut off.
    let control = RowFormat { fields: Vec::new(), omits_nulls: false, ..format.clone() };
    let head = step::compile(&control, batch)?;
    let has_head = format.level == Level::Full || format.id.is_some();
    let mut members = Vec::new();
    for field in &format.fields {
        let wrong = || EncodeError::Type(Arc::clone(&field.name));
        let array = batch.columns().get(field.column).ok_or_else(wrong)?;
        let value = step::value(array, &field.edm, format.ieee754_compatible).ok_or_else(wrong)?;
        let (groups, name) = step::nested(&field.name);
        let mut lead = String::new();
        if format.level == Level::Full && step::has_type(&field.edm) {
            let ty = field.edm.to_string();
            lead.push_str(&format!("\"{name}@odata.type\":\"#{}\",", ty.trim_start_matches("Edm.")));
        }
        lead.push_str(&format!("\"{name}\":"));
        let groups = groups.into_iter().map(str::to_owned).collect();
        members.push(Member { groups, lead, array, value });
    }
    Ok(Members { head, has_head, members })
}

impl Members<'_> {
    pub(super) fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        for step in &mut self.head {
            step.write(row, out);
        }
        out.pop();
        let mut is_first = !self.has_head;
        let mut open: &[String] = &[];
        for member in &mut self.members {
            if member.array.is_null(row) {
                continue;
            }
            let same = open.iter().zip(&member.groups).take_while(|(open, group)| open == group).count();
            out.extend(std::iter::repeat_n(b'}', open.len() - same));
            if !std::mem::take(&mut is_first) {
                out.push(b',');
            }
            for group in &member.groups[same..] {
                out.extend_from_slice(format!("\"{group}\":{{").as_bytes());
            }
            open = &member.groups;
            out.extend_from_slice(member.lead.as_bytes());
            member.value.write(row, out);
        }
        out.extend(std::iter::repeat_n(b'}', open.len() + 1));
    }
}
