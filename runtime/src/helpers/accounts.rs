//! Users, groups and the system's log: safe functions over libc for `pwd`, `grp` and `syslog`. Errors are `errno` numbers.
//!
//! The walks through whole databases use libc's one position per process, so they are finished in one call.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

/// An entry of the user database.
#[allow(missing_docs)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub dir: Vec<u8>,
    pub shell: Vec<u8>,
}

/// An entry of the group database.
#[allow(missing_docs)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// Room for the strings of one entry at first, and the most that is tried.
const ROOM: (usize, usize) = (1024, 1 << 24);

/// A copy of a C string; empty for a null pointer.
fn text(p: *const libc::c_char) -> Vec<u8> {
    if p.is_null() {
        return Vec::new();
    }
    // SAFETY: libc gave a pointer to a string that ends with a null byte and lives until the next call.
    unsafe { CStr::from_ptr(p) }.to_bytes().to_vec()
}

fn user(p: &libc::passwd) -> User {
    User {
        name: text(p.pw_name),
        password: text(p.pw_passwd),
        uid: p.pw_uid,
        gid: p.pw_gid,
        gecos: text(p.pw_gecos),
        dir: text(p.pw_dir),
        shell: text(p.pw_shell),
    }
}

fn group(g: &libc::group) -> Group {
    let mut members = Vec::new();
    let mut at = g.gr_mem;
    // SAFETY: `gr_mem` is null or an array of strings that a null pointer ends; `at` stays in it.
    while let Some(p) = unsafe { at.as_ref() }.filter(|p| !p.is_null()) {
        members.push(text(*p));
        // SAFETY: the array goes on behind a pointer that is not null.
        at = unsafe { at.add(1) };
    }
    Group {
        name: text(g.gr_name),
        password: text(g.gr_passwd),
        gid: g.gr_gid,
        members,
    }
}

/// Calls `ask` with a growing buffer until the strings of an entry fit; `Ok(None)`: there is no such entry.
fn look_up<E, R>(
    ask: impl Fn(*mut E, &mut [libc::c_char], *mut *mut E) -> i32,
    take: fn(&E) -> R,
) -> Result<Option<R>, i32> {
    let mut size = ROOM.0;
    loop {
        let mut room = vec![0; size];
        let mut entry = MaybeUninit::<E>::uninit();
        let mut found = std::ptr::null_mut();
        match ask(entry.as_mut_ptr(), &mut room, &mut found) {
            // SAFETY: `found` is null or points to `entry`, which the call filled; its strings are in `room`.
            0 => return Ok(unsafe { found.as_ref() }.map(take)),
            libc::ERANGE if size < ROOM.1 => size *= 4,
            libc::ENOENT | libc::ESRCH => return Ok(None),
            e => return Err(e),
        }
    }
}

/// `getpwuid_r(3)`
pub fn user_by_id(uid: u32) -> Result<Option<User>, i32> {
    let ask = |e: *mut libc::passwd, room: &mut [libc::c_char], found: *mut *mut libc::passwd| {
        // SAFETY: the entry, the buffer of the given length and the result pointer live through the call.
        unsafe { libc::getpwuid_r(uid, e, room.as_mut_ptr(), room.len(), found) }
    };
    look_up(ask, user)
}

/// `getpwnam_r(3)`
pub fn user_by_name(name: &CString) -> Result<Option<User>, i32> {
    let ask = |e: *mut libc::passwd, room: &mut [libc::c_char], found: *mut *mut libc::passwd| {
        // SAFETY: as in `user_by_id`; the name ends with a null byte.
        unsafe { libc::getpwnam_r(name.as_ptr(), e, room.as_mut_ptr(), room.len(), found) }
    };
    look_up(ask, user)
}

/// `getgrgid_r(3)`
pub fn group_by_id(gid: u32) -> Result<Option<Group>, i32> {
    let ask = |e: *mut libc::group, room: &mut [libc::c_char], found: *mut *mut libc::group| {
        // SAFETY: as in `user_by_id`.
        unsafe { libc::getgrgid_r(gid, e, room.as_mut_ptr(), room.len(), found) }
    };
    look_up(ask, group)
}

/// `getgrnam_r(3)`
pub fn group_by_name(name: &CString) -> Result<Option<Group>, i32> {
    let ask = |e: *mut libc::group, room: &mut [libc::c_char], found: *mut *mut libc::group| {
        // SAFETY: as in `user_by_name`.
        unsafe { libc::getgrnam_r(name.as_ptr(), e, room.as_mut_ptr(), room.len(), found) }
    };
    look_up(ask, group)
}

/// All users.
pub fn users() -> Vec<User> {
    let mut all = Vec::new();
    // SAFETY: one thread walks through the database, and each entry is copied before the next call.
    unsafe {
        libc::setpwent();
        while let Some(p) = libc::getpwent().as_ref() {
            all.push(user(p));
        }
        libc::endpwent();
    }
    all
}

/// All groups.
pub fn groups() -> Vec<Group> {
    let mut all = Vec::new();
    // SAFETY: as in `users`.
    unsafe {
        libc::setgrent();
        while let Some(g) = libc::getgrent().as_ref() {
            all.push(group(g));
        }
        libc::endgrent();
    }
    all
}

/// `openlog(3)`. The system keeps the pointer, so the text is never freed.
pub fn open_log(ident: Option<CString>, options: i32, facility: i32) {
    let ident = ident.map_or(std::ptr::null(), |i| i.into_raw().cast_const());
    // SAFETY: the text ends with a null byte and stays for the rest of the process.
    unsafe { libc::openlog(ident, options, facility) }
}

/// `syslog(3)` of a text as it is.
pub fn log(priority: i32, message: &CString) {
    // SAFETY: the format has one string, which is given.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) }
}

/// `closelog(3)`
pub fn close_log() {
    // SAFETY: closes what is open, if anything.
    unsafe { libc::closelog() }
}

/// `setlogmask(3)`
pub fn set_log_mask(mask: i32) -> i32 {
    // SAFETY: sets a number.
    unsafe { libc::setlogmask(mask) }
}
