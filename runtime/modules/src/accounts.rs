//! `pwd` and `grp`: the databases of users and groups.

use crate::os_error::os_error;
use crate::path;
use skein_runtime::builtins::seq;
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::accounts::{self, Group, User};
use skein_runtime::prelude::*;
use std::ffi::CString;

/// `pwd`
pub const PWD: ModuleDef = ModuleDef {
    name: "pwd",
    init: init_pwd,
};

/// `grp`
pub const GRP: ModuleDef = ModuleDef {
    name: "grp",
    init: init_grp,
};

static PWD_FUNCTIONS: &[NativeDef] = &[
    function(
        "getpwuid",
        getpwuid,
        "(uidobj, /)",
        "Return the entry of the user with this number.",
    ),
    function(
        "getpwnam",
        getpwnam,
        "(name, /)",
        "Return the entry of the user with this name.",
    ),
    function(
        "getpwall",
        getpwall,
        "()",
        "Return all users, in any order.",
    ),
];

static GRP_FUNCTIONS: &[NativeDef] = &[
    function(
        "getgrgid",
        getgrgid,
        "(id)",
        "Return the entry of the group with this number.",
    ),
    function(
        "getgrnam",
        getgrnam,
        "(name)",
        "Return the entry of the group with this name.",
    ),
    function(
        "getgrall",
        getgrall,
        "()",
        "Return all groups, in any order.",
    ),
];

static PASSWD: StructSeq = StructSeq {
    name: "struct_passwd",
    module: "pwd",
    doc: "An entry of the user database.",
    fields: &[
        "pw_name",
        "pw_passwd",
        "pw_uid",
        "pw_gid",
        "pw_gecos",
        "pw_dir",
        "pw_shell",
    ],
    visible: 7,
};

static GROUP: StructSeq = StructSeq {
    name: "struct_group",
    module: "grp",
    doc: "An entry of the group database.",
    fields: &["gr_name", "gr_passwd", "gr_gid", "gr_mem"],
    visible: 4,
};

fn init_pwd(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, PWD_FUNCTIONS);
    let ty = struct_seq::new_type(vm, &PASSWD, true);
    crate::util::add_type(vm, m, "pwd", ty);
    Ok(())
}

fn init_grp(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, GRP_FUNCTIONS);
    let ty = struct_seq::new_type(vm, &GROUP, true);
    crate::util::add_type(vm, m, "grp", ty);
    Ok(())
}

/// The number of a user or group; -1 is the greatest one, `None` is out of range.
fn number(vm: &mut Vm, v: Value, what: &str) -> PyResult<Option<u32>> {
    if !seq::has_index(vm, v) {
        let actual = vm.type_name(v);
        return Err(vm.type_error(format!("{what} should be integer, not {actual}")));
    }
    let n = vm.index(v)?;
    Ok(match as_i64(n) {
        Some(-1) => Some(u32::MAX),
        Some(n) => u32::try_from(n).ok(),
        None => None,
    })
}

fn name(vm: &mut Vm, v: Value, function: &str) -> PyResult<CString> {
    if !v.is::<PyStr>() {
        let actual = vm.arg_type_name(v);
        return Err(vm.type_error(format!(
            "{function}() argument 'name' must be str, not {actual}"
        )));
    }
    let bytes = path::encode(vm, v)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

/// The entry found, or the `KeyError` that says `missing`.
fn entry<E>(
    vm: &mut Vm,
    found: Result<Option<E>, i32>,
    show: fn(&mut Vm, &E) -> PyResult,
    missing: String,
) -> PyResult {
    match found {
        Ok(Some(e)) => show(vm, &e),
        Ok(None) => {
            let text = vm.new_str(&missing);
            Err(vm.key_error(text))
        }
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn texts(vm: &mut Vm, all: &[&[u8]]) -> PyResult<ValueVec> {
    let mut out = ValueVec::new();
    for t in all {
        let v = path::decode(vm, t)?;
        out.push(&vm.heap, v);
    }
    Ok(out)
}

fn show_user(vm: &mut Vm, u: &User) -> PyResult {
    let t = texts(vm, &[&u.name, &u.password, &u.gecos, &u.dir, &u.shell])?;
    let (uid, gid) = (vm.new_int(i64::from(u.uid)), vm.new_int(i64::from(u.gid)));
    let fields = [t.get(0), t.get(1), uid, gid, t.get(2), t.get(3), t.get(4)];
    let ty = crate::util::state_type(vm, "pwd.struct_passwd")?;
    Ok(struct_seq::new_instance(vm, ty, 7, &fields))
}

fn show_group(vm: &mut Vm, g: &Group) -> PyResult {
    let t = texts(vm, &[&g.name, &g.password])?;
    let members = PyList::new(vm);
    for m in &g.members {
        let m = path::decode(vm, m)?;
        members.push(vm, m);
    }
    let gid = vm.new_int(i64::from(g.gid));
    let fields = [t.get(0), t.get(1), gid, members.value()];
    let ty = crate::util::state_type(vm, "grp.struct_group")?;
    Ok(struct_seq::new_instance(vm, ty, 4, &fields))
}

fn listed<E>(vm: &mut Vm, all: Vec<E>, show: fn(&mut Vm, &E) -> PyResult) -> PyResult {
    let list = PyList::new(vm);
    for e in &all {
        let v = show(vm, e)?;
        list.push(vm, v);
    }
    Ok(list.value())
}

fn getpwuid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(uid) = number(vm, a[0], "uid")? else {
        let text = vm.new_str("getpwuid(): uid not found");
        return Err(vm.key_error(text));
    };
    let shown = vm.repr_text(a[0])?;
    let found = accounts::user_by_id(uid);
    entry(
        vm,
        found,
        show_user,
        format!("getpwuid(): uid not found: {shown}"),
    )
}

fn getpwnam(vm: &mut Vm, a: &[Value]) -> PyResult {
    if !a[0].is::<PyStr>() {
        let actual = vm.arg_type_name(a[0]);
        return Err(vm.type_error(format!("getpwnam() argument must be str, not {actual}")));
    }
    let name = name(vm, a[0], "getpwnam")?;
    let shown = vm.repr_text(a[0])?;
    let found = accounts::user_by_name(&name);
    entry(
        vm,
        found,
        show_user,
        format!("getpwnam(): name not found: {shown}"),
    )
}

fn getpwall(vm: &mut Vm, _: &[Value]) -> PyResult {
    listed(vm, accounts::users(), show_user)
}

fn getgrgid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(gid) = number(vm, a[0], "gid")? else {
        let n = vm.index(a[0])?;
        let negative = as_int(&n).is_some_and(|n| n.is_negative());
        return Err(vm.overflow_error(if negative {
            "gid is less than minimum"
        } else {
            "gid is greater than maximum"
        }));
    };
    let shown = vm.repr_text(a[0])?;
    let found = accounts::group_by_id(gid);
    entry(
        vm,
        found,
        show_group,
        format!("getgrgid(): gid not found: {shown}"),
    )
}

fn getgrnam(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = name(vm, a[0], "getgrnam")?;
    let shown = vm.repr_text(a[0])?;
    let found = accounts::group_by_name(&name);
    entry(
        vm,
        found,
        show_group,
        format!("getgrnam(): name not found: {shown}"),
    )
}

fn getgrall(vm: &mut Vm, _: &[Value]) -> PyResult {
    listed(vm, accounts::groups(), show_group)
}
