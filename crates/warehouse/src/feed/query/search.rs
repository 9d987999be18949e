//! `$search`: a word or phrase matches a row when one of its text columns contains it, in any case of letters.

use datafusion::functions::expr_fn::{contains, lower};
use datafusion::logical_expr::{Expr as EngineExpr, Operator, ident, lit, not};
use odata::edm::EdmType;
use odata::query::SearchExpr;

use super::expression::balanced;
use super::shape::Shape;

/// The condition on rows with these columns.
pub(super) fn condition(search: &SearchExpr, shapes: &[Shape]) -> EngineExpr {
    let all = |items: &[SearchExpr]| items.iter().map(|item| condition(item, shapes)).collect();
    match search {
        SearchExpr::Word(text) | SearchExpr::Phrase(text) => {
            let text = text.to_lowercase();
            let texts = shapes.iter().filter(|shape| shape.ty == EdmType::String);
            let matches =
                texts.map(|shape| contains(lower(ident(shape.name.as_str())), lit(text.as_str())).is_true());
            balanced(matches.collect(), Operator::Or)
        }
        SearchExpr::Not(inner) => not(condition(inner, shapes)),
        SearchExpr::And(items) => balanced(all(items), Operator::And),
        SearchExpr::Or(items) => balanced(all(items), Operator::Or),
    }
}
