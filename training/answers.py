"""Fit which sentence is quoted, and how sure it is, with an extractor: ``choice.json`` and ``confidence.json``.

Usage: python training/answers.py --work DIR --foreign DIR [--title NAME…] SET[=COUNT]…

SET is a folder in BEIR-like layout, or one of its two sets by name (``news/articles``); at most COUNT of its questions
are asked, drawn with a fixed seed. Of a set that has articles named by --title only their questions are asked: the
extractor has learned from the others. What the extractor reads is kept in DIR, so that another fit takes a minute.

Choice: a conditional logit over the sentences of the passages that are read, that is, the weights under which a
sentence that holds the answer is most probably the first. Confidence: three logistic regressions over the same
features. Topic: is the question one of the set's, answerable or not, or a foreign one, of another set or
of FOREIGN (which are about a disease, and not asked of papers on it)? Answerable: one that the set answers, or
another? Right: is what would be quoted right, of those that are answerable? The lesser of the last two is stated; the
first two tell why it is refused. All measures are cross-validated, with all questions of one document in one fold (of
news, of one event), and all sets weigh alike.
"""

import argparse
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from qa import answering, compose
from qa.answering.confidence import reading_features
from qa.answering.pool import FEATURES, Pool, gather
from qa.answering.reading import decide, worth_reading
from qa.config import load_settings
from qa.evaluation.datasets import Dataset, GoldQuestion, load_datasets
from qa.evaluation.measures import auroc, calibration_error, holds
from qa.evaluation.run import holds_answer, open_dataset
from qa.index.snapshot import Snapshot
from qa.protocols import Extraction
from qa.retrieval.retriever import Retrieval

FOLDS = 5
PENALTY = 1e-3  # of the choice's weights, on features of equal spread
STRENGTH = 1.0  # inverse penalty of the confidence's
FOREIGN_SHARE = 2  # every so many of the foreign questions are asked of each set
ALONE = 60  # documents of a set that are asked by themselves too
OTHERS = 20  # questions of each other set that are asked too, as foreign ones
FOREIGN_WEIGHT = 0.3  # of all foreign questions of a set, beside its own
NEAR_WEIGHT = 0.8  # of all its unanswerable ones
HIGH, MEDIUM = 0.95, 0.8  # the precision from which on a band is called so …
REACH = 0.25  # of the right answers of each set are high at least, where precision stays the same up to there
NEAR_IN_HIGH, NEAR_IN_MEDIUM = 0.05, 0.5  # … where so many of the questions are unanswerable, beside 1 answerable
FOREIGN_ON_TOPIC = 0.04  # of foreign questions pass for questions on the topic; half of them are refused all the same
ANSWERABLE, LOWEST = 0.25, 0.2  # below, a question is refused: by the second estimate, or by the lesser one
FLUENT = 0.5  # in a language that the extractor reads


@dataclass
class Example:
    """A question, what was read for it, and whether each sentence holds its answer."""

    dataset: str
    group: str  # own, near or foreign
    gold: GoldQuestion
    snapshot: Snapshot
    retrieval: Retrieval
    extractions: tuple[Extraction, ...]
    pool: Pool
    right: np.ndarray
    fold: int


class Remembering:
    """An extractor that keeps on disk what it has read."""

    def __init__(self, extractor, path):
        self._extractor, self._path = extractor, path
        self._known = pickle.loads(path.read_bytes()) if path.is_file() else {}

    def __call__(self, question, passages):
        for passage in passages:
            key = (question, passage)
            if key not in self._known:
                self._known[key] = self._extractor(question, [passage])[0]
        return [self._known[question, passage] for passage in passages]

    def save(self):
        self._path.write_bytes(pickle.dumps(self._known))


def collect(options):
    """All examples of all sets."""
    settings = load_settings()
    bench = compose.build_bench(settings, options.work)
    extractor = Remembering(compose.build_extractor(settings), options.work / "extractions.pickle")
    foreign = load_datasets(options.foreign)[0].questions[::FOREIGN_SHARE]
    sets = [(named(Path(name)), count) for name, _, count in (argument.partition("=") for argument in options.sets)]
    asked = {dataset.name: chosen(dataset, options.title, count) for dataset, count in sets}
    examples = []
    for dataset, _ in sets:
        snapshot = open_dataset(dataset, bench.indexer, options.work)
        elsewhere = [gold for name in asked if name != dataset.name for gold in asked[name][:OTHERS] if gold.answerable]
        groups = [(gold, "own" if gold.answerable else "near") for gold in asked[dataset.name]]
        groups += [(gold, "foreign") for gold in (elsewhere if "covid" in dataset.name else [*foreign, *elsewhere])]
        for gold, group in groups:
            example = read(dataset.name, group, gold, snapshot, bench.retriever, extractor)
            examples += [example] if example else []
        if "covid" not in dataset.name and "fairy" not in dataset.name:
            examples += alone(dataset, asked[dataset.name], elsewhere, bench, extractor, options.work)
        extractor.save()
        print(dataset.name, len(groups), flush=True)
    return examples


def alone(dataset, questions, elsewhere, bench, extractor, work):
    """Questions asked of an index that holds their one document and no other, as a reader's first article does."""
    documents = {document.id: document for document in dataset.documents}
    asked = {}
    for gold in questions:
        if gold.document_id in documents:
            asked.setdefault(gold.document_id, []).append(gold)
    label = f"{dataset.name} alone"
    for number, (document_id, golds) in enumerate(list(asked.items())[:ALONE]):
        single = Dataset(f"{label}/{number}", (documents[document_id],), tuple(golds))
        snapshot = open_dataset(single, bench.indexer, work)
        groups = [(gold, "own" if gold.answerable else "near") for gold in golds]
        groups += [(elsewhere[(number + step) % len(elsewhere)], "foreign") for step in (0, 7)]
        for gold, group in groups:
            example = read(label, group, gold, snapshot, bench.retriever, extractor)
            if example:
                yield example


def named(path):
    """The data set of a folder, or one of its two by name."""
    folder = path if path.is_dir() else path.parent
    sets = {dataset.name: dataset for dataset in load_datasets(folder) if dataset.documents}
    return sets.get(f"{path.parent.name}/{path.name}") or next(iter(sets.values()))


def chosen(dataset, titles, count):
    """At most ``count`` questions; where a set has articles of these titles, theirs alone."""
    texts = {document.id: document.text for document in dataset.documents}
    with_title = {document.id for document in dataset.documents if document.title in titles}
    questions = [gold for gold in dataset.questions if not with_title or gold.document_id in with_title]
    questions = [gold for gold in questions if is_verbatim(gold, texts)]
    order = np.random.default_rng(1).permutation(len(questions))[: int(count or len(questions))]
    return [questions[number] for number in order]


def is_verbatim(gold, texts):
    """Whether the answer stands in the text as the gold has it: only then can a right quotation be told."""
    return not gold.answers or bool(gold.sentences or gold.span) or holds(texts.get(gold.document_id, ""), gold.answers)


def read(dataset, group, gold, snapshot, retriever, extractor):
    """One example; None where nothing is found."""
    retrieval = retriever.retrieve(snapshot, gold.text)
    if not retrieval.candidates:
        return None
    head = worth_reading(retrieval.query, retrieval.candidates)
    extractions = tuple(extractor(retrieval.query.text, [snapshot.passages[c.row] for c in head]))
    pool = gather(snapshot, retrieval.query, retrieval.evidence, head, extractions)
    right = [
        group == "own" and holds_answer(gold, snapshot.passages[row].document_id, span.start, span.end, text)
        for row, span, text in zip(pool.rows.tolist(), pool.spans, pool.texts, strict=True)
    ]
    document = (gold.document_id or gold.id).split("-")[0] if dataset.startswith("news") else gold.document_id
    fold = hash_of(f"{dataset} {document or gold.id}") % FOLDS
    return Example(dataset, group, gold, snapshot, retrieval, extractions, pool, np.asarray(right), fold)


def hash_of(text):
    """A number that is the same in every run."""
    return sum((place + 1) * byte for place, byte in enumerate(text.encode()))


def fit_choice(examples):
    """Weights of ``FEATURES``."""
    examples = [e for e in examples if e.group == "own" and e.right.any()]
    counts = {name: sum(e.dataset == name for e in examples) for name in {e.dataset for e in examples}}
    share = np.asarray([1 / counts[e.dataset] for e in examples])
    share /= share.sum()
    table = np.concatenate([e.pool.features for e in examples]).astype(float)
    spread = np.maximum(table.std(axis=0), 1e-6)
    table = (table - table.mean(axis=0)) / spread
    right = np.concatenate([e.right for e in examples])
    owner = np.repeat(np.arange(len(examples)), [len(e.pool) for e in examples])
    first = np.searchsorted(owner, np.arange(len(examples)))

    def loss(weights):
        scores = table @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, first)[owner])
        total, hit = np.add.reduceat(odds, first), np.add.reduceat(odds * right, first)
        gradient = (share[owner] * (odds / total[owner] - odds * right / hit[owner])) @ table
        return share @ (np.log(total) - np.log(hit)) + PENALTY * weights @ weights, gradient + 2 * PENALTY * weights

    return minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x / spread


def judged(example, weights):
    """Features of what these weights quote, whether it is right, and how many words it has."""
    chances = softmax(example.pool.features @ weights)
    head = worth_reading(example.retrieval.query, example.retrieval.candidates)
    reading = decide(example.snapshot, example.retrieval.query, head, example.extractions, example.pool, chances)
    features = reading_features(example.snapshot, example.retrieval, example.retrieval.candidates, reading)
    quoted = list(reading.sentences.chosen)
    words = sum(len(example.pool.texts[index].split()) for index in quoted)
    return features, bool(example.right[quoted].any()), words, reading


def logistic(table, target, weight):
    """Intercept and weights of a logistic regression, worked out on features of equal spread."""
    centre, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    weight = weight * len(table) / weight.sum()
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit((table - centre) / spread, target, weight)
    slopes = model.coef_[0] / spread
    return np.concatenate([[model.intercept_[0] - slopes @ centre], slopes])


def predict(weights, table):
    """Probabilities."""
    return expit(np.clip(weights[0] + table @ weights[1:], -50, 50))


PARTS = {
    "topic": (
        "token_match", "lead_odds", "dense", "name_missing", "says", "phrase", "typed", "later", "covered", "score",
        "also_odds", "sentence_dense", "negated", "quotation_negated",
    ),
    "answerable": (
        "says", "sentence_dense", "negated", "missing_name", "opposite", "sentence_odds", "swapped", "phrase",
    ),
    "right": (
        "quoted", "lead", "answer_words", "says_also", "says", "margin", "type_found", "typed", "chosen_odds",
        "sentence_odds", "same_odds", "lexical_gap",
    ),
}  # fmt: skip
"""The features of each regression: chosen forward by cross-validated log-loss, since all of them together overfit."""


def fit_confidence(tables, right, group, weight, exact):
    """The three regressions; the last on the questions of sets with exact gold (``exact``) alone."""
    own = (group == "own") & exact
    return {
        "topic": logistic(tables["topic"], group != "foreign", weight),
        "answerable": logistic(tables["answerable"], group == "own", weight),
        "right": logistic(tables["right"][own], right[own], weight[own]),
    }


def weights_of(examples, near, foreign):
    """One weight an example: of each set 1 for its own questions together, and so much for the other groups."""
    groups = {"own": 1.0, "near": near, "foreign": foreign}
    count = {}
    for e in examples:
        count[e.dataset, e.group] = count.get((e.dataset, e.group), 0) + 1
    return np.asarray([groups[e.group] / count[e.dataset, e.group] for e in examples])


def cut_at(probability, right, weight, precision):
    """The least probability at and above which the weighted precision is reached; 1 where it never is."""
    order = np.argsort(-probability)
    reached = np.flatnonzero(np.cumsum((weight * right)[order]) / np.cumsum(weight[order]) >= precision)
    return float(probability[order[reached[-1]]]) if len(reached) else 1.0


def main():
    """Fit, measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where indexes and extractions are kept")
    parser.add_argument("--foreign", type=Path, required=True, help="questions that no set answers")
    parser.add_argument("--loose", action="append", default=[], help="a set whose gold misses right quotations")
    parser.add_argument("--title", action="append", default=[], help="an article that the extractor has not seen")
    parser.add_argument("sets", nargs="+")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    examples = [e for e in collect(options) if e.retrieval.evidence.fluency >= FLUENT]
    fold = np.asarray([e.fold for e in examples])
    choices = [fit_choice([e for e in examples if e.fold != k]) for k in range(FOLDS)]
    found = [judged(e, choices[e.fold]) for e in examples]
    tables = {
        part: np.asarray([[features[name] for name in names] for features, *_ in found])
        for part, names in PARTS.items()
    }
    right = np.asarray([is_right for _, is_right, *_ in found])
    group = np.asarray([e.group for e in examples])
    weight = weights_of(examples, NEAR_WEIGHT, FOREIGN_WEIGHT)
    exact = np.asarray([e.dataset.split("/")[0] not in options.loose for e in examples])
    estimates = {part: np.zeros(len(examples)) for part in PARTS}
    for k in range(FOLDS):
        rest = fold != k
        known = {part: table[rest] for part, table in tables.items()}
        for part, weights in fit_confidence(known, right[rest], group[rest], weight[rest], exact[rest]).items():
            estimates[part][~rest] = predict(weights, tables[part][~rest])
    lesser = np.minimum(estimates["answerable"], estimates["right"])
    bands = cuts(examples, estimates, lesser, right, group, exact)
    report(examples, found, estimates, lesser, right, group, bands)
    write(fit_choice(examples), fit_confidence(tables, right, group, weight, exact), bands)


def cuts(examples, estimates, lesser, right, group, exact):
    """Where bands begin, and from where on a question is answered.

    Precision is the same over a wide range, on a few hundred questions: high begins as late as a quarter allows.
    """
    topic = float(np.quantile(estimates["topic"][group == "foreign"], 1 - FOREIGN_ON_TOPIC))
    whole = np.asarray([not e.dataset.endswith(" alone") for e in examples])
    answered = (estimates["answerable"] >= ANSWERABLE) & (estimates["topic"] >= topic) & exact & whole
    bands = {
        name: cut_at(lesser[answered], right[answered], weights_of(examples, near, 0.0)[answered], precision)
        for name, near, precision in (("high", NEAR_IN_HIGH, HIGH), ("medium", NEAR_IN_MEDIUM, MEDIUM))
    }
    sets = np.asarray([e.dataset for e in examples])
    reached = [
        np.quantile(np.where(answered, lesser, 0.0)[(sets == name) & (group == "own") & right], 1 - REACH)
        for name in dict.fromkeys(sets[exact & whole])
    ]
    bands["high"] = max(bands["high"], float(min(reached)))
    cuts = bands | {"low": LOWEST, "answerable": ANSWERABLE, "topic": topic}
    return {name: round(cut, 3) for name, cut in cuts.items()}


def report(examples, found, estimates, lesser, right, group, bands):
    """Print what was measured, set by set."""
    print("bands", bands)
    sets = np.asarray([e.dataset for e in examples])
    words = np.asarray([count for _, _, count, _ in found])
    answered = (estimates["answerable"] >= bands["answerable"]) & (estimates["topic"] >= bands["topic"])
    for name in dict.fromkeys(sets):
        own, near, foreign = ((sets == name) & (group == which) for which in ("own", "near", "foreign"))
        hits = own & right
        single = np.mean(
            [
                e.right[r.sentences.best]
                for e, (*_, r) in zip(examples, found, strict=True)
                if e.dataset == name and e.group == "own"
            ]
        )
        print(
            f"{name:22} own {own.sum()} best {single:.3f} quoted right {right[own].mean():.3f} "
            f"given {(right & answered)[own].mean():.3f} words {np.median(words[own]):.0f} "
            f"refused {1 - answered[own].mean():.3f} near answered {answered[near].mean() if near.any() else 0:.3f} "
            f"foreign answered {answered[foreign].mean() if foreign.any() else 0:.3f}"
        )
        for label, probability in (("answerable", estimates["answerable"]), ("lesser", lesser)):
            print(
                f"    {label:10} AUROC near {auroc(probability[own], probability[near]):.3f} "
                f"foreign {auroc(probability[own], probability[foreign]):.4f}",
                end="",
            )
        given = own & answered
        print(f"\n    ECE of its own {calibration_error(lesser[given], right[given]):.3f}", end="")
        for band, low, top in (("high", bands["high"], 2), ("medium", bands["medium"], bands["high"])):
            inside = (lesser >= low) & (lesser < top) & answered & (group != "foreign") & (sets == name)
            reached = ((lesser >= low) & answered)[hits].mean() if hits.any() else 0
            precision = right[inside].mean() if inside.any() else 0
            print(f" · {band} {inside.sum()} precision {precision:.3f} reached by {reached:.3f}", end="")
        print()
    print(
        "topic AUROC", round(auroc(estimates["topic"][group != "foreign"], estimates["topic"][group == "foreign"]), 4)
    )


def write(choice, confidence, bands):
    """Both files; what they hold besides stays."""
    folder = Path(answering.__file__).parent
    weights = dict(zip(FEATURES, np.round(choice, 4).tolist(), strict=True))
    (folder / "choice.json").write_text(json.dumps(weights, indent=2) + "\n", "utf-8")
    path = folder / "confidence.json"
    kept = json.loads(path.read_text("utf-8"))
    fitted = {
        part: dict(zip(["intercept", *PARTS[part]], np.round(values, 4).tolist(), strict=True))
        for part, values in confidence.items()
    }
    path.write_text(json.dumps(kept | {"read": fitted, "read_bands": bands}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
