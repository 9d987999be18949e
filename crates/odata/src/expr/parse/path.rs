//! Paths, `$it`, `$count` and the lambda operators.

use super::{LambdaHead, Parsed, Parser, Step};
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::expr::scope::Place;
use crate::expr::{ExprKind, Lambda, Path, Quantifier};

impl<'c> Parser<'_, 'c, '_> {
    /// A path whose first name, read already, starts at `start`.
    pub(super) fn path(&mut self, first: &str, start: usize) -> Parsed<Step> {
        if let Some(ty) = self.scope.variable(first).cloned() {
            let path = Path { variable: Some(first.to_owned()), segments: Vec::new(), ty };
            return self.path_tail(path, start);
        }
        let place = self.scope.root.clone();
        let (name, ty) = self.scope.member(&place, self.at_root(), first, start)?;
        self.path_tail(Path { variable: None, segments: vec![name], ty }, start)
    }

    /// `Namespace.type/property`, where the type is the one the path starts at anyway.
    pub(super) fn after_cast(&mut self, name: &str, start: usize) -> Parsed<Step> {
        let own = match &self.scope.root {
            Place::Entity(entity) => EdmType::Entity(entity.name.clone()),
            Place::Complex(name, _) => EdmType::Complex((*name).to_owned()),
            Place::Value(ty) => ty.clone(),
        };
        self.cast_segment(&own, name, start)?;
        self.cursor.accept('/');
        let position = self.cursor.position;
        let first = self.cursor.identifier();
        self.path(first, position)
    }

    /// Whatever `/…` follows.
    fn path_tail(&mut self, mut path: Path, start: usize) -> Parsed<Step> {
        while self.cursor.accept('/') {
            let position = self.cursor.position;
            if self.cursor.peek() == Some('$') {
                return self.count_head(path, start);
            }
            if self.cursor.peek() == Some('@') {
                let message = "Annotations are not available in expressions; name a property.";
                return Err(QueryError::not_implemented(message).at(position).into());
            }
            let name = self.cursor.dotted();
            if name.is_empty() {
                return Err(self.cursor.syntax("A property name is missing after '/'.").into());
            }
            if self.cursor.peek() == Some('(') {
                return self.lambda_head(path, name, position, start);
            }
            if name.contains('.') {
                self.cast_segment(&path.ty, name, position)?;
                continue;
            }
            if matches!(path.ty, EdmType::Collection(_)) {
                let message = format!(
                    "'{path}' is a collection; write {path}/any(x:x/{name} …) to ask about its items."
                );
                return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position).into());
            }
            let place = self.scope.place(&path.ty);
            let (name, ty) = self.scope.member(&place, false, name, position)?;
            path.segments.push(name);
            path.ty = ty;
        }
        self.leaf(ExprKind::Path(path), start).map(Step::Whole)
    }

    /// A type name in a path: accepted when it changes nothing.
    fn cast_segment(&self, ty: &EdmType, name: &str, position: usize) -> Parsed<()> {
        if ty.qualified(&self.scope.model().namespace) == name {
            return Ok(());
        }
        let message = format!("There is no derived type '{name}' here; leave it out of the path.");
        Err(QueryError::not_implemented(message).at(position).into())
    }

    /// `$count` after a collection, or the beginning of `$count($filter=…)`.
    fn count_head(&mut self, path: Path, start: usize) -> Parsed<Step> {
        let position = self.cursor.position;
        self.cursor.accept('$');
        let name = self.cursor.identifier();
        if name != "count" {
            let message = format!("Only $count may follow '/' here; found '${name}'.");
            return Err(QueryError::not_implemented(message).at(position).into());
        }
        if !matches!(path.ty, EdmType::Collection(_)) {
            let message = format!("'{path}' is not a collection, so it has no $count.");
            return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position).into());
        }
        if !self.cursor.accept('(') {
            return self.leaf(ExprKind::Count(path, None), start).map(Step::Whole);
        }
        let option = self.cursor.take_while(|c| c != '=' && c != ')').trim();
        if !option.trim_start_matches('$').eq_ignore_ascii_case("filter") || !self.cursor.accept('=') {
            let message = "Only $filter is understood inside $count(…).";
            return Err(QueryError::not_implemented(message).at(position).into());
        }
        Ok(Step::FilteredCount(Box::new(path)))
    }

    pub(super) fn filtered_count(&mut self, path: Path, start: usize) -> Parsed {
        let outer = match &path.ty {
            EdmType::Collection(item) => {
                let item = self.scope.place(item);
                std::mem::replace(&mut self.scope.root, item)
            }
            _ => self.scope.root.clone(),
        };
        self.enter(start)?;
        let filter = self.expression()?;
        self.budget.leave();
        self.scope.root = outer;
        self.cursor.expect(')', "Close $count( with ')'.")?;
        self.node(ExprKind::Count(path, Some(filter)), start)
    }

    /// `any()`, or the beginning of `any(x:…)`.
    fn lambda_head(&mut self, path: Path, name: &str, position: usize, start: usize) -> Parsed<Step> {
        let quantifier = match name.to_ascii_lowercase().as_str() {
            "any" => Quantifier::Any,
            "all" => Quantifier::All,
            _ => {
                let message = format!("'{name}' cannot be called on '{path}'; only any and all can.");
                return Err(QueryError::bad(code::UNKNOWN_FUNCTION, message).at(position).into());
            }
        };
        let EdmType::Collection(item) = path.ty.clone() else {
            let message = format!("'{path}' is not a collection, so it has no {name}().");
            return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position).into());
        };
        self.cursor.accept('(');
        self.cursor.skip_space();
        if quantifier == Quantifier::Any && self.cursor.accept(')') {
            let lambda = Lambda { collection: path, quantifier, condition: None };
            return self.leaf(ExprKind::Lambda(lambda), start).map(Step::Whole);
        }
        let at_variable = self.cursor.position;
        let variable = self.cursor.identifier().to_owned();
        if variable.is_empty() || self.scope.variable(&variable).is_some() {
            let message = format!("Start {name}( with a new variable and ':', such as {name}(x:x eq 'a').");
            return Err(QueryError::bad(code::SYNTAX, message).at(at_variable).into());
        }
        self.cursor.expect(':', "Put ':' after the lambda variable, such as any(x:x eq 'a').")?;
        self.scope.variables.push((variable.clone(), *item));
        Ok(Step::Lambda(Box::new(LambdaHead { collection: path, quantifier, variable })))
    }

    pub(super) fn lambda(&mut self, head: LambdaHead, start: usize) -> Parsed {
        self.enter(start)?;
        let body = self.expression()?;
        self.budget.leave();
        self.scope.variables.pop();
        self.cursor.skip_space();
        if !self.cursor.accept(')') {
            return Err(self.unexpected());
        }
        let LambdaHead { collection, quantifier, variable } = head;
        let condition = Some((variable, body));
        self.node(ExprKind::Lambda(Lambda { collection, quantifier, condition }), start)
    }

    /// `$it/…`, `$this`; `$root` is refused.
    pub(super) fn dollar(&mut self, start: usize) -> Parsed<Step> {
        self.cursor.accept('$');
        let name = self.cursor.identifier();
        match name {
            "it" if self.cursor.accept('/') => {
                let position = self.cursor.position;
                let first = self.cursor.identifier();
                let place = Place::Entity(self.scope.context.entity_type);
                let (name, ty) = self.scope.member(&place, true, first, position)?;
                // Inside $count($filter=…) a path without a variable starts at the item.
                let variable = if self.at_root() { None } else { Some("$it".to_owned()) };
                self.path_tail(Path { variable, segments: vec![name], ty }, start)
            }
            "this" => match &self.scope.root {
                Place::Value(ty) => {
                    let path =
                        Path { variable: Some("$this".to_owned()), segments: Vec::new(), ty: ty.clone() };
                    self.leaf(ExprKind::Path(path), start).map(Step::Whole)
                }
                _ => Err(self.unavailable(name, start).into()),
            },
            _ => Err(self.unavailable(name, start).into()),
        }
    }

    fn unavailable(&self, name: &str, start: usize) -> QueryError {
        QueryError::not_implemented(format!(
            "'${name}' is not available here; write a property name instead."
        ))
        .at(start)
    }

    fn at_root(&self) -> bool {
        matches!(self.scope.root, Place::Entity(entity) if std::ptr::eq(entity, self.scope.context.entity_type))
    }
}
