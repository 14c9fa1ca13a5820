//! Patterns of `case`.

use super::ast::*;
use super::lexer::Tok;
use super::parser::{Parse, Parser};
use crate::source::Span;

impl Parser<'_> {
    /// A pattern, or several without brackets that match a sequence.
    pub(super) fn patterns(&mut self) -> Parse<Pattern> {
        let start = self.span();
        let first = self.maybe_star_pattern()?;
        if !self.at(Tok::Comma) && !matches!(first.kind, PatternKind::Star(_)) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if matches!(self.tok(), Tok::Colon | Tok::If) {
                break;
            }
            items.push(self.maybe_star_pattern()?);
        }
        Ok(self.pattern_at(PatternKind::Sequence(items), start))
    }

    fn pattern_at(&self, kind: PatternKind, start: Span) -> Pattern {
        Pattern {
            kind,
            span: start.to(self.last_span()),
        }
    }

    fn maybe_star_pattern(&mut self) -> Parse<Pattern> {
        if !self.at(Tok::Star) {
            return self.pattern();
        }
        let start = self.bump().span;
        let name = self.capture_name()?;
        Ok(self.pattern_at(PatternKind::Star(name), start))
    }

    fn capture_name(&mut self) -> Parse<Option<Name>> {
        let wildcard = self.word() == Some("_");
        let name = self.name()?;
        Ok((!wildcard).then_some(name))
    }

    /// `or_pattern as name`
    fn pattern(&mut self) -> Parse<Pattern> {
        self.nested(|p| {
            let start = p.span();
            let inner = p.or_pattern()?;
            if !p.eat(Tok::As) {
                return Ok(inner);
            }
            if p.word() == Some("_") {
                let span = p.span();
                return Err(p.error(span, "cannot use '_' as a target"));
            }
            if !p.at(Tok::Name) {
                let span = p.span();
                return Err(p.error(span, "invalid pattern target"));
            }
            let name = p.name()?;
            Ok(p.pattern_at(PatternKind::As(Box::new(inner), name), start))
        })
    }

    fn or_pattern(&mut self) -> Parse<Pattern> {
        let start = self.span();
        let first = self.closed_pattern()?;
        if !self.at(Tok::Bar) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Bar) {
            items.push(self.closed_pattern()?);
        }
        Ok(self.pattern_at(PatternKind::Or(items), start))
    }

    fn closed_pattern(&mut self) -> Parse<Pattern> {
        let start = self.span();
        match self.tok() {
            Tok::None | Tok::True | Tok::False => {
                let id = self.primary()?;
                Ok(self.pattern_at(PatternKind::Singleton(id), start))
            }
            Tok::Number | Tok::Minus => {
                let id = self.signed_number()?;
                Ok(self.pattern_at(PatternKind::Value(id), start))
            }
            Tok::String => {
                let formatted = super::literal::split_string(self.text_of(self.token())).format;
                let id = self.strings()?;
                if formatted || matches!(self.tree.kind(id), ExprKind::JoinedStr(_)) {
                    let message = "patterns may only match literals and attribute lookups";
                    return Err(self.error(start, message));
                }
                Ok(self.pattern_at(PatternKind::Value(id), start))
            }
            Tok::LParen => self.group_pattern(),
            Tok::LBracket => {
                self.bump();
                let items = self.pattern_items(Tok::RBracket)?;
                Ok(self.pattern_at(PatternKind::Sequence(items), start))
            }
            Tok::LBrace => self.mapping_pattern(),
            Tok::Name => self.name_pattern(),
            _ => Err(self.unexpected()),
        }
    }

    /// `-1`, `2.5`, `1 + 2j`
    fn signed_number(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let mut id = self.signed_real()?;
        if matches!(self.tok(), Tok::Plus | Tok::Minus) {
            let kind = if self.bump().kind == Tok::Plus {
                BinKind::Add
            } else {
                BinKind::Sub
            };
            let right = self.signed_real()?;
            let span = start.to(self.last_span());
            id = self.add(ExprKind::Binary(kind, id, right), span);
        }
        Ok(id)
    }

    fn signed_real(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let negative = self.eat(Tok::Minus);
        let token = self.expect(Tok::Number)?;
        let number = super::literal::number(self.text_of(token));
        let id = self.add(number, token.span);
        if !negative {
            return Ok(id);
        }
        Ok(self.add(ExprKind::Unary(UnaryOp::Neg, id), start.to(token.span)))
    }

    fn group_pattern(&mut self) -> Parse<Pattern> {
        let start = self.bump().span;
        if self.eat(Tok::RParen) {
            return Ok(self.pattern_at(PatternKind::Sequence(Vec::new()), start));
        }
        let first = self.maybe_star_pattern()?;
        if self.at(Tok::RParen) && !matches!(first.kind, PatternKind::Star(_)) {
            self.bump();
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(Tok::RParen) {
                break;
            }
            items.push(self.maybe_star_pattern()?);
        }
        self.expect(Tok::RParen)?;
        Ok(self.pattern_at(PatternKind::Sequence(items), start))
    }

    fn pattern_items(&mut self, close: Tok) -> Parse<Vec<Pattern>> {
        let mut items = Vec::new();
        while !self.at(close) {
            items.push(self.maybe_star_pattern()?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(close)?;
        Ok(items)
    }

    fn mapping_pattern(&mut self) -> Parse<Pattern> {
        let start = self.bump().span;
        let (mut keys, mut values, mut rest) = (Vec::new(), Vec::new(), None);
        while !self.at(Tok::RBrace) {
            if self.eat(Tok::StarStar) {
                rest = Some(self.name()?);
                self.eat(Tok::Comma);
                break;
            }
            let key = match self.closed_pattern()?.kind {
                PatternKind::Value(id) | PatternKind::Singleton(id) => id,
                _ => {
                    let span = self.last_span();
                    return Err(self.error(span, "invalid syntax"));
                }
            };
            self.expect(Tok::Colon)?;
            keys.push(key);
            values.push(self.pattern()?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrace)?;
        Ok(self.pattern_at(PatternKind::Mapping { keys, values, rest }, start))
    }

    /// A capture, a wildcard, a dotted value or a class pattern.
    fn name_pattern(&mut self) -> Parse<Pattern> {
        let token = self.bump();
        let name = self.intern(token);
        if !matches!(self.tok(), Tok::Dot | Tok::LParen) {
            let wildcard = self.text_of(token) == "_";
            let capture = (!wildcard).then_some(name);
            return Ok(self.pattern_at(PatternKind::Capture(capture), token.span));
        }
        let mut id = self.add(ExprKind::Name(name), token.span);
        while self.eat(Tok::Dot) {
            let attribute = self.name()?;
            let span = token.span.to(self.last_span());
            id = self.add(ExprKind::Attribute(id, attribute), span);
        }
        if !self.at(Tok::LParen) {
            return Ok(self.pattern_at(PatternKind::Value(id), token.span));
        }
        self.class_pattern(id, token.span)
    }

    fn class_pattern(&mut self, class: ExprId, start: Span) -> Parse<Pattern> {
        self.bump();
        let (mut positional, mut keywords) = (Vec::new(), Vec::new());
        while !self.at(Tok::RParen) {
            if self.at(Tok::Name) && self.tok_at(1) == Tok::Eq {
                let name = self.name()?;
                self.bump();
                keywords.push((name, self.pattern()?));
            } else {
                let pattern = self.pattern()?;
                if !keywords.is_empty() {
                    let message = "positional patterns follow keyword patterns";
                    return Err(self.error(pattern.span, message));
                }
                positional.push(pattern);
            }
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RParen)?;
        Ok(self.pattern_at(
            PatternKind::Class {
                class,
                positional,
                keywords,
            },
            start,
        ))
    }
}
