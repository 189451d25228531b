"""How an engine's inverted file is divided and how much of it is read; the same for every engine that has one."""

LISTS_PER_ROOT = 2  # lists: twice the square root of the vectors, as in our own inverted file
PROBES, SHARE = 64, 16  # lists read for a question: so many, or one in so many where that is more


def lists_for(passages: int) -> int:
    """How many lists an inverted file over so many passages has."""
    return max(1, int(LISTS_PER_ROOT * passages**0.5))


def probes_for(passages: int) -> int:
    """How many lists are read for a question."""
    return min(lists_for(passages), max(PROBES, lists_for(passages) // SHARE))
