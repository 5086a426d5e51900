"""Exceptions as control flow: a validator that collects complaints, retries, clean-up, chains, and backtracking.

usage: error_handling.py [records]
"""
# perf: 300000
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress


class ValidationError(Exception):
    code = 'invalid'

    def __init__(self, field, message):
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self):
        return f'{self.field}: {self.message}'


class Missing(ValidationError):
    code = 'missing'


class OutOfRange(ValidationError):
    code = 'range'


class Temporary(OSError):
    pass


def whole_number(record, field, low, high):
    try:
        text = record[field]
    except KeyError:
        raise Missing(field, 'is needed') from None
    try:
        number = int(text)
    except ValueError as error:
        raise ValidationError(field, f'{text!r} is no number') from error
    if not low <= number <= high:
        raise OutOfRange(field, f'{number} is not between {low} and {high}')
    return number


def address(record, field):
    try:
        name, host = record[field].split('@')
        dot = host.index('.')
    except KeyError as error:
        raise Missing(field, 'is needed') from error
    except ValueError:
        raise ValidationError(field, 'has no @ or no dot')
    if dot == 0:
        raise ValidationError(field, 'starts with a dot')
    return name.lower(), host


def check(record):
    errors, clean = [], {}
    checks = {
        'age': lambda: whole_number(record, 'age', 0, 120),
        'height': lambda: whole_number(record, 'height', 40, 230),
        'mail': lambda: address(record, 'mail'),
    }
    for field, validate in checks.items():
        try:
            clean[field] = validate()
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup('bad record', errors)
    return clean


def make_record(i):
    record = {'age': str(i * 13 % 140), 'height': str(30 + i * 29 % 210), 'mail': f'User{i}@host{i % 9}.example'}
    if i % 11 == 3:
        del record['age']
    if i % 7 == 2:
        record['height'] = f'{i % 3}m80'
    if i % 13 == 5:
        record['mail'] = ['nobody', 'a@b', 'x@.org'][i % 3]
    return record


class Connection:
    def __init__(self, log):
        self.log = log
        self.requests = 0

    def __enter__(self):
        self.log['open'] += 1
        return self

    def __exit__(self, kind, value, traceback):
        self.log['close'] += 1
        if kind is not None and issubclass(kind, Temporary):
            self.log['swallowed'] += 1
            return True
        return False

    def fetch(self, n):
        self.requests += 1
        if n % 3 == 0 and self.requests % 2:
            raise Temporary(11, 'try again')
        if n % 17 == 0:
            raise LookupError(n)
        return n * 2


def with_retries(connection, n, log, attempts=3):
    for attempt in range(attempts):
        try:
            return connection.fetch(n)
        except Temporary as error:
            log[f'errno {error.errno}'] += 1
            if attempt == attempts - 1:
                raise
        except LookupError:
            log['not found'] += 1
            return None
        finally:
            log['tries'] += 1


@contextmanager
def counted(log, name):
    try:
        yield
    except ArithmeticError as error:
        log[type(error).__name__] += 1
    else:
        log[name] += 1


def divide_all(numbers, log):
    for a, b in zip(numbers, numbers[1:]):
        with counted(log, 'divided'), suppress(IndexError):
            if a // (b % 4) > 5:
                numbers[len(numbers) + a]
            if b % 9 == 0:
                float(10**a) ** 20


class Found(Exception):
    pass


def subset(numbers, target, chosen=()):
    """Leaves the recursion by an exception as soon as a subset has the right sum."""
    if target == 0:
        raise Found(chosen)
    if target > 0:
        for i, n in enumerate(numbers):
            subset(numbers[i + 1:], target - n, chosen + (n,))


def depth_of_recursion(n=0):
    try:
        return depth_of_recursion(n + 1)
    except RecursionError:
        return n


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 32000
    log, fine = Counter(), 0
    for i in range(count):
        try:
            fine += check(make_record(i))['age'] > 20
        except* Missing as group:
            log['missing'] += len(group.exceptions)
        except* ValidationError as group:
            for error in group.exceptions:
                log[error.code, error.field] += 1
                if isinstance(error.__cause__, ValueError):
                    log['caused'] += 1
                last = str(error)
    print(fine, sorted(log.items(), key=str), last)
    log = Counter()
    with ExitStack() as stack:
        connections = [stack.enter_context(Connection(log)) for _ in range(5)]
        results = [with_retries(connections[n % 5], n, log) for n in range(count * 4)]
    with Connection(log) as connection:
        connection.fetch(3)
    divide_all(list(range(count)), log)
    print(sum(n or 0 for n in results), sorted(log.items()))
    for target in range(100, 100 + count // 100):
        try:
            subset([27, 19, 33, 8, 41, 6, 52, 15], target)
        except Found as found:
            log[sum(*found.args) == target] += 1
    print(log[True], log[False], depth_of_recursion() > 100)


if __name__ == '__main__':
    main()
