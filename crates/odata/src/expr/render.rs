//! Expressions as URL text, with as few parentheses as precedence allows.
//!
//! Percent-encoding is the caller's.

use std::fmt::Write as _;

use super::{Arithmetic, Comparison, Expr, ExprKind, Invocation, Lambda, Literal, Quantifier};
use crate::edm::EdmType;

pub(super) fn render(expr: &Expr, namespace: &str) -> String {
    let mut out = String::new();
    write(&mut out, expr, 0, namespace);
    out
}

/// As in the parser; what needs no parentheses anywhere is highest.
fn precedence(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::Or(_) => 1,
        ExprKind::And(_) => 2,
        ExprKind::Compare(Comparison::Eq | Comparison::Ne, ..) => 3,
        ExprKind::Compare(..) => 4,
        ExprKind::Arithmetic(Arithmetic::Add | Arithmetic::Sub, ..) => 5,
        ExprKind::Arithmetic(..) => 6,
        ExprKind::Not(_) | ExprKind::Negate(_) => 7,
        ExprKind::Has(..) | ExprKind::In(..) => 8,
        _ => 9,
    }
}

fn write(out: &mut String, expr: &Expr, floor: u8, namespace: &str) {
    let own = precedence(&expr.kind);
    if own < floor {
        out.push('(');
        write(out, expr, 0, namespace);
        out.push(')');
        return;
    }
    match &expr.kind {
        ExprKind::Literal(literal) => write_literal(out, literal, namespace),
        ExprKind::Path(path) => push(out, path),
        ExprKind::And(terms) => joined(out, terms, " and ", own + 1, namespace),
        ExprKind::Or(terms) => joined(out, terms, " or ", own + 1, namespace),
        // Their operands always get parentheses: `-5` would read as a number.
        ExprKind::Not(operand) => parenthesised(out, "not ", operand, namespace),
        ExprKind::Negate(operand) => parenthesised(out, "-", operand, namespace),
        ExprKind::Compare(op, left, right) => infix(out, left, op.keyword(), right, own, namespace),
        ExprKind::Arithmetic(op, left, right) => infix(out, left, op.keyword(), right, own, namespace),
        ExprKind::Has(left, right) => infix(out, left, "has", right, own, namespace),
        ExprKind::In(left, items) => {
            write(out, left, own, namespace);
            out.push_str(" in ");
            if let [only] = items.as_slice()
                && is_collection(only)
            {
                return write(out, only, own + 1, namespace);
            }
            out.push('(');
            joined(out, items, ",", 0, namespace);
            out.push(')');
        }
        ExprKind::Call(function, arguments) => {
            out.push_str(function.name());
            out.push('(');
            for (index, argument) in arguments.iter().enumerate() {
                let is_value = *function == super::Function::Case && index % 2 == 1;
                out.push_str(if index == 0 {
                    ""
                } else if is_value {
                    ":"
                } else {
                    ","
                });
                write(out, argument, 0, namespace);
            }
            out.push(')');
        }
        ExprKind::Cast(operand, ty) => typed(out, "cast", operand, &ty.qualified(namespace), namespace),
        ExprKind::IsOf(operand, ty) => typed(out, "isof", operand, &ty.qualified(namespace), namespace),
        ExprKind::Invoke(call) => write_invocation(out, call, namespace),
        ExprKind::Lambda(lambda) => write_lambda(out, lambda, namespace),
        ExprKind::Count(path, filter) => {
            push(out, path);
            out.push_str("/$count");
            if let Some(condition) = filter {
                write_counted(out, condition, namespace);
            }
        }
        ExprKind::Search(search) => push(out, search),
    }
}

/// `($filter=…)`, `($search=…)`, or both as the reader joins them.
fn write_counted(out: &mut String, condition: &Expr, namespace: &str) {
    let terms = match &condition.kind {
        ExprKind::And(terms) => terms.as_slice(),
        _ => std::slice::from_ref(condition),
    };
    match terms {
        [filter, Expr { kind: ExprKind::Search(search), .. }] => {
            parenthesised(out, "($filter=", filter, namespace);
            push(out, format_args!(";$search={search})"));
        }
        [Expr { kind: ExprKind::Search(search), .. }] => push(out, format_args!("($search={search})")),
        _ => {
            parenthesised(out, "($filter=", condition, namespace);
            out.push(')');
        }
    }
}

/// A path or call that gives a collection, which stands after `in` by itself.
fn is_collection(expr: &Expr) -> bool {
    let ty = match &expr.kind {
        ExprKind::Path(path) => &path.ty,
        ExprKind::Invoke(call) => &call.ty,
        _ => return false,
    };
    matches!(ty, EdmType::Collection(_))
}

fn write_invocation(out: &mut String, call: &Invocation, namespace: &str) {
    match &call.on {
        Some(on) if !(on.segments.is_empty() && matches!(on.variable.as_deref(), Some("$it" | "$this"))) => {
            push(out, on);
            out.push('/');
        }
        _ => {}
    }
    push(out, format_args!("{namespace}.{}(", call.function));
    for (index, (name, argument)) in call.arguments.iter().enumerate() {
        push(out, format_args!("{}{name}=", if index == 0 { "" } else { "," }));
        write(out, argument, 0, namespace);
    }
    out.push(')');
    for segment in &call.segments {
        push(out, format_args!("/{segment}"));
    }
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a String cannot fail");
}

fn joined(out: &mut String, items: &[Expr], separator: &str, floor: u8, namespace: &str) {
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { separator });
        write(out, item, floor, namespace);
    }
}

fn parenthesised(out: &mut String, before: &str, operand: &Expr, namespace: &str) {
    out.push_str(before);
    out.push('(');
    write(out, operand, 0, namespace);
    out.push(')');
}

fn infix(out: &mut String, left: &Expr, keyword: &str, right: &Expr, own: u8, namespace: &str) {
    write(out, left, own, namespace);
    out.push(' ');
    out.push_str(keyword);
    out.push(' ');
    write(out, right, own + 1, namespace);
}

fn typed(out: &mut String, name: &str, operand: &Expr, ty: &str, namespace: &str) {
    out.push_str(name);
    out.push('(');
    write(out, operand, 0, namespace);
    out.push(',');
    out.push_str(ty);
    out.push(')');
}

fn write_lambda(out: &mut String, lambda: &Lambda, namespace: &str) {
    push(out, &lambda.collection);
    out.push_str(match lambda.quantifier {
        Quantifier::Any => "/any(",
        Quantifier::All => "/all(",
    });
    if let Some((variable, body)) = &lambda.condition {
        out.push_str(variable);
        out.push(':');
        write(out, body, 0, namespace);
    }
    out.push(')');
}

fn write_literal(out: &mut String, literal: &Literal, namespace: &str) {
    if let Literal::Collection(items) = literal {
        for (index, item) in items.iter().enumerate() {
            out.push(if index == 0 { '[' } else { ',' });
            write_literal(out, item, namespace);
        }
        out.push_str(if items.is_empty() { "[]" } else { "]" });
        return;
    }
    if let Literal::Record(_) = literal {
        out.push_str(&String::from_utf8_lossy(&json(literal)));
        return;
    }
    if matches!(literal, Literal::Enum { .. }) {
        out.push_str(namespace);
        out.push('.');
    }
    push(out, literal);
}

/// A structured value in JSON, as arguments of functions write it.
fn json(literal: &Literal) -> Vec<u8> {
    let mut out = Vec::new();
    crate::json::write_literal(&mut out, literal, false);
    out
}
