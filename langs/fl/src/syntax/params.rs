//! Parameter lists of functions and lambdas.

use super::ast::*;
use super::lexer::Tok;
use super::parser::{Failed, Parse, Parser};

impl Parser<'_> {
    /// Parameters up to, not including, `close`.
    pub(super) fn parameters(&mut self, close: Tok, annotated: bool) -> Parse<Parameters> {
        let mut params = Parameters::default();
        // Whether `*` or `*args` has been seen.
        let mut keyword_only = false;
        while !self.at(close) {
            match self.tok() {
                Tok::Slash => {
                    self.slash(&mut params, keyword_only)?;
                }
                Tok::Star => {
                    self.star(&mut params, keyword_only, close, annotated)?;
                    keyword_only = true;
                }
                Tok::StarStar => {
                    self.bump();
                    params.kwarg = Some(self.parameter(annotated)?);
                    if self.at(Tok::Eq) {
                        let span = self.span();
                        let message = "var-keyword argument cannot have default value";
                        return Err(self.error(span, message));
                    }
                    if self.eat(Tok::Comma) && !self.at(close) {
                        let span = self.span();
                        let message = "arguments cannot follow var-keyword argument";
                        return Err(self.error(span, message));
                    }
                    break;
                }
                Tok::Name => {
                    let mut param = self.parameter(annotated)?;
                    let span = param.span;
                    self.default(&mut param)?;
                    if keyword_only {
                        params.kwonly.push(param);
                    } else {
                        let previous = params.args.last().or(params.posonly.last());
                        let defaults = previous.is_some_and(|p| p.default.is_some());
                        if param.default.is_none() && defaults {
                            let message = "non-default argument follows default argument";
                            return Err(self.error(span, message));
                        }
                        params.args.push(param);
                    }
                }
                Tok::LParen => return Err(self.parenthesised_parameters(annotated)),
                _ => return Err(self.unexpected()),
            }
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        Ok(params)
    }

    fn parenthesised_parameters(&mut self, annotated: bool) -> Failed {
        let start = self.span();
        let end = self.attempt(|p| {
            p.bump();
            loop {
                p.name()?;
                if !p.eat(Tok::Comma) {
                    break;
                }
            }
            Ok(p.expect(Tok::RParen)?.span)
        });
        let Some(end) = end else {
            return self.unexpected();
        };
        let what = if annotated {
            "Function"
        } else {
            "Lambda expression"
        };
        self.error(
            start.to(end),
            format!("{what} parameters cannot be parenthesized"),
        )
    }

    fn slash(&mut self, params: &mut Parameters, keyword_only: bool) -> Parse<()> {
        let span = self.bump().span;
        if keyword_only {
            return Err(self.error(span, "/ must be ahead of *"));
        }
        if !params.posonly.is_empty() {
            return Err(self.error(span, "/ may appear only once"));
        }
        if params.args.is_empty() {
            return Err(self.error(span, "at least one argument must precede /"));
        }
        params.posonly = std::mem::take(&mut params.args);
        Ok(())
    }

    fn star(
        &mut self,
        params: &mut Parameters,
        seen: bool,
        close: Tok,
        annotated: bool,
    ) -> Parse<()> {
        let span = self.bump().span;
        if seen {
            return Err(self.error(span, "* argument may appear only once"));
        }
        if self.at(Tok::Name) {
            params.vararg = Some(self.parameter(annotated)?);
            if self.at(Tok::Eq) {
                let span = self.span();
                let message = "var-positional argument cannot have default value";
                return Err(self.error(span, message));
            }
            return Ok(());
        }
        let next = self.tok_at(1);
        let bare =
            self.at(close) || self.at(Tok::Comma) && (next == close || next == Tok::StarStar);
        if bare {
            let span = if close == Tok::Colon {
                self.span()
            } else {
                span
            };
            return Err(self.error(span, "named arguments must follow bare *"));
        }
        if !self.at(Tok::Comma) {
            return Err(self.unexpected());
        }
        Ok(())
    }

    fn parameter(&mut self, annotated: bool) -> Parse<Param> {
        let token = self.expect(Tok::Name)?;
        let name = self.intern(token);
        let annotation = if annotated && self.eat(Tok::Colon) {
            let star = self.at(Tok::Star);
            Some(if star {
                self.starred()?
            } else {
                self.expression()?
            })
        } else {
            None
        };
        Ok(Param {
            name,
            span: token.span,
            annotation,
            default: None,
        })
    }

    fn default(&mut self, param: &mut Param) -> Parse<()> {
        if !self.at(Tok::Eq) {
            return Ok(());
        }
        let eq = self.bump().span;
        if matches!(self.tok(), Tok::RParen | Tok::Comma) {
            return Err(self.error(eq, "expected default value expression"));
        }
        param.default = Some(self.expression()?);
        Ok(())
    }
}
