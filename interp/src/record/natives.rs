//! Calls of native functions, methods and types that run no Python code: lean calls, see `tier/enter/helpers_lean.rs`.
//!
//! The tables here say of which natives that is true, what they change and what they give. A native is in them only if it has
//! changed nothing when it raises or comes to run Python code: what goes through an iterator that may run some, or sorts in
//! place, is not.

use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use crate::vm::run::cx::{Cx, word_value};
use skein_jit::ir::{Binary, Cond, Type, Val};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::layout;
use skein_runtime::object::native_def::{Binding, NativeDef};
use skein_runtime::prelude::*;

/// What an instruction reads beside the registers that its fields name.
#[derive(Clone, Copy, Default)]
pub struct More {
    /// A call's arguments, or a slice's bounds.
    pub args: [Seen; 4],
    /// For a star call: how many positional arguments there are, and that there are none by name.
    pub items: usize,
    /// See `items`.
    pub dict_is_empty: bool,
    /// The type code of the array whose items are asked for or counted, or 0.
    pub typed_code: u8,
    /// The native function that is called.
    native: Option<Called>,
}

/// A native function as it was seen to be called.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub(super) def: &'static NativeDef,
    shape: u32,
    /// What it is bound to.
    this: Seen,
    /// The name of its type or module.
    owner: Owner,
}

#[derive(Clone, Copy)]
enum Owner {
    Type(Ref<PyType>),
    Module(Value),
}

impl More {
    /// Looks at the operands of the instruction at `cx`.
    pub fn of(vm: &Vm, cx: Cx, op: Code) -> More {
        let typed_code = super::typed::code_of(vm, cx, op);
        let seen = |i: usize| {
            if i < cx.code().nregs as usize {
                Seen::of(cx.reg(i))
            } else {
                Seen::default()
            }
        };
        if op == Code::Mod {
            let items = cx.reg(cx.c()).cast::<PyTuple>();
            let item = |i: usize| {
                let v = items.as_ref().and_then(|t| t.items().get(i).copied());
                v.map_or(Seen::default(), Seen::of)
            };
            return More {
                args: [0, 1, 2, 3].map(item),
                items: items.as_ref().map_or(0, |t| t.len()),
                ..More::default()
            };
        }
        let first = match op {
            Code::Call => cx.b() + 2,
            Code::LoadSlice | Code::StoreSlice => cx.c(),
            Code::LoadSuperAttr => cx.b(),
            Code::CallKw | Code::CallEx => cx.b() + 1,
            Code::ListExtend => {
                return More {
                    items: cx.reg(cx.b()).cast::<PyTuple>().map_or(0, |t| t.len()),
                    ..More::default()
                };
            }
            _ => {
                return More {
                    typed_code,
                    ..More::default()
                };
            }
        };
        let native = match op {
            Code::Call | Code::CallKw => cx.reg(cx.b()).cast::<PyBuiltin>(),
            _ => None,
        };
        let (mut items, mut dict_is_empty) = (0, false);
        if op == Code::CallEx {
            let (star, mapping) = (cx.reg(cx.b() + 2), cx.reg(cx.b() + 3));
            items = match star.cast::<PyTuple>() {
                Some(t) => t.len(),
                None => star.cast::<PyList>().map_or(0, |l| l.len()),
            };
            dict_is_empty = mapping.cast::<PyDict>().is_some_and(|d| d.is_empty());
        }
        More {
            args: [0, 1, 2, 3].map(|i| seen(first + i)),
            items,
            dict_is_empty,
            typed_code,
            native: native.map(|b| Called {
                def: b.def,
                shape: b.shape_id(),
                this: Seen::of(b.this.get()),
                owner: match b.owner.get() {
                    Some(t) => Owner::Type(t),
                    None => Owner::Module(b.module.get()),
                },
            }),
        }
    }
}

/// What a native changes that the recorder may know something of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changes {
    Nothing,
    /// What is in builtin containers.
    Contents,
    /// Attributes of an object, and so its shape.
    Attributes,
}

/// What is known of a native's result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    Anything,
    None,
    Int,
    Bool,
    Shape(u32),
}

/// Natives of one type or module: its name, theirs; whether they may get iterators, since they do not go through them.
struct Row(&'static str, &'static str, Changes, Gives, bool);

use Changes::{Attributes, Contents, Nothing};
use Gives::{Anything, Bool, Int, Shape};

const STR: Gives = Shape(ids::STR);
const LIST: Gives = Shape(ids::LIST);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row("builtins", "len ord", Nothing, Int, false),
    Row("builtins", "id", Nothing, Int, true),
    Row("builtins", "isinstance issubclass callable hasattr", Nothing, Bool, true),
    Row("builtins", "getattr", Nothing, Anything, true),
    Row("builtins", "any all", Nothing, Bool, false),
    Row("builtins", "abs hash min max sum divmod round pow iter", Nothing, Anything, false),
    Row("builtins", "chr bin hex oct repr ascii format", Nothing, STR, false),
    Row("builtins", "sorted", Nothing, LIST, false),
    Row("builtins", "next", Attributes, Anything, false),
    Row("builtins", "setattr", Attributes, Gives::None, true),
    Row("_operator", "lt le eq ne gt ge add sub mul truediv floordiv mod lshift rshift and_ or_ xor neg pos invert index truth not_ \
        is_ is_not contains getitem abs concat length_hint", Nothing, Anything, false),
    Row("_bisect", "bisect bisect_left bisect_right", Nothing, Anything, false),
    Row("_bisect", "insort insort_left insort_right", Contents, Gives::None, false),
    Row("_heapq", "heappush", Contents, Gives::None, true),
    Row("_heapq", "heappop heapreplace heappushpop", Contents, Anything, true),
    Row("posix", "getpid", Nothing, Int, false),
    Row("_thread", "get_ident", Nothing, Anything, false),
    Row("math", "ceil comb dist factorial floor frexp fsum gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp log \
        log10 log2 modf nextafter perm pow prod sumprod trunc ulp", Nothing, Anything, false),
    Row("cmath", "acos acosh asin asinh atan atanh cos cosh exp isclose isfinite isinf isnan log log10 phase polar rect sin sinh sqrt \
        tan tanh", Nothing, Anything, false),
    Row("time", "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time", Nothing, Anything, false),
    Row("_struct", "pack unpack unpack_from calcsize", Nothing, Anything, false),
    Row("posix", "fspath", Nothing, Anything, false),
    Row("list", "append insert clear reverse remove", Contents, Gives::None, true),
    Row("list", "extend", Contents, Gives::None, false),
    Row("list", "pop", Contents, Anything, false),
    Row("list", "copy", Nothing, LIST, false),
    Row("list", "index count __len__", Nothing, Int, true),
    Row("list", "__contains__", Nothing, Bool, true),
    Row("list", "__getitem__", Nothing, Anything, false),
    Row("tuple", "index count", Nothing, Int, true),
    Row("dict", "get __getitem__", Nothing, Anything, true),
    Row("dict", "fromkeys", Nothing, Anything, false),
    Row("dict", "__contains__", Nothing, Bool, true),
    Row("dict", "pop setdefault popitem", Contents, Anything, true),
    Row("dict", "clear", Contents, Gives::None, true),
    Row("dict", "update", Contents, Gives::None, false),
    Row("dict", "keys values items copy", Nothing, Anything, false),
    Row("set", "add discard remove clear", Contents, Gives::None, true),
    Row("set", "pop", Contents, Anything, true),
    Row("set", "copy union intersection difference symmetric_difference", Nothing, Shape(ids::SET), false),
    Row("set", "issubset issuperset isdisjoint __contains__", Nothing, Bool, false),
    Row("frozenset", "issubset issuperset isdisjoint __contains__", Nothing, Bool, false),
    Row("frozenset", "union intersection difference symmetric_difference", Nothing, Anything, false),
    Row("str", "startswith endswith isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable \
        isspace istitle isupper __contains__", Nothing, Bool, false),
    Row("str", "find rfind index rindex count", Nothing, Int, false),
    Row("str", "capitalize casefold center expandtabs format join ljust lower lstrip removeprefix removesuffix replace rjust \
        rstrip strip swapcase title translate upper zfill", Nothing, STR, false),
    Row("str", "split rsplit splitlines", Nothing, LIST, false),
    Row("str", "partition rpartition", Nothing, Shape(ids::TUPLE), false),
    Row("str", "encode", Nothing, Anything, false),
    Row("bytes", "startswith endswith isalnum isalpha isascii isdigit islower isspace istitle isupper", Nothing, Bool, false),
    Row("bytes", "find rfind index rindex count", Nothing, Int, false),
    Row("bytes", "split rsplit splitlines", Nothing, LIST, false),
    Row("bytes", "decode hex join lower lstrip replace rstrip strip translate upper partition rpartition", Nothing, Anything, false),
    Row("bytearray", "find count startswith endswith decode hex", Nothing, Anything, false),
    Row("bytearray", "append extend pop", Contents, Anything, false),
    Row("int", "bit_length bit_count", Nothing, Int, false),
    Row("int", "to_bytes conjugate as_integer_ratio is_integer", Nothing, Anything, false),
    Row("float", "is_integer hex as_integer_ratio conjugate", Nothing, Anything, false),
    Row("range", "index count", Nothing, Anything, false),
    Row("object", "__init__", Nothing, Gives::None, true),
    Row("BaseException", "__init__", Contents, Gives::None, true),
    Row("dict", "__init__", Contents, Gives::None, true),
    Row("object", "__setattr__", Attributes, Gives::None, true),
    Row("object", "__getattribute__", Attributes, Anything, true),
    Row("object", "__new__", Nothing, Anything, true),
    Row("tuple", "__new__", Nothing, Anything, false),
    Row("int", "__new__ from_bytes", Nothing, Anything, false),
    Row("float", "__new__ fromhex", Nothing, Anything, false),
    Row("str", "__new__ maketrans", Nothing, Anything, false),
    Row("collections.deque", "append appendleft pop popleft clear rotate", Contents, Anything, true),
    Row("collections.deque", "extend extendleft", Contents, Anything, false),
    Row("array.array", "tolist tobytes", Nothing, Anything, false),
    Row("array.array", "append pop", Contents, Anything, false),
    Row("_random.Random", "random getrandbits _randbelow", Nothing, Anything, false),
    Row("_io.BytesIO", "read write tell seek getvalue getbuffer", Nothing, Anything, false),
    Row("_io.StringIO", "write tell getvalue", Nothing, Anything, false),
    Row("_struct.Struct", "pack unpack", Nothing, Anything, false),
    Row("re.Pattern", "match search fullmatch findall split", Nothing, Anything, false),
    Row("re.Pattern", "sub subn", Nothing, Anything, false),
    Row("re.Pattern", "finditer", Nothing, Anything, false),
    Row("_io._IOBase", "flush", Nothing, Gives::None, true),
    Row("_io.BufferedReader", "read", Nothing, Anything, false),
    Row("_skein_natives", "count_element", Contents, Gives::None, true),
    Row("_abc", "_abc_instancecheck _abc_subclasscheck", Nothing, Bool, true),
    Row("getset_descriptor", "__get__", Nothing, Anything, true),
    Row("member_descriptor", "__get__", Nothing, Anything, true),
    Row("_thread.lock", "__enter__ __exit__ release locked", Nothing, Anything, true),
    Row("_thread.RLock", "__enter__ __exit__ release", Nothing, Anything, true),
    Row("re.Match", "group groups groupdict start end span __getitem__", Nothing, Anything, false),
];

/// Builtin types whose calls are lean; what they give, whether they may get iterators.
const TYPES: &[(u32, Gives, bool)] = &[
    (ids::INT, Anything, false),
    (ids::FLOAT, Anything, false),
    (ids::COMPLEX, Anything, false),
    (ids::BOOL, Bool, false),
    (ids::STR, Anything, false),
    (ids::BYTES, Anything, false),
    (ids::BYTEARRAY, Anything, false),
    (ids::LIST, LIST, false),
    (ids::TUPLE, Anything, false),
    (ids::DICT, Shape(ids::DICT), false),
    (ids::SET, Shape(ids::SET), false),
    (ids::FROZENSET, Anything, false),
    (ids::RANGE, Shape(ids::RANGE), false),
    (ids::ENUMERATE, Shape(ids::ENUMERATE), true),
    (ids::ZIP, Shape(ids::ZIP), true),
    (ids::REVERSED, Anything, false),
    (ids::MAP, Shape(ids::MAP), false),
    (ids::FILTER, Shape(ids::FILTER), false),
    (ids::SLICE, Shape(ids::SLICE), false),
    (ids::OBJECT, Shape(ids::OBJECT), false),
    (ids::WEAKREF, Anything, true),
];

/// Types of module code whose objects are called so.
const CALLABLES: &[&str] = &["_lru_cache_wrapper", "itemgetter", "attrgetter", "Scanner"];

/// Types of module code that are called so: nothing but their objects comes of it.
const NATIVE_TYPES: &[&str] = &["BytesIO", "StringIO"];

/// Natives that may switch to another tasklet, but raise where they are refused Python code and would have to wait.
const PATIENT: &[&str] = &["_thread.lock", "_thread.RLock"];

/// Iterator types of module code that ask nobody for their items, or raise where they are refused Python code and might run some.
const SELF_CONTAINED: &[&str] = &[
    "permutations",
    "product",
    "combinations",
    "combinations_with_replacement",
    "count",
    "repeat",
    "batched",
    "islice",
    "accumulate",
    "chain",
    "cycle",
    "groupby",
    "_grouper",
    "pairwise",
    "arrayiterator",
    "callable_iterator",
];

/// True for an exact iterator of module code whose steps run no Python code, and for its type.
pub(super) fn is_self_contained(t: Ref<PyType>) -> bool {
    t.builtin_id == 0
        && t.kind.get() == Kind::Native
        && !t.has(tflag::HAS_DICT)
        && SELF_CONTAINED.contains(&t.name_text().as_str())
}

/// Iterator types of module code that are made without a step of what they go through.
const LAZY: &[&str] = &[
    "accumulate",
    "batched",
    "chain",
    "compress",
    "cycle",
    "dropwhile",
    "filterfalse",
    "groupby",
    "islice",
    "pairwise",
    "starmap",
    "takewhile",
    "zip_longest",
];

fn is_lazy(t: Ref<PyType>) -> bool {
    t.builtin_id == 0
        && t.kind.get() == Kind::Native
        && !t.has(tflag::HAS_DICT)
        && LAZY.contains(&t.name_text().as_str())
}

/// The name of a native type, with its module unless that is `builtins`: types of several modules have the same name.
pub(super) fn type_name(vm: &Vm, t: Ref<PyType>) -> String {
    let module = t.dict().get_interned(vm.names.__module__.value());
    match module
        .and_then(|m| m.cast::<PyStr>())
        .map(|m| m.text_lossy())
    {
        Some(module) if module != "builtins" => format!("{module}.{}", t.name_text()),
        _ => t.name_text(),
    }
}

pub(super) fn listed(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|n| n == name)
}

/// True for what a native that goes through its argument may go through twice.
fn is_kept(s: Seen) -> bool {
    s.shape == ids::MEMORYVIEW
        || !matches!(s.kind, Some(Kind::Iter | Kind::Generator | Kind::Native))
}

/// True for an iterator whose step is taken or not taken at all.
fn steps_alone(s: &Seen) -> bool {
    matches!(
        s.shape,
        ids::LIST_ITERATOR
            | ids::TUPLE_ITERATOR
            | ids::RANGE_ITERATOR
            | ids::SET_ITERATOR
            | ids::STR_ITERATOR
            | ids::STR_ASCII_ITERATOR
            | ids::BYTES_ITERATOR
            | ids::DICT_KEYITERATOR
            | ids::DICT_VALUEITERATOR
    )
}

/// True for what shows the frames, which are not in memory.
pub(super) fn shows_frames(s: Seen) -> bool {
    matches!(
        s.kind,
        Some(Kind::Frame | Kind::Traceback | Kind::Tasklet | Kind::Generator | Kind::Channel)
    )
}

impl Recorder {
    /// Tests that a register holds a value of the class that was seen; false if that cannot be tested.
    pub(super) fn guard_class(&mut self, i: usize, seen: Seen) -> bool {
        if self.is_dissolved(i, seen.shape) {
            return true;
        }
        if seen.is_int() {
            self.int(i);
        } else if seen.is_float() {
            self.float(i);
        } else if seen.bits == Value::TRUE.bits() || seen.bits == Value::FALSE.bits() {
            let w = self.word(i);
            self.guard_boolean(w);
        } else if seen.shape == 0 {
            let w = self.word(i);
            self.guard_constant(w, seen.bits);
        } else {
            let w = self.word(i);
            self.guard_shape(w, seen.shape);
        }
        true
    }

    /// That a word is `True` or `False`.
    pub(super) fn guard_boolean(&mut self, w: Val) {
        if self.fact(w).known.boolean {
            return;
        }
        let turned = self.binary_imm(Binary::Sub, w, Value::FALSE.bits());
        let mask = self.binary_imm(Binary::And, turned, !8);
        let c = self.compare_imm(Cond::Eq, mask, 0);
        self.guard(c, true);
        self.know(w, |k| k.boolean = true);
        self.changed();
    }

    /// What builtin containers hold may have changed, not the fields of other objects.
    pub(super) fn contents_changed(&mut self) {
        let facts = &self.facts;
        self.fields.retain(|(base, _), _| {
            let shape = facts[base.0 as usize].known.shape;
            shape != 0 && !matches!(shape, ids::LIST | ids::DICT | ids::SET | ids::BYTEARRAY)
        });
        // A namespace is a dict, too.
        self.keys_forgotten();
    }

    /// Sets a register to what a lean call gave, which was not refused if `tested`.
    fn set_given(&mut self, a: usize, v: Val, gives: Gives) {
        match gives {
            Anything => {}
            Gives::None => {
                let none = self.constant(Value::NONE.bits());
                self.set(a, none);
                return;
            }
            // None of these natives changes anything: the test may run it anew.
            Int => self.guard_int(v),
            Bool => self.know(v, |k| k.boolean = true),
            Shape(shape) => self.know_shape(v, shape),
        }
        self.set(a, v);
    }

    pub(super) fn know_shape(&mut self, v: Val, shape: u32) {
        self.know(v, |k| {
            k.object = true;
            k.shape = shape;
        });
    }

    /// That what a lean call gave is a value.
    pub(super) fn not_refused(&mut self, v: Val) {
        let c = self.compare_imm(Cond::Ne, v, 0);
        self.guard(c, true);
    }

    /// `Call` of a native function or a builtin type.
    pub(super) fn native_call(&mut self, vm: &mut Vm, p: Pending) -> bool {
        if self.builtin_call(vm, p) {
            return true;
        }
        match p.b.kind {
            Some(Kind::Builtin) => self.call_function(vm, p),
            Some(Kind::Type) => self.call_type(vm, p),
            Some(Kind::Native) => self.call_native_object(vm, p),
            _ => false,
        }
    }

    /// The callee is the object that was seen, which lives on.
    pub(super) fn guard_callee(&mut self, vm: &mut Vm, p: Pending) {
        let callee = self.word(p.word.b() as usize);
        if self.fact(callee).constant != Some(p.b.bits) {
            self.object(vm, word_value(p.b.bits));
            self.guard_constant(callee, p.b.bits);
        }
    }

    /// The name of the native that is called and of its module or type, see [`type_name`]; `None`: none, or it is called in another
    /// way.
    pub(super) fn native_name(vm: &Vm, p: &Pending) -> Option<(String, &'static str)> {
        let n = p.more.native?;
        let owner = match n.owner {
            Owner::Type(t) => type_name(vm, t),
            Owner::Module(m) => m.cast::<PyStr>()?.text_lossy(),
        };
        Some((owner, n.def.name))
    }

    fn call_function(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (Some(n), Some((owner, name))) = (p.more.native, Recorder::native_name(vm, &p)) else {
            return false;
        };
        if n.def.switches && !PATIENT.contains(&owner.as_str()) || p.word.c() > 4 {
            return false;
        }
        let base = p.word.b() as usize;
        let argc = p.word.c() as usize;
        if owner == "math" && (self.math_call(vm, p, n) || self.rounded(vm, p, name))
            || owner == "dict" && name == "get" && self.get_from_dict(vm, p)
            || owner == "list" && name == "append" && self.append_to_list(vm, p, n)
            || owner == "list" && name == "copy" && self.list_copied(vm, p, n)
            || owner == "set" && name == "add" && self.add_to_set(vm, p, n)
            || owner == "list" && name == "sort" && self.sort_list(vm, p)
            || owner == "tuple" && name == "__new__" && self.named_tuple(vm, p)
        {
            return true;
        }
        let Some(row) = TABLE.iter().find(|r| r.0 == owner && listed(r.1, name)) else {
            return false;
        };
        let Row(_, _, changes, gives, keeps) = row;
        if owner == "_abc" && self.failed_here() {
            // The answer is not in the caches, and finding it out takes Python code.
            return false;
        }
        let args = &p.more.args[..argc];
        let steps = owner == "builtins" && name == "next" && args.first().is_some_and(steps_alone);
        // That looks at types alone.
        let blind = owner == "_abc";
        if !blind && args.iter().any(|s| shows_frames(*s)) {
            return false;
        }
        let goes_through = !keeps && !steps && !args.iter().all(|s| is_kept(*s));
        if goes_through {
            let of_module = matches!(n.owner, Owner::Module(_)) && n.shape == ids::BUILTIN_FUNCTION;
            return match *changes {
                Nothing if name == "iter" => false,
                Nothing if of_module => owner == "builtins" && self.call_over(vm, p),
                Nothing if n.shape == ids::METHOD_DESCRIPTOR => self.call_method_over(vm, p, n),
                _ => false,
            };
        }
        // With arguments it may come to an error half-way.
        let behind = Recorder::count_behind(&p, &n);
        if owner == "dict" && name == "__init__" && behind > 0 {
            return false;
        }
        let counts = &n.def.counts;
        let of_type = n.def.binding != Binding::Method && matches!(n.owner, Owner::Type(_));
        let bound = matches!(n.shape, ids::BUILTIN_FUNCTION | ids::METHOD_WRAPPER)
            && n.this.bits != 0
            && counts.has_self
            && !of_type;
        let method = matches!(n.shape, ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR);
        let with_self = p.next.bits != 0;
        // Of a method's receiver the type is tested, so that the descriptor need not.
        let unbound = method && !with_self && argc > 0;
        let receiver = match (bound, method, with_self) {
            _ if unbound => Some(p.more.args[0]),
            (true, false, false) => Some(n.this),
            (false, true, true) => Some(p.next),
            (false, false, false)
                if n.shape == ids::BUILTIN_FUNCTION && (!counts.has_self || of_type) =>
            {
                None
            }
            _ => return false,
        };
        if let Some(r) = receiver {
            let (Owner::Type(owner), Some(ty)) = (n.owner, type_of(vm, r)) else {
                return false;
            };
            if !ty.is_subtype(owner) {
                return false;
            }
        }
        let news = name == "__new__";
        if news && !self.is_plain_class(args.first()) {
            return false;
        }
        if bound || of_type {
            let callee = self.word(base);
            self.guard_shape(callee, n.shape);
            let def = self.field(callee, layout::BUILTIN_DEF);
            self.guard_constant(def, n.def as *const NativeDef as u64);
            if of_type && n.this.bits != 0 {
                let this = self.field(callee, layout::BUILTIN_SELF);
                self.object(vm, word_value(n.this.bits));
                self.guard_constant(this, n.this.bits);
            }
        } else {
            self.guard_callee(vm, p);
        }
        self.is_jump(base + 1, p.next, 0);
        let mut words = Vec::new();
        if bound {
            let callee = self.word(base);
            let this = self.field(callee, layout::BUILTIN_SELF);
            if n.this.shape == 0 {
                return false;
            }
            self.guard_shape(this, n.this.shape);
            words.push(this);
        } else if with_self {
            self.guard_class(base + 1, p.next);
            let this = self.word(base + 1);
            words.push(this);
        }
        for i in 0..argc {
            if news && i == 0 {
                self.guard_class_constant(vm, base + 2, p.more.args[0]);
            } else if !keeps || unbound && i == 0 {
                self.guard_class(base + 2 + i, p.more.args[i]);
            }
            words.push(self.word(base + 2 + i));
        }
        let plain = counts.plain && n.def.direct.is_none() && !of_type;
        let changes = *changes;
        let total = counts.total as usize;
        let v = if plain && (counts.required as usize..=total).contains(&words.len()) && total <= 4
        {
            let null = self.constant(0);
            words.resize(total, null);
            self.call_code(n.def, &words, changes)
        } else if !of_type && changes == Nothing && words.len() <= 4 {
            let mut args = vec![
                self.context,
                self.constant(n.def as *const NativeDef as u64),
            ];
            args.extend(&words);
            self.call(lean::NATIVE[words.len()] as usize, &args, Type::Word)
        } else {
            let callee = self.word(base);
            let first = bound as usize;
            if words.len() - first > 4 {
                return false;
            }
            self.call_object(callee, &words[first..], changes)
        };
        self.not_refused(v);
        self.note_changes(changes);
        self.set_given(p.word.a() as usize, v, *gives);
        true
    }

    /// The object of that shape whose method is called: at once, kept as a function before, or as the class's with the object as
    /// the first argument. With it the register of the first argument behind it; `None`: nothing was written.
    fn receiver(&mut self, vm: &mut Vm, p: Pending, n: Called, shape: u32) -> Option<(Val, usize)> {
        let base = p.word.b() as usize;
        if n.shape == ids::METHOD_DESCRIPTOR {
            let (this, at) = match p.next.bits {
                0 if p.word.c() > 0 => (p.more.args[0], base + 2),
                _ => (p.next, base + 1),
            };
            if this.shape != shape {
                return None;
            }
            self.guard_callee(vm, p);
            self.is_jump(base + 1, p.next, 0);
            self.guard_class(at, this);
            return Some((self.word(at), at + 1));
        }
        if n.shape != ids::BUILTIN_FUNCTION || n.this.shape != shape || p.next.bits != 0 {
            return None;
        }
        let callee = self.word(base);
        self.guard_shape(callee, ids::BUILTIN_FUNCTION);
        let def = self.field(callee, layout::BUILTIN_DEF);
        self.guard_constant(def, n.def as *const NativeDef as u64);
        self.is_jump(base + 1, p.next, 0);
        let this = self.field(callee, layout::BUILTIN_SELF);
        self.guard_shape(this, shape);
        Some((this, base + 2))
    }

    /// How many arguments a method's call has behind the object.
    fn count_behind(p: &Pending, n: &Called) -> usize {
        let own = n.shape == ids::METHOD_DESCRIPTOR && p.next.bits == 0;
        (p.word.c() as usize).saturating_sub(own as usize)
    }

    /// `l.copy()` of an exact list.
    fn list_copied(&mut self, vm: &mut Vm, p: Pending, n: Called) -> bool {
        if Recorder::count_behind(&p, &n) != 0 {
            return false;
        }
        let Some((list, _)) = self.receiver(vm, p, n, ids::LIST) else {
            return false;
        };
        let v = self.ask(lean::copy_list as *const (), &[list]);
        self.know_shape(v, ids::LIST);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `s.add(x)` of an exact set.
    fn add_to_set(&mut self, vm: &mut Vm, p: Pending, n: Called) -> bool {
        let args = &p.more.args[..p.word.c() as usize];
        if Recorder::count_behind(&p, &n) != 1 || args.iter().any(|s| shows_frames(*s)) {
            return false;
        }
        let Some((set, first)) = self.receiver(vm, p, n, ids::SET) else {
            return false;
        };
        let words = [set, self.word(first)];
        let ok = self.ask(lean::set_add as *const (), &words);
        self.not_refused(ok);
        self.contents_changed();
        let none = self.constant(Value::NONE.bits());
        self.set(p.word.a() as usize, none);
        true
    }

    /// `l.append(x)` of an exact list.
    fn append_to_list(&mut self, vm: &mut Vm, p: Pending, n: Called) -> bool {
        if Recorder::count_behind(&p, &n) != 1 {
            return false;
        }
        let Some((list, first)) = self.receiver(vm, p, n, ids::LIST) else {
            return false;
        };
        let args = [self.context, list, self.word(first)];
        let append = crate::tier::enter::helpers::append as *const () as usize;
        self.call(append, &args, Type::Unit);
        self.contents_changed();
        let none = self.constant(Value::NONE.bits());
        self.set(p.word.a() as usize, none);
        true
    }

    fn note_changes(&mut self, changes: Changes) {
        match changes {
            Nothing => {}
            Contents => self.contents_changed(),
            Attributes => {
                self.contents_changed();
                self.forget_fields();
                self.forget_shapes();
                self.reliance_forgotten();
            }
        }
    }

    /// True for a class whose instances nobody is told of when they go, or no class at all.
    fn is_plain_class(&self, seen: Option<&Seen>) -> bool {
        seen.is_some_and(|s| {
            s.kind == Some(Kind::Type)
                && word_value(s.bits)
                    .cast::<PyType>()
                    .is_some_and(|t| !t.has(tflag::HAS_DEL))
        })
    }

    /// A call of a native's code.
    fn call_code(&mut self, def: &'static NativeDef, words: &[Val], changes: Changes) -> Val {
        let helpers = match changes {
            Nothing => lean::CODE,
            _ => lean::CODE_CHANGING,
        };
        let code = self.constant(def as *const NativeDef as u64);
        let mut args = vec![self.context, code];
        args.extend(words);
        self.call(helpers[words.len()] as usize, &args, Type::Word)
    }

    /// A call of a native function or type.
    fn call_object(&mut self, callee: Val, words: &[Val], changes: Changes) -> Val {
        let helpers = match changes {
            Nothing => lean::OBJECT,
            _ => lean::OBJECT_CHANGING,
        };
        let mut args = vec![self.context, callee];
        args.extend(words);
        self.call(helpers[words.len()] as usize, &args, Type::Word)
    }

    /// `CallKw` of a native function or a builtin type.
    pub(super) fn native_call_by_name(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        let this = p.more.args[0];
        let row = match (p.b.kind, p.more.native) {
            (Some(Kind::Builtin), Some(n))
                if !n.def.switches && n.shape != ids::BUILTIN_FUNCTION =>
            {
                // A method of the receiver in the window.
                let (Owner::Type(owner), Some(ty)) = (n.owner, type_of(vm, this)) else {
                    return false;
                };
                (this.bits != 0 && ty.is_subtype(owner)).then(|| Recorder::native_name(vm, &p))
            }
            (Some(Kind::Builtin), Some(n)) if !n.def.switches && this.bits == 0 => {
                let module = matches!(n.owner, Owner::Module(_));
                module.then(|| Recorder::native_name(vm, &p))
            }
            _ => None,
        };
        let row = row.flatten().and_then(|(owner, name)| {
            let of_owner = |r: &&Row| r.0 == owner && listed(r.1, name);
            TABLE.iter().find(of_owner)
        });
        let ty = word_value(p.b.bits).cast::<PyType>();
        let builtin = ty
            .filter(|_| p.b.shape == ids::TYPE && this.bits == 0)
            .and_then(|t| TYPES.iter().find(|(id, ..)| *id == t.builtin_id));
        let iterator = ty.is_some_and(|t| this.bits == 0 && is_self_contained(t));
        let (changes, gives, keeps) = match (row, builtin) {
            (Some(Row(_, _, changes, gives, keeps)), _) => (*changes, *gives, *keeps),
            _ if iterator => (Nothing, Anything, false),
            (_, Some((_, gives, keeps))) => (Nothing, *gives, *keeps),
            _ => return false,
        };
        let args = &p.more.args[1..(1 + argc).min(4)];
        if argc > 3
            || changes != Nothing
            || args.iter().any(|s| shows_frames(*s))
            || !keeps && !args.iter().all(|s| is_kept(*s))
        {
            return false;
        }
        let ext = crate::vm::run::cx::word_at((p.pc as *const u64).wrapping_add(1)).0;
        let names = self.frame().code.consts.expect().get(ext as u32 as usize);
        self.guard_callee(vm, p);
        self.is_jump(base + 1, this, 0);
        let with_self = (this.bits != 0) as usize;
        if with_self == 1 {
            self.guard_class(base + 1, this);
        }
        for (i, seen) in args.iter().enumerate() {
            if !keeps {
                self.guard_class(base + 2 + i, *seen);
            }
        }
        let callee = self.word(base);
        let at = self.homes(base + 2 - with_self, argc + with_self);
        let n = self.constant((argc + with_self) as u64);
        let names = self.object(vm, names);
        let helper = crate::tier::enter::helpers_made::object_by_name as *const ();
        let v = self.ask(helper, &[callee, at, n, names]);
        self.not_refused(v);
        self.set_given(p.word.a() as usize, v, gives);
        true
    }

    /// A call of an object of native code that is called without changing anything before it may come to Python code.
    fn call_native_object(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        let callable = |t: Ref<PyType>| CALLABLES.contains(&t.name_text().as_str());
        if argc > 4 || p.next.bits != 0 || !type_of(vm, p.b).is_some_and(callable) {
            return false;
        }
        self.guard_class(base, p.b);
        self.is_jump(base + 1, p.next, 0);
        let words: Vec<Val> = (0..argc).map(|i| self.word(base + 2 + i)).collect();
        let callee = self.word(base);
        let v = self.call_object(callee, &words, Nothing);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `f(*items)` of such an object.
    pub(super) fn call_native_object_star(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let base = p.word.b() as usize;
        let [this, star, mapping, _] = p.more.args;
        let callable = |t: Ref<PyType>| CALLABLES.contains(&t.name_text().as_str());
        if this.bits != 0
            || p.b.kind != Some(Kind::Native)
            || !matches!(star.shape, ids::LIST | ids::TUPLE)
            || mapping.bits != 0 && !(mapping.shape == ids::DICT && p.more.dict_is_empty)
            || !type_of(vm, p.b).is_some_and(callable)
        {
            return false;
        }
        self.guard_class(base, p.b);
        self.is_jump(base + 1, this, 0);
        self.guard_class(base + 2, star);
        if mapping.bits == 0 {
            self.is_jump(base + 3, mapping, 0);
        } else {
            self.guard_class(base + 3, mapping);
            let keywords = self.word(base + 3);
            let n = self.load32(keywords, layout::DICT_LIVE);
            let c = self.compare_imm(Cond::Eq, n, 0);
            self.guard(c, true);
        }
        let words = [self.word(base), self.word(base + 2)];
        let helper = crate::tier::enter::helpers_made::object_star as *const ();
        let v = self.ask(helper, &words);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    fn call_type(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let argc = p.word.c() as usize;
        let Some(t) = word_value(p.b.bits).cast::<PyType>() else {
            return false;
        };
        let listed = TYPES.iter().find(|(id, ..)| *id == t.builtin_id);
        let native = native_exception(vm, t);
        if t.builtin_id == ids::REVERSED && p.b.shape == ids::TYPE && self.reversed_range(vm, p) {
            return true;
        }
        let (gives, keeps) = match listed {
            Some((_, gives, keeps)) if p.b.shape == ids::TYPE => (gives, keeps),
            _ if native => (&Anything, &true),
            _ if is_lazy(t) => (&Anything, &true),
            _ if is_self_contained(t) => (&Anything, &false),
            _ if is_native_type(vm, t) => (&Anything, &true),
            _ if super::named_tuples::is_native_subclass(vm, t) => (&Anything, &false),
            _ => return false,
        };
        if argc > 4 || p.next.bits != 0 {
            return false;
        }
        if !keeps && !p.more.args[..argc].iter().all(|s| is_kept(*s)) {
            let through = listed.is_some() && t.builtin_id != ids::REVERSED;
            if !through || !self.call_over(vm, p) {
                return false;
            }
            if let Shape(shape) = *gives {
                let made = self.word(p.word.a() as usize);
                self.know_shape(made, shape);
            }
            return true;
        }
        let base = p.word.b() as usize;
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        if (t.builtin_id, argc, p.more.args[0].shape) == (ids::TUPLE, 1, ids::LIST) {
            self.guard_class(base + 2, p.more.args[0]);
            let list = self.word(base + 2);
            let v = self.ask(lean::list_to_tuple as *const (), &[list]);
            self.know_shape(v, ids::TUPLE);
            self.set(p.word.a() as usize, v);
            return true;
        }
        if t.builtin_id == 0 && !self.guard_own_version(vm, t) {
            return false;
        }
        let mut words = Vec::new();
        for i in 0..argc {
            if !keeps {
                self.guard_class(base + 2 + i, p.more.args[i]);
            }
            words.push(self.word(base + 2 + i));
        }
        let callee = self.word(base);
        let v = self.call_object(callee, &words, Nothing);
        self.not_refused(v);
        self.set_given(p.word.a() as usize, v, *gives);
        true
    }
}

/// True for types of module code whose calls make an object, and no more.
fn is_native_type(vm: &mut Vm, t: Ref<PyType>) -> bool {
    let n = vm.names;
    t.builtin_id == 0
        && t.kind.get() == Kind::Native
        && !t.has(tflag::HAS_DEL)
        && NATIVE_TYPES.contains(&t.name_text().as_str())
        && [n.__new__, n.__init__].into_iter().all(|name| {
            vm.type_lookup(t, name)
                .is_some_and(|m| m.kind() == Some(Kind::Builtin))
        })
}

/// True for exception types whose instances are made by native code alone.
fn native_exception(vm: &mut Vm, t: Ref<PyType>) -> bool {
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    if !t.is_subtype(base) || t.has(tflag::HAS_DEL) || vm.type_of(t.value()).builtin_id != ids::TYPE
    {
        return false;
    }
    let n = vm.names;
    [n.__new__, n.__init__].into_iter().all(|name| {
        vm.type_lookup(t, name)
            .is_some_and(|m| m.kind() == Some(Kind::Builtin))
    })
}

/// The type of what was seen.
pub(super) fn type_of(vm: &mut Vm, s: Seen) -> Option<Ref<PyType>> {
    if s.bits == 0 {
        return None;
    }
    if s.shape == 0 {
        return Some(vm.type_of(word_value(s.bits)));
    }
    vm.shapes.try_get(s.shape).and_then(|s| s.ty.get())
}
