"""Fit the weights of ``src/qa/retrieval/ranking.json`` on development sets.

Usage: QA_LANGUAGES=off python training/ranking.py --work DIR --twice clapnq SET…
       python training/ranking.py --work DIR SET…

The first fits the weights of an index for English alone, the second those for other languages, on sets whose questions
or documents are not English; ``crossed.py`` makes some. The other weights stay as they are.

Passages: a conditional logit over the candidates of each question. Sentences: the same over the sentences of the right
passage. Every set counts the same, but those named by --twice double: clapnq, the only one whose questions people
typed into a search box, beside many that were written by someone who was looking at the passage. An L2 penalty keeps
the weights small. Printed beside the fit on all sets is, for each set, the result with weights fitted without it: the
honest number.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from qa import compose
from qa.config import load_settings
from qa.evaluation.datasets import GoldQuestion, load_datasets
from qa.evaluation.run import holds_answer, is_relevant, open_dataset
from qa.retrieval import ranking as ranking_model
from qa.retrieval.ranking import (
    MULTILINGUAL_FEATURES,
    PASSAGE_FEATURES,
    SENTENCE_FEATURES,
    passage_features,
    passage_sets,
    sentence_features,
)

PENALTY = 1e-3
DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which weights are fitted together, and the features they weigh."""

    passages: tuple[str, str]
    sentences: str
    passage_features: tuple[str, ...]
    sentence_features: tuple[str, ...]


ENGLISH = Kinds(("fluent", "foreign"), "sentence", PASSAGE_FEATURES, SENTENCE_FEATURES)
OTHERS = Kinds(
    ("native", "across"),
    "foreign_sentence",
    (*PASSAGE_FEATURES, *MULTILINGUAL_FEATURES),
    (*SENTENCE_FEATURES, "meaning"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One question: the features of its options, and which of them are right."""

    features: np.ndarray
    right: np.ndarray


def choices(dataset, snapshot, retriever, kinds):
    """The passage choice and, where the answer's place is known, the sentence choice of every answerable question."""
    passages, sentences = [], []
    for gold in dataset.questions:
        if not gold.answerable or gold.history or (gold.variant.startswith("cross") and kinds is ENGLISH):
            continue
        evidence = retriever.retrieve(snapshot, gold.text).evidence
        if evidence is None or (evidence.meaning is None) != (kinds is ENGLISH):
            continue
        table = by_share(passage_features(evidence), passage_sets(evidence), kinds)
        right = np.array([is_relevant(gold, snapshot.passages[row]) for row in evidence.rows])
        passages.append(Choice(table, right))
        if right.any():
            sentences += sentence_choices(gold, snapshot, evidence, right)
    return passages, sentences


def by_share(table, sets, kinds):
    """Every feature twice: as far as the one set of weights and as far as the other ranks the question's passages."""
    share = {weights.name: weights.share for weights in sets}
    return np.concatenate([share.get(name, 0.0) * table for name in kinds.passages], axis=1)


def sentence_choices(gold: GoldQuestion, snapshot, evidence, right):
    """The sentences of the first right passage; none where all or none of them say the answer."""
    table = sentence_features(evidence)
    place = int(np.flatnonzero(right)[0])
    passage = snapshot.passages[evidence.rows[place]]
    says = [
        holds_answer(gold, passage.document_id, s.start, s.end, passage.document_text(s)) for s in passage.sentences
    ]
    first = evidence.first[place]
    choice = Choice(table[first : first + len(says)], np.array(says))
    return [choice] if usable(choice) else []


def usable(choice: Choice) -> bool:
    """Whether a choice has both right and wrong options."""
    return bool(choice.right.any() and not choice.right.all())


def fit(sets: Sequence[Sequence[Choice]]) -> np.ndarray:
    """Maximise the mean log probability of the right options, each set weighted equally."""
    groups = [(choice, 1 / len(chosen)) for chosen in sets for choice in chosen if usable(choice)]
    table = np.concatenate([choice.features for choice, _ in groups]).astype(np.float64)
    right = np.concatenate([choice.right for choice, _ in groups])
    weight = np.array([w for _, w in groups]) / len(sets)
    sizes = np.array([len(choice.right) for choice, _ in groups])
    first, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(sizes)), sizes)

    def loss(weights):
        scores = table @ weights
        exponentials = np.exp(scores - np.maximum.reduceat(scores, first)[owner])
        total = np.add.reduceat(exponentials, first)
        good = np.add.reduceat(exponentials * right, first) + 1e-300
        value = -(weight * np.log(good / total)).sum() + PENALTY * weights @ weights
        residual = exponentials / total[owner] - exponentials * right / good[owner]
        return value, (weight[owner] * residual) @ table + 2 * PENALTY * weights

    return minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x


def accuracy(chosen: Sequence[Choice], weights: np.ndarray) -> float:
    """How often the best option is right."""
    return (
        float(np.mean([choice.right[np.argmax(choice.features @ weights)] for choice in chosen])) if chosen else np.nan
    )


def report(kind, sets, twice):
    """Fit on all sets, print what it gives on each, with and without that set; return the weights."""
    sets = {name: chosen for name, chosen in sets.items() if any(map(usable, chosen))}
    doubled = [chosen for name, chosen in sets.items() if name in twice]
    weights = fit([*sets.values(), *doubled])
    for name, chosen in sets.items():
        others = [c for other, c in sets.items() if other.split("/")[0] != name.split("/")[0]]
        held_out = accuracy(chosen, fit(others)) if others else np.nan
        print(
            f"{kind:9} {name:24} n={len(chosen):5}  all sets {accuracy(chosen, weights):.3f}  without it {held_out:.3f}"
        )
    return weights


def main():
    """Write ranking.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where the sets' indexes are kept")
    parser.add_argument("--only", default="", help="names of data sets, separated by commas")
    parser.add_argument("--twice", default="", help="names of data sets that count double, separated by commas")
    parser.add_argument("sets", nargs="+", type=Path)
    options = parser.parse_args()
    settings = load_settings()
    kinds = OTHERS if settings.languages == "on" else ENGLISH
    bench = compose.build_bench(settings, options.work)
    passages, sentences = {}, {}
    for dataset in (d for folder in options.sets for d in load_datasets(folder)):
        if dataset.documents and (not options.only or dataset.name in options.only.split(",")):
            snapshot = open_dataset(dataset, bench.indexer, options.work)
            passages[dataset.name], sentences[dataset.name] = choices(dataset, snapshot, bench.retriever, kinds)
    twice = options.twice.split(",")
    both = np.split(report("passages", passages, twice), 2)
    fitted = [
        *((name, kinds.passage_features, weights) for name, weights in zip(kinds.passages, both, strict=True)),
        (kinds.sentences, kinds.sentence_features, report("sentences", sentences, twice)),
    ]
    path = Path(ranking_model.__file__).with_name("ranking.json")
    kept = json.loads(path.read_text("utf-8"))
    named = {kind: dict(zip(n, np.round(w, DECIMALS).tolist(), strict=True)) for kind, n, w in fitted}
    path.write_text(json.dumps(kept | named, indent=2) + "\n", "utf-8")
    print(path.read_text("utf-8"))


if __name__ == "__main__":
    main()
