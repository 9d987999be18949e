//! `$select`, `$orderby` and `$compute`: lists of paths and expressions.
//!
//! Nested `$select` inside a structured property is flattened to paths.

use super::read::Reader;
use super::{ComputeItem, OrderItem};
use crate::cursor::Cursor;
use crate::edm::EdmType;
use crate::error::{QueryError, code};
use crate::expr::scope::{Place, Scope};
use crate::expr::{self, Path};

impl Reader<'_, '_> {
    /// `None` when everything is chosen.
    pub(super) fn select(&self, cursor: &mut Cursor<'_>) -> Result<Option<Vec<Path>>, QueryError> {
        let mut paths = Vec::new();
        let everything = self.select_items(cursor, None, &mut paths)?;
        Ok(if everything || paths.is_empty() { None } else { Some(paths) })
    }

    /// Reads items into `paths`, under `prefix` if given; says whether one was `*`.
    fn select_items(
        &self,
        cursor: &mut Cursor<'_>,
        prefix: Option<&Path>,
        paths: &mut Vec<Path>,
    ) -> Result<bool, QueryError> {
        let mut everything = false;
        loop {
            cursor.skip_space();
            if cursor.accept('*') {
                everything = true;
            } else if self.accept_all_operations(cursor) {
                // A service that only reads has no actions or functions to show.
            } else {
                let position = cursor.position;
                let path = self.select_path(cursor, prefix)?;
                self.still_there(&path, position)?;
                cursor.skip_space();
                if cursor.accept('(') {
                    self.nested_select(cursor, &path, paths)?;
                } else if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            self.budget.list(paths.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(everything);
            }
        }
    }

    /// `Namespace.*`
    fn accept_all_operations(&self, cursor: &mut Cursor<'_>) -> bool {
        let rest = cursor.rest().strip_prefix(self.context.model.namespace.as_str());
        let found = rest.is_some_and(|rest| rest.starts_with(".*"));
        if found {
            cursor.position += self.context.model.namespace.len() + ".*".len();
        }
        found
    }

    fn nested_select(
        &self,
        cursor: &mut Cursor<'_>,
        path: &Path,
        paths: &mut Vec<Path>,
    ) -> Result<(), QueryError> {
        self.budget.enter(cursor.position)?;
        cursor.skip_space();
        let position = cursor.position;
        let option = cursor.take_while(|c| !matches!(c, '=' | ')')).trim();
        if !option.trim_start_matches('$').eq_ignore_ascii_case("select") || !cursor.accept('=') {
            let message = "Only $select is understood inside $select.";
            return Err(QueryError::not_implemented(message).at(position));
        }
        if self.select_items(cursor, Some(path), paths)? {
            paths.push(path.clone());
        }
        cursor.expect(')', "Close the nested $select with ')'.")?;
        self.budget.leave();
        Ok(())
    }

    pub(super) fn select_path(
        &self,
        cursor: &mut Cursor<'_>,
        prefix: Option<&Path>,
    ) -> Result<Path, QueryError> {
        let scope = Scope::of(&self.context);
        let mut path = prefix.cloned().unwrap_or_else(|| Path {
            variable: None,
            segments: Vec::new(),
            ty: self.context.ty.clone(),
        });
        loop {
            let position = cursor.position;
            let name = cursor.dotted();
            if name.is_empty() {
                let message = format!("A property name is missing here; found {}.", cursor.found());
                return Err(cursor.syntax(message));
            }
            if name.contains('.') {
                if let Some(ty) = scope.cast(&path.ty, name, position)? {
                    let model = self.context.model;
                    path.segments.push(model.qualified(model.unqualified(name)));
                    path.ty = ty;
                }
            } else {
                let at_root = path.segments.is_empty();
                let place = if at_root { scope.root.clone() } else { item_place(&scope, &path.ty) };
                let (name, ty) = scope.member(&place, at_root, name, position)?;
                path.segments.push(name);
                path.ty = ty;
            }
            if !cursor.accept('/') {
                return Ok(path);
            }
        }
    }

    pub(super) fn orderby(&self, cursor: &mut Cursor<'_>) -> Result<Vec<OrderItem>, QueryError> {
        let mut items = Vec::new();
        loop {
            let mut key = self.expression(cursor)?;
            let ty = expr::check(&mut key, &self.context)?;
            if let Some(ty) = ty.filter(|ty| !is_sortable(ty)) {
                let message = format!("Sorting needs a value with an order, not {}.", ty.plain());
                return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(key.span.start));
            }
            cursor.skip_space();
            let descending = cursor.accept_word("desc");
            if !descending {
                cursor.accept_word("asc");
            }
            items.push(OrderItem { expr: key, descending });
            self.budget.list(items.len(), cursor.position)?;
            cursor.skip_space();
            if cursor.accept(',') {
                continue;
            }
            if cursor.is_at_end() || cursor.rest().starts_with([';', ')']) {
                return Ok(items);
            }
            let message = format!("Write asc, desc or ',' here instead of {}.", cursor.found());
            return Err(cursor.syntax(message));
        }
    }

    /// Adds the new names to what later options know.
    pub(super) fn compute(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<ComputeItem>, QueryError> {
        let mut items = Vec::new();
        loop {
            let mut value = self.expression(cursor)?;
            let ty = expr::check(&mut value, &self.context)?;
            let name = self.new_name(cursor)?;
            self.context.computed.push((name.clone(), ty.unwrap_or(EdmType::String)));
            items.push(ComputeItem { expr: value, name });
            self.budget.list(items.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(items);
            }
        }
    }

    /// `as name`, where the name is not taken.
    pub(super) fn new_name(&self, cursor: &mut Cursor<'_>) -> Result<String, QueryError> {
        self.new_name_hiding(cursor, self.context.kept.is_some())
    }

    /// As [`Reader::new_name`]; one that hides a property of the type is allowed where the property is gone or meant to be.
    pub(super) fn new_name_hiding(
        &self,
        cursor: &mut Cursor<'_>,
        may_hide: bool,
    ) -> Result<String, QueryError> {
        cursor.skip_space();
        if !cursor.accept_word("as") {
            return Err(cursor.syntax("Give the result a name with 'as', such as price mul 2 as double."));
        }
        cursor.skip_space();
        let position = cursor.position;
        let name = cursor.identifier();
        let members = self.context.model.members_of(&self.context.ty).unwrap_or_default();
        let is_property = members.find(name).is_some() || members.find_navigation(name).is_some();
        let is_taken =
            (is_property && !may_hide) || self.context.computed.iter().any(|(known, _)| known == name);
        if name.is_empty() || is_taken {
            let message = if is_taken {
                format!("The name '{name}' is taken; choose another.")
            } else {
                "A name is missing after 'as'.".to_owned()
            };
            return Err(QueryError::bad(code::SYNTAX, message).at(position));
        }
        Ok(name.to_owned())
    }
}

/// Inside a collection, paths go on from its items.
fn item_place<'c>(scope: &Scope<'c>, ty: &EdmType) -> Place<'c> {
    match ty {
        EdmType::Collection(item) => scope.place(item),
        single => scope.place(single),
    }
}

fn is_sortable(ty: &EdmType) -> bool {
    !matches!(
        ty,
        EdmType::Collection(_)
            | EdmType::Complex(_)
            | EdmType::Entity(_)
            | EdmType::Stream
            | EdmType::Binary
            | EdmType::Geography(_)
            | EdmType::Geometry(_)
    )
}
