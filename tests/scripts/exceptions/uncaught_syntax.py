# golden: 3.14
# exit: 1
# An uncaught SyntaxError from exec shows its text and caret.
print('start')
exec('x = 1\ny = (2\n', {})
