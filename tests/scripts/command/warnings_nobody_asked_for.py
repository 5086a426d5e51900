# golden: 3.14
# Warnings that a program gets though it does not import warnings.
import sys

x = True
print(~x)
print(1 is 1)
type("Odd", (), {1: 2})
print("warnings" in sys.modules)
