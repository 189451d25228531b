"""What was published, withdrawn and dropped, in the order in which it happened: rows that are only ever added.

Milvus has no transactions. Whoever writes numbers its row after the last one it sees and then looks again: where
another wrote meanwhile, it takes its row back and starts over. So each row was written by someone who knew all rows
before it, and what a reader makes of them is never half of a change.
"""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qa.errors import EngineUnavailable
from qa.index.engines.milvus_connection import Connection, NotPrepared, gone
from qa.index.engines.milvus_schema import UNUSED, index_of, numbered_fields, packed, schema_of, unpacked, unused

WRITER = 20  # bits of a number that are the writer's; above them it counts
TRIES, PAUSE_S = 40, 0.05
MOST = 16_384  # rows of an answer, at most


@dataclass(frozen=True, slots=True)
class Pointed:
    """Let a generation answer, without what was withdrawn after a mark."""

    generation: str
    attempt: str
    passages: int
    mark: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Let documents answer no more."""

    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Hold a generation no longer."""

    generation: str


Event = Pointed | Withdrawn | Dropped
_EVENTS: dict[str, type[Event]] = {event.__name__: event for event in (Pointed, Withdrawn, Dropped)}


class State:
    """What the rows of the journal come to."""

    def __init__(self, events: dict[int, Event]) -> None:
        self.events = dict(sorted(events.items()))

    @property
    def last(self) -> int:
        """The number of the last row."""
        return max(self.events, default=0)

    @cached_property
    def held(self) -> dict[str, Pointed]:
        """The generations that are held, the one that answers first."""
        held: dict[str, Pointed] = {}
        for event in self.events.values():
            if isinstance(event, Pointed):
                before = held.pop(event.generation, event)
                mark = max(before.mark, event.mark)
                held[event.generation] = Pointed(event.generation, event.attempt, event.passages, mark)
            elif isinstance(event, Dropped):
                held.pop(event.generation, None)
        return dict(reversed(held.items()))

    @property
    def current(self) -> str | None:
        return next(iter(self.held), None)

    def holding(self, generation: str) -> Pointed:
        """How a generation was published.

        Raises:
            GenerationGone: it is not held.
        """
        if generation not in self.held:
            raise gone(generation)
        return self.held[generation]

    def withdrawn(self, generation: str) -> frozenset[str]:
        """The documents of a generation that must not answer any more."""
        mark = self.holding(generation).mark
        later = (event for number, event in self.events.items() if isinstance(event, Withdrawn) and number > mark)
        return frozenset(document_id for event in later for document_id in event.document_ids)

    @property
    def outdated(self) -> list[int]:
        """The numbers of rows that change nothing; the last row always stays, since the next is numbered after it."""
        seen_by_all = min((pointed.mark for pointed in self.held.values()), default=0)
        numbers = [
            number
            for number, event in self.events.items()
            if (isinstance(event, Withdrawn) and number <= seen_by_all)
            or (not isinstance(event, Withdrawn) and event.generation not in self.held)
        ]
        return [number for number in numbers if number != self.last]


class Journal:
    """The collection of the rows."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        self._connection = connection
        self._name = f"{prefix}_journal"

    def prepare(self) -> None:
        """Make the collection, where it is not there yet."""
        if self._connection.call("has_collection", self._name):
            return
        self._connection.call("create_collection", self._name, schema=schema_of(numbered_fields()))
        parameters = self._connection.client().prepare_index_params()
        parameters.add_index(unused().name, **index_of(unused(), 0, 1))
        self._connection.call("create_index", self._name, parameters)
        self._connection.call("load_collection", self._name, timeout=60.0)

    def read(self, *, newest: bool = False) -> State:
        """What it says; ``newest`` waits for what others have just written, where it may otherwise be seconds old.

        A journal that is not there says nothing.
        """
        level = "Strong" if newest else "Bounded"
        try:
            rows = self._connection.call(
                "query", self._name, filter="number > 0", output_fields=["number", "content"], limit=MOST,
                consistency_level=level,
            )  # fmt: skip
        except NotPrepared:
            return State({})
        return State({row["number"]: _parsed(unpacked(row["content"])) for row in rows})

    def add(self, event_for: Callable[[State], Event | None]) -> State:
        """Write the event that follows from what was written before, if any; returns what it comes to.

        Raises:
            EngineUnavailable: others kept writing at the same time.
        """
        for attempt in range(TRIES):
            before = self.read(newest=True)
            event = event_for(before)
            if event is None:
                return before
            count = (before.last >> WRITER) + 1
            number = (count << WRITER) | random.getrandbits(WRITER)
            row = {"number": number, "content": packed(_written(event)), **UNUSED}
            self._connection.call("insert", self._name, [row])
            after = self.read(newest=True)
            if not any(other >> WRITER >= count and other != number for other in after.events):
                return after
            self._connection.call("delete", self._name, ids=[number])
            time.sleep(PAUSE_S * random.random() * (attempt + 1))  # noqa: S311
        raise EngineUnavailable("too many processes change what Milvus holds at the same time; try again")

    def forget(self, state: State) -> None:
        """Delete the rows that change nothing."""
        if state.outdated:
            with suppress(EngineUnavailable):  # the next one deletes them
                self._connection.call("delete", self._name, ids=state.outdated)


def _written(event: Event) -> bytes:
    fields = {name: getattr(event, name) for name in event.__dataclass_fields__}
    return json.dumps([type(event).__name__, fields]).encode()


def _parsed(content: bytes) -> Event:
    name, fields = json.loads(content)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return _EVENTS[name](**values)
