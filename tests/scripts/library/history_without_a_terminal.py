# only: skein
# readline's history and line buffer where there is no terminal; names, scopes and blocks of the symbol table.
import os
import readline
import symtable
import tempfile

readline.add_history("one")
readline.add_history("two")
print(readline.get_current_history_length(), readline.get_history_item(1), readline.get_history_item(9))
path = os.path.join(tempfile.mkdtemp(), "history")
readline.write_history_file(path)
readline.clear_history()
readline.read_history_file(path)
readline.replace_history_item(0, "three")
print([readline.get_history_item(i) for i in (1, 2)])
readline.insert_text("text")
print(readline.get_line_buffer(), readline.get_completer(), readline.backend)
readline.set_completer(str)
print(readline.get_completer())

source = """
import os
@decorator
def f(a, *args, b=1):
    global g
    def inner():
        nonlocal a
        return [a for x in args]
    g = a
    return inner
class C[T]:
    __x = 1
    def m(self): return __class__, self.__x
"""


def show(block, depth=0):
    print("  " * depth + f"{block.get_type()} {block.get_name()} line {block.get_lineno()} nested {block.is_nested()}")
    for s in sorted(block.get_symbols(), key=lambda s: s.get_name()):
        kinds = [k for k in "parameter global nonlocal local free imported assigned namespace referenced".split()
                 if getattr(s, "is_" + k)()]
        print("  " * depth + "  -", s.get_name(), *kinds)
    for child in block.get_children():
        show(child, depth + 1)


show(symtable.symtable(source, "<text>", "exec"))
try:
    symtable.symtable("x = (", "<text>", "exec")
except SyntaxError as e:
    print(e)
