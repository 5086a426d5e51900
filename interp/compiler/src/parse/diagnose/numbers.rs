//! Number tokens with CPython's errors.

use super::tokens::{L, Lexer};

/// Words that may follow a number directly.
const AFTER: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"not", b"or"];

/// Reads the number at the position.
pub(super) fn number(lexer: &mut Lexer) -> L {
    if lexer.peek() == b'0' {
        match lexer.ahead(1) | 0x20 {
            b'x' => return radix(lexer, "hexadecimal", 16),
            b'o' => return radix(lexer, "octal", 8),
            b'b' => return radix(lexer, "binary", 2),
            _ => {}
        }
        return zero(lexer);
    }
    if lexer.peek() != b'.' {
        decimal_tail(lexer)?;
    }
    fraction(lexer, "decimal")
}

fn radix(lexer: &mut Lexer, name: &str, base: u32) -> L {
    lexer.pos += 2;
    loop {
        if lexer.peek() == b'_' {
            lexer.pos += 1;
        }
        let c = lexer.peek();
        if !(c as char).is_digit(base) {
            if c.is_ascii_digit() {
                let msg = format!("invalid digit '{}' in {name} literal", c as char);
                return Err(lexer.error_before(lexer.pos + 1, msg));
            }
            return Err(lexer.error_before(lexer.pos, format!("invalid {name} literal")));
        }
        while (lexer.peek() as char).is_digit(base) {
            lexer.pos += 1;
        }
        if lexer.peek() != b'_' {
            break;
        }
    }
    let c = lexer.peek();
    if c.is_ascii_digit() {
        let msg = format!("invalid digit '{}' in {name} literal", c as char);
        return Err(lexer.error_before(lexer.pos + 1, msg));
    }
    check_end(lexer, name)
}

/// A number that starts with 0: only more zeros may follow, unless it is a float.
fn zero(lexer: &mut Lexer) -> L {
    let start = lexer.pos;
    let mut nonzero = false;
    loop {
        if lexer.peek() == b'_' {
            lexer.pos += 1;
            if !lexer.peek().is_ascii_digit() {
                return Err(lexer.error_before(lexer.pos, "invalid decimal literal"));
            }
        }
        if lexer.peek() != b'0' {
            break;
        }
        lexer.pos += 1;
    }
    let zeros_end = lexer.pos;
    if lexer.peek().is_ascii_digit() {
        nonzero = true;
        decimal_tail(lexer)?;
    }
    match lexer.peek() {
        b'.' | b'e' | b'E' | b'j' | b'J' => {
            let before = lexer.pos;
            fraction(lexer, "decimal")?;
            if nonzero && lexer.pos == before {
                return Err(leading_zeros(lexer, start, zeros_end));
            }
            Ok(())
        }
        _ if nonzero => Err(leading_zeros(lexer, start, zeros_end)),
        _ => check_end(lexer, "decimal"),
    }
}

fn leading_zeros(lexer: &Lexer, start: usize, zeros_end: usize) -> crate::errors::SyntaxError {
    let msg = "leading zeros in decimal integer literals are not permitted; \
               use an 0o prefix for octal integers";
    crate::errors::SyntaxError::at(lexer.source, start, zeros_end, msg)
}

fn decimal_tail(lexer: &mut Lexer) -> L {
    loop {
        while lexer.peek().is_ascii_digit() {
            lexer.pos += 1;
        }
        if lexer.peek() != b'_' {
            return Ok(());
        }
        lexer.pos += 1;
        if !lexer.peek().is_ascii_digit() {
            return Err(lexer.error_before(lexer.pos, "invalid decimal literal"));
        }
    }
}

/// What may follow the digits before the point.
fn fraction(lexer: &mut Lexer, kind: &str) -> L {
    if lexer.peek() == b'.' {
        lexer.pos += 1;
        if lexer.peek().is_ascii_digit() {
            decimal_tail(lexer)?;
        }
    }
    if matches!(lexer.peek(), b'e' | b'E') {
        let sign = matches!(lexer.ahead(1), b'+' | b'-') as usize;
        if lexer.ahead(1 + sign).is_ascii_digit() {
            lexer.pos += 1 + sign;
            decimal_tail(lexer)?;
        } else if sign == 1 {
            return Err(lexer.error_before(lexer.pos + 2, format!("invalid {kind} literal")));
        }
    }
    if matches!(lexer.peek(), b'j' | b'J') {
        lexer.pos += 1;
        return check_end(lexer, "imaginary");
    }
    check_end(lexer, kind)
}

/// A number must not run into a name, except certain keywords.
fn check_end(lexer: &Lexer, kind: &str) -> L {
    let rest = &lexer.text[lexer.pos..];
    if AFTER.iter().any(|word| rest.starts_with(word)) {
        return Ok(());
    }
    let c = lexer.peek();
    if c.is_ascii_alphanumeric() || c == b'_' {
        // CPython points at the last character of the number, having read one more.
        return Err(lexer.error_before(lexer.pos, format!("invalid {kind} literal")));
    }
    Ok(())
}
