//! `$select`, `$orderby` and `$compute`: lists of paths and expressions.
//!
//! Nested `$select` inside a structured property is flattened to paths.

use super::nested::{after_option, nested_aliases, skip_alias};
use super::read::Reader;
use super::{ComputeItem, Options, OrderItem, SystemOption};
use crate::cursor::Cursor;
use crate::edm::EdmType;
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::scope::{Place, Scope};
use crate::expr::{self, Path};

impl Reader<'_, '_> {
    /// `None` when everything is chosen.
    pub(super) fn select(&self, cursor: &mut Cursor<'_>) -> Result<Selection, QueryError> {
        let mut chosen = Selection::default();
        chosen.everything = self.select_items(cursor, None, &mut chosen)?;
        Ok(chosen)
    }

    /// Reads items into `paths`, under `prefix` if given; says whether one was `*`.
    fn select_items(
        &self,
        cursor: &mut Cursor<'_>,
        prefix: Option<&Path>,
        chosen: &mut Selection,
    ) -> Result<bool, QueryError> {
        let mut everything = false;
        loop {
            cursor.skip_space();
            if cursor.accept('*') {
                everything = true;
            } else if self.accept_operations(cursor) {
                // Actions and functions are advertised or not; they are no values.
            } else if cursor.peek() == Some('@') {
                let message = "Annotations cannot be selected; name a property.";
                return Err(QueryError::not_implemented(message).at(cursor.position));
            } else {
                let position = cursor.position;
                let path = self.select_path(cursor, prefix)?;
                self.still_there(&path, position)?;
                cursor.skip_space();
                if cursor.accept('(') {
                    let item = match &path.ty {
                        EdmType::Collection(item) => item,
                        single => single,
                    };
                    if matches!(item, EdmType::Entity(_)) {
                        let message = format!("'{path}' leads to entities; give its options in $expand.");
                        return Err(QueryError::bad(code::SYNTAX, message).at(position));
                    }
                    self.nested_select(cursor, &path, chosen)?;
                } else {
                    chosen.add(path);
                }
            }
            self.budget.list(chosen.paths.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(everything);
            }
        }
    }

    /// `Namespace.*`, or the name of an action or function, perhaps with the names of parameters.
    fn accept_operations(&self, cursor: &mut Cursor<'_>) -> bool {
        let model = self.context.model;
        let rest =
            cursor.rest().strip_prefix(model.namespace.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let start = cursor.position;
        if let Some(rest) = rest {
            cursor.position += model.namespace.len() + 1;
            if rest.starts_with('*') {
                cursor.position += 1;
                return true;
            }
        }
        let name = cursor.identifier();
        let members = model.members_of(&self.context.ty).unwrap_or_default();
        let is_known =
            members.find(name).is_none() && model.operations.iter().any(|operation| operation.name == name);
        if is_known && cursor.accept('(') {
            cursor.take_while(|c| c != ')');
            cursor.accept(')');
        }
        if !is_known {
            cursor.position = start;
        }
        is_known
    }

    /// `$select=…;$filter=…` up to and with `)`.
    fn nested_select(
        &self,
        cursor: &mut Cursor<'_>,
        path: &Path,
        chosen: &mut Selection,
    ) -> Result<(), QueryError> {
        self.budget.enter(cursor.position)?;
        let mut nested = Options::default();
        let (mut is_narrowed, mut seen) = (false, Vec::new());
        let context = self.context.inside(&path.ty);
        let level = self.level + 1;
        let own = nested_aliases(cursor, self.aliases)?;
        let aliases = own.as_ref().unwrap_or(self.aliases);
        let mut reader = Reader { context, aliases, budget: self.budget, level };
        loop {
            cursor.skip_space();
            if skip_alias(cursor)? {
                if after_option(cursor)? {
                    break;
                }
                continue;
            }
            let (option, position) = select_option(cursor)?;
            let is_many = matches!(path.ty, EdmType::Collection(_));
            if !is_many && !matches!(option, SystemOption::Select | SystemOption::Compute) {
                let message = format!("'{path}' is no collection; {} does not apply.", option.name());
                return Err(QueryError::bad(code::SYNTAX, message).at(position));
            }
            if seen.contains(&option) {
                let message = format!("'{}' must not appear more than once; keep one.", option.name());
                return Err(QueryError::bad(code::DUPLICATE_OPTION, message).at(position));
            }
            seen.push(option);
            if option == SystemOption::Select {
                is_narrowed = true;
                if self.select_items(cursor, Some(path), chosen)? {
                    chosen.add(path.clone());
                }
            } else {
                reader.check_nesting(position)?;
                reader.option(option, cursor, &mut nested)?;
            }
            if after_option(cursor)? {
                break;
            }
        }
        if !is_narrowed {
            chosen.add(path.clone());
        }
        if nested != Options::default() {
            chosen.options.push((path.clone(), nested));
        }
        self.budget.leave();
        Ok(())
    }

    pub(super) fn select_path(
        &self,
        cursor: &mut Cursor<'_>,
        prefix: Option<&Path>,
    ) -> Result<Path, QueryError> {
        Ok(self.walked_path(cursor, prefix)?.0)
    }

    /// A path, and whether it meets a collection.
    pub(super) fn walked_path(
        &self,
        cursor: &mut Cursor<'_>,
        prefix: Option<&Path>,
    ) -> Result<(Path, bool), QueryError> {
        let scope = Scope::of(&self.context);
        let mut meets_collection = false;
        let start = cursor.position;
        let mut path = prefix.cloned().unwrap_or_else(|| Path::start(None, self.context.ty.clone()));
        loop {
            let position = cursor.position;
            let name = cursor.dotted();
            if name.is_empty() {
                let message = format!("A property name is missing here; found {}.", cursor.found());
                return Err(cursor.syntax(message));
            }
            if name.contains('.') || scope.is_unqualified_type(&path.ty, name) {
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
            meets_collection |= matches!(path.ty, EdmType::Collection(_));
            if !cursor.accept('/') {
                return Ok((path.read(start, cursor.position), meets_collection));
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
            cursor.skip_space();
            if !cursor.rest().is_empty() && !cursor.rest().to_ascii_lowercase().contains(" as ") {
                let message =
                    "This is an invalid compute expression format; write it like price mul 2 as double.";
                return Err(cursor.syntax(message));
            }
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

/// What `$select` chooses.
#[derive(Default)]
pub(super) struct Selection {
    /// One item was `*`.
    pub(super) everything: bool,
    pub(super) paths: Vec<Path>,
    pub(super) options: Vec<(Path, Options)>,
}

impl Selection {
    fn add(&mut self, path: Path) {
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    /// The chosen properties, or `None` when everything is chosen.
    pub(super) fn chosen(self) -> Option<Vec<Path>> {
        if self.everything || self.paths.is_empty() { None } else { Some(self.paths) }
    }
}

/// Reads `$option=` of an option that may stand inside `$select`.
fn select_option(cursor: &mut Cursor<'_>) -> Result<(SystemOption, usize), QueryError> {
    use SystemOption::{Compute, Count, Filter, OrderBy, Search, Select, Skip, Top};
    cursor.skip_space();
    let position = cursor.position;
    let name = cursor.take_while(|c| !matches!(c, '=' | ';' | '(' | ')')).trim();
    let belongs = [Compute, Count, Filter, OrderBy, Search, Select, Skip, Top];
    match SystemOption::named(name).filter(|option| belongs.contains(option)) {
        Some(option) => {
            cursor.expect('=', &format!("Put '=' after {}.", option.name()))?;
            Ok((option, position))
        }
        None => {
            let hint = did_you_mean(name, belongs.into_iter().map(SystemOption::name));
            let message = format!("There is no option '{name}' inside $select.{hint}");
            Err(QueryError::bad(code::UNKNOWN_OPTION, message).at(position))
        }
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
