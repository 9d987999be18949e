//! `$expand` with nested options (OData 4.01 URL Conventions §5.1.3).
//!
//! Streams and annotations are refused by name.

use super::nested::{after_option, nested_aliases, skip_alias};
use super::read::{Reader, boolean, number, offered};
use super::{Context, ExpandItem, ExpandKind, Levels, Options, SystemOption};
use crate::cursor::Cursor;
use crate::edm::{EdmType, Navigation};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::Path;
use crate::expr::scope::{Place, Scope};

impl<'m> Reader<'m, '_> {
    pub(super) fn expand(&self, cursor: &mut Cursor<'_>) -> Result<Vec<ExpandItem>, QueryError> {
        let mut items: Vec<Expanded> = Vec::new();
        loop {
            cursor.skip_space();
            let position = cursor.position;
            let (path, is_star) = self.expand_path(cursor)?;
            if is_star {
                self.expand_all(cursor, &path, &mut items)?;
            } else {
                let item = self.expand_item(cursor, path, position)?;
                items.retain(|known| !known.by_star || known.item.path != item.path);
                if items.iter().any(|known| known.item.path == item.path) {
                    let message = format!("'{}' is expanded twice; keep one.", item.path);
                    return Err(QueryError::bad(code::SYNTAX, message).at(position));
                }
                items.push(Expanded { item, by_star: false });
            }
            self.budget.list(items.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(items.into_iter().map(|expanded| expanded.item).collect());
            }
        }
    }

    /// `*` below `place`: what is named itself, before or after, is not of it; entities win over references.
    fn expand_all(
        &self,
        cursor: &mut Cursor<'_>,
        place: &Path,
        items: &mut Vec<Expanded>,
    ) -> Result<(), QueryError> {
        let kind = match cursor.accept('/') {
            false => ExpandKind::Entities,
            true if cursor.rest().starts_with("$ref") => expand_kind_after_slash(cursor)?,
            true => return Err(cursor.syntax("Only $ref may follow '*/'.")),
        };
        let has_levels = kind == ExpandKind::Entities && cursor.accept('(');
        let levels = if has_levels { Some(star_levels(cursor)?) } else { None };
        let all = self.context.model.members_of(item_of(&place.ty)).unwrap_or_default();
        for navigation in &all.navigation {
            let mut path = place.clone();
            path.segments.push(navigation.name.clone());
            path.ty = navigation.ty();
            let item = ExpandItem { levels, ..plain_item(path, kind) };
            match items.iter_mut().find(|known| known.item.path == item.path) {
                Some(known) if known.by_star && kind == ExpandKind::Entities => known.item = item,
                Some(_) => {}
                None => items.push(Expanded { item, by_star: true }),
            }
        }
        Ok(())
    }

    fn expand_item(
        &self,
        cursor: &mut Cursor<'_>,
        mut path: Path,
        position: usize,
    ) -> Result<ExpandItem, QueryError> {
        let kind = self.cast_or_kind(cursor, &mut path)?;
        let mut item = plain_item(path, kind);
        cursor.skip_space();
        if !cursor.accept('(') {
            return Ok(item);
        }
        let target = item_of(&item.path.ty).clone();
        if self.context.model.members_of(&target).is_none() {
            let message = format!("'{}' leads outside this service.", item.path);
            return Err(QueryError::not_implemented(message).at(position));
        }
        self.check_nesting(position)?;
        self.budget.enter(position)?;
        let (options, levels) = self.nested_options(cursor, &target, item.kind)?;
        self.budget.leave();
        *item.options = options;
        item.levels = levels;
        Ok(item)
    }

    /// Structured properties and types, then a navigation property or, with `true`, `*`.
    fn expand_path(&self, cursor: &mut Cursor<'_>) -> Result<(Path, bool), QueryError> {
        let scope = Scope::of(&self.context);
        let start = cursor.position;
        let mut path = Path::start(None, self.context.ty.clone());
        loop {
            let position = cursor.position;
            if cursor.accept('*') {
                return Ok((path, true));
            }
            if let Some(sign @ ('$' | '@')) = cursor.peek() {
                let message =
                    format!("What begins with '{sign}' cannot be expanded; name a navigation property.");
                return Err(QueryError::not_implemented(message).at(position));
            }
            let name = cursor.dotted();
            if name.contains('.') || scope.is_unqualified_type(&path.ty, name) {
                if let Some(ty) = scope.cast(&path.ty, name, position)? {
                    let model = self.context.model;
                    path.segments.push(model.qualified(model.unqualified(name)));
                    path.ty = ty;
                }
            } else {
                let item = match &path.ty {
                    EdmType::Collection(item) => (**item).clone(),
                    single => single.clone(),
                };
                let navigation = self.navigation(&item, name, position)?;
                let (name, ty) = match navigation {
                    Some(navigation) => (navigation.name.clone(), navigation.ty()),
                    None => scope.member(&scope.place(&item), false, name, position)?,
                };
                path.segments.push(name);
                path.ty = ty;
                if navigation.is_some() {
                    return Ok((path.read(start, cursor.position), false));
                }
                if path.ty == EdmType::Stream {
                    let message =
                        format!("The stream '{path}' cannot be expanded; read it at its own address.");
                    return Err(QueryError::not_implemented(message).at(position));
                }
            }
            let is_structured = matches!(scope.place(item_of(&path.ty)), Place::Structured(..));
            if !is_structured || !cursor.accept('/') {
                let message = format!("'{path}' is no navigation property; only those can be expanded.");
                return Err(QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position));
            }
        }
    }

    /// What follows a navigation property: a type, and `/$ref` or `/$count`.
    fn cast_or_kind(&self, cursor: &mut Cursor<'_>, path: &mut Path) -> Result<ExpandKind, QueryError> {
        let is_type = cursor.rest().strip_prefix('/').is_some_and(|rest| !rest.starts_with('$'));
        if is_type {
            cursor.accept('/');
            let position = cursor.position;
            let name = cursor.dotted();
            if let Some(ty) = Scope::of(&self.context).cast(&path.ty, name, position)? {
                let model = self.context.model;
                path.segments.push(model.qualified(model.unqualified(name)));
                path.ty = ty;
            }
        }
        expand_kind(cursor)
    }

    /// The navigation property, or `None` where a property has the name.
    fn navigation(
        &self,
        ty: &EdmType,
        name: &str,
        position: usize,
    ) -> Result<Option<&'m Navigation>, QueryError> {
        let members = self.context.model.members_of(ty).unwrap_or_default();
        let is_same = |known: &str| {
            known == name || (self.context.ignore_case && known.to_lowercase() == name.to_lowercase())
        };
        let exact = members.find_navigation(name);
        let found = exact.or_else(|| members.navigation.iter().copied().find(|known| is_same(&known.name)));
        if found.is_some() || members.properties.iter().any(|property| is_same(&property.name)) {
            return Ok(found);
        }
        let hint = did_you_mean(name, members.navigation.iter().map(|n| n.name.as_str()));
        let message = format!("'{}' has no navigation property '{name}' to expand.{hint}", members.name);
        Err(QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position))
    }

    /// Options separated by `;` up to and with `)`.
    fn nested_options(
        &self,
        cursor: &mut Cursor<'_>,
        target: &EdmType,
        kind: ExpandKind,
    ) -> Result<(Options, Option<Levels>), QueryError> {
        let context = self.context.inside(target);
        let own = nested_aliases(cursor, self.aliases)?;
        let aliases = own.as_ref().unwrap_or(self.aliases);
        let mut reader = Reader { context, aliases, budget: self.budget, level: self.level + 1 };
        let (mut options, mut levels, mut seen) = (Options::default(), None, Vec::new());
        loop {
            cursor.skip_space();
            if skip_alias(cursor)? {
                if after_option(cursor)? {
                    return Ok((options, levels));
                }
                continue;
            }
            let (option, position) = nested_name(cursor, &self.context, kind)?;
            if seen.contains(&option) {
                let message = format!("'{}' must not appear more than once; keep one.", option.name());
                return Err(QueryError::bad(code::DUPLICATE_OPTION, message).at(position));
            }
            seen.push(option);
            match option {
                SystemOption::Levels => levels = Some(read_levels(cursor)?),
                SystemOption::Count => options.count = boolean(cursor)?,
                option => reader.option(option, cursor, &mut options)?,
            }
            if after_option(cursor)? {
                return Ok((options, levels));
            }
        }
    }
}

/// Reads `$option=` of an option that may stand inside `$expand`.
fn nested_name(
    cursor: &mut Cursor<'_>,
    context: &Context<'_>,
    kind: ExpandKind,
) -> Result<(SystemOption, usize), QueryError> {
    use SystemOption::{Apply, Compute, Count, Expand, Filter, Levels, OrderBy, Search, Select, Skip, Top};
    let position = cursor.position;
    let name = cursor.take_while(|c| !matches!(c, '=' | ';' | '(' | ')')).trim();
    let Some(option) = SystemOption::named(name) else {
        let hint = did_you_mean(name, SystemOption::names());
        let message = format!("There is no option '{name}' inside $expand.{hint}");
        return Err(QueryError::bad(code::UNKNOWN_OPTION, message).at(position));
    };
    cursor.expect('=', &format!("Put '=' after {}.", option.name()))?;
    let belongs = match option {
        Filter | Search => true,
        OrderBy | Top | Skip | Count => kind != ExpandKind::Count,
        Select | Expand | Compute | Levels | Apply => kind == ExpandKind::Entities,
        _ => false,
    };
    if !belongs {
        let message = format!("{} cannot be used here inside $expand; leave it out.", option.name());
        return Err(QueryError::bad(code::SYNTAX, message).at(position));
    }
    offered(option, context).map_err(|error| error.moved(position))?;
    Ok((option, position))
}

impl QueryError {
    /// The same error, in the option that encloses the one it names.
    fn moved(mut self, position: usize) -> Self {
        self.position = Some(position);
        self.target = None;
        self
    }
}

fn read_levels(cursor: &mut Cursor<'_>) -> Result<Levels, QueryError> {
    cursor.skip_space();
    if cursor.accept_word("max") {
        return Ok(Levels::Max);
    }
    let position = cursor.position;
    let levels = u32::try_from(number(cursor)?).ok().filter(|levels| *levels > 0);
    let is_zero_led = cursor.since(position).trim_start().starts_with('0');
    levels.filter(|_| !is_zero_led).map(Levels::Number).ok_or_else(|| {
        QueryError::bad(code::INVALID_VALUE, "Write a number of levels from 1, or max.").at(position)
    })
}

fn expand_kind(cursor: &mut Cursor<'_>) -> Result<ExpandKind, QueryError> {
    if cursor.accept('/') { expand_kind_after_slash(cursor) } else { Ok(ExpandKind::Entities) }
}

fn expand_kind_after_slash(cursor: &mut Cursor<'_>) -> Result<ExpandKind, QueryError> {
    let position = cursor.position;
    cursor.accept('$');
    match cursor.identifier() {
        "ref" => Ok(ExpandKind::References),
        "count" => Ok(ExpandKind::Count),
        other => {
            let message = format!("Only $ref and $count may follow '/' in $expand, not '{other}'.");
            Err(QueryError::not_implemented(message).at(position))
        }
    }
}

/// An item of a list, and whether it is there because of `*`.
struct Expanded {
    item: ExpandItem,
    by_star: bool,
}

fn plain_item(path: Path, kind: ExpandKind) -> ExpandItem {
    ExpandItem { path, kind, options: Box::new(Options::default()), levels: None }
}

fn item_of(ty: &EdmType) -> &EdmType {
    match ty {
        EdmType::Collection(item) => item,
        single => single,
    }
}

/// `$levels=2)` after `*(`.
fn star_levels(cursor: &mut Cursor<'_>) -> Result<Levels, QueryError> {
    let position = cursor.position;
    let name = cursor.take_while(|c| !matches!(c, '=' | ';' | '(' | ')')).trim();
    if SystemOption::named(name) != Some(SystemOption::Levels) || !cursor.accept('=') {
        let message = "Only $levels is allowed after *, such as *($levels=2).";
        return Err(QueryError::bad(code::SYNTAX, message).at(position));
    }
    let levels = read_levels(cursor)?;
    cursor.expect(')', "Close *( with ')'.")?;
    Ok(levels)
}
