//! Second pass: resolves every name to local, cell, free or global.
//!
//! Walks the blocks top down with the sets of names that enclosing functions bind, and bottom up with the names that
//! inner functions need. Class blocks are transparent: what they bind is invisible inside, except to annotation scopes,
//! which look into the class namespace at run time.

use super::{CompKind, Scope, ScopeId, ScopeKind, SymbolTable, VarScope, sym};
use crate::errors::SyntaxError;
use crate::source::Source;
use rustpython_ast::name::Name;
use std::collections::{HashMap, HashSet};

type Names = HashSet<Name>;

/// Resolves the whole table.
pub(super) fn analyze(table: &mut SymbolTable, src: &Source) -> Result<(), SyntaxError> {
    let mut analyzer = Analyzer { table, src };
    let top = analyzer.table.top();
    analyzer.block(top, None, &Names::new(), &Names::new(), None)?;
    Ok(())
}

struct Analyzer<'a> {
    table: &'a mut SymbolTable,
    src: &'a Source,
}

/// Names as seen from one block while it is analyzed.
struct View {
    bound: Option<Names>,
    local: Names,
    free: Names,
    global: Names,
    type_params: Names,
}

/// Cells that a class block has when functions in it need them.
const HIDDEN: [&str; 3] = ["__class__", "__classdict__", "__conditional_annotations__"];

impl Analyzer<'_> {
    fn scope(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.table.scopes[id.0 as usize]
    }

    /// Resolves block `id`; the result is the names it needs from outside.
    fn block(
        &mut self,
        id: ScopeId,
        bound: Option<&Names>,
        global: &Names,
        type_params: &Names,
        class: Option<ScopeId>,
    ) -> Result<Names, SyntaxError> {
        let mut view = View {
            bound: bound.cloned(),
            local: Names::new(),
            free: Names::new(),
            global: global.clone(),
            type_params: type_params.clone(),
        };
        let kind = self.scope(id).kind;
        let is_class = kind == ScopeKind::Class;
        // What a class block sees is what its inner blocks see: its own bindings stay out.
        let outside = is_class.then(|| (view.bound.clone(), view.global.clone()));
        let symbols: Vec<(Name, u32)> = {
            let scope = self.scope(id);
            scope
                .symbols
                .iter()
                .map(|s| (s.name.clone(), s.flags))
                .collect()
        };
        let mut scopes: HashMap<Name, VarScope> = HashMap::with_capacity(symbols.len());
        for (name, flags) in symbols {
            let found = self.name(id, &name, flags, &mut view, class)?;
            scopes.insert(name, found);
        }
        let function_like = self.scope(id).is_function_like();
        let (mut new_bound, new_global) = match outside {
            Some((bound, global)) => (bound.unwrap_or_default(), global),
            None => {
                let mut names = view.bound.clone().unwrap_or_default();
                if function_like {
                    names.extend(view.local.iter().cloned());
                }
                (names, view.global.clone())
            }
        };
        if is_class {
            new_bound.extend(HIDDEN.map(Name::new));
        }
        self.children(id, &new_bound, &new_global, &mut view, class, &mut scopes)?;
        if function_like {
            for (name, scope) in &mut scopes {
                if *scope == VarScope::Local && view.free.remove(name) {
                    *scope = VarScope::Cell;
                }
            }
        } else if is_class {
            let scope = self.scope(id);
            scope.needs_class_closure |= view.free.remove("__class__");
            scope.needs_classdict |= view.free.remove("__classdict__");
            scope.has_conditional_annotations |= view.free.remove("__conditional_annotations__");
        }
        self.update(id, &scopes, bound, &view.free);
        Ok(view.free)
    }

    fn children(
        &mut self,
        id: ScopeId,
        bound: &Names,
        global: &Names,
        view: &mut View,
        class: Option<ScopeId>,
        scopes: &mut HashMap<Name, VarScope>,
    ) -> Result<(), SyntaxError> {
        let is_class = self.scope(id).kind == ScopeKind::Class;
        for child in self.scope(id).children.clone() {
            let sees_class = self.scope(child).can_see_class_scope;
            let child_class = match sees_class {
                true if is_class => Some(id),
                true => class,
                false => None,
            };
            let comp = self.scope(child).comp;
            let inlined = comp.is_some_and(|c| c != CompKind::Generator)
                && !sees_class
                && !self.scope(id).can_see_class_scope;
            let mut free =
                self.block(child, Some(bound), global, &view.type_params, child_class)?;
            if inlined {
                self.scope(child).comp_inlined = true;
                self.inline(id, child, scopes, &mut free);
            }
            view.free.extend(free);
        }
        Ok(())
    }

    /// Merges what an inlined comprehension needs into the surrounding block; its own bindings stay apart.
    fn inline(
        &mut self,
        id: ScopeId,
        comp: ScopeId,
        scopes: &mut HashMap<Name, VarScope>,
        free: &mut Names,
    ) {
        let is_class = self.scope(id).kind == ScopeKind::Class;
        let symbols: Vec<(Name, VarScope)> = {
            let scope = self.scope(comp);
            scope
                .symbols
                .iter()
                .map(|s| (s.name.clone(), s.scope))
                .collect()
        };
        for (name, scope) in symbols {
            if matches!(scope, VarScope::Local | VarScope::Cell) {
                continue;
            }
            if self.scope(id).get(&name).is_some() {
                let bound = self.scope(id).flags(&name) & sym::BOUND != 0;
                if bound && !is_class && !self.free_in_child(comp, &name) {
                    free.remove(&name);
                }
                continue;
            }
            let mut scope = scope;
            if scope == VarScope::Free && is_class && HIDDEN.contains(&name.as_str()) {
                // Functions in the comprehension capture the cell of the class.
                if self.free_in_child(comp, &name) {
                    continue;
                }
                scope = VarScope::GlobalImplicit;
                free.remove(&name);
            }
            self.scope(id).add(&name, sym::USE);
            scopes.insert(name, scope);
        }
    }

    fn free_in_child(&mut self, comp: ScopeId, name: &str) -> bool {
        self.scope(comp).children.clone().into_iter().any(|child| {
            let scope = self.scope(child);
            let free = scope.get(name).is_some_and(|s| s.scope == VarScope::Free);
            // An inlined comprehension's use is a use by `comp` itself; only functions in it capture.
            match scope.comp_inlined {
                true => free && self.free_in_child(child, name),
                false => free,
            }
        })
    }

    fn update(
        &mut self,
        id: ScopeId,
        scopes: &HashMap<Name, VarScope>,
        bound: Option<&Names>,
        free: &Names,
    ) {
        let scope = self.scope(id);
        let class_like = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        for symbol in &mut scope.symbols {
            if let Some(found) = scopes.get(&symbol.name) {
                symbol.scope = *found;
            }
            let elsewhere = free.contains(&symbol.name) && symbol.scope != VarScope::Free;
            if class_like && elsewhere {
                symbol.flags |= sym::FREE_CLASS;
            }
        }
        let mut extra: Vec<&Name> = free
            .iter()
            .filter(|n| scope.get(n).is_none() && bound.is_some_and(|b| b.contains(*n)))
            .collect();
        extra.sort();
        for name in extra {
            scope.add(name, 0);
            if let Some(symbol) = scope.symbols.last_mut() {
                symbol.scope = VarScope::Free;
            }
        }
    }

    fn error(&mut self, id: ScopeId, name: &Name, msg: String) -> SyntaxError {
        let scope = self.scope(id);
        let directive = scope.directives.iter().find(|(n, _)| n == name);
        let range = directive.map_or(scope.range, |(_, range)| *range);
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        SyntaxError::at(self.src, start, end, msg).late()
    }

    fn name(
        &mut self,
        id: ScopeId,
        name: &Name,
        flags: u32,
        view: &mut View,
        class: Option<ScopeId>,
    ) -> Result<VarScope, SyntaxError> {
        if flags & sym::GLOBAL != 0 {
            if flags & sym::NONLOCAL != 0 {
                return Err(self.error(id, name, format!("name '{name}' is nonlocal and global")));
            }
            view.global.insert(name.clone());
            if let Some(bound) = &mut view.bound {
                bound.remove(name);
            }
            return Ok(VarScope::GlobalExplicit);
        }
        if flags & sym::NONLOCAL != 0 {
            let msg = match &view.bound {
                None => "nonlocal declaration not allowed at module level".to_owned(),
                Some(bound) if !bound.contains(name) => {
                    format!("no binding for nonlocal '{name}' found")
                }
                Some(_) if view.type_params.contains(name) => {
                    format!("nonlocal binding not allowed for type parameter '{name}'")
                }
                Some(_) => {
                    view.free.insert(name.clone());
                    return Ok(VarScope::Free);
                }
            };
            return Err(self.error(id, name, msg));
        }
        if flags & sym::BOUND != 0 {
            view.local.insert(name.clone());
            view.global.remove(name);
            match flags & sym::TYPE_PARAM != 0 {
                true => view.type_params.insert(name.clone()),
                false => view.type_params.remove(name),
            };
            return Ok(VarScope::Local);
        }
        if let Some(class) = class {
            let class_flags = self.scope(class).flags(name);
            if class_flags & sym::GLOBAL != 0 {
                return Ok(VarScope::GlobalExplicit);
            }
            if class_flags & sym::BOUND != 0 && class_flags & sym::NONLOCAL == 0 {
                return Ok(VarScope::GlobalImplicit);
            }
        }
        if view.bound.as_ref().is_some_and(|b| b.contains(name)) {
            view.free.insert(name.clone());
            return Ok(VarScope::Free);
        }
        Ok(VarScope::GlobalImplicit)
    }
}
