"""What `import stackless` adds to pickling: functions by value, namespaces of modules, modules.

Objects that need a shadow type to be made from a pickle are reduced by the native module `_stackless._wrap`; here they are
registered with copyreg, and the picklers learn what copyreg cannot say. Plain pickling stays as it is until then.
"""

import copyreg
import importlib
import itertools
import sys
import types


ITERATORS = [value for name, value in vars(itertools).items()
             if isinstance(value, type) and name not in ('_tee', '_tee_dataobject')]


def register(wrap):
    """Register the reducers of the shadow types; frames are no objects of their own to pickles."""
    for name, shadow in vars(wrap).items():
        if isinstance(shadow, type) and name not in ('frame', 'frame_reducer'):
            copyreg.pickle(shadow.__base__, shadow.__reduce__)
    copyreg.pickle(types.ModuleType, reduce_module)
    set_function = wrap.set_reduce_frame

    def set_reduce_frame(function):
        """Set the function that makes what stands for a frame in states, from what would else."""
        set_function(function)
        wrap.reduce_frame = function

    def reduce_frame(reducer):
        """What stands for a frame in states."""
        return reducer

    wrap.set_reduce_frame, wrap.reduce_frame = set_reduce_frame, reduce_frame
    for view in (type({}.keys()), type({}.values()), type({}.items())):
        copyreg.pickle(view, reduce_view)


def reduce_view(view):
    """A view of a dict, by the dict's method that made it."""
    name = type(view).__name__.rpartition('_')[2]
    return getattr(sys.modules['stackless._wrap'].dict_of(view), name), ()


def is_imported(module):
    """Tell whether importing a module's name gives the module."""
    return sys.modules.get(getattr(module, '__name__', None)) is module


def new_module(name):
    """An empty module; its type has no name that a pickle could find it by."""
    return types.ModuleType(name)


def reduce_module(module):
    """An imported module by its name, another by its contents."""
    if is_imported(module):
        return importlib.import_module, (module.__name__,)
    return new_module, (module.__name__,), dict(vars(module))


def module_of(namespace):
    """The imported module whose namespace a dict is, or None."""
    name = namespace.get('__name__')
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is not None and getattr(module, '__dict__', None) is namespace:
        return module
    return None


def moduledict(pickler, namespace):
    """How to pickle a dict that is an imported module's namespace, or None."""
    module = module_of(namespace)
    return None if module is None else (getattr, (module, '__dict__'))


def install(pickle):
    """Teach the picklers of the module `pickle`."""
    cls = pickle._Pickler
    save_dict = cls.save_dict
    if getattr(cls, '_saves_functions', False):
        return
    cls._saves_functions = True

    def save_function(self, function):
        try:
            return self.save_global(function)
        except (pickle.PicklingError, AttributeError):
            pass
        shadow = sys.modules['stackless._wrap'].function
        self.save_reduce(*shadow.__reduce__(function), obj=function)

    def save_namespace(self, namespace):
        how = sys.modules['_stackless']._pickle_moduledict(self, namespace)
        if how is None:
            save_dict(self, namespace)
        else:
            self.save_reduce(*how, obj=namespace)

    def save_module(self, module):
        if is_imported(module):
            self.save_reduce(*reduce_module(module), obj=module)
            return
        # Functions in it refer to its namespace, which must be the same object again.
        self.save_reduce(new_module, (module.__name__,), obj=module)
        namespace = vars(module)
        self.save_reduce(getattr, (module, '__dict__'), obj=namespace)
        self._batch_setitems(namespace.items(), namespace)
        self.write(pickle.POP)

    def save_iterator(self, iterator):
        wrap = sys.modules['stackless._wrap']
        self.save_reduce(wrap.iterator, (type(iterator),), wrap.iterator_state(iterator), None, None,
                         wrap.fill_iterator, obj=iterator)

    # Not by copyreg, which would make them copyable, too.
    for iterator in ITERATORS:
        cls.dispatch[iterator] = save_iterator
    cls.dispatch[types.FunctionType] = save_function
    cls.dispatch[dict] = save_namespace
    cls.dispatch[types.ModuleType] = save_module
