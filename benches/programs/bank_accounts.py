"""A bank: abstract accounts, enums, protocols, generics, money as Decimal, interest by the day, statements, an audit trail.

usage: bank_accounts.py [days]
"""
# perf: 10000
import sys
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum, IntEnum, unique
from typing import ClassVar, Generic, Protocol, TypeVar, runtime_checkable

K = TypeVar('K')
V = TypeVar('V')
CENT = Decimal('0.01')


@unique
class Kind(Enum):
    DEPOSIT = 'deposit'
    WITHDRAWAL = 'withdrawal'
    INTEREST = 'interest'
    FEE = 'fee'

    @property
    def sign(self) -> int:
        return -1 if self in (Kind.WITHDRAWAL, Kind.FEE) else 1


class Rating(IntEnum):
    POOR = 1
    FAIR = 2
    GOOD = 3


class BankError(Exception):
    """Every refusal has a reason and the account it is about."""

    def __init__(self, account: 'Account', reason: str) -> None:
        self.account = account
        super().__init__(f'{account.number}: {reason}')


class InsufficientFunds(BankError):
    pass


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    day: date
    kind: Kind = field(compare=False)
    amount: Decimal
    balance: Decimal = field(compare=False)


@runtime_checkable
class Auditor(Protocol):
    def note(self, account: 'Account', entry: Entry) -> None: ...


class Account(ABC):
    rate: ClassVar[Decimal] = Decimal(0)
    opened: ClassVar[int] = 0

    def __init_subclass__(cls, prefix: str = 'X', **options) -> None:
        super().__init_subclass__(**options)
        cls.prefix = prefix

    def __init__(self, owner: str, auditor: Auditor) -> None:
        Account.opened += 1
        self.number = f'{self.prefix}{Account.opened:05d}'
        self.owner = owner
        self.auditor = auditor
        self.accrued = Decimal(0)
        self._balance = Decimal(0)
        self._entries: list[Entry] = []

    @property
    def balance(self) -> Decimal:
        return self._balance

    @property
    @abstractmethod
    def available(self) -> Decimal: ...

    def book(self, day: date, kind: Kind, amount: Decimal) -> Entry:
        if amount <= 0:
            raise BankError(self, f'{amount} is no amount to book')
        if kind is Kind.WITHDRAWAL and amount > self.available:
            raise InsufficientFunds(self, f'{amount} wanted, {self.available} there')
        self._balance += kind.sign * amount
        entry = Entry(day, kind, amount, self._balance)
        self._entries.append(entry)
        self.auditor.note(self, entry)
        return entry

    def close_day(self, day: date) -> None:
        self.accrued += self._balance * self.rate / 365
        if (day + timedelta(days=1)).day == 1:
            self.close_month(day)

    def close_month(self, day: date) -> None:
        interest = self.accrued.quantize(CENT, ROUND_HALF_EVEN)
        self.accrued = Decimal(0)
        if interest > 0:
            self.book(day, Kind.INTEREST, interest)
        elif interest < 0:
            self.book(day, Kind.FEE, -interest)

    def statement(self, kinds: Iterable[Kind] = Kind) -> Iterator[Entry]:
        wanted = set(kinds)
        return (entry for entry in self._entries if entry.kind in wanted)

    def __lt__(self, other: 'Account') -> bool:
        return self.balance < other.balance


class Savings(Account, prefix='S'):
    rate = Decimal('0.021')

    @property
    def available(self) -> Decimal:
        return self._balance


class Checking(Account, prefix='C'):
    fee = Decimal('2.50')

    def __init__(self, owner: str, auditor: Auditor, rating: Rating = Rating.FAIR) -> None:
        super().__init__(owner, auditor)
        self.rating = rating

    @property
    def rate(self) -> Decimal:
        return Decimal('0.114') if self._balance < 0 else Decimal(0)

    @property
    def available(self) -> Decimal:
        return self._balance + 200 * (self.rating - Rating.POOR)

    def close_month(self, day: date) -> None:
        super().close_month(day)
        if self.rating < Rating.GOOD:
            self.book(day, Kind.FEE, self.fee)


class Index(MutableMapping[K, V], Generic[K, V]):
    """A mapping that remembers how often it was asked."""

    def __init__(self) -> None:
        self._data: dict[K, V] = {}
        self.reads = 0

    def __getitem__(self, key: K) -> V:
        self.reads += 1
        return self._data[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._data[key] = value

    def __delitem__(self, key: K) -> None:
        del self._data[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


class Ledger:
    def __init__(self) -> None:
        self.totals: defaultdict[tuple[str, Kind], Decimal] = defaultdict(Decimal)
        self.entries = 0

    def note(self, account: Account, entry: Entry) -> None:
        self.totals[account.prefix, entry.kind] += entry.amount
        self.entries += 1


class Bank:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self.accounts: Index[str, Account] = Index()
        self.refused: defaultdict[str, int] = defaultdict(int)

    def open(self, cls: type[Account], owner: str, *details) -> str:
        account = cls(owner, self.ledger, *details)
        self.accounts[account.number] = account
        return account.number

    def transfer(self, day: date, source: str, target: str, amount: Decimal) -> bool:
        try:
            self.accounts[source].book(day, Kind.WITHDRAWAL, amount)
        except InsufficientFunds as error:
            self.refused[error.account.number] += 1
            return False
        self.accounts[target].book(day, Kind.DEPOSIT, amount)
        return True


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    bank = Bank()
    ratings = list(Rating)
    numbers = [bank.open(Checking, f'owner {i}', ratings[i % 3]) for i in range(12)]
    numbers += [bank.open(Savings, f'owner {i}') for i in range(6)]
    day = date(2023, 11, 1)
    moved = 0
    for n in range(days):
        for i in range(4):
            source, target = numbers[(n * 5 + i) % 18], numbers[(n * 11 + i * 3 + 1) % 18]
            moved += bank.transfer(day, source, target, Decimal((n * 7919 + i * 104729) % 50000 + 1) / 100)
        if day.day in (1, 15):
            for number in numbers[::2]:
                bank.accounts[number].book(day, Kind.DEPOSIT, Decimal('812.40'))
        for account in bank.accounts.values():
            account.close_day(day)
        day += timedelta(days=1)
    print(day, moved, bank.ledger.entries, bank.accounts.reads, sum(bank.refused.values()))
    for (prefix, kind), total in sorted(bank.ledger.totals.items(), key=lambda item: (item[0][0], item[0][1].value)):
        print(f'{prefix} {kind.value:<12}{total:>16,}')
    richest = max(bank.accounts.values())
    print(richest.number, richest.balance, max(richest.statement()), isinstance(bank.ledger, Auditor))
    print([f'{entry.day:%d.%m.%y} {entry.amount}' for entry in richest.statement([Kind.INTEREST])][:3])
    for wrong in (lambda: Account('x', bank.ledger), lambda: richest.book(day, Kind('fee'), Decimal(-1))):
        try:
            wrong()
        except (TypeError, BankError) as error:
            print(type(error).__name__, str(error)[:40])


if __name__ == '__main__':
    main()
