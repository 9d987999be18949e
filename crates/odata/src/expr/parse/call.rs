//! Whatever starts with a name or a quote: keywords, calls, typed literals.

use super::{Parsed, Parser, Step};
use crate::edm::EdmType;
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::{Expr, ExprKind, Function, Literal, Path};
use crate::literal::parse as literal;

impl Parser<'_, '_, '_> {
    /// A keyword, call, prefixed literal or path.
    pub(super) fn named(&mut self, start: usize) -> Parsed<Step> {
        let name = self.cursor.dotted();
        match self.cursor.peek() {
            Some('(') => return self.call_head(name, start),
            Some('\'') => return self.prefixed(name, start).map(Step::Whole),
            _ => {}
        }
        let keyword = match name {
            "null" => Some(Literal::Null),
            "INF" => Some(Literal::Double(f64::INFINITY)),
            "NaN" => Some(Literal::Double(f64::NAN)),
            _ if name.eq_ignore_ascii_case("true") => Some(Literal::Bool(true)),
            _ if name.eq_ignore_ascii_case("false") => Some(Literal::Bool(false)),
            _ => None,
        };
        if let Some(value) = keyword {
            return self.leaf(ExprKind::Literal(value), start).map(Step::Whole);
        }
        if name.is_empty() {
            return Err(self
                .cursor
                .syntax(format!("{} is no value or property.", self.cursor.found()))
                .into());
        }
        if name.contains('.') && self.cursor.peek() == Some('/') {
            return self.after_cast(name, start);
        }
        if name.contains('.') {
            let message =
                format!("'{name}' is a type; compare a property, or write its member in quotes after it.");
            return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
        }
        self.path(name, start)
    }

    /// The text of a quoted string, with `''` for a quote.
    pub(super) fn quoted(&mut self) -> Parsed<String> {
        let start = self.cursor.position;
        self.cursor.accept('\'');
        let mut value = String::new();
        loop {
            value.push_str(self.cursor.take_while(|c| c != '\''));
            if !self.cursor.accept('\'') {
                let message = "Close the text with a single quote; write '' for a quote inside it.";
                return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
            }
            if !self.cursor.accept('\'') {
                return Ok(value);
            }
            value.push('\'');
        }
    }

    fn prefixed(&mut self, name: &str, start: usize) -> Parsed {
        let inside = self.quoted()?;
        let value =
            if let Some(found) = self.scope.model().find_enum_type(self.scope.model().unqualified(name)) {
                crate::expr::check::enum_literal(found, &inside)
                    .map_err(|message| QueryError::bad(code::INVALID_VALUE, message).at(start))?
            } else if name.contains('.') {
                let names = self.scope.model().enum_types.iter().map(|ty| ty.name.as_str());
                let hint = did_you_mean(self.scope.model().unqualified(name), names);
                let message = format!("There is no enumeration type '{name}'.{hint}");
                return Err(QueryError::bad(code::INVALID_VALUE, message).at(start).into());
            } else {
                literal::prefixed(name, &inside)
                    .map_err(|message| QueryError::bad(code::INVALID_VALUE, message).at(start))?
            };
        self.leaf(ExprKind::Literal(value), start)
    }

    /// A function name and its parenthesis.
    fn call_head(&mut self, name: &str, start: usize) -> Parsed<Step> {
        let is_cast = name.eq_ignore_ascii_case("cast");
        if is_cast || name.eq_ignore_ascii_case("isof") {
            self.cursor.accept('(');
            return match self.whole_type(is_cast, start)? {
                Some(whole) => Ok(Step::Whole(whole)),
                None => Ok(Step::TypeCall { is_cast }),
            };
        }
        if let Some(function) = Function::named(name) {
            self.cursor.accept('(');
            return Ok(Step::Call(function));
        }
        if name.eq_ignore_ascii_case("isdefined") {
            let message = "isdefined() is not available; compare with null instead.";
            return Err(QueryError::not_implemented(message).at(start).into());
        }
        self.invoke_head(name, None).ok_or_else(|| unknown_function(name, start).into())
    }

    /// `cast(Model.Type)` and `isof(Model.Type)`: of the row itself.
    fn whole_type(&mut self, is_cast: bool, start: usize) -> Parsed<Option<Box<Expr>>> {
        let mut ahead = self.cursor.clone();
        ahead.skip_space();
        let quoted = ahead.accept('\'');
        let name = ahead.take_while(|c| !matches!(c, '\'' | ')' | ',' | '(')).trim();
        let is_whole = (!quoted || ahead.accept('\'')) && {
            ahead.skip_space();
            ahead.peek() == Some(')')
        };
        let model = self.scope.model();
        let is_type = name.contains('.') || model.named_type(&model.qualified(name)).is_some();
        if !is_whole || !is_type {
            return Ok(None);
        }
        let position = self.cursor.position;
        let ty = self.named_type(name, position)?;
        self.cursor.position = ahead.position;
        self.cursor.accept(')');
        let root = self.scope.root.ty().clone();
        let variable = if self.scope.at_root { "$it" } else { "$this" };
        let path = Path::start(Some(variable.to_owned()), root);
        let operand = self.leaf(ExprKind::Path(path), position)?;
        let kind = if is_cast { ExprKind::Cast(operand, ty) } else { ExprKind::IsOf(operand, ty) };
        self.node(kind, start).map(Some)
    }

    /// Arguments up to and with `)`. Those of `case` come in pairs `condition:value`.
    pub(super) fn call(&mut self, function: Function, start: usize) -> Parsed {
        let (mut arguments, mut highest) = (Vec::new(), 0);
        self.enter(start)?;
        self.cursor.skip_space();
        let mut goes_on = !self.cursor.accept(')');
        while goes_on {
            arguments.push(*self.expression()?);
            highest = self.height.max(highest);
            goes_on = self.argument_follows(function, arguments.len())?;
        }
        self.budget.leave();
        self.height = highest;
        self.call_node(function, arguments, start)
    }

    fn argument_follows(&mut self, function: Function, so_far: usize) -> Parsed<bool> {
        self.budget.list(so_far, self.cursor.position)?;
        self.cursor.skip_space();
        let needs_pair = function == Function::Case && so_far % 2 == 1;
        if !needs_pair && self.cursor.accept(')') {
            return Ok(false);
        }
        let expected = if needs_pair { ':' } else { ',' };
        if self.cursor.accept(expected) {
            return Ok(true);
        }
        if self.cursor.is_at_end() || needs_pair {
            let message =
                format!("Put '{expected}' between and ')' after the arguments of {}.", function.name());
            return Err(self.cursor.syntax(message).into());
        }
        Err(self.unexpected())
    }

    fn call_node(&mut self, function: Function, arguments: Vec<Expr>, start: usize) -> Parsed {
        check_count(function, arguments.len(), start)?;
        if let (Function::MatchesPattern, [_, pattern]) = (function, arguments.as_slice()) {
            check_pattern(pattern)?;
        }
        self.node(ExprKind::Call(function, arguments), start)
    }

    /// `cast(operand,type)` and `isof(operand,type)`.
    pub(super) fn type_call(&mut self, is_cast: bool, start: usize) -> Parsed {
        self.enter(start)?;
        let operand = self.expression()?;
        self.budget.leave();
        let ty = self.type_argument(if is_cast { "cast" } else { "isof" })?;
        self.node(if is_cast { ExprKind::Cast(operand, ty) } else { ExprKind::IsOf(operand, ty) }, start)
    }

    fn type_argument(&mut self, name: &str) -> Parsed<EdmType> {
        self.cursor.expect(',', &format!("Write a value and a type: {name}(property,Edm.String)."))?;
        self.cursor.skip_space();
        let position = self.cursor.position;
        let is_quoted = self.cursor.accept('\'');
        let end = |c: char| matches!(c, '\'' | ')' | ' ' | ',');
        let mut type_name = self.cursor.take_while(|c| !end(c)).to_owned();
        if type_name.starts_with("Collection(") && self.cursor.accept(')') {
            type_name.push(')');
        }
        let ty = self.named_type(&type_name, position)?;
        if is_quoted {
            self.cursor.expect('\'', "Close the name of the type with a single quote.")?;
        }
        self.cursor.expect(')', &format!("Close {name}( with ')'."))?;
        Ok(ty)
    }

    fn named_type(&self, name: &str, position: usize) -> Parsed<EdmType> {
        let model = self.scope.model();
        let ty = model.named_type(name).or_else(|| model.named_type(&model.qualified(name)));
        ty.ok_or_else(|| {
            let names = model.entity_types.iter().map(|ty| ty.name.as_str());
            let names = names.chain(model.complex_types.iter().map(|ty| ty.name.as_str()));
            let names = names.chain(model.enum_types.iter().map(|ty| ty.name.as_str()));
            let hint = did_you_mean(model.unqualified(name), names);
            let message =
                format!("'{name}' is not a primitive type, such as Edm.String, or one of the model.{hint}");
            QueryError::bad(code::INVALID_VALUE, message).at(position).into()
        })
    }
}

fn check_count(function: Function, given: usize, start: usize) -> Result<(), QueryError> {
    let signature = function.signature();
    let most = signature.arguments.len();
    let fits =
        if function == Function::Case { given >= 2 } else { (signature.required..=most).contains(&given) };
    if fits {
        return Ok(());
    }
    let wanted = match (signature.required, most) {
        _ if function == Function::Case => "pairs of a condition and a value".to_owned(),
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{most} arguments"),
        (least, most) => format!("{least} or {most} arguments"),
    };
    let message = format!("{}() takes {wanted}, not {given}.", signature.name);
    Err(QueryError::bad(code::TYPE_MISMATCH, message).at(start))
}

/// A pattern that stands in the URL is understood before anything is matched with it.
fn check_pattern(pattern: &Expr) -> Result<(), QueryError> {
    let Some(Literal::String(text)) = pattern.as_literal() else { return Ok(()) };
    if crate::expr::evaluate::is_pattern(text) {
        return Ok(());
    }
    let looks_around = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|sign| text.contains(sign));
    let error = if looks_around {
        QueryError::not_implemented(
            "Look-around is not available in patterns; write one without (?=…) and its kin.",
        )
    } else {
        let message = format!("'{text}' is not a regular expression; check its brackets and backslashes.");
        QueryError::bad(code::INVALID_VALUE, message)
    };
    Err(error.at(pattern.span.start))
}

/// The functions over hierarchies of the aggregation extension (§6.2.2): no hierarchies, none of them.
pub(super) fn over_hierarchy(name: &str, start: usize) -> Option<QueryError> {
    const NAMES: [&str; 7] =
        ["isnode", "isroot", "isdescendant", "isancestor", "issibling", "isleaf", "rollupnode"];
    let (namespace, own) = name.rsplit_once('.')?;
    let is_known = matches!(namespace, "Aggregation" | "Org.OData.Aggregation.V1") && NAMES.contains(&own);
    let message = format!("'{name}' is not available; there are no hierarchies here.");
    is_known.then(|| QueryError::not_implemented(message).at(start))
}

fn unknown_function(name: &str, start: usize) -> QueryError {
    if let Some(error) = over_hierarchy(name, start) {
        return error;
    }
    let hint = match name.to_ascii_lowercase().as_str() {
        "substringof" | "like" => " Write contains(property,'text').".to_owned(),
        "replace" | "isnull" | "coalesce" | "lower" | "upper" | "len" => {
            did_you_mean(name, ["tolower", "toupper", "length"])
        }
        _ => did_you_mean(name, Function::names()),
    };
    QueryError::bad(code::UNKNOWN_FUNCTION, format!("There is no function '{name}'.{hint}")).at(start)
}
