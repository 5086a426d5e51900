//! Import statements.

use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use rustpython_ast::name::Name;
use rustpython_ast::{StmtImport, StmtImportFrom};

impl<'a> Compiler<'a> {
    pub(super) fn import_stmt(&mut self, s: &'a StmtImport) -> R {
        for alias in &s.names {
            let mark = self.u().mark();
            let args = self.u().temps(2);
            self.at(s);
            self.u().load_const(args, Const::Int(0));
            self.u().load_const(args + 1, Const::None);
            let module = self.u().temp();
            let name = alias.name.id.as_str();
            let id = self.import_name_id(name);
            self.u().emit(Op::ImportName, module, args, id);
            let mut parts = name.split('.');
            let first = parts.next().unwrap_or(name);
            match &alias.asname {
                None => self.store_name(&Name::new(first), module)?,
                Some(asname) => {
                    // `import a.b as c` binds the submodule, found step by step.
                    for part in parts {
                        let id = self.import_name_id(part);
                        self.u().emit(Op::ImportFrom, module, module, id);
                    }
                    self.store_name(&asname.id, module)?;
                }
            }
            self.u().release(mark);
        }
        Ok(())
    }

    fn import_name_id(&mut self, name: &str) -> u16 {
        let name = self.mangled(&Name::new(name));
        self.u().name_id(&name)
    }

    pub(super) fn import_from_stmt(&mut self, s: &'a StmtImportFrom) -> R {
        let args = self.u().temps(2);
        self.at(s);
        self.u().load_const(args, Const::Int(i64::from(s.level)));
        let names = s.names.iter().map(|a| Const::Str(a.name.as_bytes().into()));
        let names = Const::Tuple(names.collect());
        self.u().load_const(args + 1, names);
        let module = self.u().temp();
        let id = self.import_name_id(s.module.as_deref().unwrap_or(""));
        self.u().emit(Op::ImportName, module, args, id);
        for alias in &s.names {
            if alias.name.as_str() == "*" {
                self.u().emit(Op::ImportStar, module, 0, 0);
                return Ok(());
            }
            let mark = self.u().mark();
            let value = self.u().temp();
            let id = self.import_name_id(&alias.name);
            self.u().emit(Op::ImportFrom, value, module, id);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            self.store_name(&bound.id, value)?;
            self.u().release(mark);
        }
        Ok(())
    }
}
