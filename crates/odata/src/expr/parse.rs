//! The grammar of common expressions (OData 4.01 ABNF `commonExpr`), by precedence climbing.
//!
//! Resolves names, applies limits, leaves types to [`super::check`]. Paths and lambdas are in [`path`], calls and
//! quoted forms in [`call`].

mod call;
mod path;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::scope::Scope;
use super::{Arithmetic, Comparison, Expr, ExprKind, Literal, Span};
use crate::cursor::{Cursor, is_identifier_part};
use crate::error::{QueryError, code};
use crate::literal::parse as literal;
use crate::query::{Context, Limits};

/// What remains of the limits, shared by all parsers of one request.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    depth: Cell<usize>,
    nodes: Cell<usize>,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, depth: Cell::new(0), nodes: Cell::new(0) }
    }

    /// Goes one level down; [`Budget::leave`] comes back up.
    pub(crate) fn enter(&self, position: usize) -> Result<(), QueryError> {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() <= self.limits.depth {
            return Ok(());
        }
        let message = format!("This is nested too deeply; at most {} levels are allowed.", self.limits.depth);
        Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(position))
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// Chains may be a few times as high as nesting is deep.
    fn height(&self, height: usize, position: usize) -> Result<(), QueryError> {
        let most = self.limits.depth.saturating_mul(4);
        if height <= most {
            return Ok(());
        }
        let message = format!("Too many operators build on each other; at most {most} may.");
        Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(position))
    }

    pub(crate) fn node(&self, position: usize) -> Result<(), QueryError> {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() <= self.limits.nodes {
            return Ok(());
        }
        let message =
            format!("The expressions are too long; at most {} terms are allowed.", self.limits.nodes);
        Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(position))
    }

    pub(crate) fn list(&self, length: usize, position: usize) -> Result<(), QueryError> {
        if length <= self.limits.list {
            return Ok(());
        }
        let message = format!("This list is too long; at most {} items are allowed.", self.limits.list);
        Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(position))
    }
}

/// Decoded parameter aliases by name, with their `@`.
pub(crate) type Aliases = BTreeMap<String, String>;

/// Reads expressions from a cursor.
pub(crate) struct Parser<'p, 'c, 't> {
    pub(crate) cursor: &'p mut Cursor<'t>,
    pub(crate) scope: Scope<'c>,
    pub(crate) aliases: &'p Aliases,
    pub(crate) budget: &'p Budget,
    /// Aliases being read, to find circles.
    pub(crate) reading: Vec<String>,
    /// Height of the tree read last. Chains such as `1 add 1 add 1` grow trees without nesting, and whoever walks the tree
    /// recurses.
    pub(crate) height: usize,
}

/// As [`super::parse`].
pub(super) fn parse(text: &str, context: &Context<'_>) -> Result<Expr, QueryError> {
    let budget = Budget::new(context.limits);
    let mut cursor = Cursor::new(text);
    let aliases = Aliases::new();
    let mut parser = Parser {
        cursor: &mut cursor,
        scope: Scope::of(context),
        aliases: &aliases,
        budget: &budget,
        reading: Vec::new(),
        height: 0,
    };
    parser.whole()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Compare(Comparison),
    Arithmetic(Arithmetic),
    Has,
    In,
}

impl Operator {
    fn named(word: &str) -> Option<Self> {
        let same = |keyword: &str| keyword.eq_ignore_ascii_case(word);
        let fixed =
            [("or", Operator::Or), ("and", Operator::And), ("has", Operator::Has), ("in", Operator::In)];
        let compare = Comparison::ALL.into_iter().map(|(name, op)| (name, Operator::Compare(op)));
        let arithmetic = Arithmetic::ALL.into_iter().map(|(name, op)| (name, Operator::Arithmetic(op)));
        fixed.into_iter().chain(compare).chain(arithmetic).find(|(name, _)| same(name)).map(|(_, op)| op)
    }

    /// Higher binds tighter (URL Conventions §5.1.1.14).
    fn precedence(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Compare(Comparison::Eq | Comparison::Ne) => 3,
            Operator::Compare(_) => 4,
            Operator::Arithmetic(Arithmetic::Add | Arithmetic::Sub) => 5,
            Operator::Arithmetic(_) => 6,
            Operator::Has | Operator::In => 8,
        }
    }
}

/// Operands of unary operators: tighter than multiplication, looser than `has` and `in`.
const UNARY: u8 = 7;

impl Parser<'_, '_, '_> {
    /// One expression that fills the text.
    pub(crate) fn whole(&mut self) -> Result<Expr, QueryError> {
        let expr = self.expression()?;
        self.cursor.skip_space();
        if self.cursor.is_at_end() { Ok(expr) } else { Err(self.unexpected()) }
    }

    /// One expression; stops before anything that cannot continue it.
    pub(crate) fn expression(&mut self) -> Result<Expr, QueryError> {
        self.binary(0)
    }

    fn binary(&mut self, floor: u8) -> Result<Expr, QueryError> {
        self.cursor.skip_space();
        let mut left = self.unary()?;
        while let Some(operator) = self.accept_operator(floor) {
            let start = left.span.start;
            let left_height = self.height;
            let kind = match operator {
                Operator::And => ExprKind::And(self.terms(left, operator)?),
                Operator::Or => ExprKind::Or(self.terms(left, operator)?),
                Operator::In => {
                    let items = self.in_list()?;
                    // Nothing is in an empty list.
                    if items.is_empty() {
                        ExprKind::Literal(Literal::Bool(false))
                    } else {
                        ExprKind::In(Box::new(left), items)
                    }
                }
                Operator::Has => ExprKind::Has(Box::new(left), Box::new(self.binary(9)?)),
                Operator::Compare(op) => {
                    let right = self.binary(operator.precedence() + 1)?;
                    ExprKind::Compare(op, Box::new(left), Box::new(right))
                }
                Operator::Arithmetic(op) => {
                    let right = self.binary(operator.precedence() + 1)?;
                    ExprKind::Arithmetic(op, Box::new(left), Box::new(right))
                }
            };
            self.height = self.height.max(left_height);
            left = self.node(kind, start)?;
        }
        Ok(left)
    }

    /// `first and second and …` as one flat list.
    fn terms(&mut self, first: Expr, operator: Operator) -> Result<Vec<Expr>, QueryError> {
        let (mut terms, mut highest) = (vec![first], 0);
        loop {
            terms.push(self.binary(operator.precedence() + 1)?);
            highest = self.height.max(highest);
            let before = self.cursor.position;
            if self.accept_operator(operator.precedence()) != Some(operator) {
                self.cursor.position = before;
                self.height = highest;
                return Ok(terms);
            }
        }
    }

    /// Reads the next operator if it binds at least as tightly as `floor`.
    fn accept_operator(&mut self, floor: u8) -> Option<Operator> {
        let before = self.cursor.position;
        self.cursor.skip_space();
        let operator = Operator::named(self.cursor.identifier()).filter(|op| op.precedence() >= floor);
        if operator.is_none() {
            self.cursor.position = before;
        }
        operator
    }

    fn unary(&mut self) -> Result<Expr, QueryError> {
        let start = self.cursor.position;
        let rest = self.cursor.rest();
        let is_negative_literal =
            rest.starts_with("-INF") || rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if rest.starts_with('-') && !is_negative_literal {
            self.cursor.accept('-');
            let operand = self.nested(start, |parser| parser.binary(UNARY))?;
            return self.node(ExprKind::Negate(Box::new(operand)), start);
        }
        let is_not = rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("not"))
            && rest[3..].starts_with([' ', '\t', '(']);
        if is_not {
            self.cursor.position += 3;
            let operand = self.nested(start, |parser| parser.binary(UNARY))?;
            return self.node(ExprKind::Not(Box::new(operand)), start);
        }
        self.primary(start)
    }

    fn primary(&mut self, start: usize) -> Result<Expr, QueryError> {
        match self.cursor.peek() {
            Some('(') => {
                self.cursor.accept('(');
                let inner = self.nested(start, Parser::expression)?;
                self.cursor.skip_space();
                if !self.cursor.accept(')') {
                    return Err(if self.cursor.is_at_end() {
                        self.cursor.syntax("Close the parenthesis with ')'.").clone_at(start)
                    } else {
                        self.unexpected()
                    });
                }
                Ok(Expr::new(inner.kind, self.span(start)))
            }
            Some('\'') => {
                let value = self.quoted()?;
                self.leaf(ExprKind::Literal(Literal::String(value)), start)
            }
            Some('@') => self.alias(start),
            Some('[') => self.array_literal(start),
            Some('{') => {
                Err(QueryError::not_implemented("JSON objects are not available in expressions.").at(start))
            }
            Some('"') => Err(self.cursor.syntax("Write text in single quotes, not in double quotes.")),
            Some('$') => self.dollar(start),
            Some(c) if c == '-' || c.is_ascii_digit() => self.bare_literal(start),
            Some(_) if self.cursor.rest().get(..36).and_then(literal::guid).is_some() => {
                self.bare_literal(start)
            }
            Some(c) if is_identifier_part(c) => self.named(start),
            _ => Err(self
                .cursor
                .syntax(format!("A value or a property is missing here; found {}.", self.cursor.found()))),
        }
    }

    fn bare_literal(&mut self, start: usize) -> Result<Expr, QueryError> {
        let mut token = self.bare_token().to_owned();
        if token.contains(['T', 't']) && token.contains(':') && is_zone_after_lost_plus(self.cursor.rest()) {
            self.cursor.position += 1;
            token = format!("{token}+{}", self.bare_token());
        }
        let value = literal::bare(&token)
            .map_err(|message| QueryError::bad(code::INVALID_VALUE, message).at(start))?;
        self.leaf(ExprKind::Literal(value), start)
    }

    /// Letters, digits and signs up to what cannot belong to a number, date, time or GUID. A colon belongs only between
    /// the parts of a time: `case(n gt 1:2)` has a colon of its own.
    fn bare_token(&mut self) -> &str {
        let start = self.cursor.position;
        loop {
            self.cursor.take_while(|c| is_identifier_part(c) || matches!(c, '-' | '.' | '+'));
            let before = self.cursor.since(start).as_bytes();
            let after = self.cursor.rest().as_bytes();
            let is_time = before.len() >= 2
                && before[before.len() - 2..].iter().all(u8::is_ascii_digit)
                && (before.len() == 2 || !before[before.len() - 3].is_ascii_digit());
            if !is_time || after.first() != Some(&b':') || !after.get(1).is_some_and(u8::is_ascii_digit) {
                return self.cursor.since(start);
            }
            self.cursor.accept(':');
        }
    }

    /// The list after `in`.
    fn in_list(&mut self) -> Result<Vec<Expr>, QueryError> {
        self.cursor.skip_space();
        let start = self.cursor.position;
        if self.cursor.peek() == Some('@') {
            return self.alias_list(start);
        }
        if self.cursor.peek() == Some('[') {
            return self.array(start);
        }
        if !self.cursor.accept('(') {
            return Err(self.cursor.syntax("Write a list in parentheses after 'in', such as in ('a','b')."));
        }
        self.nested(start, |parser| {
            let (mut items, mut highest) = (Vec::new(), 0);
            parser.height = 0;
            parser.cursor.skip_space();
            if parser.cursor.accept(')') {
                return Ok(items);
            }
            loop {
                items.push(parser.expression()?);
                highest = parser.height.max(highest);
                parser.budget.list(items.len(), parser.cursor.position)?;
                parser.cursor.skip_space();
                if parser.cursor.accept(')') {
                    parser.height = highest;
                    return Ok(items);
                }
                if !parser.cursor.accept(',') {
                    return Err(parser.cursor.syntax("Put ',' between items and ')' after the last."));
                }
            }
        })
    }

    /// Runs `read` one level deeper.
    fn nested<T>(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        self.budget.enter(start)?;
        let result = read(self)?;
        self.budget.leave();
        Ok(result)
    }

    fn leaf(&mut self, kind: ExprKind, start: usize) -> Result<Expr, QueryError> {
        self.height = 0;
        self.node(kind, start)
    }

    /// A node over the trees read last.
    fn node(&mut self, kind: ExprKind, start: usize) -> Result<Expr, QueryError> {
        self.height += 1;
        self.budget.height(self.height, self.cursor.position)?;
        self.budget.node(start)?;
        Ok(Expr::new(kind, self.span(start)))
    }

    fn span(&self, start: usize) -> Span {
        Span { start, end: self.cursor.position }
    }

    /// An error about what follows a complete operand.
    pub(crate) fn unexpected(&self) -> QueryError {
        let found = self.cursor.found();
        let rest = self.cursor.rest();
        let starts = |signs: &[&str]| signs.iter().any(|sign| rest.starts_with(sign));
        let hint = if starts(&["!=", "<>"]) {
            "Write ne for 'not equal'."
        } else if starts(&["="]) {
            "Write eq for 'equal'."
        } else if starts(&[">="]) {
            "Write ge for 'at least'."
        } else if starts(&["<="]) {
            "Write le for 'at most'."
        } else if starts(&[">", "<"]) {
            "Write gt for 'greater than' and lt for 'less than'."
        } else if starts(&["&&", "||"]) {
            "Write and, or."
        } else if starts(&["like ", "LIKE ", "contains "]) {
            "Write contains(property,'text')."
        } else if starts(&["is ", "IS "]) {
            "Write eq null."
        } else if starts(&[")"]) {
            "Remove this parenthesis, or open one before it."
        } else {
            "Put an operator such as eq, ne, gt, ge, lt, le, and, or here."
        };
        self.cursor.syntax(format!("{found} is not expected here. {hint}"))
    }
}

impl QueryError {
    /// The same error at another place.
    fn clone_at(mut self, position: usize) -> Self {
        self.position = Some(position);
        self
    }
}

/// An unescaped `+` before a zone arrives as a space: `…T10:00:00 01:00`.
fn is_zone_after_lost_plus(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    bytes.len() >= 6
        && bytes[0] == b' '
        && bytes[3] == b':'
        && [1, 2, 4, 5].iter().all(|index: &usize| bytes[*index].is_ascii_digit())
}
