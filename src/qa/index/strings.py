"""Strings in mapped files, and dictionaries over them: what millions of words would be, without making one.

A hundred thousand words as Python strings take tens of megabytes in every process and a tenth of a second to make; here
the processes of a server share the pages, and only what is looked up is decoded.
"""

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from qa.arrays import mapped

Value = TypeVar("Value")
REMEMBERED = 20_000  # lookups; the words of questions come again
_LAST = b"\xff"  # sorts behind every byte of UTF-8


class Strings(Sequence[str]):
    """Strings in two arrays: their UTF-8 bytes, one after the other, and where each begins, ``(strings + 1,)``."""

    def __init__(self, content: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        self._content = content.data
        self._starts = starts.data

    @classmethod
    def of(cls, strings: Sequence[str]) -> Self:
        encoded = [encode(string) for string in strings]
        starts = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int64, count=len(encoded) + 1)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), starts)

    def save(self, folder: Path, name: str) -> None:
        np.save(folder / f"{name}.npy", np.frombuffer(self._content, dtype=np.uint8), allow_pickle=False)
        np.save(folder / f"{name}.starts.npy", np.asarray(self._starts), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Map the files that ``save`` wrote.

        Raises:
            ValueError: they do not fit together.
        """
        content, starts = mapped(folder / f"{name}.npy"), mapped(folder / f"{name}.starts.npy")
        if starts[-1] != len(content):
            raise ValueError(f"{name}: the strings and where they begin do not fit together")
        return cls(content, starts)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return decode(self.encoded(range(len(self))[index]))

    def encoded(self, index: int) -> memoryview:
        """The bytes of one string."""
        return self._content[self._starts[index] : self._starts[index + 1]]

    def part(self, index: int, start: int, end: int) -> str:
        """A part of one string, by offsets into its bytes."""
        first = self._starts[index]
        return decode(self._content[first + start : first + end])


class Keys(Mapping[str, int]):
    """The number of each of some strings, which are distinct; ``order`` sorts them where they are not sorted."""

    def __init__(self, strings: Strings, order: NDArray[np.int64] | None = None) -> None:
        self.strings = strings
        self._order = None if order is None else order.data
        self._remembered: dict[str, int] = {}

    def find(self, string: str) -> int:
        """Its number; -1 where it is not among them."""
        number = self._remembered.get(string)
        if number is None:
            number = self._search(encode(string))
            if len(self._remembered) >= REMEMBERED:
                self._remembered = {}
            self._remembered[string] = number
        return number

    def _search(self, wanted: bytes) -> int:
        position = self._position(wanted)
        if position == len(self.strings):
            return -1
        number = self._number(position)
        return number if bytes(self.strings.encoded(number)) == wanted else -1

    def beginning(self, prefix: str) -> NDArray[np.int64]:
        """The numbers of the strings that begin like this, in their order."""
        first, last = self._position(encode(prefix)), self._position(encode(prefix) + _LAST)
        return np.asarray([self._number(position) for position in range(first, last)], dtype=np.int64)

    def _number(self, position: int) -> int:
        return position if self._order is None else self._order[position]

    def _position(self, wanted: bytes) -> int:
        """How many strings sort before some bytes: UTF-8 sorts as code points do."""
        low, high = 0, len(self.strings)
        while low < high:
            middle = (low + high) // 2
            if bytes(self.strings.encoded(self._number(middle))) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def __getitem__(self, string: str) -> int:
        number = self.find(string)
        if number < 0:
            raise KeyError(string)
        return number

    def __contains__(self, string: object) -> bool:
        return isinstance(string, str) and self.find(string) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self.strings)

    def __len__(self) -> int:
        return len(self.strings)


class Table(Mapping[str, Value], Generic[Value]):
    """A value for each of some strings, made from its number when it is looked up."""

    def __init__(self, numbers: Keys, value: Callable[[int], Value]) -> None:
        self._numbers = numbers
        self._value = value

    def __getitem__(self, string: str) -> Value:
        return self._value(self._numbers[string])

    def __contains__(self, string: object) -> bool:
        return string in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def items(self) -> ItemsView[str, Value]:
        """The strings with their values, without looking each up."""
        return _Items(self, self._numbers.strings, self._value)


class _Items(ItemsView[str, Value]):
    def __init__(self, table: Table[Value], strings: Sequence[str], value: Callable[[int], Value]) -> None:
        super().__init__(table)
        self._strings, self._value = strings, value

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        return ((string, self._value(number)) for number, string in enumerate(self._strings))


def encode(string: str) -> bytes:
    return string.encode("utf-8", "surrogatepass")


def decode(content: memoryview) -> str:
    return str(content, "utf-8", "surrogatepass")
