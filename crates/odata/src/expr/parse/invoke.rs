//! Functions of the model in expressions: `Example.price(tax=5)`, `category/Example.top(count=3)/name`.

use super::{InvokeHead, Parsed, Parser, Step};
use crate::edm::{EdmType, Operation, OperationKind};
use crate::error::{QueryError, code, did_you_mean};
use crate::expr::{Expr, ExprKind, Invocation, Literal, Path};
use crate::literal::fit::fit;
use crate::path::call;

impl Parser<'_, '_, '_> {
    /// A call of a function of the model on `on`, or, without one, on the row itself or on nothing.
    pub(super) fn invoke_head(&mut self, name: &str, on: Option<Path>) -> Option<Step> {
        let model = self.scope.model();
        let own = model.unqualified(name);
        let is_known = model.overloads(OperationKind::Function, own).next().is_some();
        if !is_known {
            return None;
        }
        self.cursor.accept('(');
        // `$it/f()` is `f()`.
        let on = on.filter(|path| path.variable.is_some() || !path.segments.is_empty());
        Some(Step::Invoke(Box::new(InvokeHead { name: name.to_owned(), on })))
    }

    /// The arguments, up to and with `)`, and the members of the result after it.
    pub(super) fn invoke(&mut self, head: InvokeHead, start: usize) -> Parsed {
        let (mut arguments, mut highest): (Vec<(String, Expr)>, usize) = (Vec::new(), 0);
        self.enter(start)?;
        self.cursor.skip_space();
        let mut goes_on = !self.cursor.accept(')');
        while goes_on {
            let name = self.argument_name(&arguments)?;
            arguments.push((name, *self.expression()?));
            highest = self.height.max(highest);
            goes_on = self.another_argument(arguments.len())?;
        }
        self.budget.leave();
        self.height = highest;
        let call = self.resolved(head, arguments, start)?;
        self.node(ExprKind::Invoke(Box::new(call)), start)
    }

    fn argument_name(&mut self, known: &[(String, Expr)]) -> Parsed<String> {
        self.cursor.skip_space();
        let position = self.cursor.position;
        let name = self.cursor.identifier().to_owned();
        self.cursor.skip_space();
        if name.is_empty() || known.iter().any(|(other, _)| *other == name) || !self.cursor.accept('=') {
            let message = "Write each argument once, with its name: f(a=1,b='x').";
            return Err(QueryError::bad(code::SYNTAX, message).at(position).into());
        }
        Ok(name)
    }

    fn another_argument(&mut self, so_far: usize) -> Parsed<bool> {
        self.budget.list(so_far, self.cursor.position)?;
        self.cursor.skip_space();
        if self.cursor.accept(')') {
            return Ok(false);
        }
        if self.cursor.accept(',') {
            return Ok(true);
        }
        Err(self.cursor.syntax("Put ',' between arguments and ')' after the last.").into())
    }

    fn resolved(
        &mut self,
        head: InvokeHead,
        arguments: Vec<(String, Expr)>,
        start: usize,
    ) -> Parsed<Invocation> {
        let model = self.scope.model();
        let own = model.unqualified(&head.name);
        let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
        let root = self.scope.root.ty().clone();
        let (on, found) = match head.on {
            Some(path) => {
                let found = call::in_expression(own, Some(&path.ty), &names, model);
                (Some(path), found)
            }
            None => match call::in_expression(own, Some(&root), &names, model) {
                Some(found) => {
                    let variable = if self.scope.at_root { "$it" } else { "$this" };
                    let path = Path::start(Some(variable.to_owned()), root);
                    (Some(path), Some(found))
                }
                None => (None, call::in_expression(own, None, &names, model)),
            },
        };
        let Some((overload, operation)) = found else {
            return Err(self.no_function(&head.name, start).into());
        };
        let arguments = fitted(operation, arguments, model)?;
        let ty = operation.returns.as_ref().map_or(EdmType::Boolean, |returns| returns.ty.clone());
        let mut call =
            Invocation { function: own.to_owned(), overload, on, arguments, segments: Vec::new(), ty };
        while self.cursor.accept('/') {
            let position = self.cursor.position;
            let name = self.cursor.identifier();
            if name.is_empty() || self.cursor.peek() == Some('(') {
                let message = "Only properties are available after a function; name one.";
                return Err(QueryError::not_implemented(message).at(position).into());
            }
            let place = self.scope.place(&call.ty);
            let (name, ty) = self.scope.member(&place, false, name, position)?;
            call.segments.push(name);
            call.ty = ty;
        }
        Ok(call)
    }

    fn no_function(&self, name: &str, start: usize) -> QueryError {
        let functions = self.scope.model().operations.iter().filter(|o| o.kind == OperationKind::Function);
        let hint = did_you_mean(name, functions.map(|operation| operation.name.as_str()));
        let message = format!("No function '{name}' takes these arguments here.{hint}");
        QueryError::bad(code::UNKNOWN_FUNCTION, message).at(start)
    }
}

/// The arguments in declared order, literals as values of their parameter.
fn fitted(
    operation: &Operation,
    mut arguments: Vec<(String, Expr)>,
    model: &crate::edm::Model,
) -> Result<Vec<(String, Expr)>, QueryError> {
    let place = |name: &str| operation.arguments().iter().position(|parameter| parameter.name == *name);
    arguments.sort_by_key(|(name, _)| place(name));
    for (name, argument) in &mut arguments {
        let parameter = operation.arguments().iter().find(|parameter| parameter.name == *name);
        let (Some(parameter), ExprKind::Literal(value)) = (parameter, &mut argument.kind) else { continue };
        let position = argument.span.start;
        if *value == Literal::Null && !parameter.nullable {
            let message = format!("'{name}' must not be null.");
            return Err(QueryError::bad(code::INVALID_VALUE, message).at(position));
        }
        *value = fit(value, &parameter.ty, model).map_err(|message| {
            QueryError::bad(code::TYPE_MISMATCH, format!("'{name}': {message}")).at(position)
        })?;
    }
    Ok(arguments)
}
