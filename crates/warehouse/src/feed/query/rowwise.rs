//! An expression that the engine has no function for, evaluated row by row by `odata`'s own evaluator.
//!
//! It is the meaning of the standard itself, only slower; whatever the translation does not know ends up here.

use std::hash::{Hash, Hasher};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, Expr as EngineExpr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    ident, lit,
};
use odata::edm::EdmType;
use odata::expr::{self, Expr, Literal};

use super::shape::Shape;
use super::value;

/// One expression as a function of the columns it reads.
#[derive(Debug)]
struct RowWise {
    /// The expression as text: two are the same when they say the same.
    text: String,
    expr: Expr,
    /// What it reads, in the order of the arguments.
    reads: Vec<(String, EdmType)>,
    ty: EdmType,
    result: DataType,
    now: Literal,
    signature: Signature,
}

impl PartialEq for RowWise {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.ty == other.ty
    }
}

impl Eq for RowWise {}

impl Hash for RowWise {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// `expr`, of type `ty`, over the columns of `shapes`; nothing when no column can hold its result.
pub(super) fn rowwise(expr: &Expr, ty: &EdmType, shapes: &[Shape], now: &Literal) -> Option<EngineExpr> {
    let mut names = Vec::new();
    super::super::filter::paths(expr, &mut |name| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    });
    let of_name =
        |name: String| shapes.iter().find(|shape| shape.name == name).map(|shape| (name, shape.ty.clone()));
    let reads = names.into_iter().map(of_name).collect::<Option<Vec<_>>>()?;
    let mut arguments: Vec<_> = reads.iter().map(|(name, _)| ident(name.as_str())).collect();
    if arguments.is_empty() {
        arguments.push(lit(true));
    }
    let function = RowWise {
        text: expr::render(expr, ""),
        expr: expr.clone(),
        reads,
        result: value::arrow_type(ty)?,
        ty: ty.clone(),
        now: now.clone(),
        signature: Signature::variadic_any(Volatility::Immutable),
    };
    Some(ScalarUDF::new_from_impl(function).call(arguments))
}

impl ScalarUDFImpl for RowWise {
    fn name(&self) -> &str {
        &self.text
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = call.number_rows;
        let array = |value: &ColumnarValue| value.to_array(rows);
        let arrays: Vec<ArrayRef> = call.args.iter().map(array).collect::<Result<_>>()?;
        let values = (0..rows).map(|row| {
            expr::evaluate(&self.expr, &|name| {
                if name == "$now" {
                    return self.now.clone();
                }
                let at = self.reads.iter().position(|(known, _)| known == name);
                at.map_or(Literal::Null, |at| value::literal(arrays[at].as_ref(), row, &self.reads[at].1))
            })
        });
        let column = value::column(&self.ty, values);
        let column = column.ok_or_else(|| DataFusionError::Internal("no column for this type".to_owned()))?;
        Ok(ColumnarValue::Array(column))
    }
}
