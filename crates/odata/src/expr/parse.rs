//! The grammar of common expressions (OData 4.01 ABNF `commonExpr`), by precedence climbing.
//!
//! Resolves names, applies limits, leaves types to [`super::check`]. Names, calls and quoted forms are in [`call`], paths
//! and lambdas in [`path`], calls of the model's functions in [`invoke`], aliases and lists in [`list`].
//!
//! Whatever recurses passes small boxed results and does its reading and refusing in functions that have returned by
//! then: an unoptimised build has no stack to waste on a hundred levels.

mod call;
mod invoke;
mod list;
mod path;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::scope::Scope;
use super::{Arithmetic, Comparison, Expr, ExprKind, Function, Literal, Path, Quantifier, Span};
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
    parser.whole().map(|expr| *expr).map_err(|error| *error)
}

/// Small, because it lies on the stack once per level and function.
pub(crate) type Parsed<T = Box<Expr>> = Result<T, Box<QueryError>>;

/// What a name leads to, read up to where a nested expression begins.
enum Step {
    Whole(Box<Expr>),
    Call(Function),
    TypeCall { is_cast: bool },
    Lambda(Box<LambdaHead>),
    FilteredCount(Box<Path>),
    FilteredPath(Box<Path>),
    Invoke(Box<InvokeHead>),
}

/// A function of the model, before its arguments.
struct InvokeHead {
    /// As written.
    name: String,
    on: Option<Path>,
}

struct LambdaHead {
    collection: Path,
    quantifier: Quantifier,
    variable: String,
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
    pub(crate) fn whole(&mut self) -> Parsed {
        let expr = self.expression()?;
        self.cursor.skip_space();
        if self.cursor.is_at_end() { Ok(expr) } else { Err(self.unexpected()) }
    }

    /// One expression; stops before anything that cannot continue it.
    pub(crate) fn expression(&mut self) -> Parsed {
        self.binary(0)
    }

    fn binary(&mut self, floor: u8) -> Parsed {
        self.cursor.skip_space();
        let mut left = self.unary()?;
        while let Some(operator) = self.accept_operator(floor) {
            let left_height = self.height;
            left = match operator {
                Operator::And | Operator::Or => self.terms(*left, operator)?,
                Operator::In => {
                    let items = self.in_list()?;
                    self.membership(left, items, left_height)?
                }
                _ => {
                    let right = self.binary(operator.precedence() + 1)?;
                    self.combined(operator, left, right, left_height)?
                }
            };
        }
        Ok(left)
    }

    fn combined(
        &mut self,
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
        left_height: usize,
    ) -> Parsed {
        let start = left.span.start;
        let kind = match operator {
            Operator::Compare(op) => ExprKind::Compare(op, left, right),
            Operator::Arithmetic(op) => ExprKind::Arithmetic(op, left, right),
            Operator::Has | Operator::In | Operator::And | Operator::Or => ExprKind::Has(left, right),
        };
        self.height = self.height.max(left_height);
        self.node(kind, start)
    }

    /// Nothing is in an empty list.
    fn membership(&mut self, left: Box<Expr>, items: Vec<Expr>, left_height: usize) -> Parsed {
        let start = left.span.start;
        let kind = match items.is_empty() {
            true => ExprKind::Literal(Literal::Bool(false)),
            false => ExprKind::In(left, items),
        };
        self.height = self.height.max(left_height);
        self.node(kind, start)
    }

    /// `first and second and …` as one flat list.
    fn terms(&mut self, first: Expr, operator: Operator) -> Parsed {
        let start = first.span.start;
        let (mut terms, mut highest) = (vec![first], self.height);
        loop {
            terms.push(*self.binary(operator.precedence() + 1)?);
            highest = self.height.max(highest);
            let before = self.cursor.position;
            if self.accept_operator(operator.precedence()) != Some(operator) {
                self.cursor.position = before;
                break;
            }
        }
        self.height = highest;
        self.node(if operator == Operator::And { ExprKind::And(terms) } else { ExprKind::Or(terms) }, start)
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

    fn unary(&mut self) -> Parsed {
        let start = self.cursor.position;
        match self.accept_sign() {
            None => self.primary(start),
            Some(sign) => {
                self.enter(start)?;
                let operand = self.binary(UNARY)?;
                self.budget.leave();
                self.node(sign(operand), start)
            }
        }
    }

    /// Reads `-` or `not`. A minus before a digit belongs to the number.
    fn accept_sign(&mut self) -> Option<fn(Box<Expr>) -> ExprKind> {
        let rest = self.cursor.rest();
        let is_number = rest.starts_with("-INF") || rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if rest.starts_with('-') && !is_number {
            self.cursor.accept('-');
            return Some(ExprKind::Negate);
        }
        let is_not = rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("not"))
            && rest[3..].starts_with([' ', '\t', '(']);
        if is_not {
            self.cursor.position += 3;
            return Some(ExprKind::Not);
        }
        None
    }

    fn primary(&mut self, start: usize) -> Parsed {
        match self.cursor.peek() {
            Some('(') => self.parenthesised(start),
            Some('@') => self.alias(start),
            Some('[') => self.array_literal(start),
            _ => {
                let step = self.step(start)?;
                self.finished(step, start)
            }
        }
    }

    /// Reads what is nested inside a step.
    fn finished(&mut self, step: Step, start: usize) -> Parsed {
        match step {
            Step::Whole(expr) => Ok(expr),
            Step::Call(function) => self.call(function, start),
            Step::TypeCall { is_cast } => self.type_call(is_cast, start),
            Step::Lambda(head) => self.lambda(*head, start),
            Step::FilteredCount(path) => self.filtered_count(*path, start),
            Step::FilteredPath(path) => self.filtered_path(*path, start),
            Step::Invoke(head) => self.invoke(*head, start),
        }
    }

    fn parenthesised(&mut self, start: usize) -> Parsed {
        self.cursor.accept('(');
        self.enter(start)?;
        let mut inner = self.expression()?;
        self.budget.leave();
        self.cursor.skip_space();
        if self.cursor.accept(')') {
            inner.span = self.span(start);
            return Ok(inner);
        }
        Err(self.unclosed(start))
    }

    /// An error about a parenthesis that is not closed, at the parenthesis if nothing else follows.
    fn unclosed(&self, start: usize) -> Box<QueryError> {
        if self.cursor.is_at_end() {
            return QueryError::bad(code::SYNTAX, "Close the parenthesis with ')'.").at(start).into();
        }
        self.unexpected()
    }

    /// Everything that holds no expression at its beginning.
    fn step(&mut self, start: usize) -> Parsed<Step> {
        let whole = match self.cursor.peek() {
            Some('\'') => {
                let value = self.quoted()?;
                self.leaf(ExprKind::Literal(Literal::String(value)), start)
            }
            Some('{') => self.json_object(start),
            Some('"') => Err(self.cursor.syntax("Write text in single quotes, not in double quotes.").into()),
            Some('$') => return self.dollar(start),
            Some(c) if matches!(c, '-' | '+') || c.is_ascii_digit() => self.bare_literal(start),
            Some(_) if self.cursor.rest().get(..36).and_then(literal::guid).is_some() => {
                self.bare_literal(start)
            }
            Some(c) if is_identifier_part(c) => return self.named(start),
            _ => {
                let found = self.cursor.found();
                Err(self
                    .cursor
                    .syntax(format!("A value or a property is missing here; found {found}."))
                    .into())
            }
        };
        whole.map(Step::Whole)
    }

    fn bare_literal(&mut self, start: usize) -> Parsed {
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

    /// Goes one level down.
    fn enter(&self, start: usize) -> Parsed<()> {
        Ok(self.budget.enter(start)?)
    }

    fn leaf(&mut self, kind: ExprKind, start: usize) -> Parsed {
        self.height = 0;
        self.node(kind, start)
    }

    /// A node over the trees read last.
    fn node(&mut self, kind: ExprKind, start: usize) -> Parsed {
        self.height += 1;
        self.budget.height(self.height, self.cursor.position)?;
        self.budget.node(start)?;
        Ok(Box::new(Expr::new(kind, self.span(start))))
    }

    fn span(&self, start: usize) -> Span {
        Span { start, end: self.cursor.position }
    }

    /// An error about what follows a complete operand.
    pub(crate) fn unexpected(&self) -> Box<QueryError> {
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
        self.cursor.syntax(format!("{found} is not expected here. {hint}")).into()
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
