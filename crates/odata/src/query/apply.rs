//! `$apply` (OData Extension for Data Aggregation 4.0 §3): the transformations as a tree.
//!
//! Names made by one transformation are known to the next. `rollup`, custom aggregates and hierarchies are refused.

use super::read::{Reader, number};
use super::{Aggregate, AggregateMethod, Ranking, Transformation};
use crate::cursor::Cursor;
use crate::edm::EdmType;
use crate::error::{QueryError, code, did_you_mean};
use crate::expr;
use crate::expr::Path;

const NAMES: [&str; 16] = [
    "aggregate",
    "bottomcount",
    "bottompercent",
    "bottomsum",
    "compute",
    "concat",
    "filter",
    "groupby",
    "identity",
    "orderby",
    "search",
    "skip",
    "top",
    "topcount",
    "toppercent",
    "topsum",
];

impl Reader<'_, '_> {
    /// Transformations joined by `/`.
    pub(super) fn apply(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Transformation>, QueryError> {
        let mut steps = Vec::new();
        loop {
            cursor.skip_space();
            steps.push(self.transformation(cursor)?);
            self.budget.list(steps.len(), cursor.position)?;
            if !cursor.accept('/') {
                return Ok(steps);
            }
        }
    }

    fn transformation(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let position = cursor.position;
        let name = cursor.identifier().to_ascii_lowercase();
        self.budget.node(position)?;
        if name == "identity" {
            return Ok(Transformation::Identity);
        }
        if !NAMES.contains(&name.as_str()) || !cursor.accept('(') {
            return Err(unknown(&name, position));
        }
        self.check_nesting(position)?;
        self.level += 1;
        let step = match name.as_str() {
            "aggregate" => Transformation::Aggregate(self.aggregates(cursor)?),
            "compute" => Transformation::Compute(self.compute(cursor)?),
            "filter" => Transformation::Filter(self.condition(cursor)?),
            "groupby" => self.group_by(cursor)?,
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

    fn group_by(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        cursor.expect('(', "Write the grouping properties in parentheses: groupby((a,b),…).")?;
        cursor.skip_space();
        if cursor.rest().starts_with("rollup") {
            return Err(QueryError::not_implemented("rollup is not available; name the properties.")
                .at(cursor.position));
        }
        let paths: Vec<Path> =
            self.select(cursor)?.ok_or_else(|| cursor.syntax("Name the properties to group by."))?;
        cursor.expect(')', "Close the grouping properties with ')'.")?;
        cursor.skip_space();
        let steps = if cursor.accept(',') { self.apply(cursor)? } else { Vec::new() };
        Ok(Transformation::GroupBy(paths, steps))
    }

    fn concat(&mut self, cursor: &mut Cursor<'_>) -> Result<Transformation, QueryError> {
        let mut sequences = Vec::new();
        let known = self.context.computed.len();
        loop {
            // Each sequence starts from the same input, so the names of one may come back in the next.
            let mut made = self.context.computed.split_off(known);
            sequences.push(self.apply(cursor)?);
            made.retain(|(name, _)| !self.context.computed.iter().any(|(other, _)| other == name));
            self.context.computed.append(&mut made);
            self.budget.list(sequences.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                break;
            }
        }
        if sequences.len() < 2 {
            return Err(cursor.syntax("concat() needs two sequences, separated by ','."));
        }
        Ok(Transformation::Concat(sequences))
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
        cursor.expect(',', &format!("Write {name}(number,property)."))?;
        let by = self.number_expression(cursor)?;
        Ok(Transformation::Ranked(ranking, bound, by))
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

    fn aggregates(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Aggregate>, QueryError> {
        let mut items = Vec::new();
        loop {
            cursor.skip_space();
            items.push(self.aggregate(cursor)?);
            self.budget.list(items.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                return Ok(items);
            }
        }
    }

    /// `amount with sum as total`, `$count as n`
    fn aggregate(&mut self, cursor: &mut Cursor<'_>) -> Result<Aggregate, QueryError> {
        if cursor.rest().starts_with("$count") {
            cursor.position += "$count".len();
            let name = self.new_name(cursor)?;
            self.context.computed.push((name.clone(), EdmType::Int64));
            return Ok(Aggregate { expr: None, method: AggregateMethod::Count, name });
        }
        let mut value = self.expression(cursor)?;
        let ty = expr::check(&mut value, &self.context)?;
        cursor.skip_space();
        if !cursor.accept_word("with") {
            return Err(cursor.syntax("Say how to aggregate with 'with', such as amount with sum as total."));
        }
        cursor.skip_space();
        let position = cursor.position;
        let (method, result) = method(cursor.dotted(), ty.as_ref(), position)?;
        let name = self.new_name(cursor)?;
        self.context.computed.push((name.clone(), result));
        Ok(Aggregate { expr: Some(value), method, name })
    }
}

fn method(
    name: &str,
    ty: Option<&EdmType>,
    position: usize,
) -> Result<(AggregateMethod, EdmType), QueryError> {
    let own = ty.cloned().unwrap_or(EdmType::Int64);
    let (method, result) = match name.to_ascii_lowercase().as_str() {
        "sum" => (AggregateMethod::Sum, if own.is_integer() { EdmType::Int64 } else { own.clone() }),
        "average" => (AggregateMethod::Average, EdmType::Double),
        "min" => (AggregateMethod::Min, own.clone()),
        "max" => (AggregateMethod::Max, own.clone()),
        "countdistinct" => (AggregateMethod::CountDistinct, EdmType::Int64),
        _ => {
            let hint = did_you_mean(name, ["sum", "min", "max", "average", "countdistinct"]);
            let message = format!("There is no aggregation method '{name}'.{hint}");
            return Err(QueryError::not_implemented(message).at(position));
        }
    };
    let needs_number = matches!(method, AggregateMethod::Sum | AggregateMethod::Average);
    if needs_number && !own.is_numeric() && own != EdmType::Duration {
        let message = format!("'{name}' needs numbers, not {}.", own.plain());
        return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position));
    }
    Ok((method, result))
}

fn unknown(name: &str, position: usize) -> QueryError {
    if NAMES.contains(&name) {
        return QueryError::bad(code::SYNTAX, format!("Put '(' after {name}.")).at(position + name.len());
    }
    let hint = did_you_mean(name, NAMES);
    QueryError::not_implemented(format!("There is no transformation '{name}' here.{hint}")).at(position)
}
