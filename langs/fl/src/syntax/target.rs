//! What may be assigned to, deleted or annotated, and CPython's words for what may not.

use super::ast::{ExprId, ExprKind};
use super::lexer::Tok;
use super::parser::{Failed, Parser};

/// Where a target stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Assign,
    Delete,
    For,
}

impl Parser<'_> {
    /// What CPython calls the expression in "cannot assign to …".
    pub(super) fn describe(&self, id: ExprId) -> &'static str {
        match self.tree.kind(id) {
            ExprKind::Name(_) => "name",
            ExprKind::None => "None",
            ExprKind::True => "True",
            ExprKind::False => "False",
            ExprKind::Ellipsis => "ellipsis",
            ExprKind::Int(_)
            | ExprKind::BigInt(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_) => "literal",
            ExprKind::JoinedStr(_) => "f-string expression",
            ExprKind::Tuple(_) => "tuple",
            ExprKind::List(_) => "list",
            ExprKind::Set(_) => "set display",
            ExprKind::Dict(_) => "dict literal",
            ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::And(_) | ExprKind::Or(_) => {
                "expression"
            }
            ExprKind::Compare(..) => "comparison",
            ExprKind::IfExp { .. } => "conditional expression",
            ExprKind::Lambda(_) => "lambda",
            ExprKind::Call(..) => "function call",
            ExprKind::Attribute(..) => "attribute",
            ExprKind::Subscript(..) => "subscript",
            ExprKind::Slice(..) => "slice",
            ExprKind::Starred(_) => "starred",
            ExprKind::Named(..) => "named expression",
            ExprKind::Comp(comp) => match comp.kind {
                super::ast::CompKind::List => "list comprehension",
                super::ast::CompKind::Set => "set comprehension",
                super::ast::CompKind::Dict => "dict comprehension",
                super::ast::CompKind::Generator => "generator expression",
            },
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "yield expression",
        }
    }

    /// The first part of `id` that cannot be a target.
    pub(super) fn invalid_target(&self, id: ExprId, place: Place) -> Option<ExprId> {
        match self.tree.kind(id) {
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Subscript(..) => None,
            ExprKind::Tuple(items) | ExprKind::List(items) => items
                .iter()
                .find_map(|item| self.invalid_target(*item, place)),
            ExprKind::Starred(_) if place == Place::Delete => Some(id),
            ExprKind::Starred(inner) => self.invalid_target(*inner, place),
            // `for x in y` read as an expression is a comparison.
            ExprKind::Compare(left, ops)
                if place == Place::For
                    && matches!(ops.first(), Some((super::ast::CompareOp::In, _))) =>
            {
                self.invalid_target(*left, place)
            }
            _ => Some(id),
        }
    }

    /// "cannot assign to literal" and the like.
    pub(super) fn cannot(&mut self, what: &str, id: ExprId) -> Failed {
        let message = format!("cannot {what} {}", self.describe(id));
        self.error(self.tree.span(id), message)
    }

    /// The left side of an assignment statement is not a target.
    pub(super) fn bad_assignment(&mut self, id: ExprId, bad: ExprId) -> Failed {
        let start = self.tree.span(id).start as usize;
        let parenthesised = self.source.text()[..start].ends_with('(');
        let yields = matches!(
            self.tree.kind(id),
            ExprKind::Yield(_) | ExprKind::YieldFrom(_)
        );
        if yields && !parenthesised {
            let message = "assignment to yield expression not possible";
            return self.error(self.tree.span(id), message);
        }
        let plain = match self.tree.kind(bad) {
            ExprKind::True | ExprKind::False | ExprKind::None => true,
            ExprKind::Comp(comp) => comp.kind == super::ast::CompKind::Generator,
            _ => false,
        };
        // CPython suggests `==` only where one expression stands directly before the last `=`.
        let beside = self.tree.span(bad).end == self.tree.span(id).end && self.at(Tok::Eq);
        let last = beside
            && self
                .attempt(|p| {
                    p.bump();
                    p.bitwise_or()?;
                    if p.at(Tok::Eq) { Err(Failed) } else { Ok(()) }
                })
                .is_some();
        if !last || plain || !self.is_bitwise_or(bad) {
            return self.cannot("assign to", bad);
        }
        let message = format!(
            "cannot assign to {} here. Maybe you meant '==' instead of '='?",
            self.describe(bad)
        );
        self.error(self.tree.span(bad), message)
    }

    /// Whether the expression binds tighter than a comparison.
    pub(super) fn is_bitwise_or(&self, id: ExprId) -> bool {
        use super::ast::UnaryOp;
        !matches!(
            self.tree.kind(id),
            ExprKind::Compare(..)
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::IfExp { .. }
                | ExprKind::Lambda(_)
                | ExprKind::Named(..)
                | ExprKind::Starred(_)
                | ExprKind::Unary(UnaryOp::Not, _)
        )
    }
}
