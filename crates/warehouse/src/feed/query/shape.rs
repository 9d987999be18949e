//! What a step of a query gives: a plan of the engine and the OData types of its columns.

use datafusion::logical_expr::{Expr as EngineExpr, LogicalPlanBuilder, ident};
use odata::edm::EdmType;

use super::QueryFailure;

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::feed) struct Shape {
    pub(in crate::feed) name: String,
    pub(in crate::feed) ty: EdmType,
    pub(in crate::feed) nullable: bool,
    /// Whether it only helps to compute others, and is never written.
    pub(in crate::feed) is_hidden: bool,
}

impl Shape {
    /// A column that may be null.
    pub(super) fn made(name: &str, ty: EdmType) -> Self {
        Self { name: name.to_owned(), ty, nullable: true, is_hidden: false }
    }

    /// The same, for what comes after; never written.
    pub(super) fn hidden(name: &str, ty: EdmType) -> Self {
        Self { is_hidden: true, ..Self::made(name, ty) }
    }
}

/// Rows to be: a plan and its columns, which have unique names.
#[derive(Clone, Debug)]
pub(in crate::feed) struct Relation {
    pub(in crate::feed) plan: LogicalPlanBuilder,
    pub(in crate::feed) shapes: Vec<Shape>,
}

impl Relation {
    pub(super) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }

    /// The plan changed by `change`, the columns as they were.
    pub(super) fn with(
        self,
        change: impl FnOnce(LogicalPlanBuilder) -> datafusion::error::Result<LogicalPlanBuilder>,
    ) -> Result<Self, QueryFailure> {
        Ok(Self { plan: change(self.plan)?, shapes: self.shapes })
    }

    /// All columns and some new ones; a new one takes the place of one with its name.
    pub(super) fn and(self, new: Vec<(EngineExpr, Shape)>) -> Result<Self, QueryFailure> {
        let is_kept = |shape: &Shape| !new.iter().any(|(_, added)| added.name == shape.name);
        let mut shapes: Vec<Shape> = self.shapes.into_iter().filter(is_kept).collect();
        let kept = shapes.iter().map(|shape| ident(shape.name.as_str()));
        let added = new.iter().map(|(expr, shape)| expr.clone().alias(shape.name.as_str()));
        let exprs: Vec<_> = kept.chain(added).collect();
        shapes.extend(new.into_iter().map(|(_, shape)| shape));
        Ok(Self { plan: self.plan.project(exprs)?, shapes })
    }

    /// Only these columns, in this order.
    pub(in crate::feed) fn only(self, names: &[String]) -> Result<Self, QueryFailure> {
        let shapes: Vec<_> = names.iter().filter_map(|name| self.shape(name).cloned()).collect();
        let exprs: Vec<_> = shapes.iter().map(|shape| ident(shape.name.as_str())).collect();
        Ok(Self { plan: self.plan.project(exprs)?, shapes })
    }

    /// Without the column `name`, if it is there.
    pub(super) fn without(self, name: &str) -> Result<Self, QueryFailure> {
        if self.shape(name).is_none() {
            return Ok(self);
        }
        let others = self.shapes.iter().map(|shape| shape.name.clone()).filter(|known| known != name);
        let others: Vec<_> = others.collect();
        self.only(&others)
    }
}
