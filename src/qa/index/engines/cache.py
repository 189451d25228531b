"""What was asked for lately, kept for the next question; shared by threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The values of the last ``size`` keys that were asked for."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, key: Key) -> Value | None:
        """What is kept for a key."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def get(self, key: Key, load: Callable[[], Value]) -> Value:
        """What is kept for a key, or what ``load`` returns, which is kept then."""
        value = self.peek(key)
        if value is None:
            value = load()
            self.put(key, value)
        return value
