# exit: 1
# sys.exit with a message prints it to standard error and exits with 1.
import sys
print('out')
sys.exit('message for stderr')
