"""The joint between a build and the processes that encode for it."""

from collections.abc import Collection, Iterator
from typing import Protocol


class WorkQueue(Protocol):
    """Shards of one kind of work, each claimed by one worker at a time; what they come to is taken out by one build.

    A shard's name tells its content, and equal shards have equal results: one that is done twice does no harm.

    Every method raises ``EngineUnavailable`` where the queue cannot be reached.
    """

    def put(self, name: str, content: bytes) -> None:
        """Let a shard be claimed, unless it is there already."""
        ...

    def claim(self) -> tuple[str, bytes] | None:
        """A shard that nobody has claimed, with its content; None where there is none."""
        ...

    def beat(self, name: str) -> None:
        """Say that a claimed shard is still worked on."""
        ...

    def finish(self, name: str, result: bytes) -> None:
        """Hand in what a claimed shard came to."""
        ...

    def give_back(self, name: str) -> None:
        """Let others claim a claimed shard."""
        ...

    def take_back(self, dead: Collection[str]) -> None:
        """Let the shards of dead workers be claimed: those named here, and those that gave no sign for long."""
        ...

    def results(self) -> Iterator[tuple[str, bytes]]:
        """Take out what was handed in, by shard."""
        ...

    def clear(self) -> None:
        """Remove all shards that were not handed in."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
