//! Warnings from native code.

use crate::builtins::exception::PyException;
use crate::builtins::object_reduce::import_module;
use crate::error::PyResult;
use crate::prelude::*;

impl Vm {
    /// `warnings`, imported if nobody has done so yet: the default filters live there. `None` before the library can
    /// be imported, and when it no longer can.
    #[cold]
    pub fn warnings_module(&mut self) -> Option<Value> {
        let modules = self.modules_dict()?;
        for name in ["warnings", "_py_warnings"] {
            let found = modules.get_text(self, name).filter(|m| !m.is_none());
            if found.is_some() {
                return found;
            }
        }
        if !self.started.get() {
            return None;
        }
        let raised = self.raised.get();
        let found = import_module(self, "warnings");
        if found.is_err() {
            self.raised.set(raised);
        }
        found.ok()
    }

    /// Issues a warning of builtin category `category_id` through `warnings.warn`.
    ///
    /// # Errors
    /// What a filter turned into an exception.
    #[cold]
    pub fn warn(&mut self, category_id: u32, message: &str, stacklevel: i32) -> PyResult<()> {
        let Some(module) = self.warnings_module() else {
            return Ok(());
        };
        let name = self.names.warn;
        // A module that is still being imported may not have `warn` yet.
        let Some(warn) = self.try_get_attr(module, name)? else {
            return Ok(());
        };
        let text = self.new_str(message);
        let category = self.builtin_type(category_id).value();
        let warned = self.call(warn, &[text, category, Value::from_i32(stacklevel)]);
        if warned.is_err()
            && let Some(e) = self.raised.get().cast::<PyException>()
        {
            // A warning that became an error starts where it was issued, not in the library.
            e.traceback.set(e, Value::NULL);
        }
        warned.map(|_| ())
    }
}
