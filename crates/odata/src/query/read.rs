//! From the raw query string to options: splitting, names, duplicates, and the options with simple values.
//!
//! The options with a grammar are in [`super::list`], [`super::expand`], [`super::apply`] and [`super::search`].

use super::{Context, Options, SystemOption};
use crate::cursor::Cursor;
use crate::edm::{Model, Value};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::parse::{Aliases, Budget, Parser};
use crate::expr::scope::Scope;
use crate::expr::{self, Expr, ExprKind, Path};
use crate::percent::{decode, decode_any};

/// As [`super::parse_options`].
pub(super) fn options(raw_query: &str, context: &Context<'_>) -> Result<Options, QueryError> {
    if raw_query.len() > context.limits.query_bytes {
        let message =
            format!("The query is too long; at most {} bytes are allowed.", context.limits.query_bytes);
        return Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(context.limits.query_bytes));
    }
    let (mut system, aliases, custom) = sort(raw_query, context)?;
    // Names made by $apply and $compute are known to all other options, wherever they stand.
    system.sort_by_key(|(option, _)| match option {
        SystemOption::Apply => 0,
        SystemOption::Compute => 1,
        _ => 2,
    });
    let budget = Budget::new(context.limits);
    let mut reader = Reader { context: context.clone(), aliases: &aliases, budget: &budget, level: 0 };
    let mut options = Options { custom, ..Options::default() };
    for (option, value) in &system {
        let mut cursor = Cursor::new(value);
        let read = reader.option(*option, &mut cursor, &mut options);
        read.and_then(|()| end(&mut cursor)).map_err(|error| error.in_option(option.name()))?;
    }
    Ok(options)
}

type Sorted = (Vec<(SystemOption, String)>, Aliases, Vec<(String, String)>);

/// Splits and decodes; tells system options, parameter aliases and custom options apart.
fn sort(raw_query: &str, context: &Context<'_>) -> Result<Sorted, QueryError> {
    let mut system: Vec<(SystemOption, String)> = Vec::new();
    let (mut aliases, mut custom) = (Aliases::new(), Vec::new());
    for (count, part) in raw_query.split('&').filter(|part| !part.is_empty()).enumerate() {
        if count >= context.limits.options {
            let message = format!("At most {} query options are allowed.", context.limits.options);
            return Err(QueryError::bad(code::LIMIT_EXCEEDED, message));
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decode(name, true)?;
        let name = name.trim();
        let decoded = if name.starts_with('@') { decode_any(value, true) } else { decode(value, true) };
        let value = decoded.map_err(|error| error.in_option(name))?;
        if name.starts_with('@') {
            if aliases.insert(name.to_owned(), value).is_some() {
                return Err(duplicate(name));
            }
        } else if context.parameters.iter().any(|parameter| parameter == name) {
            // An argument of a function in the path.
        } else if let Some(option) = system_option(name)? {
            offered(option, context)?;
            if system.iter().any(|(known, _)| *known == option) {
                return Err(duplicate(option.name()));
            }
            system.push((option, value));
        } else {
            custom.push((name.to_owned(), value));
        }
    }
    without_nul(&system, &mut aliases)?;
    Ok((system, aliases, custom))
}

/// Arguments of functions in the path may hold NUL characters; what options compare with may not, since few stores do.
fn without_nul(system: &[(SystemOption, String)], aliases: &mut Aliases) -> Result<(), QueryError> {
    let held = aliases.iter().filter(|(_, value)| value.contains('\0'));
    let held: Vec<String> = held.map(|(name, _)| name.clone()).collect();
    for name in held {
        if system.iter().any(|(_, value)| value.contains(&name)) {
            let message = "Remove the NUL character (%00); only arguments of functions may hold it.";
            return Err(QueryError::bad(code::INVALID_VALUE, message).in_option(&name));
        }
        aliases.remove(&name);
    }
    Ok(())
}

/// Aliases, and the options that may be parameters of a function: those without `$` and `@`.
///
/// # Errors
/// 400 for a broken escape or an alias given twice.
pub(crate) fn parameters(raw_query: &str) -> Result<(Aliases, Vec<(String, String)>), QueryError> {
    let (mut aliases, mut named) = (Aliases::new(), Vec::new());
    for part in raw_query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decode(name, true)?.trim().to_owned();
        if name.starts_with('$') {
            continue;
        }
        let decoded = if name.starts_with('@') { decode_any(value, true) } else { decode(value, true) };
        let value = decoded.map_err(|error| error.in_option(&name))?;
        if !name.starts_with('@') {
            named.push((name, value));
        } else if aliases.insert(name.clone(), value).is_some() {
            return Err(duplicate(&name));
        }
    }
    Ok((aliases, named))
}

fn duplicate(name: &str) -> QueryError {
    QueryError::bad(code::DUPLICATE_OPTION, format!("'{name}' must not appear more than once; keep one."))
        .in_option(name)
}

/// `None` for custom options. Without `$`, the short words `id`, `index` and `levels` stay the service's own.
fn system_option(name: &str) -> Result<Option<SystemOption>, QueryError> {
    let found = SystemOption::named(name);
    if !name.starts_with('$') {
        let is_own = |option: &SystemOption| {
            matches!(option, SystemOption::Id | SystemOption::Index | SystemOption::Levels)
        };
        return Ok(found.filter(|option| !is_own(option)));
    }
    found.map(Some).ok_or_else(|| {
        let hint = did_you_mean(name, SystemOption::names());
        let message = format!("'{name}' is an unknown query option.{hint}");
        QueryError::bad(code::UNKNOWN_OPTION, message).in_option(name)
    })
}

pub(super) fn offered(option: SystemOption, context: &Context<'_>) -> Result<(), QueryError> {
    let always = matches!(option, SystemOption::Format | SystemOption::SchemaVersion);
    if always || context.offered.contains(&option) {
        return Ok(());
    }
    let message = format!("{} is not available here; leave it out.", option.name());
    Err(QueryError::not_implemented(message).at(0).in_option(option.name()))
}

/// Nothing may be left.
fn end(cursor: &mut Cursor<'_>) -> Result<(), QueryError> {
    cursor.skip_space();
    if cursor.is_at_end() {
        return Ok(());
    }
    let found = cursor.found();
    Err(cursor.syntax(match cursor.peek() {
        Some(')') => format!("{found} is not expected here. Remove this parenthesis, or open one before it."),
        _ => format!("{found} is not expected here. Remove it, or put ',' before it."),
    }))
}

/// Reads option values against one type.
pub(super) struct Reader<'m, 'p> {
    pub(super) context: Context<'m>,
    pub(super) aliases: &'p Aliases,
    pub(super) budget: &'p Budget,
    /// How many `$expand` and transformations are around; 0 outside.
    pub(super) level: usize,
}

impl<'m> Reader<'m, '_> {
    /// Reads the value of `option` into `options`; stops before anything that cannot continue it.
    pub(super) fn option(
        &mut self,
        option: SystemOption,
        cursor: &mut Cursor<'_>,
        options: &mut Options,
    ) -> Result<(), QueryError> {
        match option {
            SystemOption::Apply => options.apply = self.apply(cursor)?,
            SystemOption::Compute => options.compute = self.compute(cursor)?,
            SystemOption::Count => options.count = boolean(cursor)?,
            SystemOption::Expand => options.expand = self.expand(cursor)?,
            SystemOption::Filter => options.filter = Some(self.condition(cursor)?),
            SystemOption::OrderBy => options.orderby = self.orderby(cursor)?,
            SystemOption::Search => options.search = Some(self.search(cursor)?),
            SystemOption::Select => {
                let mut selection = self.select(cursor)?;
                options.select_options = std::mem::take(&mut selection.options);
                options.select = selection.chosen();
            }
            SystemOption::Skip => options.skip = Some(number(cursor)?),
            SystemOption::Top => options.top = Some(number(cursor)?),
            SystemOption::DeltaToken => options.deltatoken = Some(text(cursor)?),
            SystemOption::SkipToken => options.skiptoken = Some(text(cursor)?),
            SystemOption::Format => options.format = Some(text(cursor)?),
            SystemOption::Id => options.id = Some(text(cursor)?),
            SystemOption::SchemaVersion => {
                let version = text(cursor)?;
                known_version(&version, self.context.model)?;
                options.schemaversion = Some(version);
            }
            SystemOption::Index => {
                cursor.skip_space();
                if !cursor.is_at_end() {
                    index_value(cursor)?;
                    let message = "$index with a value is for changes; write $index alone to see positions.";
                    return Err(QueryError::not_implemented(message).at(0));
                }
                options.index = true;
            }
            SystemOption::Levels => {
                let message = "$levels belongs inside $expand, such as $expand=reports($levels=2).";
                return Err(QueryError::bad(code::SYNTAX, message).at(0));
            }
        }
        Ok(())
    }

    pub(super) fn check_nesting(&self, position: usize) -> Result<(), QueryError> {
        let most = self.context.limits.nesting;
        if self.level < most {
            return Ok(());
        }
        let message = format!("This is nested too deeply; at most {most} levels are allowed here.");
        Err(QueryError::bad(code::LIMIT_EXCEEDED, message).at(position))
    }

    pub(super) fn parser<'p, 't>(&'p self, cursor: &'p mut Cursor<'t>) -> Parser<'p, 'p, 't>
    where
        'm: 'p,
    {
        Parser {
            cursor,
            scope: Scope::of(&self.context),
            aliases: self.aliases,
            budget: self.budget,
            reading: Vec::new(),
            height: 0,
        }
    }

    /// A checked true-or-false expression up to the end, `;` or `)`.
    pub(super) fn condition(&self, cursor: &mut Cursor<'_>) -> Result<Expr, QueryError> {
        let mut condition = self.expression(cursor)?;
        cursor.skip_space();
        if !cursor.is_at_end() && !cursor.rest().starts_with([';', ')']) {
            return Err(*self.parser(cursor).unexpected());
        }
        expr::check::condition(&mut condition, self.context.model)?;
        Ok(condition)
    }

    /// An unchecked expression.
    pub(super) fn expression(&self, cursor: &mut Cursor<'_>) -> Result<Expr, QueryError> {
        let expr = self.parser(cursor).expression().map_err(|error| *error)?;
        self.all_there(&expr)?;
        Ok(*expr)
    }

    /// An unchecked expression whose paths may lead through collections.
    pub(super) fn through_collections(&self, cursor: &mut Cursor<'_>) -> Result<Expr, QueryError> {
        let mut parser = self.parser(cursor);
        parser.scope.through_collections = true;
        let expr = parser.expression().map_err(|error| *error)?;
        self.all_there(&expr)?;
        Ok(*expr)
    }

    /// No property the expression names has been dropped by a step of `$apply`.
    fn all_there(&self, expr: &Expr) -> Result<(), QueryError> {
        if self.context.kept.is_none() {
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Path(path) | ExprKind::Count(path, _) => self.still_there(path, expr.span.start)?,
            ExprKind::Lambda(lambda) => self.still_there(&lambda.collection, expr.span.start)?,
            _ => {}
        }
        let mut result = Ok(());
        expr.for_each_child(&mut |child| {
            if result.is_ok() && !matches!(expr.kind, ExprKind::Count(..)) {
                result = self.all_there(child);
            }
        });
        result
    }

    pub(super) fn still_there(&self, path: &Path, position: usize) -> Result<(), QueryError> {
        let (Some(kept), None, Some(first)) = (&self.context.kept, &path.variable, path.segments.first())
        else {
            return Ok(());
        };
        let is_made = self.context.computed.iter().any(|(name, _)| name == first);
        let is_kept = kept.iter().any(|kept| {
            let length = kept.segments.len().min(path.segments.len());
            kept.segments[..length] == path.segments[..length]
        });
        if is_made || is_kept {
            return Ok(());
        }
        let message = format!("'{path}' is gone here; the $apply before it keeps other properties.");
        Err(QueryError::bad(code::UNKNOWN_PROPERTY, message).at(position))
    }
}

/// `-1` or `5`
fn index_value(cursor: &mut Cursor<'_>) -> Result<(), QueryError> {
    let start = cursor.position;
    cursor.accept('-');
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if !digits.is_empty() && cursor.is_at_end() {
        return Ok(());
    }
    Err(QueryError::bad(code::INVALID_VALUE, "Write a whole number, such as 5 or -1.").at(start))
}

/// `*` and the version of the model's annotation `Core.SchemaVersion` are known; without the annotation there is only `*`
/// (Protocol §11.2.12).
fn known_version(version: &str, model: &Model) -> Result<(), QueryError> {
    let declared =
        model.annotations.iter().find(|annotation| annotation.term == "Org.OData.Core.V1.SchemaVersion");
    let is_declared = declared.is_some_and(|annotation| annotation.value == Value::from(version));
    if version == "*" || is_declared {
        return Ok(());
    }
    let message = format!("There is no version '{version}' of the schema; write * for the present one.");
    Err(QueryError::not_found(message).at(0))
}

/// A whole number, with spaces around it as some clients write.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Result<u64, QueryError> {
    cursor.skip_space();
    let start = cursor.position;
    let digits = cursor.take_while(|c| !matches!(c, ' ' | '\t' | ';' | ')'));
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let message = if is_number { "This number is too large." } else { "Write a whole number of 0 or more." };
    let value = if is_number { digits.parse().ok() } else { None };
    cursor.skip_space();
    value.ok_or_else(|| QueryError::bad(code::INVALID_VALUE, message).at(start))
}

pub(super) fn boolean(cursor: &mut Cursor<'_>) -> Result<bool, QueryError> {
    cursor.skip_space();
    let start = cursor.position;
    let value = match cursor.identifier() {
        word if word.eq_ignore_ascii_case("true") => true,
        word if word.eq_ignore_ascii_case("false") => false,
        _ => return Err(QueryError::bad(code::INVALID_VALUE, "Write true or false.").at(start)),
    };
    cursor.skip_space();
    Ok(value)
}

/// The whole rest.
fn text(cursor: &mut Cursor<'_>) -> Result<String, QueryError> {
    let value = cursor.take_while(|_| true);
    if value.trim().is_empty() {
        return Err(QueryError::bad(code::INVALID_VALUE, "Give this option a value, or leave it out.").at(0));
    }
    Ok(value.to_owned())
}
