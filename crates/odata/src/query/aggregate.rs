//! The items of `aggregate(…)`: an expression, a method, perhaps `from`, and a name.

use super::read::Reader;
use super::{Aggregate, AggregateFrom, AggregateMethod};
use crate::cursor::{Cursor, is_identifier_part};
use crate::edm::EdmType;
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::{self, Expr, ExprKind};

impl Reader<'_, '_> {
    /// The names made are all there is afterwards.
    pub(super) fn aggregates(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Aggregate>, QueryError> {
        let mut items: Vec<Aggregate> = Vec::new();
        let mut made: Vec<(String, EdmType)> = Vec::new();
        loop {
            cursor.skip_space();
            let (item, ty) = self.aggregate(cursor, &made)?;
            made.push((item.name.clone(), ty));
            items.push(item);
            self.budget.list(items.len(), cursor.position)?;
            cursor.skip_space();
            if !cursor.accept(',') {
                self.context.computed = made;
                return Ok(items);
            }
        }
    }

    /// `amount with sum as total`, `$count as n`, `orders/$count as n`
    fn aggregate(
        &mut self,
        cursor: &mut Cursor<'_>,
        made: &[(String, EdmType)],
    ) -> Result<(Aggregate, EdmType), QueryError> {
        let rest = cursor.rest();
        if rest.starts_with("$count") && !rest.starts_with("$count ge") {
            cursor.position += "$count".len();
            let from = self.aggregate_from(cursor, &EdmType::Int64)?;
            let name = self.aggregate_name(cursor, made)?;
            let item = Aggregate { expr: None, method: AggregateMethod::Count, from, name };
            return Ok((item, EdmType::Int64));
        }
        // Only a path by itself may lead through collections: arithmetic needs single values.
        let before_with = rest.split_whitespace().next().unwrap_or_default();
        let is_path = before_with.chars().all(|c| c == '/' || c == '.' || c == '$' || is_identifier_part(c));
        let mut value = if is_path
            && rest[before_with.len()..].trim_start().starts_with(['w', 'W', 'a', 'A', 'f', 'F'])
        {
            self.through_collections(cursor)?
        } else {
            self.expression(cursor)?
        };
        cursor.skip_space();
        if let ExprKind::Count(path, None) = &value.kind
            && !cursor.rest().starts_with("with")
        {
            let kind = ExprKind::Path(path.clone());
            let expr = Some(Expr::new(kind, value.span));
            let from = self.aggregate_from(cursor, &EdmType::Int64)?;
            let name = self.aggregate_name(cursor, made)?;
            let item = Aggregate { expr, method: AggregateMethod::Count, from, name };
            return Ok((item, EdmType::Int64));
        }
        let ty = expr::check(&mut value, &self.context)?;
        if !cursor.accept_word("with") {
            return Err(cursor.syntax("Say how to aggregate with 'with', such as amount with sum as total."));
        }
        cursor.skip_space();
        let position = cursor.position;
        let (method, result) = method(cursor.dotted(), ty.as_ref(), position)?;
        let mut from = self.aggregate_from(cursor, &result)?;
        let name = self.aggregate_name(cursor, made)?;
        if from.is_empty() {
            from = self.aggregate_from(cursor, &result)?;
        }
        Ok((Aggregate { expr: Some(value), method, from, name }, result))
    }

    fn aggregate_name(
        &mut self,
        cursor: &mut Cursor<'_>,
        made: &[(String, EdmType)],
    ) -> Result<String, QueryError> {
        let name = self.new_name_hiding(cursor, self.context.kept.is_some())?;
        let position = cursor.position - name.len();
        if made.iter().any(|(known, _)| *known == name) {
            let message = format!("The name '{name}' is taken; choose another.");
            return Err(QueryError::bad(code::SYNTAX, message).at(position));
        }
        Ok(name)
    }

    /// `from country,city with average from …`
    fn aggregate_from(
        &mut self,
        cursor: &mut Cursor<'_>,
        ty: &EdmType,
    ) -> Result<Vec<AggregateFrom>, QueryError> {
        let mut all = Vec::new();
        loop {
            cursor.skip_space();
            if !cursor.accept_word("from") {
                return Ok(all);
            }
            let mut paths = Vec::new();
            loop {
                cursor.skip_space();
                let path = self.grouping_path(cursor)?;
                paths.push(path);
                cursor.skip_space();
                if !cursor.accept(',') {
                    break;
                }
            }
            if !cursor.accept_word("with") {
                return Err(cursor.syntax("Say how to aggregate after 'from' with 'with'."));
            }
            cursor.skip_space();
            let position = cursor.position;
            let (method, _) = method(cursor.dotted(), Some(ty), position)?;
            all.push(AggregateFrom { paths, method });
            self.budget.list(all.len(), position)?;
        }
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
        "average" if own == EdmType::Duration => (AggregateMethod::Average, EdmType::Duration),
        "average" => (AggregateMethod::Average, EdmType::Double),
        "min" => (AggregateMethod::Min, own.clone()),
        "max" => (AggregateMethod::Max, own.clone()),
        "countdistinct" => (AggregateMethod::CountDistinct, EdmType::Int64),
        other if other.contains('.') => {
            let message = format!("The aggregation method '{name}' is not available.");
            return Err(QueryError::not_implemented(message).at(position));
        }
        _ => {
            let hint = did_you_mean(name, ["sum", "min", "max", "average", "countdistinct"]);
            let message = format!("There is no aggregation method '{name}'.{hint}");
            return Err(QueryError::bad(code::UNKNOWN_FUNCTION, message).at(position));
        }
    };
    let needs_number = matches!(method, AggregateMethod::Sum | AggregateMethod::Average);
    if needs_number && !own.is_numeric() && own != EdmType::Duration {
        let message = format!("'{name}' needs numbers, not {}.", own.plain());
        return Err(QueryError::bad(code::TYPE_MISMATCH, message).at(position));
    }
    Ok((method, result))
}
