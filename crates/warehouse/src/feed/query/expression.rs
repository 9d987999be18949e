//! Expressions of OData as expressions of the engine, with OData's null logic.
//!
//! `eq` and `ne` treat null as a value, order comparisons with null are false, `and`, `or` and `not` are three-valued.
//! Only what means the same in both worlds is translated; the rest is evaluated row by row ([`super::rowwise`]).

use arrow_schema::DataType;
use datafusion::functions::expr_fn as functions;
use datafusion::logical_expr::{Expr as EngineExpr, Operator, binary_expr, cast, ident, lit};
use odata::edm::{EdmType, Model};
use odata::expr::{self, Comparison, Expr, ExprKind, Function, Literal};
use odata::query::Context;

use super::rowwise::rowwise;
use super::shape::{Relation, Shape};
use super::{QueryFailure, value};

/// What expressions are read with.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) model: &'a Model,
    pub(super) shapes: &'a [Shape],
    /// The time of the request, for `now()`.
    pub(super) now: &'a Literal,
}

impl<'a> Scope<'a> {
    pub(super) fn of(model: &'a Model, relation: &'a Relation, now: &'a Literal) -> Self {
        Self { model, shapes: &relation.shapes, now }
    }

    /// The type of `expr`; text for a bare null.
    pub(super) fn ty(&self, expr: &Expr) -> EdmType {
        let Some(entity_type) = self.model.entity_types.first() else { return EdmType::String };
        let context = Context::new(self.model, entity_type);
        expr::check(&mut expr.clone(), &context).ok().flatten().unwrap_or(EdmType::String)
    }

    /// `expr` as a condition on rows: null does not hold.
    pub(super) fn condition(&self, expr: &Expr) -> Result<EngineExpr, QueryFailure> {
        match &expr.kind {
            // Each term on its own, so that the engine can use those about whole files.
            ExprKind::And(terms) => {
                let terms = terms.iter().map(|term| self.condition(term)).collect::<Result<Vec<_>, _>>()?;
                Ok(balanced(terms, Operator::And))
            }
            ExprKind::Compare(op, left, right) => {
                let native = self.comparison(*op, left, right)?;
                native.map_or_else(|| self.value(expr), Ok)
            }
            _ => Ok(self.value(expr)?.is_true()),
        }
    }

    /// `expr` as a value.
    pub(super) fn value(&self, expr: &Expr) -> Result<EngineExpr, QueryFailure> {
        if let Some(native) = self.native(expr)? {
            return Ok(native);
        }
        if let Some(unknown) = unanswerable(expr) {
            return Err(QueryFailure::not_offered(unknown, expr.span));
        }
        rowwise(expr, &self.ty(expr), self.shapes, self.now).ok_or_else(|| {
            QueryFailure::not_offered(
                "This expression gives a value that no column can hold".to_owned(),
                expr.span,
            )
        })
    }

    fn native(&self, expr: &Expr) -> Result<Option<EngineExpr>, QueryFailure> {
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => value::scalar(literal).map(lit),
            ExprKind::Path(path) => {
                let name = path.as_property().filter(|name| self.shape(name).is_some());
                let Some(name) = name else {
                    let message = format!("{path} is not available in this place");
                    return Err(QueryFailure::not_offered(message, expr.span));
                };
                Some(ident(name))
            }
            ExprKind::And(terms) => Some(balanced(self.values(terms)?, Operator::And)),
            ExprKind::Or(terms) => Some(balanced(self.values(terms)?, Operator::Or)),
            ExprKind::Not(inner) => Some(datafusion::logical_expr::not(self.value(inner)?)),
            ExprKind::Compare(op, left, right) => self.comparison(*op, left, right)?,
            ExprKind::In(left, items) => self.membership(left, items)?,
            ExprKind::Call(function, arguments) => self.call(*function, arguments)?,
            ExprKind::Search(search) => Some(super::search::condition(search, self.shapes)),
            _ => None,
        })
    }

    fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }

    fn values(&self, exprs: &[Expr]) -> Result<Vec<EngineExpr>, QueryFailure> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn comparison(
        &self,
        op: Comparison,
        left: &Expr,
        right: &Expr,
    ) -> Result<Option<EngineExpr>, QueryFailure> {
        let is_null = |expr: &Expr| matches!(expr.as_literal(), Some(Literal::Null));
        if is_null(left) || is_null(right) {
            let other = self.value(if is_null(left) { right } else { left })?;
            return Ok(Some(match op {
                _ if is_null(left) && is_null(right) => lit(matches!(op, Comparison::Eq)),
                Comparison::Eq => other.is_null(),
                Comparison::Ne => other.is_not_null(),
                _ => lit(false),
            }));
        }
        let kind = kind(&self.ty(left));
        if kind == Kind::Other || kind != self::kind(&self.ty(right)) || self.loses(left) || self.loses(right)
        {
            return Ok(None);
        }
        let is_required = self.is_required(left) && self.is_required(right);
        let (left, right) = (self.value(left)?, self.value(right)?);
        let compared = |op| binary_expr(left, op, right);
        Ok(Some(match op {
            Comparison::Eq if is_required => compared(Operator::Eq),
            Comparison::Ne if is_required => compared(Operator::NotEq),
            Comparison::Eq => compared(Operator::IsNotDistinctFrom),
            Comparison::Ne => compared(Operator::IsDistinctFrom),
            Comparison::Gt => compared(Operator::Gt).is_true(),
            Comparison::Ge => compared(Operator::GtEq).is_true(),
            Comparison::Lt => compared(Operator::Lt).is_true(),
            Comparison::Le => compared(Operator::LtEq).is_true(),
        }))
    }

    /// Whether a constant has digits that columns do not have.
    fn loses(&self, expr: &Expr) -> bool {
        expr.as_literal().is_some_and(|literal| value::scalar(literal).is_none())
    }

    fn is_required(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(literal) => !literal.is_null(),
            ExprKind::Path(path) => {
                let shape = path.as_property().and_then(|name| self.shape(name));
                shape.is_some_and(|shape| !shape.nullable)
            }
            _ => false,
        }
    }

    fn membership(&self, left: &Expr, items: &[Expr]) -> Result<Option<EngineExpr>, QueryFailure> {
        let wanted = kind(&self.ty(left));
        let fits = |item: &Expr| {
            let constant = item.as_literal().is_some_and(|literal| !literal.is_null() && !self.loses(item));
            constant && kind(&self.ty(item)) == wanted
        };
        if wanted == Kind::Other || !items.iter().all(fits) {
            return Ok(None);
        }
        Ok(Some(self.value(left)?.in_list(self.values(items)?, false).is_true()))
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> Result<Option<EngineExpr>, QueryFailure> {
        let is_text = |expr: &Expr| {
            self.ty(expr) == EdmType::String && !matches!(expr.as_literal(), Some(Literal::Null))
        };
        let whole = |expr| cast(expr, DataType::Int64);
        Ok(match (function, arguments) {
            (Function::Now, []) => value::scalar(self.now).map(lit),
            (_, [text]) if is_text(text) => {
                let text = || self.value(text);
                match function {
                    Function::ToLower => Some(functions::lower(text()?)),
                    Function::ToUpper => Some(functions::upper(text()?)),
                    Function::Length => Some(whole(functions::character_length(text()?))),
                    _ => None,
                }
            }
            (_, [left, right]) if is_text(left) && is_text(right) => {
                let (left, right) = (|| self.value(left), || self.value(right));
                match function {
                    Function::Contains => Some(functions::contains(left()?, right()?)),
                    Function::StartsWith => Some(functions::starts_with(left()?, right()?)),
                    Function::EndsWith => Some(functions::ends_with(left()?, right()?)),
                    Function::IndexOf => Some(whole(functions::strpos(left()?, right()?)) - lit(1_i64)),
                    Function::Concat => Some(binary_expr(left()?, Operator::StringConcat, right()?)),
                    _ => None,
                }
            }
            (_, [instant]) if self.ty(instant) == EdmType::DateTimeOffset => {
                let part = match function {
                    Function::Year => "year",
                    Function::Month => "month",
                    Function::Day => "day",
                    Function::Hour => "hour",
                    Function::Minute => "minute",
                    _ => return Ok(None),
                };
                Some(whole(functions::date_part(lit(part), self.value(instant)?)))
            }
            _ => None,
        })
    }
}

/// Values that compare with each other in the engine as in OData.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Text,
    Truth,
    Instant,
    Date,
    Other,
}

fn kind(ty: &EdmType) -> Kind {
    match ty {
        ty if ty.is_integer() => Kind::Whole,
        EdmType::String => Kind::Text,
        EdmType::Boolean => Kind::Truth,
        EdmType::DateTimeOffset => Kind::Instant,
        EdmType::Date => Kind::Date,
        _ => Kind::Other,
    }
}

/// A tree of little height: planners walk it by recursion.
pub(super) fn balanced(mut terms: Vec<EngineExpr>, op: Operator) -> EngineExpr {
    match terms.len() {
        0 => lit(op == Operator::And),
        1 => terms.swap_remove(0),
        many => {
            let right = terms.split_off(many / 2);
            binary_expr(balanced(terms, op), op, balanced(right, op))
        }
    }
}

/// Why `expr` has no meaning here; deeper parts included.
fn unanswerable(expr: &Expr) -> Option<String> {
    let own = match &expr.kind {
        ExprKind::Lambda(_) | ExprKind::Count(..) => {
            Some("A condition over a collection is not available in this place")
        }
        _ => None,
    };
    let mut found = own.map(str::to_owned);
    expr.for_each_child(&mut |child| {
        if found.is_none() {
            found = unanswerable(child);
        }
    });
    found
}
