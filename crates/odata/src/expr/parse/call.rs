//! Whatever starts with a name or a quote: keywords, calls, typed literals, parameter aliases.

use super::Parser;
use crate::cursor::Cursor;
use crate::edm::EdmType;
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::{Expr, ExprKind, Function, Literal, Span};
use crate::literal::parse as literal;

impl Parser<'_, '_, '_> {
    /// A keyword, call, prefixed literal or path.
    pub(super) fn named(&mut self, start: usize) -> Result<Expr, QueryError> {
        let name = self.cursor.dotted();
        match self.cursor.peek() {
            Some('(') => return self.call(name, start),
            Some('\'') => return self.prefixed(name, start),
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
            return self.leaf(ExprKind::Literal(value), start);
        }
        if name.is_empty() {
            return Err(self.cursor.syntax(format!("{} is no value or property.", self.cursor.found())));
        }
        if name.contains('.') && self.cursor.peek() == Some('/') {
            return self.after_cast(name, start);
        }
        if name.contains('.') {
            let message =
                format!("'{name}' is a type; compare a property, or write its member in quotes after it.");
            return Err(QueryError::bad(code::SYNTAX, message).at(start));
        }
        self.path(name, start)
    }

    /// The text of a quoted string, with `''` for a quote.
    pub(super) fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.cursor.position;
        self.cursor.accept('\'');
        let mut value = String::new();
        loop {
            value.push_str(self.cursor.take_while(|c| c != '\''));
            if !self.cursor.accept('\'') {
                let message = "Close the text with a single quote; write '' for a quote inside it.";
                return Err(QueryError::bad(code::SYNTAX, message).at(start));
            }
            if !self.cursor.accept('\'') {
                return Ok(value);
            }
            value.push('\'');
        }
    }

    fn prefixed(&mut self, name: &str, start: usize) -> Result<Expr, QueryError> {
        let inside = self.quoted()?;
        let value =
            if let Some(found) = self.scope.model().find_enum_type(self.scope.model().unqualified(name)) {
                crate::expr::check::enum_literal(found, &inside)
                    .map_err(|message| QueryError::bad(code::INVALID_VALUE, message).at(start))?
            } else if name.contains('.') {
                let names = self.scope.model().enum_types.iter().map(|ty| ty.name.as_str());
                let hint = did_you_mean(self.scope.model().unqualified(name), names);
                let message = format!("There is no enumeration type '{name}'.{hint}");
                return Err(QueryError::bad(code::INVALID_VALUE, message).at(start));
            } else {
                literal::prefixed(name, &inside)
                    .map_err(|message| QueryError::bad(code::INVALID_VALUE, message).at(start))?
            };
        self.leaf(ExprKind::Literal(value), start)
    }

    fn call(&mut self, name: &str, start: usize) -> Result<Expr, QueryError> {
        if name.eq_ignore_ascii_case("cast") || name.eq_ignore_ascii_case("isof") {
            return self.type_call(name, start);
        }
        let Some(function) = Function::named(name) else {
            return Err(unknown_function(name, start));
        };
        self.cursor.accept('(');
        let separator = if function == Function::Case { ':' } else { ',' };
        let arguments = self.nested(start, |parser| parser.arguments(function, separator))?;
        check_count(function, arguments.len(), start)?;
        self.node(ExprKind::Call(function, arguments), start)
    }

    /// Arguments up to and with `)`. Those of `case` come in pairs `condition:value`.
    fn arguments(&mut self, function: Function, separator: char) -> Result<Vec<Expr>, QueryError> {
        let (mut arguments, mut highest) = (Vec::new(), 0);
        self.height = 0;
        self.cursor.skip_space();
        if self.cursor.accept(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            highest = self.height.max(highest);
            self.budget.list(arguments.len(), self.cursor.position)?;
            self.cursor.skip_space();
            let needs_pair = function == Function::Case && arguments.len() % 2 == 1;
            if !needs_pair && self.cursor.accept(')') {
                self.height = highest;
                return Ok(arguments);
            }
            let expected = if needs_pair { separator } else { ',' };
            if !self.cursor.accept(expected) {
                if self.cursor.is_at_end() || needs_pair {
                    let message = format!(
                        "Put '{expected}' between and ')' after the arguments of {}.",
                        function.name()
                    );
                    return Err(self.cursor.syntax(message));
                }
                return Err(self.unexpected());
            }
        }
    }

    /// `cast(operand,type)` and `isof(operand,type)`.
    fn type_call(&mut self, name: &str, start: usize) -> Result<Expr, QueryError> {
        self.cursor.accept('(');
        let mut ahead = self.cursor.clone();
        ahead.skip_space();
        if ahead.dotted().contains('.') && ahead.peek() == Some(')') {
            let message =
                format!("{name}() of the whole entity is not available; name a property and a type.");
            return Err(QueryError::not_implemented(message).at(start));
        }
        let operand = self.nested(start, Parser::expression)?;
        self.cursor.expect(',', &format!("Write a value and a type: {name}(property,Edm.String)."))?;
        self.cursor.skip_space();
        let position = self.cursor.position;
        let type_name = self.cursor.dotted();
        let model = self.scope.model();
        let ty = EdmType::primitive(type_name).or_else(|| {
            let ty = model.find_enum_type(model.unqualified(type_name))?;
            Some(EdmType::Enum(ty.name.clone()))
        });
        let Some(ty) = ty else {
            let message =
                format!("'{type_name}' is not a primitive or enumeration type, such as Edm.String.");
            return Err(QueryError::bad(code::INVALID_VALUE, message).at(position));
        };
        self.cursor.expect(')', &format!("Close {name}( with ')'."))?;
        let operand = Box::new(operand);
        let kind = if name.eq_ignore_ascii_case("cast") {
            ExprKind::Cast(operand, ty)
        } else {
            ExprKind::IsOf(operand, ty)
        };
        self.node(kind, start)
    }

    /// `@p`: its expression, placed where the alias stands. An alias without a value is null (§5.3).
    pub(super) fn alias(&mut self, start: usize) -> Result<Expr, QueryError> {
        let Some((name, text)) = self.alias_text(start)? else {
            return self.leaf(ExprKind::Literal(Literal::Null), start);
        };
        let span = self.span(start);
        let mut expr = self.inside_alias(&name, &text, span, |parser| parser.whole())?;
        place(&mut expr, span);
        Ok(expr)
    }

    /// `in @p`, where the alias holds `('a','b')` or `["a","b"]`.
    pub(super) fn alias_list(&mut self, start: usize) -> Result<Vec<Expr>, QueryError> {
        let Some((name, text)) = self.alias_text(start)? else {
            let message = "Give the list a value, such as @p=('a','b').";
            return Err(QueryError::bad(code::SYNTAX, message).at(start));
        };
        let span = self.span(start);
        let mut items = self.inside_alias(&name, &text, span, |parser| {
            let items = parser.in_list()?;
            parser.cursor.skip_space();
            if parser.cursor.is_at_end() { Ok(items) } else { Err(parser.unexpected()) }
        })?;
        items.iter_mut().for_each(|item| place(item, span));
        Ok(items)
    }

    fn alias_text(&mut self, start: usize) -> Result<Option<(String, String)>, QueryError> {
        self.cursor.accept('@');
        let name = format!("@{}", self.cursor.identifier());
        if self.cursor.peek() == Some('.') {
            let message = "Annotations are not available in expressions; name a property.";
            return Err(QueryError::not_implemented(message).at(start));
        }
        if name == "@" {
            return Err(self.cursor.syntax("A name is missing after '@'."));
        }
        if self.reading.contains(&name) {
            let message = format!("'{name}' is defined by itself.");
            return Err(QueryError::bad(code::SYNTAX, message).at(start));
        }
        Ok(self.aliases.get(&name).map(|text| (name, text.clone())))
    }

    /// `["a",'b',5]`: JSON texts and OData literals may mix (4.01 §5.1.1.14.2).
    pub(super) fn array(&mut self, start: usize) -> Result<Vec<Expr>, QueryError> {
        self.cursor.accept('[');
        self.nested(start, |parser| {
            let (mut items, mut highest) = (Vec::new(), 0);
            parser.cursor.skip_space();
            if parser.cursor.accept(']') {
                parser.height = 0;
                return Ok(items);
            }
            loop {
                parser.cursor.skip_space();
                let is_json = parser.cursor.peek() == Some('"');
                items.push(if is_json { parser.json_text()? } else { parser.expression()? });
                highest = parser.height.max(highest);
                parser.budget.list(items.len(), parser.cursor.position)?;
                parser.cursor.skip_space();
                if parser.cursor.accept(']') {
                    parser.height = highest;
                    return Ok(items);
                }
                if !parser.cursor.accept(',') {
                    return Err(parser.cursor.syntax("Put ',' between items and ']' after the last."));
                }
            }
        })
    }

    pub(super) fn array_literal(&mut self, start: usize) -> Result<Expr, QueryError> {
        let items = self.array(start)?;
        let values: Option<Vec<Literal>> = items.iter().map(|item| item.as_literal().cloned()).collect();
        let message = "Only literals are available inside [ ].";
        let values = values.ok_or_else(|| QueryError::not_implemented(message).at(start))?;
        self.leaf(ExprKind::Literal(Literal::Collection(values)), start)
    }

    /// Text in double quotes with JSON escapes.
    fn json_text(&mut self) -> Result<Expr, QueryError> {
        let start = self.cursor.position;
        self.cursor.accept('"');
        loop {
            self.cursor.take_while(|c| c != '"' && c != '\\');
            if self.cursor.accept('"') || self.cursor.is_at_end() {
                break;
            }
            self.cursor.accept('\\');
            if !self.cursor.accept('"') {
                self.cursor.accept('\\');
            }
        }
        let value: Option<String> = serde_json::from_str(self.cursor.since(start)).ok();
        let message = "Close the text with a double quote, and write escapes as in JSON.";
        let value = value.ok_or_else(|| QueryError::bad(code::SYNTAX, message).at(start))?;
        self.leaf(ExprKind::Literal(Literal::String(value)), start)
    }

    fn inside_alias<T>(
        &mut self,
        name: &str,
        text: &str,
        span: Span,
        read: impl FnOnce(&mut Parser<'_, '_, '_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        self.budget.enter(span.start)?;
        let mut cursor = Cursor::new(text);
        let mut reading = self.reading.clone();
        reading.push(name.to_owned());
        let mut inner = Parser {
            cursor: &mut cursor,
            scope: self.scope.clone(),
            aliases: self.aliases,
            budget: self.budget,
            reading,
            height: 0,
        };
        let result = read(&mut inner).map_err(|error| error.in_option(name))?;
        self.height = inner.height;
        self.budget.leave();
        Ok(result)
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

fn unknown_function(name: &str, start: usize) -> QueryError {
    let hint = match name.to_ascii_lowercase().as_str() {
        "substringof" | "like" => " Write contains(property,'text').".to_owned(),
        "replace" | "isnull" | "coalesce" | "lower" | "upper" | "len" => {
            did_you_mean(name, ["tolower", "toupper", "length"])
        }
        _ => did_you_mean(name, Function::names()),
    };
    QueryError::bad(code::UNKNOWN_FUNCTION, format!("There is no function '{name}'.{hint}")).at(start)
}

/// Moves a whole tree to one place: its own places are inside another option's text.
fn place(expr: &mut Expr, span: Span) {
    expr.span = span;
    expr.for_each_child_mut(&mut |child| place(child, span));
}
