"""Passages and questions to measure with: SQuAD's where they lie beside the checkout, else made up from a seed."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from places import SETS

PASSAGES, QUESTIONS = 1216, 300
SEED = 20


@dataclass(frozen=True)
class Passage:
    """What every side indexes: the text is embedded with its title before it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """What every side is asked; ``passage`` is the id of the passage that answers it."""

    text: str
    passage: str


@dataclass(frozen=True)
class Texts:
    """One set of texts; ``source`` names it in the tables."""

    source: str
    passages: list[Passage]
    questions: list[Question]

    def save(self, folder: Path) -> Path:
        """Write both parts as JSON Lines, which all sides read."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, records in (("passages", self.passages), ("questions", self.questions)):
            lines = "".join(json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in records)
            (folder / f"{name}.jsonl").write_text(lines, "utf-8")
        return folder


def load(passages: int = PASSAGES, questions: int = QUESTIONS) -> Texts:
    """The passages of ``squad2`` and a fixed sample of its answerable questions, or a synthetic set of that size."""
    return _squad(passages, questions) if (SETS / "squad2").is_dir() else synthetic(passages, questions)


def _squad(passages: int, questions: int) -> Texts:
    kept = [Passage(line["id"], line["title"], line["text"]) for line in _lines("corpus.jsonl")][:passages]
    ids = {passage.id for passage in kept}
    asked = [
        Question(line["question"], line["passage_id"])
        for line in _lines("queries.jsonl")
        if line["answerable"] and line["passage_id"] in ids
    ]
    chosen = np.random.default_rng(SEED).permutation(len(asked))[:questions]
    return Texts("squad2", kept, [asked[i] for i in chosen])


def _lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (SETS / "squad2" / name).read_text("utf-8").split("\n") if line]


def synthetic(passages: int, questions: int) -> Texts:
    """Made-up articles of six sentences with Zipfian words; a question asks with four words of one sentence."""
    random = np.random.default_rng(SEED)
    words = invented_words(random, 8000)
    weights = 1 / np.arange(1, len(words) + 1)
    weights /= weights.sum()

    def sentence() -> str:
        drawn = random.choice(words, size=int(random.integers(12, 28)), p=weights)
        return " ".join(drawn).capitalize() + "."

    made = [
        Passage(
            f"s{i // 30}-{i % 30}", words[7000 + i // 30 % 1000].capitalize(), " ".join(sentence() for _ in range(6))
        )
        for i in range(passages)
    ]
    asked = []
    for i in random.choice(passages, size=min(questions, passages), replace=False):
        rarest = sorted(set(made[i].text.lower().replace(".", "").split()), key=words.index)[-4:]
        asked.append(Question(f"What is the {' '.join(rarest)}?", made[i].id))
    return Texts("synthetic", made, asked)


def invented_words(random: np.random.Generator, count: int) -> list[str]:
    """Pronounceable words that differ from each other."""
    onsets, vowels, codas = [*"bcdfghklmnprstvz", "ch", "st", "tr"], list("aeiou"), ["", "n", "r", "l", "s", "nd"]
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = int(random.integers(1, 4))
        words["".join(random.choice(p) for _ in range(syllables) for p in (onsets, vowels, codas))] = None
    return list(words)
