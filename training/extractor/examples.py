"""Data sets → the examples to learn from and those held out."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer
from training.extractor.data import DataSet, Example, ExampleMaker, easy_negatives, read_set

from qa.compose import build_embedder
from qa.config import Settings
from qa.embedders.model_files import locate_model
from qa.indexing.splitter import SentenceSplitter
from qa.types import Document, Passage

SAME_GROUP, OTHER_GROUP = 0.3, 0.1
OTHER_EVENT = 0.35  # where the texts of a group tell the same event, so that none of them is a negative


def load_examples(sets: Sequence[Path], held: Sequence[str], seed: int) -> tuple[list[Example], list[Example]]:
    """Examples of all sets: those to learn from, easy negatives among them, and those of the held groups."""
    training: list[Example] = []
    kept: list[Example] = []
    for folder in sets:
        data = read_set(folder)
        maker = example_maker(data)
        other = OTHER_EVENT if data.tells_events else OTHER_GROUP
        negatives = easy_negatives(maker, data, SAME_GROUP, other, seed)
        for example in [e for asked in data.asked for e in maker.gold(asked)]:
            (kept if example.group in held else training).append(example)
        training += [example for example in negatives if example.group not in held]
    return training, kept


def example_maker(data: DataSet) -> ExampleMaker:
    """What makes the examples of a data set, with the product's default tokenizer and splitter."""
    return ExampleMaker(default_tokenizer(), split(data.texts))


def split(texts: dict[str, Document]) -> dict[str, list[Passage]]:
    """Each text's passages, as the product cuts them."""
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    splitter = SentenceSplitter(build_embedder(settings, threads=1), settings.passage_tokens)
    return {key: splitter(text) for key, text in texts.items()}


def default_tokenizer() -> Tokenizer:
    """The word pieces of BERT, uncased, as the default embedder has them."""
    tokenizer = Tokenizer.from_file(str(default_tokenizer_file()))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def default_tokenizer_file() -> Path:
    """Where they lie."""
    directory = locate_model(None).directory
    assert directory is not None
    return directory / "tokenizer.json"
