"""What a killed build has encoded: kept whole or not at all."""

import numpy as np
import pytest

from qa.index.token_vectors import EncodedPassage
from qa.indexing.encoding import _HEAD, _MARK, Scratch
from qa.protocols import Meaning


def passage(number, sentences):
    """A passage of made-up arrays, each of its own sizes."""
    lengths = np.arange(number % 3, number % 3 + 1 + sentences, dtype=np.int64)
    tokens = int(lengths.sum())
    dice = np.random.default_rng(number)
    return EncodedPassage(
        dice.random(4, dtype=np.float32),
        dice.random((sentences, 4), dtype=np.float32),
        dice.integers(-127, 127, (tokens, 2), dtype=np.int8),
        np.arange(tokens, dtype=np.int32),
        lengths,
        Meaning(dice.random(4, dtype=np.float32), dice.random((sentences, 4), dtype=np.float32)),
    )


BATCHES = [[passage(1, 1)], [passage(2, 3), passage(3, 1), passage(4, 2)], [passage(5, 1), passage(6, 5)]]
KEYS = [[bytes([number, place]) * 16 for place in range(len(batch))] for number, batch in enumerate(BATCHES)]


@pytest.fixture
def path(tmp_path):
    scratch = Scratch(tmp_path / "part")
    for keys, batch in zip(KEYS, BATCHES, strict=True):
        scratch.add(keys, batch)
    return tmp_path / "part"


def assert_kept(path, batches):
    kept = Scratch(path).read()
    assert [*kept] == [key for keys in KEYS[:batches] for key in keys]
    for one, other in zip(kept.values(), (p for batch in BATCHES for p in batch), strict=False):
        for before, after in zip(arrays(other), arrays(one), strict=True):
            np.testing.assert_array_equal(before, after)
            assert before.dtype == after.dtype


def arrays(passage):
    """All arrays of a passage, those of its meaning among them."""
    own = [getattr(passage, name) for name in EncodedPassage.__slots__ if name != "meaning"]
    return [*own, passage.meaning.vector, passage.meaning.sentences]


def test_what_was_added_is_read(path):
    """Every array comes back as it was, to the byte and the type."""
    assert_kept(path, 3)


def test_cut_anywhere_only_whole_records_count(path):
    """Cut after any number of bytes, exactly the records before the cut are read, and what is added later follows."""
    content = path.read_bytes()
    sizes = []
    for count in range(1, 4):
        path.unlink()
        for keys, batch in list(zip(KEYS, BATCHES, strict=True))[:count]:
            Scratch(path).add(keys, batch)
        sizes.append(path.stat().st_size)
    assert sizes[-1] == len(content)
    for cut in range(0, len(content), 7):
        path.write_bytes(content[:cut])
        whole = sum(size <= cut for size in sizes)
        assert_kept(path, whole)
        assert path.stat().st_size == ([0, *sizes][whole])
    Scratch(path).add(KEYS[2], BATCHES[2])
    assert_kept(path, 3)


def test_a_flipped_byte_ends_what_is_read(path):
    """A record with a wrong byte, and all after it, count for nothing."""
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert_kept(path, 0)


@pytest.mark.parametrize("size", [2**40, 2**62, 2**64 - 1])
def test_a_wrong_size_takes_no_memory(path, size):
    """A record that says it is larger than the file counts for nothing, and no room is made for it."""
    with path.open("ab") as file:
        file.write(_HEAD.pack(_MARK, size, bytes(32)) + b"torn")
    assert_kept(path, 3)


def test_nothing_was_kept(tmp_path):
    """Without a file there is nothing; where none can be written, nothing is kept and nothing fails."""
    assert Scratch(tmp_path / "none").read() == {}
    scratch = Scratch(tmp_path / "no folder" / "part")
    scratch.add(KEYS[0], BATCHES[0])
    assert scratch.read() == {}
