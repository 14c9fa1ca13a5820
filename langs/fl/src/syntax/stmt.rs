//! Statements and blocks.

use super::ast::*;
use super::lexer::Tok;
use super::parser::{Failed, Parse, Parser};
use super::target::Place;
use crate::diag::DiagKind;
use crate::source::Span;

fn augmented(tok: Tok) -> Option<BinKind> {
    Some(match tok {
        Tok::PlusEq => BinKind::Add,
        Tok::MinusEq => BinKind::Sub,
        Tok::StarEq => BinKind::Mul,
        Tok::SlashEq => BinKind::TrueDiv,
        Tok::SlashSlashEq => BinKind::FloorDiv,
        Tok::PercentEq => BinKind::Mod,
        Tok::StarStarEq => BinKind::Pow,
        Tok::LShiftEq => BinKind::LShift,
        Tok::RShiftEq => BinKind::RShift,
        Tok::AmpEq => BinKind::BitAnd,
        Tok::BarEq => BinKind::BitOr,
        Tok::CaretEq => BinKind::BitXor,
        Tok::AtEq => BinKind::MatMul,
        _ => return None,
    })
}

impl Parser<'_> {
    /// The whole file; goes on after errors.
    pub(super) fn file(&mut self) -> Vec<Stmt> {
        let mut body = Vec::new();
        while !self.at(Tok::End) && !self.hopeless() {
            if self.eat(Tok::Newline) {
                continue;
            }
            self.statement_or_recover(&mut body);
            // A block closed by mistake.
            while self.eat(Tok::Dedent) {}
        }
        body
    }

    fn statement_or_recover(&mut self, body: &mut Vec<Stmt>) {
        let start = self.pos;
        if self.statement(body).is_err() {
            self.recover();
            if self.pos == start {
                self.bump();
            }
        }
    }

    fn statement(&mut self, out: &mut Vec<Stmt>) -> Parse<()> {
        let start = self.span();
        self.last_operand = None;
        let kind = match self.tok() {
            Tok::If => self.if_statement()?,
            Tok::While => self.while_statement()?,
            Tok::For => self.for_statement()?,
            Tok::Try => self.try_statement()?,
            Tok::With => self.with_statement()?,
            Tok::Def => self.function(Vec::new())?,
            Tok::Class => self.class(Vec::new())?,
            Tok::At => self.decorated()?,
            _ => match self.match_statement()? {
                Some(kind) => kind,
                None => return self.simple_statements(out),
            },
        };
        out.push(Stmt {
            kind,
            span: start.to(self.last_span()),
        });
        Ok(())
    }

    fn simple_statements(&mut self, out: &mut Vec<Stmt>) -> Parse<()> {
        loop {
            let start = self.span();
            self.last_operand = None;
            let kind = self.simple_statement()?;
            out.push(Stmt {
                kind,
                span: start.to(self.last_span()),
            });
            if !self.eat(Tok::Semicolon) {
                break;
            }
            if self.at(Tok::Newline) {
                break;
            }
        }
        if self.at(Tok::Newline) {
            self.bump();
            return Ok(());
        }
        Err(self.unexpected())
    }

    /// The body of a compound statement after its `:`; `owner` is for the message, as in
    /// "'if' statement".
    fn block(&mut self, owner: &str, line_of: Span) -> Parse<Vec<Stmt>> {
        let mut body = Vec::new();
        if !self.eat(Tok::Newline) {
            self.simple_statements(&mut body)?;
            return Ok(body);
        }
        if !self.eat(Tok::Indent) {
            if matches!(self.tok(), Tok::Error(_)) {
                return Err(self.unexpected());
            }
            let line = self.source.line(line_of.start);
            let message = format!("expected an indented block after {owner} on line {line}");
            let span = if self.at(Tok::End) {
                self.last_span()
            } else {
                self.span()
            };
            return Err(self.error_of(DiagKind::Indentation, span, message));
        }
        while !matches!(self.tok(), Tok::Dedent | Tok::End) && !self.hopeless() {
            self.statement_or_recover(&mut body);
        }
        self.eat(Tok::Dedent);
        Ok(body)
    }

    /// `:` of a compound statement: CPython names it only where the line ends instead.
    fn colon(&mut self) -> Parse<()> {
        if self.at(Tok::Newline) {
            return Err(self.error(self.span(), "expected ':'"));
        }
        self.expect(Tok::Colon).map(|_| ())
    }

    fn if_statement(&mut self) -> Parse<StmtKind> {
        let mut branches = Vec::new();
        loop {
            let word = self.bump();
            let test = self.named_expression()?;
            self.colon()?;
            let owner = if word.kind == Tok::If {
                "'if' statement"
            } else {
                "'elif' statement"
            };
            branches.push((test, self.block(owner, word.span)?));
            if !self.at(Tok::Elif) {
                break;
            }
        }
        let orelse = self.else_block()?;
        Ok(StmtKind::If { branches, orelse })
    }

    fn else_block(&mut self) -> Parse<Vec<Stmt>> {
        if !self.at(Tok::Else) {
            return Ok(Vec::new());
        }
        let word = self.bump();
        self.force(Tok::Colon)?;
        self.block("'else' statement", word.span)
    }

    fn while_statement(&mut self) -> Parse<StmtKind> {
        let word = self.bump();
        let test = self.named_expression()?;
        self.colon()?;
        let body = self.block("'while' statement", word.span)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::While { test, body, orelse })
    }

    fn for_statement(&mut self) -> Parse<StmtKind> {
        let word = self.bump();
        let target = self.for_targets()?;
        self.expect(Tok::In)?;
        let iter = self.star_expressions()?;
        self.colon()?;
        let body = self.block("'for' statement", word.span)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::For {
            target,
            iter,
            body,
            orelse,
        })
    }

    fn try_statement(&mut self) -> Parse<StmtKind> {
        let word = self.bump();
        self.force(Tok::Colon)?;
        let body = self.block("'try' statement", word.span)?;
        let mut handlers: Vec<ExceptClause> = Vec::new();
        while self.at(Tok::Except) {
            handlers.push(self.except_clause()?);
        }
        let orelse = if handlers.is_empty() {
            Vec::new()
        } else {
            self.else_block()?
        };
        let mut finalbody = Vec::new();
        if self.at(Tok::Finally) {
            let word = self.bump();
            self.force(Tok::Colon)?;
            finalbody = self.block("'finally' statement", word.span)?;
        } else if handlers.is_empty() {
            if matches!(self.tok(), Tok::Error(_)) {
                return Err(self.unexpected());
            }
            let span = self.error_span();
            return Err(self.error(span, "expected 'except' or 'finally' block"));
        }
        Ok(StmtKind::Try(Box::new(Try {
            body,
            handlers,
            orelse,
            finalbody,
        })))
    }

    fn except_clause(&mut self) -> Parse<ExceptClause> {
        let word = self.bump();
        if self.at(Tok::Star) {
            let message = "FL does not support 'except*'";
            return Err(self.error(self.span(), message));
        }
        let (mut kind, mut name) = (None, None);
        if !self.at(Tok::Colon) && !self.at(Tok::Newline) {
            let start = self.span();
            kind = Some(self.expression()?);
            if self.at(Tok::Comma) {
                self.attempt(|p| {
                    p.bump();
                    p.star_expressions()
                });
                let span = start.to(self.last_span());
                return Err(self.error(span, "multiple exception types must be parenthesized"));
            }
            if self.eat(Tok::As) {
                name = Some(self.name()?);
            }
        }
        self.colon()?;
        let body = self.block("'except' statement", word.span)?;
        Ok(ExceptClause {
            kind,
            name,
            body,
            span: word.span,
        })
    }

    fn with_statement(&mut self) -> Parse<StmtKind> {
        let word = self.bump();
        let parenthesised = self.at(Tok::LParen).then(|| self.attempt(Self::with_items));
        let items = match parenthesised.flatten() {
            Some(items) => items,
            None => {
                let mut items = vec![self.with_item()?];
                while self.eat(Tok::Comma) {
                    items.push(self.with_item()?);
                }
                items
            }
        };
        self.colon()?;
        let body = self.block("'with' statement", word.span)?;
        Ok(StmtKind::With { items, body })
    }

    /// Items in parentheses, if they cannot be one expression.
    fn with_items(&mut self) -> Parse<Vec<WithItem>> {
        self.bump();
        let mut items = vec![self.with_item()?];
        while self.eat(Tok::Comma) {
            if self.at(Tok::RParen) {
                break;
            }
            items.push(self.with_item()?);
        }
        self.expect(Tok::RParen)?;
        let named = items.iter().any(|item| item.target.is_some());
        if self.at(Tok::Colon) || named && self.at(Tok::Newline) {
            Ok(items)
        } else {
            Err(Failed)
        }
    }

    fn with_item(&mut self) -> Parse<WithItem> {
        let context = self.expression()?;
        let mut target = None;
        if self.eat(Tok::As) {
            let id = if self.at(Tok::Star) {
                self.starred()?
            } else {
                self.primary()?
            };
            if let Some(bad) = self.invalid_target(id, Place::Assign) {
                return Err(self.cannot("assign to", bad));
            }
            target = Some(id);
        }
        Ok(WithItem { context, target })
    }

    fn decorated(&mut self) -> Parse<StmtKind> {
        let mut decorators = Vec::new();
        while self.eat(Tok::At) {
            decorators.push(self.named_expression()?);
            self.expect(Tok::Newline)?;
        }
        match self.tok() {
            Tok::Def => self.function(decorators),
            Tok::Class => self.class(decorators),
            _ => Err(self.unexpected()),
        }
    }

    fn function(&mut self, decorators: Vec<ExprId>) -> Parse<StmtKind> {
        let word = self.bump();
        let label = self.intern_text(self.text_of(self.token()));
        let name = self.name()?;
        let scope = self.new_scope();
        self.force(Tok::LParen)?;
        let params = self.parameters(Tok::RParen, true)?;
        self.expect(Tok::RParen)?;
        let returns = if self.eat(Tok::Arrow) {
            Some(self.expression()?)
        } else {
            None
        };
        self.force(Tok::Colon)?;
        let body = self.block("function definition", word.span)?;
        let def_span = word.span;
        let def = FunctionDef {
            name,
            label,
            params,
            returns,
            body,
            decorators,
            scope,
            def_span,
        };
        Ok(StmtKind::Function(Box::new(def)))
    }

    fn class(&mut self, decorators: Vec<ExprId>) -> Parse<StmtKind> {
        let word = self.bump();
        let written = self.text_of(self.token());
        let label = self.intern_text(written);
        let name = self.name()?;
        let scope = self.new_scope();
        let args = if self.at(Tok::LParen) {
            self.arguments()?
        } else {
            Vec::new()
        };
        self.colon()?;
        let outer = self.class.replace(written);
        let body = self.block("class definition", word.span);
        self.class = outer;
        let body = body?;
        let class_span = word.span;
        let def = ClassDef {
            name,
            label,
            args,
            body,
            decorators,
            scope,
            class_span,
        };
        Ok(StmtKind::Class(Box::new(def)))
    }

    /// A `match` statement, or None if the word is an ordinary name here.
    fn match_statement(&mut self) -> Parse<Option<StmtKind>> {
        if self.word() != Some("match") || !self.lexed_starts_subject() {
            return Ok(None);
        }
        let word = self.span();
        let subject = self.attempt(|p| {
            p.bump();
            let subject = p.subject()?;
            if !(p.at(Tok::Colon) && p.tok_at(1) == Tok::Newline) {
                return Err(Failed);
            }
            p.pos += 2;
            Ok(subject)
        });
        let Some(subject) = subject else {
            return Ok(None);
        };
        if !self.eat(Tok::Indent) {
            let line = self.source.line(word.start);
            let message =
                format!("expected an indented block after 'match' statement on line {line}");
            return Err(self.error_of(DiagKind::Indentation, self.span(), message));
        }
        let mut cases = Vec::new();
        while !matches!(self.tok(), Tok::Dedent | Tok::End) {
            if self.word() != Some("case") {
                return Err(self.unexpected());
            }
            cases.push(self.case()?);
        }
        self.eat(Tok::Dedent);
        Ok(Some(StmtKind::Match { subject, cases }))
    }

    fn lexed_starts_subject(&self) -> bool {
        !matches!(
            self.tok_at(1),
            Tok::Newline | Tok::Eq | Tok::Dot | Tok::Colon | Tok::Comma | Tok::Semicolon | Tok::End
        )
    }

    fn subject(&mut self) -> Parse<ExprId> {
        let start = self.span();
        let first = self.star_named_expression()?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(Tok::Colon) {
                break;
            }
            items.push(self.star_named_expression()?);
        }
        let span = start.to(self.last_span());
        Ok(self.add(ExprKind::Tuple(items), span))
    }

    fn case(&mut self) -> Parse<MatchCase> {
        let word = self.bump();
        let pattern = self.patterns()?;
        let guard = if self.eat(Tok::If) {
            Some(self.named_expression()?)
        } else {
            None
        };
        self.colon()?;
        let body = self.block("'case' statement", word.span)?;
        Ok(MatchCase {
            pattern,
            guard,
            body,
        })
    }

    fn simple_statement(&mut self) -> Parse<StmtKind> {
        match self.tok() {
            Tok::Pass => self.word_statement(StmtKind::Pass),
            Tok::Break => self.word_statement(StmtKind::Break),
            Tok::Continue => self.word_statement(StmtKind::Continue),
            Tok::Return => {
                self.bump();
                let value = if self.starts_expression() {
                    Some(self.star_expressions()?)
                } else {
                    None
                };
                Ok(StmtKind::Return(value))
            }
            Tok::Raise => self.raise(),
            Tok::Global => Ok(StmtKind::Global(self.name_list()?)),
            Tok::Nonlocal => Ok(StmtKind::Nonlocal(self.name_list()?)),
            Tok::Del => self.delete(),
            Tok::Assert => self.assert(),
            Tok::Import => self.import(),
            Tok::From => self.import_from(),
            _ => self.expression_statement(),
        }
    }

    fn word_statement(&mut self, kind: StmtKind) -> Parse<StmtKind> {
        self.bump();
        Ok(kind)
    }

    fn raise(&mut self) -> Parse<StmtKind> {
        self.bump();
        if !self.starts_expression() {
            return Ok(StmtKind::Raise {
                exc: None,
                cause: None,
            });
        }
        let exc = Some(self.expression()?);
        let cause = if self.eat(Tok::From) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(StmtKind::Raise { exc, cause })
    }

    fn name_list(&mut self) -> Parse<Vec<(Name, Span)>> {
        let statement = self.bump().span;
        let mut names = Vec::new();
        loop {
            let name = self.name()?;
            names.push((name, statement.to(self.last_span())));
            if !self.eat(Tok::Comma) {
                return Ok(names);
            }
        }
    }

    fn assert(&mut self) -> Parse<StmtKind> {
        self.bump();
        let test = self.named_expression_in_statement()?;
        let message = if self.eat(Tok::Comma) {
            Some(self.named_expression_in_statement()?)
        } else {
            None
        };
        Ok(StmtKind::Assert { test, message })
    }

    fn named_expression_in_statement(&mut self) -> Parse<ExprId> {
        let id = self.expression()?;
        if self.at(Tok::Eq) && self.is_bitwise_or(id) {
            let bad = self.invalid_target(id, Place::Assign);
            return Err(match bad {
                Some(bad) => self.bad_assignment(id, bad),
                None => self.unexpected(),
            });
        }
        Ok(id)
    }

    fn delete(&mut self) -> Parse<StmtKind> {
        self.bump();
        let id = self.star_expressions()?;
        if let Some(bad) = self.invalid_target(id, Place::Delete) {
            return Err(self.cannot("delete", bad));
        }
        let bare = self.source.text().as_bytes()[self.tree.span(id).start as usize] != b'(';
        let targets = match self.tree.kind(id) {
            ExprKind::Tuple(items) if bare => items.clone(),
            _ => vec![id],
        };
        Ok(StmtKind::Delete(targets))
    }

    fn import(&mut self) -> Parse<StmtKind> {
        self.bump();
        let mut aliases = Vec::new();
        loop {
            let start = self.span();
            let path = self.dotted_name()?;
            let alias = if self.eat(Tok::As) {
                Some(self.name()?)
            } else {
                None
            };
            aliases.push(ImportAlias {
                path,
                alias,
                span: start.to(self.last_span()),
            });
            if !self.eat(Tok::Comma) {
                return Ok(StmtKind::Import(aliases));
            }
        }
    }

    fn dotted_name(&mut self) -> Parse<Vec<Name>> {
        let mut path = vec![self.name()?];
        while self.eat(Tok::Dot) {
            path.push(self.name()?);
        }
        Ok(path)
    }

    fn import_from(&mut self) -> Parse<StmtKind> {
        self.bump();
        let mut level = 0;
        loop {
            if self.eat(Tok::Dot) {
                level += 1;
            } else if self.eat(Tok::Ellipsis) {
                level += 3;
            } else {
                break;
            }
        }
        let path = if level > 0 && self.at(Tok::Import) {
            Vec::new()
        } else {
            self.dotted_name()?
        };
        self.expect(Tok::Import)?;
        let names = if self.at(Tok::Star) {
            ImportNames::Star(self.bump().span)
        } else {
            ImportNames::Names(self.imported_names()?)
        };
        Ok(StmtKind::ImportFrom(Box::new(ImportFrom {
            level,
            path,
            names,
        })))
    }

    fn imported_names(&mut self) -> Parse<Vec<ImportedName>> {
        let parenthesised = self.eat(Tok::LParen);
        let mut names = Vec::new();
        loop {
            let start = self.span();
            let name = self.name()?;
            let alias = if self.eat(Tok::As) {
                Some(self.name()?)
            } else {
                None
            };
            names.push(ImportedName {
                name,
                alias,
                span: start.to(self.last_span()),
            });
            if !self.eat(Tok::Comma) {
                break;
            }
            if parenthesised && self.at(Tok::RParen) {
                break;
            }
            if self.at(Tok::Newline) {
                let span = self.span();
                let message = "trailing comma not allowed without surrounding parentheses";
                return Err(self.error(span, message));
            }
        }
        if parenthesised {
            self.expect(Tok::RParen)?;
        }
        Ok(names)
    }

    /// Assignments and expressions.
    fn expression_statement(&mut self) -> Parse<StmtKind> {
        let start = self.span();
        let first = self.yield_or_expressions()?;
        if let Some(op) = augmented(self.tok()) {
            return self.augmented_assignment(first, op);
        }
        match self.tok() {
            Tok::Eq => self.assignment(first),
            Tok::Colon => self.annotated_assignment(first, start),
            Tok::ColonEq => {
                // Python reads `name := value` as an expression only inside brackets.
                if matches!(self.tree.kind(first), ExprKind::Name(_)) {
                    return Err(self.unexpected());
                }
                let message = format!(
                    "cannot use assignment expressions with {}",
                    self.describe(first)
                );
                Err(self.error(self.tree.span(first), message))
            }
            Tok::Newline | Tok::Semicolon => Ok(StmtKind::Expr(first)),
            _ => Err(self.legacy_statement(first)),
        }
    }

    /// `print "x"`, or any other expression followed by something that does not fit.
    fn legacy_statement(&mut self, first: ExprId) -> Failed {
        if let ExprKind::Name(name) = *self.tree.kind(first) {
            let text = self.tree.text(name).to_string();
            if text == "match" && self.starts_expression() {
                let line_end = self.attempt(|p| {
                    p.subject()?;
                    if p.at(Tok::Newline) {
                        Ok(p.span())
                    } else {
                        Err(Failed)
                    }
                });
                if let Some(line_end) = line_end {
                    return self.error(line_end, "expected ':'");
                }
            }
            if matches!(text.as_str(), "print" | "exec") && self.starts_expression() {
                let end = self.attempt(|p| {
                    p.star_expressions()?;
                    Ok(p.last_span())
                });
                if let Some(end) = end {
                    let span = self.tree.span(first).to(end);
                    let message = format!(
                        "Missing parentheses in call to '{text}'. Did you mean {text}(...)?"
                    );
                    return self.error(span, message);
                }
            }
        }
        self.unexpected()
    }

    fn augmented_assignment(&mut self, target: ExprId, op: BinKind) -> Parse<StmtKind> {
        let simple = matches!(
            self.tree.kind(target),
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Subscript(..)
        );
        if !simple {
            let what = self.describe(target);
            let message = format!("'{what}' is an illegal expression for augmented assignment");
            return Err(self.error(self.tree.span(target), message));
        }
        self.bump();
        let value = self.yield_or_expressions()?;
        Ok(StmtKind::AugAssign { target, op, value })
    }

    fn assignment(&mut self, first: ExprId) -> Parse<StmtKind> {
        let mut targets = Vec::new();
        let mut value = first;
        while self.at(Tok::Eq) {
            if let Some(bad) = self.invalid_target(value, Place::Assign) {
                return Err(self.bad_assignment(value, bad));
            }
            self.bump();
            targets.push(value);
            value = self.yield_or_expressions()?;
        }
        Ok(StmtKind::Assign { targets, value })
    }

    fn annotated_assignment(&mut self, target: ExprId, start: Span) -> Parse<StmtKind> {
        let message = match self.tree.kind(target) {
            ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Subscript(..) => "",
            ExprKind::List(_) => "only single target (not list) can be annotated",
            ExprKind::Tuple(_) => "only single target (not tuple) can be annotated",
            _ => "illegal target for annotation",
        };
        if !message.is_empty() {
            let keeps = self.tok_at(1) == Tok::Newline;
            if keeps {
                return Err(self.unexpected());
            }
            return Err(self.error(self.tree.span(target), message));
        }
        self.bump();
        let simple = matches!(self.tree.kind(target), ExprKind::Name(_))
            && self.tree.span(target).start == start.start;
        let annotation = self.expression()?;
        let value = if self.eat(Tok::Eq) {
            Some(self.yield_or_expressions()?)
        } else {
            None
        };
        Ok(StmtKind::AnnAssign {
            target,
            annotation,
            value,
            simple,
        })
    }
}
