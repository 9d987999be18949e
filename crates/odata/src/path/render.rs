//! A path as URL text, the way [`super::parse_path`] reads it back.

use super::{Call, DataPath, Root, Segment};
use crate::edm::Model;
use crate::expr::{self, Literal};
use crate::percent::encode;

/// Percent-encoded.
pub(super) fn path(path: &DataPath, model: &Model) -> String {
    let segments = segments(path, model).into_iter().map(|segment| encode(&segment, "=,':()@$*"));
    segments.collect::<Vec<String>>().join("/")
}

/// As people read it.
pub(super) fn plain(path: &DataPath, model: &Model) -> String {
    segments(path, model).join("/")
}

/// A key stands in the segment it belongs to.
fn segments(path: &DataPath, model: &Model) -> Vec<String> {
    let mut all = Vec::new();
    let mut out = match &path.root {
        Root::Set(name) | Root::Singleton(name) | Root::Action(name) => name.clone(),
        Root::Function(call) => called(call.import.as_deref().unwrap_or(&call.name), call, model),
    };
    for segment in &path.segments {
        if let Segment::Key(values) = segment {
            out.push_str(&key(values, model));
            continue;
        }
        all.push(std::mem::take(&mut out));
        match segment {
            Segment::Key(_) => {}
            Segment::Property(name) | Segment::Navigation(name) => out.push_str(name),
            Segment::Cast(name) | Segment::Action(name) => out.push_str(&model.qualified(name)),
            Segment::Function(call) => out.push_str(&called(&model.qualified(&call.name), call, model)),
            Segment::Filter(condition) => {
                out.push_str("$filter(");
                out.push_str(&expr::render(condition, &model.namespace));
                out.push(')');
            }
            Segment::Index(index) => out.push_str(&index.to_string()),
            Segment::Value => out.push_str("$value"),
            Segment::Count => out.push_str("$count"),
            Segment::Reference => out.push_str("$ref"),
            Segment::Each => out.push_str("$each"),
            Segment::Query => out.push_str("$query"),
        }
    }
    all.push(out);
    all
}

/// `(5)` for a single key property, `(a=5,b='x')` for several.
fn key(values: &[(String, Literal)], model: &Model) -> String {
    let parts: Vec<String> = match values {
        [(_, only)] => vec![literal(only, model)],
        several => several.iter().map(|(name, value)| format!("{name}={}", literal(value, model))).collect(),
    };
    format!("({})", parts.join(","))
}

fn called(name: &str, call: &Call, model: &Model) -> String {
    let arguments: Vec<String> =
        call.arguments.iter().map(|(name, value)| format!("{name}={}", literal(value, model))).collect();
    format!("{name}({})", arguments.join(","))
}

fn literal(value: &Literal, model: &Model) -> String {
    let expr = expr::Expr::new(expr::ExprKind::Literal(value.clone()), expr::Span::default());
    expr::render(&expr, &model.namespace)
}
