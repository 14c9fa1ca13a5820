//! Expressions: precedence climbing over operators, then calls, displays and comprehensions.

use super::ast::*;
use super::lexer::Tok;
use super::literal;
use super::parser::{Failed, Parse, Parser};
use super::target::Place;
use crate::source::Span;
use hashbrown::HashSet;

/// Binding strengths, loosest first.
mod prec {
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const NOT: u8 = 3;
    pub const COMPARE: u8 = 4;
    pub const BIT_OR: u8 = 5;
    pub const UNARY: u8 = 11;
}

fn binary_operator(tok: Tok) -> Option<(u8, BinKind)> {
    Some(match tok {
        Tok::Bar => (5, BinKind::BitOr),
        Tok::Caret => (6, BinKind::BitXor),
        Tok::Amp => (7, BinKind::BitAnd),
        Tok::LShift => (8, BinKind::LShift),
        Tok::RShift => (8, BinKind::RShift),
        Tok::Plus => (9, BinKind::Add),
        Tok::Minus => (9, BinKind::Sub),
        Tok::Star => (10, BinKind::Mul),
        Tok::Slash => (10, BinKind::TrueDiv),
        Tok::SlashSlash => (10, BinKind::FloorDiv),
        Tok::Percent => (10, BinKind::Mod),
        Tok::At => (10, BinKind::MatMul),
        _ => return None,
    })
}

impl Parser<'_> {
    /// Whether the current token can begin an expression.
    pub(super) fn starts_expression(&self) -> bool {
        matches!(
            self.tok(),
            Tok::Name
                | Tok::Number
                | Tok::String
                | Tok::LParen
                | Tok::LBracket
                | Tok::LBrace
                | Tok::Minus
                | Tok::Plus
                | Tok::Tilde
                | Tok::Not
                | Tok::Lambda
                | Tok::None
                | Tok::True
                | Tok::False
                | Tok::Ellipsis
                | Tok::Star
                | Tok::Yield
                | Tok::Await
                | Tok::Error(_)
        )
    }

    /// `expression`: conditional, lambda or disjunction.
    pub(super) fn expression(&mut self) -> Parse<ExprId> {
        self.nested(|p| {
            if p.at(Tok::Lambda) {
                return p.lambda();
            }
            let body = p.disjunction()?;
            if !p.at(Tok::If) {
                return Ok(body);
            }
            p.bump();
            let test = p.disjunction()?;
            if !p.at(Tok::Else) {
                if p.at(Tok::Colon) || matches!(p.tok(), Tok::Error(_)) {
                    return Err(p.unexpected());
                }
                let span = p.tree.span(body).to(p.tree.span(test));
                return Err(p.error(span, "expected 'else' after 'if' expression"));
            }
            p.bump();
            let orelse = p.expression()?;
            let span = p.tree.span(body).to(p.tree.span(orelse));
            Ok(p.add(ExprKind::IfExp { test, body, orelse }, span))
        })
    }

    fn disjunction(&mut self) -> Parse<ExprId> {
        let id = self.binary(prec::OR)?;
        self.last_operand = Some((id, self.pos));
        Ok(id)
    }

    /// `bitwise_or`: what may follow a star.
    pub(super) fn bitwise_or(&mut self) -> Parse<ExprId> {
        self.nested(|p| p.binary(prec::BIT_OR))
    }

    fn binary(&mut self, min: u8) -> Parse<ExprId> {
        let mut left = if self.at(Tok::Not) && min <= prec::NOT {
            let start = self.bump().span;
            let operand = self.nested(|p| p.binary(prec::NOT))?;
            let span = start.to(self.tree.span(operand));
            self.add(ExprKind::Unary(UnaryOp::Not, operand), span)
        } else {
            self.unary()?
        };
        let mut links = 0;
        loop {
            let tok = self.tok();
            if let Some((strength, kind)) = binary_operator(tok) {
                if strength < min {
                    return Ok(left);
                }
                self.bump();
                let right = self.binary(strength + 1)?;
                let span = self.tree.span(left).to(self.tree.span(right));
                left = self.add(ExprKind::Binary(kind, left, right), span);
                self.link(&mut links)?;
                continue;
            }
            left = match tok {
                Tok::Or if min <= prec::OR => self.boolean(left, Tok::Or)?,
                Tok::And if min <= prec::AND => self.boolean(left, Tok::And)?,
                _ if min <= prec::COMPARE && self.comparison_operator(false).is_some() => {
                    self.comparison(left)?
                }
                _ => return Ok(left),
            };
        }
    }

    fn boolean(&mut self, first: ExprId, tok: Tok) -> Parse<ExprId> {
        let strength = if tok == Tok::Or { prec::OR } else { prec::AND };
        let mut items = vec![first];
        while self.eat(tok) {
            items.push(self.binary(strength + 1)?);
        }
        let span = self.tree.span(first).to(self.last_span());
        let kind = if tok == Tok::Or {
            ExprKind::Or(items)
        } else {
            ExprKind::And(items)
        };
        Ok(self.add(kind, span))
    }

    fn comparison(&mut self, left: ExprId) -> Parse<ExprId> {
        let mut rest = Vec::new();
        while let Some(op) = self.comparison_operator(true) {
            rest.push((op, self.binary(prec::BIT_OR)?));
        }
        let span = self.tree.span(left).to(self.last_span());
        Ok(self.add(ExprKind::Compare(left, rest), span))
    }

    /// The comparison operator here; consumed if `take`.
    fn comparison_operator(&mut self, take: bool) -> Option<CompareOp> {
        let (op, words) = match self.tok() {
            Tok::Less => (CompareOp::Rich(CmpKind::Lt), 1),
            Tok::LessEq => (CompareOp::Rich(CmpKind::Le), 1),
            Tok::EqEq => (CompareOp::Rich(CmpKind::Eq), 1),
            Tok::NotEq => (CompareOp::Rich(CmpKind::Ne), 1),
            Tok::Greater => (CompareOp::Rich(CmpKind::Gt), 1),
            Tok::GreaterEq => (CompareOp::Rich(CmpKind::Ge), 1),
            Tok::In => (CompareOp::In, 1),
            Tok::Not if self.tok_at(1) == Tok::In => (CompareOp::NotIn, 2),
            Tok::Is if self.tok_at(1) == Tok::Not => (CompareOp::IsNot, 2),
            Tok::Is => (CompareOp::Is, 1),
            _ => return None,
        };
        if take {
            self.pos += words;
        }
        Some(op)
    }

    fn unary(&mut self) -> Parse<ExprId> {
        let op = match self.tok() {
            Tok::Minus => UnaryOp::Neg,
            Tok::Plus => UnaryOp::Pos,
            Tok::Tilde => UnaryOp::Invert,
            _ => return self.power(),
        };
        let start = self.bump().span;
        let operand = self.nested(|p| p.unary())?;
        let span = start.to(self.tree.span(operand));
        Ok(self.add(ExprKind::Unary(op, operand), span))
    }

    fn power(&mut self) -> Parse<ExprId> {
        let base = self.primary()?;
        if !self.eat(Tok::StarStar) {
            return Ok(base);
        }
        let exponent = self.nested(|p| p.binary(prec::UNARY))?;
        let span = self.tree.span(base).to(self.tree.span(exponent));
        Ok(self.add(ExprKind::Binary(BinKind::Pow, base, exponent), span))
    }

    pub(super) fn primary(&mut self) -> Parse<ExprId> {
        let mut left = self.atom()?;
        let mut links = 0;
        loop {
            let start = self.tree.span(left);
            let kind = match self.tok() {
                Tok::Dot => {
                    self.bump();
                    ExprKind::Attribute(left, self.name()?)
                }
                Tok::LParen => ExprKind::Call(left, self.arguments()?),
                Tok::LBracket => {
                    self.bump();
                    let index = self.subscript()?;
                    self.expect(Tok::RBracket)?;
                    ExprKind::Subscript(left, index)
                }
                _ => return Ok(left),
            };
            left = self.add(kind, start.to(self.last_span()));
            self.link(&mut links)?;
        }
    }

    fn subscript(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let first = self.slice()?;
        if !self.at(Tok::Comma) && !matches!(self.tree.kind(first), ExprKind::Starred(_)) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(Tok::RBracket) {
                break;
            }
            items.push(self.slice()?);
        }
        let span = start.to(self.last_span());
        Ok(self.add(ExprKind::Tuple(items), span))
    }

    fn slice(&mut self) -> Parse<ExprId> {
        let start = self.span();
        if self.at(Tok::Star) {
            return self.starred();
        }
        let lower = if self.at(Tok::Colon) {
            None
        } else {
            Some(self.named_expression()?)
        };
        if !self.eat(Tok::Colon) {
            return lower.ok_or(Failed);
        }
        let ends = |p: &Self| matches!(p.tok(), Tok::Colon | Tok::Comma | Tok::RBracket);
        let upper = if ends(self) {
            None
        } else {
            Some(self.expression()?)
        };
        let mut step = None;
        if self.eat(Tok::Colon) && !ends(self) {
            step = Some(self.expression()?);
        }
        let span = start.to(self.last_span());
        Ok(self.add(ExprKind::Slice(lower, upper, step), span))
    }

    pub(super) fn starred(&mut self) -> Parse<ExprId> {
        let start = self.expect(Tok::Star)?.span;
        let value = self.bitwise_or()?;
        let span = start.to(self.tree.span(value));
        Ok(self.add(ExprKind::Starred(value), span))
    }

    /// `expression` or `name := expression`.
    pub(super) fn named_expression(&mut self) -> Parse<ExprId> {
        if self.at(Tok::Name) && self.tok_at(1) == Tok::ColonEq {
            let token = self.bump();
            let name = self.intern(token);
            self.bump();
            let value = self.expression()?;
            let span = token.span.to(self.tree.span(value));
            return Ok(self.add(ExprKind::Named(name, value), span));
        }
        let id = self.expression()?;
        self.reject_assignment(id)?;
        Ok(id)
    }

    /// After an expression where `=` and `:=` have no place.
    fn reject_assignment(&mut self, id: ExprId) -> Parse<()> {
        if self.at(Tok::ColonEq) {
            let message = format!(
                "cannot use assignment expressions with {}",
                self.describe(id)
            );
            return Err(self.error(self.tree.span(id), message));
        }
        if self.in_fstring || !self.at(Tok::Eq) || !self.is_bitwise_or(id) {
            return Ok(());
        }
        let follows = self.attempt(|p| {
            p.bump();
            let right = p.bitwise_or()?;
            if matches!(p.tok(), Tok::Eq | Tok::ColonEq) {
                return Err(Failed);
            }
            Ok(p.tree.span(right))
        });
        let Some(right) = follows else { return Ok(()) };
        let span = self.tree.span(id);
        match self.tree.kind(id) {
            ExprKind::Name(_) => {
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                Err(self.error(span.to(right), message))
            }
            ExprKind::List(_)
            | ExprKind::Tuple(_)
            | ExprKind::True
            | ExprKind::None
            | ExprKind::False
            | ExprKind::Comp(_) => Ok(()),
            _ => {
                let what = self.describe(id);
                let message =
                    format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
                Err(self.error(span, message))
            }
        }
    }

    /// `*a` or a named expression: an item of a display.
    pub(super) fn star_named_expression(&mut self) -> Parse<ExprId> {
        if self.at(Tok::Star) {
            self.starred()
        } else {
            self.named_expression()
        }
    }

    /// One expression, or several that make a tuple; starred ones allowed.
    pub(super) fn star_expressions(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let first = if self.at(Tok::Star) {
            self.starred()?
        } else {
            self.expression()?
        };
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if !self.starts_expression() || self.at(Tok::Yield) {
                break;
            }
            items.push(if self.at(Tok::Star) {
                self.starred()?
            } else {
                self.expression()?
            });
        }
        let span = start.to(self.last_span());
        Ok(self.add(ExprKind::Tuple(items), span))
    }

    /// `yield`, or expressions.
    pub(super) fn yield_or_expressions(&mut self) -> Parse<ExprId> {
        if self.at(Tok::Yield) {
            self.yield_expression()
        } else {
            self.star_expressions()
        }
    }

    pub(super) fn yield_expression(&mut self) -> Parse<ExprId> {
        let start = self.expect(Tok::Yield)?.span;
        let kind = if self.eat(Tok::From) {
            ExprKind::YieldFrom(self.expression()?)
        } else if self.starts_expression() {
            ExprKind::Yield(Some(self.star_expressions()?))
        } else {
            ExprKind::Yield(None)
        };
        Ok(self.add(kind, start.to(self.last_span())))
    }

    fn lambda(&mut self) -> Parse<ExprId> {
        let start = self.expect(Tok::Lambda)?.span;
        let scope = self.new_scope();
        let params = self.parameters(Tok::Colon, false)?;
        self.expect(Tok::Colon)?;
        let body = self.expression()?;
        let span = start.to(self.tree.span(body));
        Ok(self.add(
            ExprKind::Lambda(Box::new(Lambda {
                params,
                body,
                scope,
            })),
            span,
        ))
    }

    fn atom(&mut self) -> Parse<ExprId> {
        let token = self.token();
        let kind = match token.kind {
            Tok::Name => ExprKind::Name(self.intern(token)),
            Tok::None => ExprKind::None,
            Tok::True => ExprKind::True,
            Tok::False => ExprKind::False,
            Tok::Ellipsis => ExprKind::Ellipsis,
            Tok::Number => literal::number(self.text_of(token)),
            Tok::String => return self.strings(),
            Tok::LParen => return self.parenthesised(),
            Tok::LBracket => return self.list(),
            Tok::LBrace => return self.brace(),
            _ => return Err(self.unexpected()),
        };
        self.bump();
        Ok(self.add(kind, token.span))
    }

    fn parenthesised(&mut self) -> Parse<ExprId> {
        let start = self.bump().span;
        if self.eat(Tok::RParen) {
            return Ok(self.add(ExprKind::Tuple(Vec::new()), start.to(self.last_span())));
        }
        if self.at(Tok::Yield) {
            let id = self.yield_expression()?;
            self.expect(Tok::RParen)?;
            return Ok(id);
        }
        let first = self.star_named_expression()?;
        if self.at(Tok::For) || self.at(Tok::Async) {
            self.reject_unpacking(first)?;
            let (clauses, scope) = self.comprehension()?;
            self.expect(Tok::RParen)?;
            return Ok(self.comp(CompKind::Generator, first, None, clauses, scope, start));
        }
        if !self.at(Tok::Comma) {
            if !self.at(Tok::RParen) {
                return Err(self.unexpected());
            }
            self.bump();
            if matches!(self.tree.kind(first), ExprKind::Starred(_)) {
                let span = self.tree.span(first);
                return Err(self.error(span, "cannot use starred expression here"));
            }
            return Ok(first);
        }
        let items = self.display_items(first, Tok::RParen)?;
        Ok(self.add(ExprKind::Tuple(items), start.to(self.last_span())))
    }

    fn reject_unpacking(&mut self, id: ExprId) -> Parse<()> {
        if matches!(self.tree.kind(id), ExprKind::Starred(_)) {
            let span = self.tree.span(id);
            return Err(self.error(span, "iterable unpacking cannot be used in comprehension"));
        }
        Ok(())
    }

    /// The rest of a display after its first item, the closing bracket included.
    fn display_items(&mut self, first: ExprId, close: Tok) -> Parse<Vec<ExprId>> {
        let start = self.tree.span(first);
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(close) {
                break;
            }
            items.push(self.star_named_expression()?);
        }
        if items.len() > 1 && self.at(Tok::For) {
            let span = start.to(self.last_span());
            let message = "did you forget parentheses around the comprehension target?";
            return Err(self.error(span, message));
        }
        self.expect(close)?;
        Ok(items)
    }

    fn list(&mut self) -> Parse<ExprId> {
        let start = self.bump().span;
        if self.eat(Tok::RBracket) {
            return Ok(self.add(ExprKind::List(Vec::new()), start.to(self.last_span())));
        }
        let first = self.star_named_expression()?;
        if self.at(Tok::For) || self.at(Tok::Async) {
            self.reject_unpacking(first)?;
            let (clauses, scope) = self.comprehension()?;
            self.expect(Tok::RBracket)?;
            return Ok(self.comp(CompKind::List, first, None, clauses, scope, start));
        }
        let items = self.display_items(first, Tok::RBracket)?;
        Ok(self.add(ExprKind::List(items), start.to(self.last_span())))
    }

    fn brace(&mut self) -> Parse<ExprId> {
        let start = self.bump().span;
        if self.at(Tok::RBrace) || self.at(Tok::StarStar) {
            return self.dict(Vec::new(), start);
        }
        let first = self.star_named_expression()?;
        if self.at(Tok::Colon) && !matches!(self.tree.kind(first), ExprKind::Starred(_)) {
            let value = self.dict_value()?;
            if self.at(Tok::For) || self.at(Tok::Async) {
                let (clauses, scope) = self.comprehension()?;
                self.expect(Tok::RBrace)?;
                return Ok(self.comp(CompKind::Dict, first, Some(value), clauses, scope, start));
            }
            return self.dict(vec![(Some(first), value)], start);
        }
        if self.at(Tok::For) || self.at(Tok::Async) {
            self.reject_unpacking(first)?;
            let (clauses, scope) = self.comprehension()?;
            self.expect(Tok::RBrace)?;
            return Ok(self.comp(CompKind::Set, first, None, clauses, scope, start));
        }
        let items = self.display_items(first, Tok::RBrace)?;
        Ok(self.add(ExprKind::Set(items), start.to(self.last_span())))
    }

    /// `: value` of a dict item.
    fn dict_value(&mut self) -> Parse<ExprId> {
        let colon = self.bump().span;
        if matches!(self.tok(), Tok::RBrace | Tok::Comma) {
            return Err(self.error(colon, "expression expected after dictionary key and ':'"));
        }
        if self.at(Tok::Star) {
            let span = self.span();
            let message = "cannot use a starred expression in a dictionary value";
            return Err(self.error(span, message));
        }
        self.expression()
    }

    fn dict(&mut self, mut items: Vec<(Option<ExprId>, ExprId)>, start: Span) -> Parse<ExprId> {
        let mut more = items.is_empty() || self.eat(Tok::Comma);
        while more && !self.at(Tok::RBrace) {
            let stars = self.span();
            if self.eat(Tok::StarStar) {
                let value = self.bitwise_or()?;
                if self.at(Tok::For) {
                    let message = "dict unpacking cannot be used in dict comprehension";
                    return Err(self.error(stars, message));
                }
                items.push((None, value));
            } else {
                let key = self.expression()?;
                if !self.at(Tok::Colon) {
                    if matches!(self.tok(), Tok::Error(_)) {
                        return Err(self.unexpected());
                    }
                    let end = self.last_span().end;
                    let span = Span::new(end - 1, end);
                    return Err(self.error(span, "':' expected after dictionary key"));
                }
                let value = self.dict_value()?;
                items.push((Some(key), value));
            }
            more = self.eat(Tok::Comma);
        }
        self.expect(Tok::RBrace)?;
        Ok(self.add(ExprKind::Dict(items), start.to(self.last_span())))
    }

    fn comp(
        &mut self,
        kind: CompKind,
        element: ExprId,
        value: Option<ExprId>,
        clauses: Vec<CompClause>,
        scope: ScopeId,
        start: Span,
    ) -> ExprId {
        let comp = Comp {
            kind,
            element,
            value,
            clauses,
            scope,
        };
        self.add(ExprKind::Comp(Box::new(comp)), start.to(self.last_span()))
    }

    /// The `for` and `if` clauses.
    fn comprehension(&mut self) -> Parse<(Vec<CompClause>, ScopeId)> {
        let scope = self.new_scope();
        let mut clauses = Vec::new();
        let mut links = 0;
        while self.at(Tok::For) || self.at(Tok::Async) {
            if self.at(Tok::Async) {
                return Err(self.unexpected());
            }
            self.link(&mut links)?;
            self.bump();
            let target = self.for_targets()?;
            self.expect(Tok::In)?;
            let iter = self.nested(|p| p.disjunction())?;
            let mut ifs = Vec::new();
            while self.eat(Tok::If) {
                let start = self.pos;
                ifs.push(self.nested(|p| p.condition())?);
                debug_assert!(self.pos > start);
            }
            clauses.push(CompClause { target, iter, ifs });
        }
        Ok((clauses, scope))
    }

    /// A disjunction, or a named one (which Python rejects here without parentheses).
    fn condition(&mut self) -> Parse<ExprId> {
        let id = self.disjunction()?;
        self.reject_assignment(id)?;
        Ok(id)
    }

    /// Targets of `for`: bitwise-or expressions, checked afterwards.
    pub(super) fn for_targets(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let item = |p: &mut Self| {
            if p.at(Tok::Star) {
                p.starred()
            } else {
                p.bitwise_or()
            }
        };
        let first = item(self)?;
        let mut id = first;
        if self.at(Tok::Comma) {
            let mut items = vec![first];
            while self.eat(Tok::Comma) {
                if self.at(Tok::In) || !self.starts_expression() {
                    break;
                }
                items.push(item(self)?);
            }
            id = self.add(ExprKind::Tuple(items), start.to(self.last_span()));
        }
        match self.invalid_target(id, Place::For) {
            None => Ok(id),
            Some(bad) => Err(self.cannot("assign to", bad)),
        }
    }

    /// A call's arguments with their parentheses.
    pub(super) fn arguments(&mut self) -> Parse<Vec<Arg>> {
        let open = self.expect(Tok::LParen)?.span;
        let mut args = Vec::new();
        let (mut keyword, mut double_star) = (false, false);
        while !self.at(Tok::RParen) {
            let start = self.span();
            let arg = self.argument()?;
            match arg {
                Arg::Positional(_) if double_star || keyword => {
                    let message = if double_star {
                        "positional argument follows keyword argument unpacking"
                    } else {
                        "positional argument follows keyword argument"
                    };
                    let span = self.span();
                    return Err(self.error(span, message));
                }
                Arg::Positional(id) if self.at(Tok::For) || self.at(Tok::Async) => {
                    let (clauses, scope) = self.comprehension()?;
                    let sole = args.is_empty() && self.at(Tok::RParen);
                    let begin = if sole { open } else { start };
                    let generator = self.comp(CompKind::Generator, id, None, clauses, scope, begin);
                    if !sole {
                        let span = start.to(self.last_span());
                        let message = "Generator expression must be parenthesized";
                        return Err(self.error(span, message));
                    }
                    self.tree.exprs[generator.0 as usize].span = begin.to(self.span());
                    args.push(Arg::Positional(generator));
                    break;
                }
                Arg::Star(_) if self.at(Tok::For) => {
                    let message = "iterable unpacking cannot be used in comprehension";
                    return Err(self.error(start.to(self.last_span()), message));
                }
                Arg::Star(_) if double_star => {
                    let message = "iterable argument unpacking follows keyword argument unpacking";
                    return Err(self.error(start.to(self.last_span()), message));
                }
                Arg::Keyword(..) => keyword = true,
                Arg::DoubleStar(_) => double_star = true,
                _ => {}
            }
            args.push(arg);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RParen)?;
        self.reject_repeated_keywords(&args)?;
        Ok(args)
    }

    fn reject_repeated_keywords(&mut self, args: &[Arg]) -> Parse<()> {
        let mut seen = HashSet::new();
        for arg in args {
            let Arg::Keyword(name, value) = arg else {
                continue;
            };
            if !seen.insert(*name) {
                let text = self.tree.text(*name).to_string();
                let value = self.tree.span(*value);
                let before = &self.source.text()[..value.start as usize];
                let start = before.rfind(&text).unwrap_or(value.start as usize) as u32;
                let span = Span::new(start, value.end);
                return Err(self.error(span, format!("keyword argument repeated: {text}")));
            }
        }
        Ok(())
    }

    fn argument(&mut self) -> Parse<Arg> {
        if self.eat(Tok::Star) {
            return Ok(Arg::Star(self.expression()?));
        }
        if self.eat(Tok::StarStar) {
            return Ok(Arg::DoubleStar(self.expression()?));
        }
        if self.tok_at(1) == Tok::Eq {
            match self.tok() {
                Tok::Name => {
                    let token = self.bump();
                    let name = self.intern(token);
                    let eq = self.bump().span;
                    let value = self.expression()?;
                    if self.at(Tok::For) {
                        let span = token.span.to(eq);
                        let message =
                            "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                        return Err(self.error(span, message));
                    }
                    return Ok(Arg::Keyword(name, value));
                }
                Tok::True | Tok::False | Tok::None => {
                    let token = self.bump();
                    let span = token.span.to(self.span());
                    let message = format!("cannot assign to {}", token.kind.text());
                    return Err(self.error(span, message));
                }
                _ => {}
            }
        }
        let start = self.span();
        if self.at(Tok::Name) && self.tok_at(1) == Tok::ColonEq {
            return Ok(Arg::Positional(self.named_expression()?));
        }
        let id = self.expression()?;
        if self.at(Tok::Eq) {
            let span = start.to(self.span());
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            return Err(self.error(span, message));
        }
        if self.at(Tok::ColonEq) {
            self.reject_assignment(id)?;
        }
        Ok(Arg::Positional(id))
    }
}
