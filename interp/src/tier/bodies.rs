//! The general body of each opcode, for machine code that leaves one instruction to the interpreter.
//!
//! Opcodes that only move words or jump have none: a recording always follows them itself.

use crate::vm::run::cx::Cx;
use crate::vm::{
    Step, call, class, import, ops_arith, ops_attr, ops_build, ops_exc, ops_iter, ops_match,
    ops_names, unwind,
};
use skein_compiler::bytecode::Op;
use skein_runtime::prelude::*;

fn return_value(vm: &mut Vm, cx: Cx) -> Step {
    Ok(unwind::return_value(vm, cx.fp, cx.reg(cx.a())))
}

fn call_any(vm: &mut Vm, cx: Cx) -> Step {
    match cx.reg(cx.b()).kind() {
        Some(Kind::Builtin) => call::op_call_builtin(vm, cx),
        Some(Kind::Type) => class::op_call_class(vm, cx),
        _ => call::op_call(vm, cx),
    }
}

fn no_body(vm: &mut Vm, cx: Cx) -> Step {
    Err(vm.system_error(format!("opcode {} has no body", cx.insn.opcode())))
}

macro_rules! bodies {
    ($($body:path: $($op:ident)*;)*) => {
        /// The body of an opcode.
        pub fn body(op: Op) -> fn(&mut Vm, Cx) -> Step {
            match op {
                $($(Op::$op)|* => $body,)*
                _ => no_body,
            }
        }
    };
}

bodies! {
    ops_names::op_load_common: LoadCommon;
    class::op_load_build_class: LoadBuildClass;
    ops_names::op_check_local: CheckLocal;
    ops_names::op_del_local: DelLocal;
    ops_names::op_make_cell: MakeCell;
    ops_names::op_copy_free_vars: CopyFreeVars;
    ops_names::op_load_cell: LoadCell;
    ops_names::op_store_cell: StoreCell;
    ops_names::op_del_cell: DelCell;
    ops_names::op_load_global: LoadGlobal;
    ops_names::op_store_global: StoreGlobal;
    ops_names::op_del_global: DelGlobal;
    ops_names::op_load_name: LoadName;
    ops_names::op_store_name: StoreName;
    ops_names::op_del_name: DelName;
    ops_names::op_load_locals: LoadLocals;
    ops_names::op_load_from_dict_or_globals: LoadFromDictOrGlobals;
    ops_names::op_load_from_dict_or_cell: LoadFromDictOrCell;
    ops_arith::op_binary: Add Sub Mul MatMul TrueDiv FloorDiv Mod Pow LShift RShift And Or Xor AddImm SubImm;
    ops_arith::op_unary: Neg Pos Invert;
    ops_arith::op_truth: Not ToBool JumpIfTrue JumpIfFalse;
    ops_arith::op_compare: Lt Le Eq Ne Gt Ge LtJump LeJump EqJump NeJump GtJump GeJump LtImmJump LeImmJump EqImmJump NeImmJump GtImmJump GeImmJump;
    ops_arith::op_contains: Contains;
    ops_attr::op_load_attr: LoadAttr LoadMethod;
    ops_attr::op_store_attr: StoreAttr;
    ops_attr::op_del_attr: DelAttr;
    ops_attr::op_load_super_attr: LoadSuperAttr;
    ops_attr::op_load_special: LoadSpecial;
    ops_attr::op_load_subscr: LoadSubscr;
    ops_attr::op_store_subscr: StoreSubscr;
    ops_attr::op_del_subscr: DelSubscr;
    ops_attr::op_load_slice: LoadSlice;
    ops_attr::op_store_slice: StoreSlice;
    call_any: Call;
    call::op_call_kw: CallKw;
    call::op_call_ex: CallEx;
    ops_exc::op_call_intrinsic: CallIntrinsic;
    ops_build::op_build_tuple: BuildTuple;
    ops_build::op_build_list: BuildList;
    ops_build::op_build_set: BuildSet;
    ops_build::op_build_map: BuildMap;
    ops_build::op_build_string: BuildString;
    ops_build::op_build_slice: BuildSlice;
    ops_build::op_list_append: ListAppend;
    ops_build::op_list_extend: ListExtend;
    ops_build::op_list_to_tuple: ListToTuple;
    ops_build::op_set_add: SetAdd;
    ops_build::op_set_update: SetUpdate;
    ops_build::op_dict_set: DictSet;
    ops_build::op_dict_update: DictUpdate;
    ops_build::op_dict_merge: DictMerge;
    ops_build::op_convert: Convert;
    ops_build::op_format_simple: FormatSimple;
    ops_build::op_format_spec: FormatSpec;
    ops_build::op_build_interpolation: BuildInterpolation;
    ops_build::op_build_template: BuildTemplate;
    ops_build::op_unpack_seq: UnpackSeq;
    ops_build::op_unpack_ex: UnpackEx;
    ops_iter::op_get_iter: GetIter;
    ops_iter::op_for_iter: ForIter;
    ops_iter::op_get_yield_from_iter: GetYieldFromIter;
    ops_iter::op_send: Send;
    ops_iter::op_yield: Yield;
    ops_iter::op_get_awaitable: GetAwaitable;
    ops_iter::op_get_aiter: GetAIter;
    ops_iter::op_get_anext: GetANext;
    ops_iter::op_end_async_for: EndAsyncFor;
    ops_iter::op_cleanup_throw: CleanupThrow;
    return_value: Return;
    ops_exc::op_raise: Raise;
    ops_exc::op_reraise: Reraise;
    ops_exc::op_push_exc: PushExc;
    ops_exc::op_pop_exc: PopExc;
    ops_exc::op_exc_match: ExcMatch;
    ops_exc::op_exc_group_match: ExcGroupMatch;
    ops_exc::op_prep_reraise_star: PrepReraiseStar;
    ops_exc::op_exc_triple: ExcTriple;
    ops_names::op_make_function: MakeFunction;
    ops_names::op_set_function_attr: SetFunctionAttr;
    import::op_import_name: ImportName;
    import::op_import_from: ImportFrom;
    import::op_import_star: ImportStar;
    ops_names::op_setup_annotations: SetupAnnotations;
    ops_match::op_match_sequence: MatchSequence;
    ops_match::op_match_mapping: MatchMapping;
    ops_match::op_match_class: MatchClass;
    ops_match::op_match_keys: MatchKeys;
    ops_match::op_match_rest: MatchRest;
    ops_match::op_get_len: GetLen;
}
