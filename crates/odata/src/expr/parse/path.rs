//! Paths, `$it`, `$count` and the lambda operators.

use super::{LambdaHead, Parsed, Parser, Step};
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::expr::{ExprKind, Lambda, Path, Quantifier, Span};
use crate::query::search;

impl<'c> Parser<'_, 'c, '_> {
    /// A path whose first name, read already, starts at `start`.
    pub(super) fn path(&mut self, first: &str, start: usize) -> Parsed<Step> {
        if let Some(ty) = self.scope.variable(first).cloned() {
            let path = Path::start(Some(first.to_owned()), ty);
            return self.path_tail(path, start);
        }
        let place = self.scope.root.clone();
        if self.cursor.peek() == Some('/') && self.scope.is_unqualified_type(place.ty(), first) {
            let name = self.qualified(first);
            return self.after_cast(&name, start);
        }
        let (name, ty) = self.scope.member(&place, self.scope.at_root, first, start)?;
        self.path_tail(Path::property(&name, ty), start)
    }

    /// `Namespace.type/property`
    pub(super) fn after_cast(&mut self, name: &str, start: usize) -> Parsed<Step> {
        let own = self.scope.root.ty().clone();
        let Some(ty) = self.scope.cast(&own, name, start)? else {
            self.cursor.accept('/');
            let position = self.cursor.position;
            let first = self.cursor.identifier();
            return self.path(first, position);
        };
        let segments = vec![self.qualified(name)];
        self.path_tail(Path { segments, ..Path::start(None, ty) }, start)
    }

    /// A type with its namespace, whether or not the URL gives it.
    fn qualified(&self, name: &str) -> String {
        let model = self.scope.model();
        model.qualified(model.unqualified(name))
    }

    /// Whatever `/…` follows.
    pub(super) fn path_tail(&mut self, mut path: Path, start: usize) -> Parsed<Step> {
        path.span = Span { start, end: self.cursor.position };
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
                if let Some(ty) = self.scope.cast(&path.ty, name, position)? {
                    path.segments.push(self.qualified(name));
                    path.ty = ty;
                    path.span.end = self.cursor.position;
                }
                continue;
            }
            if self.scope.is_unqualified_type(&path.ty, name) {
                if let Some(ty) = self.scope.cast(&path.ty, name, position)? {
                    path.segments.push(self.qualified(name));
                    path.ty = ty;
                    path.span.end = self.cursor.position;
                }
                continue;
            }
            if let (EdmType::Collection(item), true) = (&path.ty, self.scope.through_collections) {
                path.ty = (**item).clone();
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
            path.span.end = self.cursor.position;
        }
        self.leaf(ExprKind::Path(path), start).map(Step::Whole)
    }

    /// `$count` after a collection, or the beginning of `$count($filter=…)`.
    fn count_head(&mut self, path: Path, start: usize) -> Parsed<Step> {
        let position = self.cursor.position;
        self.cursor.accept('$');
        let name = self.cursor.identifier();
        if name == "filter" && matches!(path.ty, EdmType::Collection(_)) && self.cursor.accept('(') {
            return Ok(Step::FilteredPath(Box::new(path)));
        }
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
        Ok(Step::FilteredCount(Box::new(path)))
    }

    /// `$filter=…`, `$search=…` or both, up to the parenthesis. The filter comes first in the condition.
    pub(super) fn filtered_count(&mut self, path: Path, start: usize) -> Parsed {
        let (mut filter, mut search) = (None, None);
        loop {
            self.cursor.skip_space();
            let position = self.cursor.position;
            let option = self.cursor.take_while(|c| !matches!(c, '=' | ';' | ')')).trim();
            let name = option.trim_start_matches('$').to_ascii_lowercase();
            let is_given = self.cursor.accept('=');
            match name.as_str() {
                "filter" if is_given && filter.is_none() => filter = Some(self.item_condition(&path, start)?),
                "search" if is_given && search.is_none() => search = Some(self.item_search()?),
                _ => {
                    let message =
                        "Write $filter or $search once each inside $count(…), such as $count($filter=…).";
                    return Err(QueryError::bad(code::SYNTAX, message).at(position).into());
                }
            }
            self.cursor.skip_space();
            if !self.cursor.accept(';') {
                break;
            }
        }
        self.cursor.expect(')', "Close $count( with ')'.")?;
        let condition = match (filter, search) {
            (Some(filter), Some(search)) => self.node(ExprKind::And(vec![*filter, *search]), start)?,
            (filter, search) => filter.or(search).ok_or_else(|| self.cursor.syntax("Write $filter here."))?,
        };
        self.node(ExprKind::Count(path, Some(condition)), start)
    }

    fn item_search(&mut self) -> Parsed {
        let start = self.cursor.position;
        let search = search::read(self.cursor, self.budget, true)?;
        self.leaf(ExprKind::Search(search), start)
    }

    /// `$filter(…)/$count`, the same as `$count($filter=…)`.
    pub(super) fn filtered_path(&mut self, path: Path, start: usize) -> Parsed {
        let filter = self.item_condition(&path, start)?;
        self.cursor.expect(')', "Close $filter( with ')'.")?;
        let position = self.cursor.position;
        if self.cursor.accept('/') && self.cursor.accept('$') && self.cursor.identifier() == "count" {
            return self.node(ExprKind::Count(path, Some(filter)), start);
        }
        let message = "Only /$count is available after $filter(…) here.";
        Err(QueryError::not_implemented(message).at(position).into())
    }

    /// A condition whose paths start at the items of the collection.
    fn item_condition(&mut self, path: &Path, start: usize) -> Parsed {
        let outer = match &path.ty {
            EdmType::Collection(item) => {
                let item = self.scope.place(item);
                std::mem::replace(&mut self.scope.root, item)
            }
            _ => self.scope.root.clone(),
        };
        let was_at_root = std::mem::replace(&mut self.scope.at_root, false);
        self.enter(start)?;
        let filter = self.expression()?;
        self.budget.leave();
        self.scope.root = outer;
        self.scope.at_root = was_at_root;
        Ok(filter)
    }

    /// `any()`, or the beginning of `any(x:…)`.
    fn lambda_head(&mut self, path: Path, name: &str, position: usize, start: usize) -> Parsed<Step> {
        let quantifier = match name.to_ascii_lowercase().as_str() {
            "any" => Quantifier::Any,
            "all" => Quantifier::All,
            "aggregate" => {
                let message = "aggregate() in expressions is not available; use $apply.";
                return Err(QueryError::not_implemented(message).at(position).into());
            }
            _ => {
                if let Some(step) = self.invoke_head(name, Some(path.clone())) {
                    return Ok(step);
                }
                let place = self.scope.place(&path.ty);
                if self.scope.member(&place, false, name, position).is_ok() {
                    let message = "Keys are not available in expressions; ask with any(x:x/key eq …).";
                    return Err(QueryError::not_implemented(message).at(position).into());
                }
                if let Some(error) = super::call::over_hierarchy(name, position) {
                    return Err(error.into());
                }
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

    /// `$it`, `$it/…`, `$this`, `$this/…`, `$root/…`
    pub(super) fn dollar(&mut self, start: usize) -> Parsed<Step> {
        self.cursor.accept('$');
        let name = self.cursor.identifier();
        let (variable, ty) = match name {
            "it" => ("$it".to_owned(), self.scope.context.ty.clone()),
            "this" => ("$this".to_owned(), self.scope.root.ty().clone()),
            "root" if self.cursor.accept('/') => self.root_variable(start)?,
            "root" => {
                let message = "Name a collection or singleton after $root/.";
                return Err(QueryError::bad(code::SYNTAX, message).at(start).into());
            }
            "count" if self.scope.context.computed.iter().any(|(made, _)| made == "$count") => {
                let path = Path::property("$count", EdmType::Int64).read(start, self.cursor.position);
                return self.leaf(ExprKind::Path(path), start).map(Step::Whole);
            }
            _ => return Err(self.unavailable(name, start).into()),
        };
        let is_plain = !self.scope.at_root || variable.starts_with("$root");
        // Where a path without a variable means the same, it is written without one.
        let mut path = Path::start(Some(variable), ty);
        if is_plain || self.cursor.peek() != Some('/') {
            return self.path_tail(path, start);
        }
        path.variable = None;
        let at_slash = self.cursor.position;
        let step = self.path_tail(path, start)?;
        match step {
            Step::Whole(expr) if matches!(&expr.kind, ExprKind::Path(path) if path.segments.is_empty()) => {
                Err(QueryError::bad(code::SYNTAX, "Name a property after '/'.").at(at_slash).into())
            }
            step => Ok(step),
        }
    }

    /// The address after `$root/`, up to the entity or collection that further segments are read from.
    fn root_variable(&mut self, start: usize) -> Parsed<(String, EdmType)> {
        let from = self.cursor.position;
        let name = self.cursor.dotted();
        if name.is_empty() {
            return Err(self.cursor.syntax("Name a collection or singleton after $root/.").into());
        }
        if self.cursor.peek() == Some('(') {
            self.skip_parentheses(start)?;
        }
        let text = self.cursor.since(from);
        let mut path = crate::path::in_expression(text, self.aliases, self.scope.model())
            .map_err(|error| QueryError::bad(code::UNKNOWN_PROPERTY, error.message).at(from))?;
        // The address goes on as far as keys and arguments do; what follows is a path from there.
        let mut ahead = self.cursor.position;
        while self.cursor.accept('/') && !self.cursor.dotted().is_empty() {
            let is_keyed = self.cursor.peek() == Some('(');
            if is_keyed && self.skip_parentheses(start).is_err() {
                break;
            }
            let text = self.cursor.since(from);
            match crate::path::in_expression(text, self.aliases, self.scope.model()) {
                Ok(longer) if is_keyed => (path, ahead) = (longer, self.cursor.position),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.cursor.position = ahead;
        let address = crate::path::plain_path(&path, self.scope.model());
        Ok((format!("$root/{address}"), path.ty))
    }

    /// Everything up to the parenthesis that closes the one here.
    fn skip_parentheses(&mut self, start: usize) -> Parsed<()> {
        let (mut depth, mut is_quoted) = (0_usize, false);
        while let Some(c) = self.cursor.peek() {
            self.cursor.accept(c);
            match c {
                '\'' => is_quoted = !is_quoted,
                '(' if !is_quoted => depth += 1,
                ')' if !is_quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.unclosed(start))
    }

    fn unavailable(&self, name: &str, start: usize) -> QueryError {
        let message = format!("'${name}' is not available here; write a property name instead.");
        QueryError::not_implemented(message).at(start)
    }
}
