//! The places where the library names another implementation, and what they say for us.
//!
//! Whole files of ours go into `overlay/`; this table is for a line or two inside a big file. Each edit states how often its
//! text occurs. With a library of the developer's own (`SKEIN_LIB_DIR`) an edit that finds nothing is skipped with a warning,
//! because a pristine CPython tree needs none of them.

use std::collections::BTreeMap;

struct Edit {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    times: usize,
}

/// The implementation's name here is the folder's name in `lib/python3.14`, hence "Python": third-party packages must land
/// where every tool expects them. `sys.implementation.name` says "skein".
const EDITS: &[Edit] = &[
    Edit {
        file: "site.py",
        from: "    return 'RustPython' # XXX: RUSTPYTHON; for site-packages\n",
        to: "    return 'Python'\n",
        times: 1,
    },
    Edit {
        file: "site.py",
        from: "    # XXX: RUSTPYTHON\n    return f'{userbase}/lib/rustpython{version[0]}",
        to: "    return f'{userbase}/lib/python{version[0]}",
        times: 1,
    },
    Edit {
        file: "sysconfig/__init__.py",
        from: "    return 'RustPython'  # XXX: RUSTPYTHON; For site-packages\n",
        to: "    return 'Python'\n",
        times: 1,
    },
    Edit {
        file: "platform.py",
        from: "        # XXX: RUSTPYTHON support\n        if \"RustPython\" in sys_version:\n            name = \"RustPython\"\n",
        to: "        if sys.implementation.name == 'skein':\n            name = 'Skein'\n",
        times: 1,
    },
    Edit {
        file: "platform.py",
        from: "            r'(?:free-threading build\\s+)?' # ",
        to: "            r'(?:Stackless [^(]*)?'\n            r'(?:free-threading build\\s+)?' # ",
        times: 1,
    },
    // The names of our own instructions, and their operands, of which the name is the last.
    Edit {
        file: "inspect.py",
        from: "        name = instruction.argval\n        if opname == \"LOAD_ATTR\":\n            unbound_names.add(name)\n        elif opname == \"LOAD_GLOBAL\":\n",
        to: "        name = instruction.argval[-1] if instruction.argval else None\n        if opname in (\"LoadAttr\", \"LoadMethod\"):\n            unbound_names.add(name)\n        elif opname == \"LoadGlobal\":\n",
        times: 1,
    },
    // The name of the type as C code shows it.
    Edit {
        file: "_pydatetime.py",
        from: "        return (f'{self.__class__.__name__}'\n                f'(year={self[0]}, week=",
        to: "        return (f'datetime.{self.__class__.__name__}'\n                f'(year={self[0]}, week=",
        times: 1,
    },
    // Sources of `-c` and of the prompt wait in the interpreter until a traceback wants them.
    Edit {
        file: "linecache.py",
        from: "        key = _make_key(code)\n        _interactive_cache[key] = entry\n",
        to: "        key = _make_key(code)\n        _interactive_cache[key] = entry\n\n\nimport _skein_library\nfor _kept in _skein_library.sources():\n    _register_code(*_kept)\n",
        times: 1,
    },
    // Where the module `stackless` is in use, pickles hold more.
    Edit {
        file: "pickle.py",
        from: "    dump, dumps, load, loads = _dump, _dumps, _load, _loads\n",
        to: "    dump, dumps, load, loads = _dump, _dumps, _load, _loads\n\nif 'stackless' in sys.modules:\n    import _stackless_pickling\n    _stackless_pickling.install(sys.modules[__name__])\n",
        times: 1,
    },
    // Programs ask for random numbers in loops, each of which would go through a loop of this method's.
    Edit {
        file: "random.py",
        from: "    _randbelow = _randbelow_with_getrandbits\n",
        to: "    _randbelow = _random.Random._randbelow\n",
        times: 1,
    },
    // The scripts are not in a folder that could be walked.
    Edit {
        file: "venv/__init__.py",
        from: "        path = os.path.join(path, 'scripts')\n        self.install_scripts(context, path)\n",
        to: "        path = os.path.join(path, 'scripts')\n        if os.path.isdir(path):\n            self.install_scripts(context, path)\n            return\n        import tempfile\n        from _skein_resources import copy_folder\n        with tempfile.TemporaryDirectory() as path:\n            copy_folder('venv/scripts', path)\n            self.install_scripts(context, path)\n",
        times: 1,
    },
];

/// Applies every edit to the collected files.
pub fn apply(files: &mut BTreeMap<String, Vec<u8>>, lenient: bool) {
    for edit in EDITS {
        let text = files
            .get(edit.file)
            .and_then(|data| std::str::from_utf8(data).ok());
        let found = text.map_or(0, |text| text.matches(edit.from).count());
        match text {
            Some(text) if found == edit.times => {
                let new = text.replace(edit.from, edit.to);
                files.insert(edit.file.to_owned(), new.into_bytes());
            }
            _ if lenient => println!(
                "cargo:warning={}: an edit found its text {found} times",
                edit.file
            ),
            _ => panic!(
                "{}: expected {} times, found {found}: {:?}",
                edit.file, edit.times, edit.from
            ),
        }
    }
}
