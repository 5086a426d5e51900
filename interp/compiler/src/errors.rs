//! Syntax errors and compile-time warnings as plain data.
//!
//! The compiler cannot make exception objects (it runs without a runtime), so it reports what CPython's `SyntaxError`
//! and `warnings.warn_explicit` need. Invariants: lines and columns are 1-based and columns count characters; line 0
//! means "no place known" (then every other place field is 0 and `text` is `None`); an unknown end is [`NO_END`],
//! which CPython shows as -1. `text` has no newline at its end.

use crate::source::Source;

/// `end_col` of an error at a token that has no text.
pub const NO_END: u32 = u32::MAX;

/// Which exception class a [`SyntaxError`] becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `RecursionError`: nested too deeply to be walked by recursion (it has no place).
    Recursion,
}

/// A compile-time error with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The exception class.
    pub kind: SyntaxErrorKind,
    /// `SyntaxError.msg`
    pub msg: String,
    /// `SyntaxError.lineno`, 0 if unknown.
    pub line: u32,
    /// `SyntaxError.offset`
    pub col: u32,
    /// `SyntaxError.end_lineno`
    pub end_line: u32,
    /// `SyntaxError.end_offset`
    pub end_col: u32,
    /// The source line, without its newline.
    pub text: Option<String>,
    /// CPython shows `text` with a newline: its tokenizer had read no further.
    pub newline: bool,
    /// Found while a file was parsed: CPython takes `text` from the file of that name, if there is one.
    pub in_file: bool,
    /// Found by the parser: where the last compound statement begins that parsed (0: none did).
    pub after: Option<(u32, u32)>,
    /// More input could complete the source (for `codeop` and the interactive prompt).
    pub incomplete: bool,
    /// What the tokens before the error are to be warned about.
    pub warnings: Vec<Warning>,
    /// Found after parsing: CPython has only the file to take `text` from then, and gives none if it cannot be read.
    pub late: bool,
}

impl SyntaxError {
    /// An error without a place.
    pub fn bare(msg: impl Into<String>) -> SyntaxError {
        SyntaxError {
            kind: SyntaxErrorKind::Syntax,
            msg: msg.into(),
            line: 0,
            col: 0,
            end_line: 0,
            end_col: 0,
            text: None,
            newline: true,
            in_file: false,
            after: None,
            incomplete: false,
            warnings: Vec::new(),
            late: false,
        }
    }

    /// An error at the bytes `start..end` of `source`.
    pub fn at(source: &Source, start: usize, end: usize, msg: impl Into<String>) -> SyntaxError {
        let line = source.line_of(start);
        SyntaxError {
            line,
            col: source.char_col(start) + 1,
            end_line: source.line_of(end),
            end_col: source.char_col(end) + 1,
            text: (!source.is_tree()).then(|| source.line_text(line).to_owned()),
            ..SyntaxError::bare(msg)
        }
    }

    /// The same error, found after parsing.
    pub fn late(mut self) -> SyntaxError {
        self.late = true;
        self
    }

    /// The same error as another exception class.
    pub fn with_kind(mut self, kind: SyntaxErrorKind) -> SyntaxError {
        self.kind = kind;
        self
    }

    /// The same error with an unknown end, as CPython reports at tokens without text.
    pub fn without_end(mut self) -> SyntaxError {
        self.end_line = self.line;
        self.end_col = NO_END;
        self
    }

    /// The same error with an end before the first column, as CPython's tokenizer reports.
    pub fn with_zero_end(mut self) -> SyntaxError {
        self.end_line = self.line;
        self.end_col = 0;
        self
    }

    /// The same error marked as repairable by more input, if `incomplete`.
    pub fn with_incomplete(mut self, incomplete: bool) -> SyntaxError {
        self.incomplete = incomplete;
        self
    }
}

/// The category of a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCategory {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

/// A compile-time warning with its place. If the filter turns it into an error, CPython raises a `SyntaxError` with
/// the same text and place instead; [`Warning::into_error`] makes that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The warning class.
    pub category: WarningCategory,
    /// The text.
    pub msg: String,
    /// First line, 1-based.
    pub line: u32,
    /// First column, 1-based, in characters.
    pub col: u32,
    /// Last line.
    pub end_line: u32,
    /// End column, 1-based, exclusive.
    pub end_col: u32,
    /// It is about a token, not about what the tokens make.
    pub lexical: bool,
}

impl Warning {
    /// The same warning as one about a token.
    pub fn from_lexer(mut self) -> Warning {
        self.lexical = true;
        self
    }

    /// A `SyntaxWarning` at the bytes `start..end` of `source`.
    pub fn syntax(source: &Source, start: usize, end: usize, msg: impl Into<String>) -> Warning {
        Warning {
            category: WarningCategory::Syntax,
            msg: msg.into(),
            line: source.line_of(start),
            col: source.char_col(start) + 1,
            end_line: source.line_of(end),
            end_col: source.char_col(end) + 1,
            lexical: false,
        }
    }

    /// The `SyntaxError` that stands for this warning when a filter turns it into an error.
    pub fn into_error(self, source: &Source) -> SyntaxError {
        SyntaxError {
            line: self.line,
            col: self.col,
            end_line: self.end_line,
            end_col: self.end_col,
            text: Some(source.line_text(self.line).to_owned()),
            ..SyntaxError::bare(
                // What is an error now need not be announced for the future.
                self.msg
                    .replace(" Such sequences will not work in the future.", ""),
            )
        }
    }
}
