//! Parameter aliases, lists after `in`, and arrays.

use super::{Operator, Parsed, Parser};
use crate::cursor::{Cursor, is_identifier_start};
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::expr::{Expr, ExprKind, Literal, Span};
use crate::literal::parse as literal;

impl Parser<'_, '_, '_> {
    /// The list after `in`.
    pub(super) fn in_list(&mut self) -> Parsed<Vec<Expr>> {
        self.cursor.skip_space();
        let start = self.cursor.position;
        match self.cursor.peek() {
            Some('@') => self.alias_list(start),
            Some('[') => self.items('[', ']'),
            Some('(') => {
                let items = self.items('(', ')')?;
                let odd = items.iter().find(|item| item.as_literal().is_none());
                if let (Some(odd), true) = (odd, items.len() > 1) {
                    let message = "A list holds literals; join conditions about properties with or.";
                    return Err(QueryError::bad(code::SYNTAX, message).at(odd.span.start).into());
                }
                Ok(items)
            }
            Some(c) if c == '$' || is_identifier_start(c) => {
                let collection = self.binary(Operator::In.precedence() + 1)?;
                let is_path = matches!(&collection.kind, ExprKind::Path(path) if matches!(path.ty, EdmType::Collection(_)));
                let is_call = matches!(&collection.kind, ExprKind::Invoke(call) if matches!(call.ty, EdmType::Collection(_)));
                if is_path || is_call {
                    return Ok(vec![*collection]);
                }
                let message = "A collection is needed after 'in', or a list such as ('a','b').";
                Err(QueryError::bad(code::TYPE_MISMATCH, message).at(start).into())
            }
            _ => {
                let message = "Write a list in parentheses after 'in', such as in ('a','b').";
                Err(self.cursor.syntax(message).into())
            }
        }
    }

    /// `('a',5)`, or `["a",'b',5]`: in brackets JSON texts and OData literals may mix (4.01 §5.1.1.14.2).
    fn items(&mut self, open: char, close: char) -> Parsed<Vec<Expr>> {
        let (mut items, mut highest) = (Vec::new(), 0);
        self.enter(self.cursor.position)?;
        self.cursor.accept(open);
        self.cursor.skip_space();
        let mut goes_on = !self.cursor.accept(close);
        while goes_on {
            self.cursor.skip_space();
            let is_json = open == '[' && self.cursor.peek() == Some('"');
            items.push(*if is_json { self.json_text() } else { self.expression() }?);
            highest = self.height.max(highest);
            goes_on = self.item_follows(close, items.len())?;
        }
        self.budget.leave();
        self.height = highest;
        Ok(items)
    }

    fn item_follows(&mut self, close: char, so_far: usize) -> Parsed<bool> {
        self.budget.list(so_far, self.cursor.position)?;
        self.cursor.skip_space();
        if self.cursor.accept(close) {
            return Ok(false);
        }
        if self.cursor.accept(',') {
            return Ok(true);
        }
        Err(self.cursor.syntax(format!("Put ',' between items and '{close}' after the last.")).into())
    }

    pub(super) fn array_literal(&mut self, start: usize) -> Parsed {
        let items = self.items('[', ']')?;
        let values: Option<Vec<Literal>> = items.iter().map(|item| item.as_literal().cloned()).collect();
        let message = "Only literals are available inside [ ].";
        let values = values.ok_or_else(|| QueryError::not_implemented(message).at(start))?;
        self.leaf(ExprKind::Literal(Literal::Collection(values)), start)
    }

    /// `{"city":"Utrecht"}`: a structured value, for arguments of functions.
    pub(super) fn json_object(&mut self, start: usize) -> Parsed {
        let mut values =
            serde_json::Deserializer::from_str(self.cursor.rest()).into_iter::<serde_json::Value>();
        let value = values.next().and_then(Result::ok);
        let length = values.byte_offset();
        let Some(value) = value else {
            let message = "This JSON object is broken; write it like {\"name\":\"value\"}.";
            return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
        };
        self.cursor.position += length;
        self.budget.list(length / 4, start)?;
        self.leaf(ExprKind::Literal(json_literal(&value)), start)
    }

    /// Text in double quotes with JSON escapes.
    fn json_text(&mut self) -> Parsed {
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

    /// `@p`: its expression, placed where the alias stands. One without a value is more likely a slip than null.
    pub(super) fn alias(&mut self, start: usize) -> Parsed {
        let Some((name, text)) = self.alias_text(start)? else {
            let name = self.cursor.since(start);
            let message = format!("'{name}' has no value; add {name}=… to the query.");
            return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
        };
        let span = self.span(start);
        let mut expr = self.inside_alias(&name, &text, span, |parser| parser.whole())?;
        place(&mut expr, span);
        match expr.kind {
            ExprKind::Path(path) if self.cursor.peek() == Some('/') => {
                let step = self.path_tail(path, start)?;
                self.finished(step, start)
            }
            kind => Ok(Box::new(Expr::new(kind, span))),
        }
    }

    /// `in @p`, where the alias holds `('a','b')` or `["a","b"]`.
    fn alias_list(&mut self, start: usize) -> Parsed<Vec<Expr>> {
        let Some((name, text)) = self.alias_text(start)? else {
            let message = "Give the list a value, such as @p=('a','b').";
            return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
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

    fn alias_text(&mut self, start: usize) -> Parsed<Option<(String, String)>> {
        self.cursor.accept('@');
        let name = format!("@{}", self.cursor.identifier());
        if self.cursor.peek() == Some('.') {
            let message = "Annotations are not available in expressions; name a property.";
            return Err(QueryError::not_implemented(message).at(start).into());
        }
        if name == "@" {
            return Err(self.cursor.syntax("A name is missing after '@'.").into());
        }
        if self.reading.contains(&name) {
            let message = format!("'{name}' is defined by itself.");
            return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
        }
        Ok(self.aliases.get(&name).map(|text| (name, text.clone())))
    }

    fn inside_alias<T>(
        &mut self,
        name: &str,
        text: &str,
        span: Span,
        read: impl FnOnce(&mut Parser<'_, '_, '_>) -> Parsed<T>,
    ) -> Parsed<T> {
        self.enter(span.start)?;
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
        let result = read(&mut inner).map_err(|error| Box::new(error.in_option(name)))?;
        self.height = inner.height;
        self.budget.leave();
        Ok(result)
    }
}

/// Moves a whole tree to one place: its own places are inside another option's text.
fn place(expr: &mut Expr, span: Span) {
    expr.span = span;
    expr.for_each_child_mut(&mut |child| place(child, span));
}

/// A JSON value as it is, before it is fitted to a type.
fn json_literal(value: &serde_json::Value) -> Literal {
    match value {
        serde_json::Value::Null => Literal::Null,
        serde_json::Value::Bool(value) => Literal::Bool(*value),
        serde_json::Value::Number(number) => {
            literal::bare(&number.to_string()).unwrap_or(Literal::Double(number.as_f64().unwrap_or(f64::NAN)))
        }
        serde_json::Value::String(text) => Literal::String(text.clone()),
        serde_json::Value::Array(items) => Literal::Collection(items.iter().map(json_literal).collect()),
        serde_json::Value::Object(members) => {
            Literal::Record(members.iter().map(|(name, value)| (name.clone(), json_literal(value))).collect())
        }
    }
}
