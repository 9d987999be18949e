//! An OData condition as SQL that means the same on both engines.
//!
//! OData compares null as a value: `eq` and `ne` with null are true or false, order comparisons with null are false.
//! Where SQL would answer null under a `not`, the comparison is wrapped so that it answers false. Functions of null are
//! null in both.

use odata::QueryError;
use odata::expr::{Arithmetic, Comparison, Expr, ExprKind, Function, Literal};
use odata::query::SearchExpr;
use store::Value;

use super::{Kind, View};

pub(super) struct Writer<'v> {
    view: &'v View,
    pub(super) params: Vec<Value>,
}

impl<'v> Writer<'v> {
    /// `bound` are the parameters of the view's own statement.
    pub(super) fn new(view: &'v View, bound: &[Value]) -> Writer<'v> {
        Writer { view, params: bound.to_vec() }
    }

    /// A condition. `positive` when a null answer may stand for false: not below a `not`.
    pub(super) fn truth(&mut self, expr: &Expr, positive: bool) -> Result<String, QueryError> {
        Ok(match &expr.kind {
            ExprKind::And(terms) => self.join(terms, " and ", positive)?,
            ExprKind::Or(terms) => self.join(terms, " or ", positive)?,
            ExprKind::Not(inner) => format!("not ({})", self.truth(inner, false)?),
            ExprKind::Compare(comparison, left, right) => self.compare(*comparison, left, right, positive)?,
            ExprKind::In(left, items) => {
                let value = self.value(left)?;
                let items = items.iter().map(|item| self.value(item)).collect::<Result<Vec<_>, _>>()?;
                settled(format!("{value} in ({})", items.join(", ")), positive)
            }
            ExprKind::Call(Function::Contains | Function::StartsWith | Function::EndsWith, _)
            | ExprKind::Path(_)
            | ExprKind::Literal(Literal::Bool(_)) => self.value(expr)?,
            _ => return Err(unsupported(expr, "This expression")),
        })
    }

    fn join(&mut self, terms: &[Expr], word: &str, positive: bool) -> Result<String, QueryError> {
        let terms = terms.iter().map(|term| self.truth(term, positive)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", terms.join(word)))
    }

    fn compare(
        &mut self,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
        positive: bool,
    ) -> Result<String, QueryError> {
        let is_null = |expr: &Expr| expr.as_literal().is_some_and(Literal::is_null);
        match (comparison, is_null(left), is_null(right)) {
            (Comparison::Eq, false, true) => return Ok(format!("{} is null", self.value(left)?)),
            (Comparison::Eq, true, false) => return Ok(format!("{} is null", self.value(right)?)),
            (Comparison::Ne, false, true) => return Ok(format!("{} is not null", self.value(left)?)),
            (Comparison::Ne, true, false) => return Ok(format!("{} is not null", self.value(right)?)),
            (Comparison::Eq, true, true) => return Ok("true".to_owned()),
            (_, true, _) | (_, _, true) => return Ok("false".to_owned()),
            _ => {}
        }
        // A literal is not null, so `=` will do, which an index can serve.
        let may_both_be_null = left.as_literal().is_none() && right.as_literal().is_none();
        let (left, right) = (self.value(left)?, self.value(right)?);
        let operator = match comparison {
            Comparison::Eq if may_both_be_null => {
                return Ok(format!("({left} is not distinct from {right})"));
            }
            Comparison::Eq => "=",
            Comparison::Ne => return Ok(format!("({left} is distinct from {right})")),
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
        };
        Ok(settled(format!("{left} {operator} {right}"), positive))
    }

    /// A value.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<String, QueryError> {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, expr),
            ExprKind::Path(path) => self.column(path.as_property().unwrap_or_default(), expr),
            ExprKind::Negate(inner) => Ok(format!("(- {})", self.value(inner)?)),
            ExprKind::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right, expr),
            ExprKind::Call(function, arguments) => self.call(*function, arguments, expr),
            _ => Err(unsupported(expr, "This expression")),
        }
    }

    fn column(&self, name: &str, expr: &Expr) -> Result<String, QueryError> {
        let column = self.view.column(name).ok_or_else(|| unsupported(expr, "This property"))?;
        Ok(match column.kind {
            Kind::Json => return Err(unsupported(expr, &format!("The property '{name}'"))),
            Kind::Choice(words) => {
                let cases: Vec<String> =
                    words.iter().map(|(code, word)| format!("when {code} then '{word}'")).collect();
                format!("(case v.{} {} else 'unknown' end)", column.sql, cases.join(" "))
            }
            _ => format!("v.{}", column.sql),
        })
    }

    fn literal(&mut self, literal: &Literal, expr: &Expr) -> Result<String, QueryError> {
        let (value, ty): (Value, &str) = match literal {
            Literal::Null => return Ok("null".to_owned()),
            Literal::Bool(value) => return Ok(value.to_string()),
            Literal::Int(value) => ((*value).into(), "bigint"),
            Literal::Double(value) => ((*value).into(), "double precision"),
            Literal::Decimal(value) => (value.to_f64().into(), "double precision"),
            Literal::String(value) => (value.into(), "text"),
            Literal::Guid(value) => (value.into(), "text"),
            Literal::DateTimeOffset(value) => (value.unix_micros().into(), "bigint"),
            _ => return Err(unsupported(expr, "A literal of this type")),
        };
        Ok(self.param(value, ty))
    }

    fn param(&mut self, value: Value, ty: &str) -> String {
        self.params.push(value);
        // $1 is the tenant.
        format!("cast(${} as {ty})", self.params.len() + 1)
    }

    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: &Expr,
        right: &Expr,
        expr: &Expr,
    ) -> Result<String, QueryError> {
        let sign = match operator {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
            // SQLite answers null for a division by zero and PostgreSQL fails: not the same, so not offered.
            Arithmetic::Div | Arithmetic::DivBy | Arithmetic::Mod => {
                return Err(unsupported(expr, &format!("The operator '{}'", operator.keyword())));
            }
        };
        Ok(format!("({} {sign} {})", self.value(left)?, self.value(right)?))
    }

    fn call(&mut self, function: Function, arguments: &[Expr], expr: &Expr) -> Result<String, QueryError> {
        let values = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
        Ok(match (function, values.as_slice()) {
            // `like` folds case on SQLite only; these forms mean the same on both.
            (Function::Contains, [text, part]) => {
                // Every text contains the empty one; of null nothing is known.
                format!("(replace({text}, {part}, '') <> {text} or (length({part}) = 0 and {text} = {text}))")
            }
            (Function::StartsWith, [text, part]) => format!("(substr({text}, 1, length({part})) = {part})"),
            (Function::EndsWith, [text, part]) => format!(
                "(length({text}) >= length({part}) and substr({text}, length({text}) - length({part}) + 1) = {part})"
            ),
            (Function::Length, [text]) => format!("length({text})"),
            (Function::ToLower, [text]) => format!("lower({text})"),
            (Function::ToUpper, [text]) => format!("upper({text})"),
            (Function::Trim, [text]) => format!("trim({text})"),
            (Function::Concat, [left, right]) => format!("({left} || {right})"),
            _ => return Err(unsupported(expr, "This function")),
        })
    }

    /// Words are looked for in any of the searched columns, without regard to case.
    pub(super) fn search(&mut self, search: &SearchExpr) -> String {
        match search {
            SearchExpr::Word(word) | SearchExpr::Phrase(word) => {
                let part = self.param(word.to_lowercase().into(), "text");
                let columns = self.view.searched.iter().map(|column| {
                    let text = format!("lower(coalesce(v.{column}, ''))");
                    format!("replace({text}, {part}, '') <> {text}")
                });
                format!("({})", columns.collect::<Vec<_>>().join(" or "))
            }
            SearchExpr::Not(inner) => format!("not ({})", self.search(inner)),
            SearchExpr::And(terms) => self.search_all(terms, " and "),
            SearchExpr::Or(terms) => self.search_all(terms, " or "),
        }
    }

    fn search_all(&mut self, terms: &[SearchExpr], word: &str) -> String {
        let terms: Vec<String> = terms.iter().map(|term| self.search(term)).collect();
        format!("({})", terms.join(word))
    }
}

/// False instead of null, where it matters.
fn settled(condition: String, positive: bool) -> String {
    if positive { condition } else { format!("coalesce({condition}, false)") }
}

fn unsupported(expr: &Expr, what: &str) -> QueryError {
    QueryError::not_implemented(format!("{what} is not supported in this list.")).at(expr.span.start)
}
