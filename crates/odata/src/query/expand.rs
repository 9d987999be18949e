//! `$expand` with nested options (OData 4.01 URL Conventions §5.1.3).
//!
//! Navigation properties inside structured properties and derived types are not offered.

use super::read::{Reader, boolean, number, offered};
use super::{Context, ExpandItem, ExpandKind, Levels, Options, SystemOption};
use crate::cursor::Cursor;
use crate::edm::{EdmType, EntityType, Navigation};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::Path;

impl<'m> Reader<'m, '_> {
    pub(super) fn expand(&self, cursor: &mut Cursor<'_>) -> Result<Vec<ExpandItem>, QueryError> {
        let mut items: Vec<ExpandItem> = Vec::new();
        loop {
            cursor.skip_space();
            let position = cursor.position;
            if cursor.accept('*') {
                let kind = expand_kind(cursor)?;
                let all = self.context.model.members_of(&self.context.ty).unwrap_or_default();
                items.extend(all.navigation.iter().map(|navigation| plain_item(navigation, kind)));
            } else {
                items.push(self.expand_item(cursor)?);
            }
            self.budget.list(items.len(), cursor.position)?;
            if let [earlier @ .., last] = items.as_slice()
                && earlier.iter().any(|item| item.path == last.path)
            {
                let message = format!("'{}' is expanded twice; keep one.", last.path);
                return Err(QueryError::bad(code::SYNTAX, message).at(position));
            }
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(items);
            }
        }
    }

    fn expand_item(&self, cursor: &mut Cursor<'_>) -> Result<ExpandItem, QueryError> {
        let position = cursor.position;
        let name = cursor.identifier();
        let navigation = self.navigation(name, position)?;
        let mut item = plain_item(navigation, expand_kind(cursor)?);
        cursor.skip_space();
        if !cursor.accept('(') {
            return Ok(item);
        }
        let target = self.context.model.find_entity_type(&navigation.target).ok_or_else(|| {
            QueryError::not_implemented(format!("'{name}' leads outside this service.")).at(position)
        })?;
        self.check_nesting(position)?;
        self.budget.enter(position)?;
        let (options, levels) = self.nested_options(cursor, target, item.kind)?;
        self.budget.leave();
        *item.options = options;
        item.levels = levels;
        Ok(item)
    }

    fn navigation(&self, name: &str, position: usize) -> Result<&'m Navigation, QueryError> {
        let entity = self.context.model.members_of(&self.context.ty).unwrap_or_default();
        let ignore_case = self.context.ignore_case;
        let similar =
            |navigation: &&Navigation| ignore_case && navigation.name.to_lowercase() == name.to_lowercase();
        let found = entity.find_navigation(name).or_else(|| entity.navigation.iter().copied().find(similar));
        found.ok_or_else(|| {
            if entity.find(name).is_some() {
                let message = "Only navigation properties of the entity itself can be expanded.";
                return QueryError::not_implemented(message).at(position);
            }
            let hint = did_you_mean(name, entity.navigation.iter().map(|n| n.name.as_str()));
            let message = format!("'{}' has no navigation property '{name}' to expand.{hint}", entity.name);
            QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position)
        })
    }

    /// Options separated by `;` up to and with `)`.
    fn nested_options(
        &self,
        cursor: &mut Cursor<'_>,
        target: &'m EntityType,
        kind: ExpandKind,
    ) -> Result<(Options, Option<Levels>), QueryError> {
        let context = self.context.inside(&EdmType::Entity(target.name.clone()));
        let mut reader =
            Reader { context, aliases: self.aliases, budget: self.budget, level: self.level + 1 };
        let (mut options, mut levels, mut seen) = (Options::default(), None, Vec::new());
        loop {
            cursor.skip_space();
            if cursor.accept(')') {
                return Ok((options, levels));
            }
            let (option, position) = nested_name(cursor, &self.context, kind)?;
            if seen.contains(&option) {
                let message = format!("'{}' is given twice; keep one.", option.name());
                return Err(QueryError::bad(code::DUPLICATE_OPTION, message).at(position));
            }
            seen.push(option);
            match option {
                SystemOption::Levels => levels = Some(read_levels(cursor)?),
                SystemOption::Count => options.count = boolean(cursor)?,
                option => reader.option(option, cursor, &mut options)?,
            }
            cursor.skip_space();
            if !cursor.accept(';') && cursor.peek() != Some(')') {
                return Err(cursor.syntax("Put ';' between nested options and ')' after the last."));
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
    use SystemOption::{Compute, Count, Expand, Filter, Levels, OrderBy, Search, Select, Skip, Top};
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
        Select | Expand | Compute | Levels => kind == ExpandKind::Entities,
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
    levels.map(Levels::Number).ok_or_else(|| {
        QueryError::bad(code::INVALID_VALUE, "Write a number of levels from 1, or max.").at(position)
    })
}

fn expand_kind(cursor: &mut Cursor<'_>) -> Result<ExpandKind, QueryError> {
    if !cursor.accept('/') {
        return Ok(ExpandKind::Entities);
    }
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

fn plain_item(navigation: &Navigation, kind: ExpandKind) -> ExpandItem {
    let target = EdmType::Entity(navigation.target.clone());
    let ty = if navigation.collection { EdmType::collection_of(target) } else { target };
    ExpandItem {
        path: Path::property(&navigation.name, ty),
        kind,
        options: Box::new(Options::default()),
        levels: None,
    }
}
