//! Well-formed Python programs from a string of bytes.
//!
//! Each byte is a choice, and when the bytes run out every choice is 0, the simplest one; so a fuzzer can shorten and splice inputs and still
//! gets programs. Programs use few names, so that scopes, closures and rebinding meet often. They are grammatical and keep the rules of scope
//! that a parser checks (no `return` outside a function, no `await` outside a coroutine); they are not meant to run without errors.

use std::fmt::Write;

const NAMES: [&str; 6] = ["a", "b", "c", "x", "y", "z"];
const BINARY: [&str; 13] = [
    "+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^",
];
const COMPARE: [&str; 10] = [
    "<", ">", "==", "!=", "<=", ">=", "is", "is not", "in", "not in",
];
const LITERALS: [&str; 12] = [
    "0",
    "1",
    "'s'",
    "None",
    "True",
    "1.5",
    "2j",
    "b'x'",
    "...",
    "10**30",
    "'\\ud800'",
    "()",
];

/// Where a statement stands: what it may contain depends on it.
#[derive(Clone, Copy, Default)]
struct Place {
    function: bool,
    coroutine: bool,
    in_loop: bool,
}

/// The state of one generation.
pub struct Generator<'a> {
    bytes: std::slice::Iter<'a, u8>,
    out: String,
}

/// A program for `bytes`.
#[must_use]
pub fn program(bytes: &[u8]) -> String {
    let mut generator = Generator {
        bytes: bytes.iter(),
        out: String::new(),
    };
    let statements = 1 + generator.choose(6);
    for _ in 0..statements {
        generator.statement(0, 4, Place::default());
    }
    generator.out
}

impl Generator<'_> {
    fn choose(&mut self, limit: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % limit
    }

    fn pick<'s>(&mut self, from: &[&'s str]) -> &'s str {
        from[self.choose(from.len())]
    }

    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:1$}{text}", "", depth * 4);
    }

    fn block(&mut self, depth: usize, fuel: usize, place: Place) {
        for _ in 0..=self.choose(3) {
            self.statement(depth, fuel, place);
        }
    }

    fn statement(&mut self, depth: usize, fuel: usize, place: Place) {
        let kinds = if fuel == 0 { 9 } else { 18 };
        match self.choose(kinds) {
            0 => self.line(depth, "pass"),
            1 => {
                let text = format!("{} = {}", self.target(), self.expression(3, place));
                self.line(depth, &text);
            }
            2 => {
                let text = format!(
                    "{} {}= {}",
                    self.pick(&NAMES),
                    self.pick(&BINARY),
                    self.expression(2, place)
                );
                self.line(depth, &text);
            }
            3 => {
                let text = self.expression(3, place);
                self.line(depth, &text);
            }
            4 => {
                let text = format!("del {}", self.pick(&NAMES));
                self.line(depth, &text);
            }
            5 if place.function => {
                let text = format!("return {}", self.expression(2, place));
                self.line(depth, &text);
            }
            5 | 6 => {
                let text = format!("raise {} from {}", self.pick(&NAMES), self.pick(&NAMES));
                self.line(depth, &text);
            }
            7 if place.in_loop => {
                let text = self.pick(&["break", "continue"]);
                self.line(depth, text);
            }
            7 => {
                let text = format!(
                    "{}: {} = {}",
                    self.pick(&NAMES),
                    self.pick(&["a", "int", "'s'", "list[x]", "a | None", "(lambda: b)()"]),
                    self.pick(&LITERALS)
                );
                self.line(depth, &text);
            }
            8 => {
                let text = format!(
                    "assert {}, {}",
                    self.expression(2, place),
                    self.pick(&LITERALS)
                );
                self.line(depth, &text);
            }
            kind => self.compound(kind, depth, fuel - 1, place),
        }
    }

    fn compound(&mut self, kind: usize, depth: usize, fuel: usize, place: Place) {
        let looping = Place {
            in_loop: true,
            ..place
        };
        match kind {
            9 => {
                let head = format!("if {}:", self.expression(2, place));
                self.line(depth, &head);
                self.block(depth + 1, fuel, place);
                self.line(depth, "else:");
                self.block(depth + 1, fuel, place);
            }
            10 => {
                let head = format!("for {} in {}:", self.target(), self.expression(2, place));
                self.line(depth, &head);
                self.block(depth + 1, fuel, looping);
                self.line(depth, "else:");
                self.block(depth + 1, fuel, place);
            }
            11 => {
                let head = format!("while {}:", self.expression(2, place));
                self.line(depth, &head);
                self.block(depth + 1, fuel, looping);
            }
            12 => {
                let head = format!(
                    "with {} as {}, {}:",
                    self.expression(1, place),
                    self.target(),
                    self.pick(&NAMES)
                );
                self.line(depth, &head);
                self.block(depth + 1, fuel, place);
            }
            13 => self.try_statement(depth, fuel, place),
            14 => self.match_statement(depth, fuel, place),
            15 => {
                let head = format!(
                    "class {}({}):",
                    self.pick(&NAMES),
                    self.pick(&["", "a", "a, b", "metaclass=a", "*a, **b"])
                );
                self.line(depth, &head);
                self.block(depth + 1, fuel, Place::default());
            }
            16 => {
                let parameters = self.parameters();
                let head = format!("async def {}({parameters}):", self.pick(&NAMES));
                self.line(depth, &head);
                let inside = Place {
                    function: true,
                    coroutine: true,
                    in_loop: false,
                };
                let awaited = format!("await {}", self.pick(&NAMES));
                self.line(depth + 1, &awaited);
                self.block(depth + 1, fuel, inside);
            }
            _ => {
                let parameters = self.parameters();
                let head = format!(
                    "def {}{}({parameters}):",
                    self.pick(&NAMES),
                    self.pick(&["", "[T]", "[T: int = a]"])
                );
                self.line(depth, &head);
                self.block(
                    depth + 1,
                    fuel,
                    Place {
                        function: true,
                        ..Place::default()
                    },
                );
            }
        }
    }

    fn try_statement(&mut self, depth: usize, fuel: usize, place: Place) {
        self.line(depth, "try:");
        self.block(depth + 1, fuel, place);
        let star = self.choose(2) == 1;
        // A group handler may not leave by break, continue or return.
        let inside = if star {
            Place {
                coroutine: place.coroutine,
                ..Place::default()
            }
        } else {
            place
        };
        let head = format!(
            "except{} {} as {}:",
            if star { "*" } else { "" },
            self.pick(&NAMES),
            self.pick(&NAMES)
        );
        self.line(depth, &head);
        self.block(depth + 1, fuel, inside);
        if self.choose(2) == 1 {
            self.line(depth, "else:");
            self.block(depth + 1, fuel, place);
        }
        if self.choose(2) == 1 {
            self.line(depth, "finally:");
            self.block(depth + 1, fuel, place);
        }
    }

    fn match_statement(&mut self, depth: usize, fuel: usize, place: Place) {
        let head = format!("match {}:", self.expression(1, place));
        self.line(depth, &head);
        for _ in 0..=self.choose(2) {
            let pattern = self.pick(&[
                "1 | 'x'",
                "[a, *b]",
                "{'k': c, **x}",
                "y() as z",
                "a(b, x=c)",
                "(a, (b, _))",
                "None",
                "-1.5 + 2j",
                "x.y",
            ]);
            let head = format!("case {pattern} if {}:", self.expression(1, place));
            self.line(depth + 1, &head);
            self.block(depth + 2, fuel, place);
        }
        self.line(depth + 1, "case _:");
        self.block(depth + 2, fuel, place);
    }

    fn parameters(&mut self) -> &'static str {
        let all = [
            "",
            "a",
            "a, b=1",
            "a, /, b, *, c",
            "*a, **b",
            "a: int, b: x = 2, *c, x=3, **y",
            "x, y, z",
        ];
        all[self.choose(all.len())]
    }

    fn target(&mut self) -> &'static str {
        let all = [
            "a",
            "b",
            "x",
            "a.b",
            "x[a]",
            "(a, b)",
            "[a, *b]",
            "x, (y, z)",
            "a[b:c, ...]",
        ];
        all[self.choose(all.len())]
    }

    fn expression(&mut self, fuel: usize, place: Place) -> String {
        if fuel == 0 {
            return if self.choose(2) == 0 {
                self.pick(&NAMES)
            } else {
                self.pick(&LITERALS)
            }
            .to_owned();
        }
        let fuel = fuel - 1;
        let one = self.expression(fuel, place);
        match self.choose(20) {
            0 => one,
            1 => format!(
                "({one} {} {})",
                self.pick(&BINARY),
                self.expression(fuel, place)
            ),
            2 => format!(
                "({one} {} {})",
                self.pick(&COMPARE),
                self.expression(fuel, place)
            ),
            3 => format!(
                "({one} and {} or {})",
                self.pick(&NAMES),
                self.expression(fuel, place)
            ),
            4 => format!("(not {one})"),
            5 => format!("{}({one}, *a, x={one}, **b)", self.pick(&NAMES)),
            6 => format!("{}.{}", self.pick(&NAMES), self.pick(&NAMES)),
            7 => format!(
                "({one})[{}]",
                self.pick(&["a", "1:2", "::a", "a, b", "*a", "..."])
            ),
            8 => format!("[{one}, *a]"),
            9 => format!("{{{one}: b, **c}}"),
            10 => format!("{{{one}, *b}}"),
            // A comprehension's iterable may hold no assignment expression and its element no yield: names only.
            11 => {
                let [element, bound, items] = [(); 3].map(|()| self.pick(&NAMES));
                format!("[{element} for {bound} in {items} if a]")
            }
            12 => format!("{{a: b for a, b in {}}}", self.pick(&NAMES)),
            13 => format!("(lambda a, *b, c=1: {})", self.pick(&NAMES)),
            14 => format!("({one} if a else {})", self.expression(fuel, place)),
            15 => format!("({} := {one})", self.pick(&NAMES)),
            16 => format!("f'{{a!r:>{{b}}}} {{x}} {{{{'"),
            17 if place.coroutine => format!("(await ({one}))"),
            18 if place.function && !place.coroutine => format!("(yield {one})"),
            19 => "t'{a} {b!s:x}'".to_owned(),
            _ => format!("(-{one})"),
        }
    }
}
