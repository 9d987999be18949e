//! Expressions of `$filter`, `$orderby`, `$compute` and keys as typed trees.
//!
//! - [`parse`] turns decoded text into an [`Expr`] whose names are resolved against a [`crate::query::Context`].
//! - [`check`] gives it a type, or says at which place the types do not fit; [`crate::query::parse_options`] has
//!   already done so for every expression it returns.
//! - [`evaluate`] computes it in memory: the plain meaning of OData's null logic, to test other engines against.
//! - [`render`] writes it back as URL text.
//!
//! It translates to no other language.

pub(crate) mod check;
mod evaluate;
mod function;
pub(crate) mod parse;
mod render;
pub(crate) mod scope;

use crate::edm::{EdmType, Model};
use crate::error::QueryError;
pub use crate::literal::{DateTimeOffset, Decimal, Literal};
use crate::query::{Context, SearchExpr};
pub use function::Function;

/// Bytes `start..end` of the decoded option value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// One node. Two expressions are equal when they say the same, wherever they stood.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a node says.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Literal(Literal),
    /// A property, possibly of a lambda variable.
    Path(Path),
    /// Two or more terms, all of which must hold.
    And(Vec<Expr>),
    /// Two or more terms, one of which must hold.
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// `left eq right` and its kin.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `left has Flags'A'`.
    Has(Box<Expr>, Box<Expr>),
    /// `left in (…)`, at least one item; a single item that is a collection is what `left` must be in.
    In(Box<Expr>, Vec<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// A canonical function; the number of arguments is checked.
    Call(Function, Vec<Expr>),
    /// `cast(operand,Edm.String)`
    Cast(Box<Expr>, EdmType),
    /// `isof(operand,Edm.String)`
    IsOf(Box<Expr>, EdmType),
    /// `collection/any(x:…)`
    Lambda(Lambda),
    /// `collection/$count`, the filtered form with a condition on the items (whose paths have no variable).
    Count(Path, Option<Box<Expr>>),
    /// The item is found by a search; only in the condition of a count: `collection/$count($search=blue)`.
    Search(SearchExpr),
    /// `Example.price(tax=5)`, a function of the model.
    Invoke(Box<Invocation>),
}

/// A call of a function of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// Unqualified.
    pub function: String,
    /// The overload, as an index into [`Model::operations`].
    pub overload: usize,
    /// What a bound function is called on; an empty path of `$it` for the row itself. `None` for an unbound one.
    pub on: Option<Path>,
    /// In declared order; optional ones may be missing.
    pub arguments: Vec<(String, Expr)>,
    /// Members of the result the path goes on to.
    pub segments: Vec<String>,
    /// The type of the whole.
    pub ty: EdmType,
}

/// `eq ne gt ge lt le`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// `add sub mul div divby mod`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    /// Whole division when both sides are whole.
    Div,
    /// Always with a fraction.
    DivBy,
    Mod,
}

/// A property path with names in metadata spelling. Two paths are equal when they name the same, wherever they stood.
#[derive(Debug, Clone)]
pub struct Path {
    /// The lambda variable it starts at; `None` for the row itself. Inside a filtered `$count`, `None` and `$this` are the
    /// item, and `$it` the row. `$root/me` is an address in the service.
    pub variable: Option<String>,
    /// Names of properties, and of types with their namespace where the path goes on only for those. Empty for a bare
    /// variable.
    pub segments: Vec<String>,
    pub ty: EdmType,
    /// Where it stood; empty for a path that was not read.
    pub span: Span,
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        (&self.variable, &self.segments, &self.ty) == (&other.variable, &other.segments, &other.ty)
    }
}

impl Path {
    /// The row itself, or what a variable stands for.
    #[must_use]
    pub(crate) fn start(variable: Option<String>, ty: EdmType) -> Self {
        Self { variable, segments: Vec::new(), ty, span: Span::default() }
    }

    /// The same, read from `start` up to `end`.
    #[must_use]
    pub(crate) fn read(mut self, start: usize, end: usize) -> Self {
        self.span = Span { start, end };
        self
    }

    /// A property of the entity itself.
    #[must_use]
    pub fn property(name: &str, ty: EdmType) -> Self {
        Self { segments: vec![name.to_owned()], ..Self::start(None, ty) }
    }

    /// The name, if this is simply one property of the entity itself.
    #[must_use]
    pub fn as_property(&self) -> Option<&str> {
        match (self.variable.as_deref(), self.segments.as_slice()) {
            (None, [name]) => Some(name),
            _ => None,
        }
    }
}

/// `a/b`, or `x/a` from a lambda variable.
impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let segments = self.segments.join("/");
        match &self.variable {
            None => f.write_str(&segments),
            Some(variable) if segments.is_empty() => f.write_str(variable),
            Some(variable) => write!(f, "{variable}/{segments}"),
        }
    }
}

/// A condition over the items of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    pub collection: Path,
    pub quantifier: Quantifier,
    /// Variable and condition; `None` only for `any()`: "is not empty".
    pub condition: Option<(String, Box<Expr>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    Any,
    All,
}

impl Comparison {
    pub(crate) const ALL: [(&str, Comparison); 6] = [
        ("eq", Comparison::Eq),
        ("ne", Comparison::Ne),
        ("gt", Comparison::Gt),
        ("ge", Comparison::Ge),
        ("lt", Comparison::Lt),
        ("le", Comparison::Le),
    ];

    /// The operator as written: `eq`.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

impl Arithmetic {
    pub(crate) const ALL: [(&str, Arithmetic); 6] = [
        ("add", Arithmetic::Add),
        ("sub", Arithmetic::Sub),
        ("mul", Arithmetic::Mul),
        ("div", Arithmetic::Div),
        ("divby", Arithmetic::DivBy),
        ("mod", Arithmetic::Mod),
    ];

    /// The operator as written: `add`.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

impl Expr {
    #[must_use]
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The literal, if this is one.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Literal> {
        match &self.kind {
            ExprKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The path, if this is one.
    #[must_use]
    pub fn as_path(&self) -> Option<&Path> {
        match &self.kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Calls `visit` with each direct child, from left to right.
    pub fn for_each_child<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Search(_) | ExprKind::Count(_, None) => {}
            ExprKind::And(items) | ExprKind::Or(items) | ExprKind::Call(_, items) => {
                items.iter().for_each(visit)
            }
            ExprKind::In(left, items) => {
                visit(left);
                items.iter().for_each(visit);
            }
            ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::Cast(inner, _) => visit(inner),
            ExprKind::IsOf(inner, _) | ExprKind::Count(_, Some(inner)) => visit(inner),
            ExprKind::Invoke(call) => call.arguments.iter().for_each(|(_, argument)| visit(argument)),
            ExprKind::Lambda(lambda) => {
                if let Some((_, body)) = &lambda.condition {
                    visit(body);
                }
            }
            ExprKind::Has(left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Arithmetic(_, left, right) => {
                visit(left);
                visit(right);
            }
        }
    }

    /// Calls `visit` with each direct child, from left to right.
    pub fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Search(_) | ExprKind::Count(_, None) => {}
            ExprKind::And(items) | ExprKind::Or(items) | ExprKind::Call(_, items) => {
                items.iter_mut().for_each(visit);
            }
            ExprKind::In(left, items) => {
                visit(left);
                items.iter_mut().for_each(visit);
            }
            ExprKind::Not(inner) | ExprKind::Negate(inner) | ExprKind::Cast(inner, _) => visit(inner),
            ExprKind::IsOf(inner, _) | ExprKind::Count(_, Some(inner)) => visit(inner),
            ExprKind::Invoke(call) => call.arguments.iter_mut().for_each(|(_, argument)| visit(argument)),
            ExprKind::Lambda(lambda) => {
                if let Some((_, body)) = &mut lambda.condition {
                    visit(body);
                }
            }
            ExprKind::Has(left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Arithmetic(_, left, right) => {
                visit(left);
                visit(right);
            }
        }
    }
}

/// Gives the expression a type, and coerces literals where OData converts silently (text to GUID, duration or
/// enumeration, a date to an instant), so that later readers meet literals of the type they are compared with.
/// The type is `None` for a bare `null`.
///
/// # Errors
/// 400 with the place of the operand that does not fit, and what to write instead.
pub fn check(expr: &mut Expr, context: &Context<'_>) -> Result<Option<EdmType>, QueryError> {
    check::check(expr, context.model)
}

/// Computes the expression. `value` answers property paths (`name`, `address/city`) and `$now`, the time of the
/// request. Null logic is OData's: `eq` and `ne` treat null as a value, order comparisons with null are false, `and`,
/// `or` and `not` are three-valued, everything else with null is null. Text compares by Unicode code points.
///
/// Overflow and division by zero give null. Casts in paths are part of the path; enumeration values have no order here.
#[must_use]
pub fn evaluate(expr: &Expr, value: &dyn Fn(&str) -> Literal) -> Literal {
    evaluate::evaluate(expr, value)
}

/// Where [`evaluate_row`] finds what a row does not hold itself.
///
/// Rows and structured values are [`Literal::Record`]s. One of a derived type says so in a member `@odata.type`, such as
/// `#Example.tablet`; the others are of the declared type.
pub trait Source {
    /// The model the expression was read with.
    fn model(&self) -> &Model;

    /// The time of the request, for `now()`.
    fn now(&self) -> DateTimeOffset;

    /// What a navigation property that is no member of `record` leads to: a record, a collection of records, or null.
    fn related(&self, record: &Literal, navigation: &str) -> Literal {
        let _ = (record, navigation);
        Literal::Null
    }

    /// What the address after `$root/` names.
    fn root(&self, address: &str) -> Literal {
        let _ = address;
        Literal::Null
    }

    /// The result of a function of the model.
    fn call(
        &self,
        invocation: &Invocation,
        on: Option<&Literal>,
        arguments: &[(String, Literal)],
    ) -> Literal {
        let _ = (invocation, on, arguments);
        Literal::Null
    }
}

/// As [`evaluate`], for a row of a source: paths follow navigation properties and casts, enumeration values are ordered by
/// their numbers, and functions of the model are called.
#[must_use]
pub fn evaluate_row(expr: &Expr, row: &Literal, source: &dyn Source) -> Literal {
    evaluate::evaluate_row(expr, row, source)
}

/// The value along the segments of a path from `row`, as [`evaluate_row`] sees it. From a collection, all values of its
/// items.
#[must_use]
pub fn member(row: &Literal, segments: &[String], source: &dyn Source) -> Literal {
    evaluate::along(row.clone(), segments, Some(source))
}

/// The record is of the type with this unqualified name, or of one derived from it. Records without a type are of
/// `declared`.
#[must_use]
pub fn is_record_of(record: &Literal, declared: &str, wanted: &str, model: &Model) -> bool {
    let own = evaluate::record_type(record).map_or(declared, |name| model.unqualified(name));
    model.is_kind_of(own, wanted)
}

/// How two values are ordered, as `lt` and `gt` see it: numbers of all kinds with each other, everything else with its
/// own kind. `None` when they have no order; null has none. `$orderby` puts null before everything (§11.2.6.2).
#[must_use]
pub fn order(left: &Literal, right: &Literal) -> Option<std::cmp::Ordering> {
    evaluate::order(left, right)
}

/// The number of an enumeration value, several members together; `None` for other values and unknown names.
#[must_use]
pub fn enum_number(value: &Literal, model: &Model) -> Option<i64> {
    let Literal::Enum { type_name, members } = value else { return None };
    evaluate::enum_number(model.find_enum_type(type_name)?, members)
}

/// `left op right`, as [`evaluate`] computes it.
#[must_use]
pub fn arithmetic(op: Arithmetic, left: &Literal, right: &Literal) -> Literal {
    evaluate::arithmetic(op, left, right)
}

/// Reads decoded text (`a eq 1 and b lt 2`) as one expression and resolves its names; types are not checked.
///
/// # Errors
/// As [`crate::query::parse_options`], without a target.
pub fn parse(text: &str, context: &Context<'_>) -> Result<Expr, QueryError> {
    parse::parse(text, context)
}

/// Writes the expression as URL text (not percent-encoded) that [`parse`] reads back to an equal tree. `namespace` goes
/// in front of enumeration types.
#[must_use]
pub fn render(expr: &Expr, namespace: &str) -> String {
    render::render(expr, namespace)
}
