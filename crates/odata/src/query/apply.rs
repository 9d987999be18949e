//! `$apply` (OData Extension for Data Aggregation 4.0 §3): the transformations as a tree.
//!
//! Names made by one transformation are known to the next, and properties it drops are not. Aggregates are in
//! [`super::aggregate`]. Recursive hierarchies are refused by name.

use super::read::{Reader, number};
use super::{Grouping, Ranking, Step, Transformation};
use crate::cursor::Cursor;
use crate::edm::{EdmType, OperationKind};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::{self, Literal, Path, Span};

const NAMES: [&str; 20] = [
    "aggregate",
    "bottomcount",
    "bottompercent",
    "bottomsum",
    "compute",
    "concat",
    "expand",
    "filter",
    "groupby",
    "identity",
    "join",
    "nest",
    "orderby",
    "outerjoin",
    "search",
    "skip",
    "top",
    "topcount",
    "toppercent",
    "topsum",
];

/// Known to the standard, not offered.
const REFUSED: [&str; 5] = ["addnested", "ancestors", "descendants", "transformnested", "traverse"];

impl Reader<'_, '_> {
    /// Transformations joined by `/`.
    pub(super) fn apply(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Step>, QueryError> {
        let mut steps = Vec::new();
        loop {
            cursor.skip_space();
            steps.push(self.step(cursor)?);
            self.budget.list(steps.len(), cursor.position)?;
            if !cursor.accept('/') {
                return Ok(steps);
            }
        }
    }

    fn step(&mut self, cursor: &mut Cursor<'_>) -> Result<Step, QueryError> {
        let start = cursor.position;
        let kind = self.transformation(cursor)?;
        Ok(Step { kind, span: Span { start, end: cursor.position } })
    }

    fn transformation(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let position = cursor.position;
        let given = cursor.dotted();
        let name = given.to_ascii_lowercase();
        self.budget.node(position)?;
        if name == "identity" {
            return Ok(Transformation::Identity);
        }
        if !NAMES.contains(&name.as_str()) || !cursor.accept('(') {
            return Err(self.unknown(given, &name, cursor, position));
        }
        self.check_nesting(position)?;
        self.level += 1;
        let step = match name.as_str() {
            "aggregate" => {
                let items = self.aggregates(cursor)?;
                self.context.kept = Some(Vec::new());
                Transformation::Aggregate(items)
            }
            "compute" => Transformation::Compute(self.compute(cursor)?),
            "expand" => self.expand_step(cursor)?,
            "filter" => Transformation::Filter(self.condition(cursor)?),
            "groupby" => self.group_by(cursor)?,
            "join" | "outerjoin" => self.join(&name, cursor)?,
            "nest" => self.nest(cursor)?,
            "orderby" => Transformation::OrderBy(self.orderby(cursor)?),
            "search" => Transformation::Search(self.search(cursor)?),
            "skip" => Transformation::Skip(number(cursor)?),
            "top" => Transformation::Top(number(cursor)?),
            "concat" => self.concat(cursor)?,
            ranking => self.ranked(ranking, cursor)?,
        };
        cursor.expect(')', &format!("Close {name}( with ')'."))?;
        self.level -= 1;
        Ok(step)
    }

    fn unknown(&self, given: &str, name: &str, cursor: &mut Cursor<'_>, position: usize) -> QueryError {
        if NAMES.contains(&name) {
            return QueryError::bad(code::SYNTAX, format!("Put '(' after {name}.")).at(position + name.len());
        }
        let own = self.context.model.unqualified(given);
        let is_function = self.context.model.overloads(OperationKind::Function, own).next().is_some();
        if REFUSED.contains(&name) || (given.contains('.') && is_function) {
            cursor.accept('(');
            cursor.skip_space();
            if cursor.accept(')') && REFUSED.contains(&name) {
                let message = format!("{name}() needs a hierarchy and what to start from.");
                return QueryError::bad(code::SYNTAX, message).at(position);
            }
            return QueryError::not_implemented(format!("'{given}' is not available in $apply."))
                .at(position);
        }
        let hint = did_you_mean(name, NAMES);
        let message = format!("There is no transformation '{given}'.{hint}");
        QueryError::bad(code::UNKNOWN_FUNCTION, message).at(position)
    }

    fn group_by(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        cursor.expect('(', "Write the grouping properties in parentheses: groupby((a,b),…).")?;
        let mut groupings: Vec<Grouping> = Vec::new();
        loop {
            cursor.skip_space();
            let grouping = match cursor.rest().strip_prefix("rollup") {
                Some(rest) if rest.starts_with('(') => self.rollup(cursor)?,
                Some(rest) if rest.starts_with("recursive(") => {
                    let message = "rolluprecursive is not available; name the properties.";
                    return Err(QueryError::not_implemented(message).at(cursor.position));
                }
                _ => Grouping::Path(self.grouping_path(cursor)?),
            };
            groupings.push(grouping);
            self.budget.list(groupings.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                break;
            }
        }
        cursor.expect(')', "Close the grouping properties with ')'.")?;
        cursor.skip_space();
        let known = self.context.computed.len();
        let steps = if cursor.accept(',') { self.apply(cursor)? } else { Vec::new() };
        let paths: Vec<Path> = groupings.iter().flat_map(Grouping::paths).cloned().collect();
        self.keep_groups(&paths, known, steps.is_empty());
        let plain: Option<Vec<Path>> = groupings
            .iter()
            .map(|grouping| match grouping {
                Grouping::Path(path) => Some(path.clone()),
                Grouping::Rollup { .. } => None,
            })
            .collect();
        Ok(match plain {
            Some(paths) => Transformation::GroupBy(paths, steps),
            None => Transformation::GroupByRollup(groupings, steps),
        })
    }

    /// After grouping there are the groups' properties, what the steps made or kept, and how many rows each group had.
    fn keep_groups(&mut self, paths: &[Path], known: usize, is_distinct: bool) {
        let kept_by_steps = self.context.kept.take();
        if kept_by_steps.is_none() && !is_distinct {
            // The rows of the groups are still whole.
            return;
        }
        let mut kept = kept_by_steps.filter(|_| !is_distinct).unwrap_or_default();
        kept.extend(paths.iter().cloned());
        let is_grouped =
            |name: &str| paths.iter().any(|path| path.segments.first().is_some_and(|s| s == name));
        let mut index = 0;
        self.context.computed.retain(|(name, _)| {
            index += 1;
            index > known || is_grouped(name)
        });
        if is_distinct {
            self.context.computed.push(("$count".to_owned(), EdmType::Int64));
        }
        self.context.kept = Some(kept);
    }

    pub(super) fn grouping_path(&mut self, cursor: &mut Cursor<'_>) -> Result<Path, QueryError> {
        let position = cursor.position;
        let (path, meets_collection) = self.path_still_there(cursor)?;
        if meets_collection {
            let message = format!("'{path}' has many values; group by a property that has one.");
            return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position));
        }
        Ok(path)
    }

    /// A path that earlier steps did not remove, and whether it meets a collection.
    fn path_still_there(&self, cursor: &mut Cursor<'_>) -> Result<(Path, bool), QueryError> {
        let position = cursor.position;
        let (path, meets_collection) = self.walked_path(cursor, None)?;
        self.still_there(&path, position)?;
        Ok((path, meets_collection))
    }

    /// `rollup(null,country,city)`: the levels from coarse to fine, `null` for a row over all.
    fn rollup(&mut self, cursor: &mut Cursor<'_>) -> Result<Grouping, QueryError> {
        cursor.position += "rollup(".len();
        let (mut levels, mut with_total) = (Vec::new(), false);
        loop {
            cursor.skip_space();
            if levels.is_empty() && !with_total && cursor.accept_word("null") {
                with_total = true;
            } else {
                let level = self.grouping_path(cursor)?;
                levels.push(level);
            }
            cursor.skip_space();
            if !cursor.accept(',') {
                break;
            }
        }
        if levels.is_empty() {
            return Err(cursor.syntax("Name at least one property in rollup(…)."));
        }
        cursor.expect(')', "Close rollup( with ')'.")?;
        Ok(Grouping::Rollup { with_total, levels })
    }

    fn concat(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let mut sequences = Vec::new();
        let before = self.context.clone();
        let mut made: Vec<(String, EdmType)> = Vec::new();
        let (mut kept, mut keeps_all) = (Vec::new(), false);
        loop {
            // Each sequence starts from the same input, so the names of one may come back in the next.
            self.context.computed.clone_from(&before.computed);
            self.context.kept.clone_from(&before.kept);
            cursor.skip_space();
            sequences.push(self.apply(cursor)?);
            made.append(&mut self.context.computed);
            match self.context.kept.take() {
                Some(paths) => kept.extend(paths),
                None => keeps_all = true,
            }
            self.budget.list(sequences.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                break;
            }
        }
        if sequences.len() < 2 {
            return Err(cursor.syntax("concat() needs two sequences, separated by ','."));
        }
        made.reverse();
        let mut names: Vec<(String, EdmType)> = Vec::new();
        for item in made {
            if !names.iter().any(|(name, _)| *name == item.0) {
                names.push(item);
            }
        }
        self.context.computed = names;
        self.context.kept = if keeps_all { None } else { Some(kept) };
        Ok(Transformation::Concat(sequences))
    }

    /// `nest(groupby((country)) as countries,…)`
    fn nest(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let mut nested = Vec::new();
        let before = self.context.clone();
        let mut names: Vec<(String, EdmType)> = Vec::new();
        loop {
            cursor.skip_space();
            self.context = before.clone();
            let steps = self.apply(cursor)?;
            self.context.computed.clone_from(&names);
            let name = self.new_name_hiding(cursor, true)?;
            names.push((name.clone(), EdmType::collection_of(self.context.ty.clone())));
            nested.push((steps, name));
            self.budget.list(nested.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                break;
            }
        }
        self.context.computed = names;
        self.context.kept = Some(Vec::new());
        Ok(Transformation::Nest(nested))
    }

    /// `join(orders as order,filter(…))`
    fn join(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        cursor.skip_space();
        let position = cursor.position;
        let (path, _) = self.path_still_there(cursor)?;
        let EdmType::Collection(item) = path.ty.clone() else {
            let message = format!("{name}() needs a collection, and '{path}' is {}.", path.ty.plain());
            return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position));
        };
        let alias = self.new_name_hiding(cursor, true)?;
        cursor.skip_space();
        let steps = if cursor.accept(',') {
            let inside = self.context.inside(&item);
            let outer = std::mem::replace(&mut self.context, inside);
            let steps = self.apply(cursor);
            self.context = outer;
            steps?
        } else {
            Vec::new()
        };
        self.context.computed.push((alias.clone(), *item));
        let outer = name == "outerjoin";
        Ok(Transformation::Join { path, name: alias, steps, outer })
    }

    /// `expand(orders,filter(…))`
    fn expand_step(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        cursor.skip_space();
        let position = cursor.position;
        let (path, _) = self.path_still_there(cursor)?;
        let is_related = matches!(&path.ty, EdmType::Entity(_))
            || matches!(&path.ty, EdmType::Collection(item) if matches!(**item, EdmType::Entity(_)));
        if !is_related {
            let message = format!("expand() needs a navigation property, and '{path}' is none.");
            return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position));
        }
        let inside = self.context.inside(&path.ty);
        let outer = std::mem::replace(&mut self.context, inside);
        let mut steps = Vec::new();
        cursor.skip_space();
        let mut result = Ok(());
        while result.is_ok() && cursor.accept(',') {
            cursor.skip_space();
            result = self.step(cursor).map(|step| steps.push(step));
            cursor.skip_space();
        }
        self.context = outer;
        result.map(|()| Transformation::Expand(path, steps))
    }

    /// `topcount(2,amount)`
    fn ranked(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let ranking = match name {
            "topcount" => Ranking::TopCount,
            "topsum" => Ranking::TopSum,
            "toppercent" => Ranking::TopPercent,
            "bottomcount" => Ranking::BottomCount,
            "bottomsum" => Ranking::BottomSum,
            _ => Ranking::BottomPercent,
        };
        let bound = self.number_expression(cursor)?;
        self.check_bound(ranking, &bound)?;
        cursor.expect(',', &format!("Write {name}(number,property)."))?;
        let by = self.number_expression(cursor)?;
        Ok(Transformation::Ranked(ranking, bound, by))
    }

    /// Counts are whole and positive, percentages lie in 0 to 100.
    fn check_bound(&self, ranking: Ranking, bound: &expr::Expr) -> Result<(), QueryError> {
        let Some(value) = bound.as_literal() else { return Ok(()) };
        let number = value.to_f64().unwrap_or(f64::NAN);
        let wanted = match ranking {
            Ranking::TopCount | Ranking::BottomCount => {
                (!matches!(value, Literal::Int(count) if *count > 0)).then_some("a whole number above 0")
            }
            Ranking::TopPercent | Ranking::BottomPercent => {
                (!(number > 0.0 && number <= 100.0)).then_some("a number above 0 and up to 100")
            }
            Ranking::TopSum | Ranking::BottomSum => None,
        };
        match wanted {
            None => Ok(()),
            Some(wanted) => {
                let message = format!("Write {wanted} here.");
                Err(QueryError::bad(code::INVALID_VALUE, message).at(bound.span.start))
            }
        }
    }

    fn number_expression(&self, cursor: &mut Cursor<'_>) -> Result<expr::Expr, QueryError> {
        let mut value = self.expression(cursor)?;
        match expr::check(&mut value, &self.context)? {
            Some(ty) if !ty.is_numeric() => {
                let message = format!("A number is needed here, not {}.", ty.plain());
                Err(QueryError::bad(code::TYPE_MISMATCH, message).at(value.span.start))
            }
            _ => Ok(value),
        }
    }
}

impl Grouping {
    /// The properties of the grouping.
    #[must_use]
    pub fn paths(&self) -> &[Path] {
        match self {
            Grouping::Path(path) => std::slice::from_ref(path),
            Grouping::Rollup { levels, .. } => levels,
        }
    }
}
