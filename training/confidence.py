"""Fit what ``src/qa/answering/confidence.json`` has for answers without an extractor; ``answers.py`` fits the rest.

Usage: QA_LANGUAGES=off python training/confidence.py --work DIR --foreign DIR --twice clapnq SET…
       python training/confidence.py --work DIR --foreign DIR SET…

Two logistic regressions on ``confidence_features`` for each kind of question, since English and German or Chinese
differ in what the numbers mean. The first call fits those of an index for English alone, with every example weighted by
the fluency of the candidates and by what is left of it; the second those for other languages, on the halves that
``crossed.py`` makes. Topic: is the question one of the set's own, or one of FOREIGN, which are asked of every set, or
of a half that was left out? Right: does the sentence that would be cited for one of its own questions say the gold
answer? The product of both is the probability that the citation answers. The bands begin at the least probability at
and above which the measured precision is 0.95 (high) and 0.8 (medium) in five-fold cross-validation.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from qa import compose
from qa.answering import confidence as confidence_model
from qa.answering.confidence import OTHER_LANGUAGES, confidence_features, confidence_sets
from qa.answering.sentences import choose_sentences
from qa.config import load_settings
from qa.evaluation.datasets import load_datasets
from qa.evaluation.measures import auroc, calibration_error
from qa.evaluation.run import holds_answer, open_dataset

PENALTY = 1e-5
ENGLISH = ("fluent", "foreign")
FOLDS = 5
BANDS = {"high": 0.95, "medium": 0.8}
LOWEST = 0.2  # below, four in five would be wrong: refused; from here to medium an answer is shown as uncertain
FOREIGN_SHARE = 0.5  # of the foreign questions go to each set


def examples(dataset, foreign, snapshot, retriever, kinds):
    """Features, whether the citation is right, the group of each question, and the share of each kind in it."""
    absent = "foreign" if dataset.name.startswith("half_") else "near"
    asked = [(gold, "own" if gold.answerable else absent) for gold in dataset.questions if not gold.history]
    for gold, group in [*asked, *((gold, "foreign") for gold in foreign)]:
        retrieval = retriever.retrieve(snapshot, gold.text)
        candidates = retrieval.candidates
        if not candidates:
            continue
        sets = {weights.name: weights.share for weights in confidence_sets(retrieval.evidence, candidates[0].row)}
        if not sets.keys() <= set(kinds):
            continue
        ordinal = int(np.argmax(candidates[0].sentence_scores))
        features = confidence_features(snapshot, retrieval, candidates, candidates[0], ordinal)
        right = gold.answerable and cites_answer(gold, snapshot, candidates)
        yield features, right, group, [sets.get(kind, 0.0) for kind in kinds]


def cites_answer(gold, snapshot, candidates):
    """Whether any chosen sentence says the gold answer."""
    cited = [(snapshot.passages[row], span) for row, span in choose_sentences(snapshot, candidates)]
    return any(holds_answer(gold, p.document_id, s.start, s.end, p.document_text(s)) for p, s in cited)


def fit(table, right, weight):
    """Weights of a logistic regression, the intercept first; worked out on features of equal spread."""
    centre, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    design = np.concatenate([np.ones((len(table), 1)), (table - centre) / spread], axis=1)

    def loss(weights):
        logits = design @ weights
        value = (weight * (np.logaddexp(0, logits) - right * logits)).sum() + PENALTY * weights[1:] @ weights[1:]
        gradient = design.T @ (weight * (1 / (1 + np.exp(-logits)) - right))
        gradient[1:] += 2 * PENALTY * weights[1:]
        return value, gradient

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    slopes = found[1:] / spread
    return np.concatenate([[found[0] - slopes @ centre], slopes])


def predict(weights, table):
    """Probabilities."""
    return 1 / (1 + np.exp(-np.clip(weights[0] + table @ weights[1:], -50, 50)))


def fit_all(table, right, foreign, weight, shares):
    """Topic and right, for each kind."""
    own, fitted = ~foreign, []
    for share in shares.T:
        w = weight * share
        topic = fit(table, own.astype(float), w / max(w.sum(), 1e-9))
        fitted.append({"topic": topic, "right": fit(table[own], right[own], w[own] / max(w[own].sum(), 1e-9))})
    return fitted


def estimate(fitted, table, shares):
    """Mixed probabilities."""
    each = [predict(parts["topic"], table) * predict(parts["right"], table) for parts in fitted]
    return (shares * np.stack(each, axis=1)).sum(axis=1)


def cross_validated(table, right, foreign, weight, shares):
    """Each example's probability under models fitted without its fold."""
    fold = np.random.default_rng(1).integers(0, FOLDS, len(table))
    found = np.zeros(len(table))
    for k in range(FOLDS):
        rest, held = fold != k, fold == k
        fitted = fit_all(table[rest], right[rest], foreign[rest], weight[rest], shares[rest])
        found[held] = estimate(fitted, table[held], shares[held])
    return found


def least(probabilities, right, precision):
    """The least probability at and above which the precision is reached."""
    order = np.argsort(-probabilities)
    reached = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision)
    return float(probabilities[order[reached[-1]]]) if len(reached) else 1.0


def bands(probabilities, right):
    """Where each band begins."""
    return {band: round(least(probabilities, right, p), 3) for band, p in BANDS.items()} | {"low": LOWEST}


def main():
    """Write confidence.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where the sets' indexes are kept")
    parser.add_argument("--foreign", type=Path, required=True, help="questions that no set answers")
    parser.add_argument("--twice", default="", help="names of data sets that count double, separated by commas")
    parser.add_argument("sets", nargs="+", type=Path)
    options = parser.parse_args()
    settings = load_settings()
    kinds = OTHER_LANGUAGES if settings.languages == "on" else ENGLISH
    bench = compose.build_bench(settings, options.work)
    foreign = load_datasets(options.foreign)[0].questions[:: int(1 / FOREIGN_SHARE)]
    rows = []
    for dataset in (dataset for folder in options.sets for dataset in load_datasets(folder) if dataset.documents):
        snapshot = open_dataset(dataset, bench.indexer, options.work)
        found = list(examples(dataset, foreign, snapshot, bench.retriever, kinds))
        weight = (2 if dataset.name in options.twice.split(",") else 1) / len(found)
        rows += [(dataset.name, weight, *example) for example in found]
        print(dataset.name, len(found), flush=True)
    write(rows, kinds)


def write(rows, kinds):
    """Fit, print what was measured, and write the file."""
    names = list(rows[0][2])
    table = np.array([[row[2][name] for name in names] for row in rows])
    right = np.array([row[3] for row in rows], dtype=float)
    weight = np.array([row[1] for row in rows])
    foreign = np.array([row[4] == "foreign" for row in rows])
    shares = np.array([row[5] for row in rows])
    probabilities = cross_validated(table, right, foreign, weight, shares)
    for name in dict.fromkeys(row[0] for row in rows):
        own = np.array([row[0] == name for row in rows])
        groups = {g: probabilities[own & np.array([row[4] == g for row in rows])] for g in ("own", "near", "foreign")}
        print(
            f"{name:16} AUROC near {auroc(groups['own'], groups['near']):.3f} "
            f"foreign {auroc(groups['own'], groups['foreign']):.4f} "
            f"ECE {calibration_error(probabilities[own], right[own]):.3f}"
        )
        for band, cut in (("answered", LOWEST), ("medium", 0.5), ("high", 0.8)):
            given = own & (probabilities >= cut)
            print(f"  {band} {given[own & (right > 0)].mean():.3f} of the right, precision {right[given].mean():.3f}")
    named = {
        kind: {
            part: dict(zip(["intercept", *names], np.round(weights, 4).tolist(), strict=True))
            for part, weights in parts.items()
        }
        for kind, parts in zip(kinds, fit_all(table, right, foreign, weight, shares), strict=True)
    }
    if kinds is ENGLISH:
        named["bands"] = bands(probabilities, right)
    else:
        for kind, share in zip(kinds, shares.T, strict=True):
            named[f"{kind}_bands"] = bands(probabilities[share > 0], right[share > 0])
    path = Path(confidence_model.__file__).with_name("confidence.json")
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(kept | named, indent=2) + "\n", "utf-8")
    print(path.read_text("utf-8"))


if __name__ == "__main__":
    main()
