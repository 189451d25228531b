"""Questions about passages → examples: token numbers with the answer's tokens, as the product's splitter cuts passages.

A data set is a folder with ``passages*.jsonl`` and ``questions*.jsonl``, or with ``corpus.jsonl`` and
``queries.jsonl``; ``training/data/README.md`` describes the fields.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from qa.types import Document, Passage, Span

MAX_TOKENS = 384
MAX_QUESTION_TOKENS = 64
_WORD = re.compile(r"[a-z0-9]{3,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a text; ``answer`` is the span of its answer, None where the text does not answer it.

    ``near`` is the span that tempts. ``group`` is the article or event: questions of a group are never apart.
    """

    id: str
    question: str
    text_id: str
    group: str
    kind: str
    answer: Span | None
    near: Span | None


@dataclass(frozen=True, slots=True)
class DataSet:
    """Texts by id, and the questions about them; texts with an ``event`` may tell the same as others of its group."""

    texts: dict[str, Document]
    asked: list[Asked]
    tells_events: bool


@dataclass(frozen=True, slots=True)
class Example:
    """One question with one passage, in tokens.

    ``sentence`` has the number of each token's sentence, -1 outside of the passage. ``start`` and ``end`` are the first
    and last token of the answer, both 0 where there is none; ``gold`` are the numbers of the sentences that it touches.
    """

    id: str
    group: str
    kind: str
    ids: tuple[int, ...]
    segments: tuple[int, ...]
    sentence: tuple[int, ...]
    start: int
    end: int
    gold: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]

    @property
    def answerable(self) -> bool:
        return self.start > 0


def read_set(folder: Path) -> DataSet:
    """The data set in a folder."""
    passages = sorted([*folder.glob("passages*.jsonl"), *folder.glob("corpus.jsonl")])
    questions = sorted([*folder.glob("questions*.jsonl"), *folder.glob("queries.jsonl")])
    texts = {r["id"]: Document(r["id"], r["title"], r["text"]) for path in passages for r in _records(path)}
    groups = {r["id"]: str(r.get("event") or r["title"]) for path in passages for r in _records(path)}
    asked = [_asked(record, groups) for path in questions for record in _records(path)]
    return DataSet(texts, asked, any("event" in record for path in passages for record in _records(path)))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)


def _asked(record: dict[str, Any], groups: dict[str, str]) -> Asked:
    span, near = record.get("passage_span"), record.get("near_span")
    if record["answerable"] and not span:
        raise ValueError(f"{record['id']}: an answerable question has no passage_span")
    return Asked(
        id=record["id"],
        question=record["question"],
        text_id=record["passage_id"],
        group=groups[record["passage_id"]],
        kind=record.get("kind", ""),
        answer=Span(*span) if record["answerable"] else None,
        near=Span(*near) if near else None,
    )


class ExampleMaker:
    """Puts a question and a passage together as the extractor will read them."""

    def __init__(self, tokenizer: Tokenizer, passages: dict[str, list[Passage]]) -> None:
        self._tokenizer = tokenizer
        self.passages = passages

    def gold(self, asked: Asked) -> list[Example]:
        """The question with the passage that answers it, or tempts to; with the text's first where neither is known."""
        target = asked.answer or asked.near
        passages = self.passages[asked.text_id]
        holds = [p for p in passages if target and p.start <= target.start and target.end <= p.end]
        if asked.answer and not holds:
            return []  # the answer runs over the end of a passage
        example = self.example(asked, (holds or passages)[0], asked.answer, asked.kind)
        return [example] if example else []

    def example(self, asked: Asked, passage: Passage, answer: Span | None, kind: str) -> Example | None:
        """The question with a passage; None where the answer's tokens are cut off."""
        question = self._tokenizer.encode(asked.question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        context = self._tokenizer.encode(passage.context, add_special_tokens=False).ids
        encoded = self._tokenizer.encode(passage.text, add_special_tokens=False)
        before = 2 + len(question) + len(context)
        kept = MAX_TOKENS - before - 1
        offsets = [(passage.start + a, passage.start + b) for a, b in encoded.offsets[:kept]]
        sentence = [_sentence_of(offset, passage.sentences) for offset in offsets]
        start, end, gold = 0, 0, ()
        if answer is not None:
            inside = [i for i, (a, b) in enumerate(offsets) if a < answer.end and b > answer.start]
            if not inside:
                return None
            start, end = before + inside[0], before + inside[-1]
            gold = tuple(sorted({sentence[i] for i in inside}))
        return Example(
            id=asked.id,
            group=asked.group,
            kind=kind,
            ids=(101, *question, 102, *context, *encoded.ids[:kept], 102),
            segments=(0,) * (2 + len(question)) + (1,) * (len(context) + len(offsets) + 1),
            sentence=(-1,) * before + tuple(sentence) + (-1,),
            start=start,
            end=end,
            gold=gold,
            offsets=tuple(offsets),
        )


def _sentence_of(offset: tuple[int, int], sentences: Sequence[Span]) -> int:
    return max((i for i, span in enumerate(sentences) if span.start <= offset[0]), default=0)


def easy_negatives(maker: ExampleMaker, data: DataSet, same: float, other: float, seed: int) -> list[Example]:
    """Questions with passages that do not answer them.

    Args:
        maker: makes the examples.
        data: whose questions and texts.
        same: share of the answerable questions that are also asked of another text of their group.
        other: share of the answerable questions that are also asked of a text of another group.
        seed: of the choice.
    """
    choice = random.Random(seed)
    words = {key: set(_WORD.findall(text.text.lower())) for key, text in data.texts.items()}
    groups: dict[str, list[str]] = {}
    for asked in data.asked:
        groups.setdefault(asked.group, [])
        if asked.text_id not in groups[asked.group]:
            groups[asked.group].append(asked.text_id)
    examples = []
    for asked in data.asked:
        if asked.answer is None:
            continue
        answer = data.texts[asked.text_id].text[asked.answer.start : asked.answer.end].lower()
        pools = []
        if choice.random() < same and not data.tells_events:
            pools.append([key for key in groups[asked.group] if key != asked.text_id])
        if choice.random() < other:
            pools.append([key for key in data.texts if key not in groups[asked.group]])
        for pool in pools:
            usable = [key for key in pool if answer not in data.texts[key].text.lower()]
            sampled = choice.sample(usable, min(8, len(usable)))
            asked_words = set(_WORD.findall(asked.question.lower()))
            if sampled:
                key = max(sampled, key=lambda key: len(words[key] & asked_words))
                passage = choice.choice(maker.passages[key])
                examples.append(maker.example(asked, passage, None, "easy"))
    return [example for example in examples if example]
