//! The path of an operation: `attribute`, `attribute.part`, `attribute[condition]`, `attribute[condition].part`, or an
//! extension as a whole.

use api::Failure;

use crate::scim::filter::{Part, Reader};
use crate::scim::path::Path;
use crate::scim::refusal::Reason;
use crate::scim::schema::{Attribute, Mutability, ResourceType, Schema};

/// What an operation is about.
pub(super) enum Target {
    Extension(&'static Schema),
    Attribute { path: Path, elements: Option<Part>, part: Option<&'static Attribute> },
}

impl Target {
    /// # Errors
    /// `invalidPath`.
    pub(super) fn read(ty: &'static ResourceType, text: &str) -> Result<Target, Failure> {
        if let (Some(_), Some(schema)) = (Path::extension(ty, text), ty.extension) {
            return Ok(Target::Extension(schema));
        }
        let mut reader = Reader::new(ty, text, Reason::InvalidPath)?;
        let word = reader.word();
        let found = Path::find(ty, word).ok_or_else(|| reader.refused("there is no such attribute"))?;
        let mut part = found.part;
        let mut elements = None;
        if reader.takes("[") {
            if !found.attribute.is_multi || part.is_some() {
                return Err(reader.refused("only lists take a condition"));
            }
            elements = Some(reader.part(found.attribute)?);
            if reader.takes(".") {
                let name = reader.word();
                part = found.attribute.part(name);
                if part.is_none() {
                    return Err(reader.refused("the attribute has no such part"));
                }
            }
        }
        reader.end()?;
        Ok(Target::Attribute { path: Path { part: None, ..found }, elements, part })
    }

    pub(super) fn mutability(&self) -> Mutability {
        match self {
            Target::Extension(_) => Mutability::ReadWrite,
            Target::Attribute { path, part, .. } => {
                let of_part = part.map_or(Mutability::ReadWrite, |part| part.mutability);
                if path.attribute.mutability == Mutability::ReadOnly { Mutability::ReadOnly } else { of_part }
            }
        }
    }
}
