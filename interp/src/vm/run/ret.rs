//! Return words: what a frame's caller does with the result.
//!
//! `action:8 | advance:8 | dst:16 | aux:32`. `advance` is the length in words of the caller's instruction.

macro_rules! define_actions {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What happens when a frame returns.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Action { $($(#[$doc])* $name,)* }
        impl Action {
            const ALL: &'static [Action] = &[$(Action::$name,)*];
            /// The action of a return word.
            #[inline(always)]
            pub fn of(word: u64) -> Action {
                Action::ALL[(word as u8 as usize).min(Action::ALL.len() - 1)]
            }
        }
    };
}

define_actions! {
    /// `dst` = result, continue behind the caller's instruction.
    Store,
    /// A nested run ends: the result goes to the native caller.
    Exit,
    /// `__init__`: the result must be None; `dst` = register `aux`.
    Init,
    /// Nobody wants the result (`__setattr__`, `__setitem__`, …).
    Discard,
    /// The callee is a generator driven by `ForIter`, or a `__next__` method.
    ForIter,
    /// The callee is a generator driven by `Send`.
    Send,
    /// A special method of a binary operator: NotImplemented tries step `aux` of the plan.
    Binary,
    /// A rich comparison: NotImplemented tries step `aux`; then store or branch as the caller's instruction says.
    Compare,
    /// `__bool__` for a branch or `Not`/`ToBool`.
    Truth,
    /// `__contains__`.
    Contains,
    /// `__iter__`: the result must be an iterator.
    Iter,
    /// `__getattribute__`, whose AttributeError leads to `__getattr__`; `aux` = 1 for `LoadMethod`.
    GetAttr,
    /// Result of an attribute load for `LoadMethod`: `dst` = result, `dst + 1` = NULL.
    StoreMethod,
    /// A generator method (`next`, `send`, `throw`): a return raises StopIteration.
    GenCall,
    /// `__new__` in Python of the class in register `aux`: `dst` = result, which a subclass may have to initialise.
    New,
    /// A class body: then the metaclass is called.
    ClassBody,
    /// `__class_getitem__`, `__getitem__`: store.
    Last,
    /// The function of a tasklet: the tasklet ends.
    TaskletEnd,
    /// No call: the instruction at which a tasklet was interrupted runs.
    Again,
    /// The callee is an asynchronous generator driven by `Send` through what `asend()` or `__anext__()` gave.
    AsyncSend,
}

/// Where the fields of a return word begin.
pub const ADVANCE_SHIFT: u64 = 8;
/// See [`ADVANCE_SHIFT`].
pub const DST_SHIFT: u64 = 16;
/// See [`ADVANCE_SHIFT`].
pub const AUX_SHIFT: u64 = 32;

/// Builds a return word.
#[inline(always)]
pub const fn ret(action: Action, advance: usize, dst: usize, aux: u32) -> u64 {
    action as u64
        | (advance as u64) << ADVANCE_SHIFT
        | (dst as u64) << DST_SHIFT
        | (aux as u64) << AUX_SHIFT
}
/// Words to skip in the caller.
#[inline(always)]
pub const fn advance(word: u64) -> usize {
    (word >> ADVANCE_SHIFT) as u8 as usize
}
/// Destination register.
#[inline(always)]
pub const fn dst(word: u64) -> usize {
    (word >> DST_SHIFT) as u16 as usize
}
/// Extra operand.
#[inline(always)]
pub const fn aux(word: u64) -> u32 {
    (word >> AUX_SHIFT) as u32
}
