"""Fit what ``src/qa/answering/confidence.json`` has for answers without an extractor; ``answers.py`` fits the rest.

Usage: python training/confidence.py --work DIR --foreign DIR --twice clapnq SET…

Two logistic regressions on ``confidence_features``, once with every example weighted by the fluency of the candidates
and once by what is left of it, since English and German or Chinese differ in what the numbers mean. Topic: is the
question one of the set's own, or one of FOREIGN, which are asked of every set? Right: does the sentence that would be
cited for one of its own questions say the gold answer? The product of both is the probability that the citation
answers. The bands begin at the least probability at and above which the measured precision is 0.95 (high) and 0.8
(medium) in five-fold cross-validation.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from qa import compose
from qa.answering import confidence as confidence_model
from qa.answering.confidence import confidence_features
from qa.answering.sentences import choose_sentences
from qa.config import load_settings
from qa.evaluation.datasets import load_datasets
from qa.evaluation.measures import auroc, calibration_error
from qa.evaluation.run import holds_answer, open_dataset

PENALTY = 1e-5
FOLDS = 5
BANDS = {"high": 0.95, "medium": 0.8}
LOWEST = 0.2  # below, four in five would be wrong: refused; from here to medium an answer is shown as uncertain
FOREIGN_SHARE = 0.5  # of the foreign questions go to each set


def examples(questions, foreign, snapshot, retriever):
    """Features, whether the citation is right, the group of each question, and the fluency of its candidates."""
    asked = [(gold, "own" if gold.answerable else "near") for gold in questions if not gold.history]
    for gold, group in [*asked, *((gold, "foreign") for gold in foreign)]:
        retrieval = retriever.retrieve(snapshot, gold.text)
        candidates = retrieval.candidates
        if not candidates:
            continue
        ordinal = int(np.argmax(candidates[0].sentence_scores))
        features = confidence_features(snapshot, retrieval, candidates, candidates[0], ordinal)
        right = gold.answerable and cites_answer(gold, snapshot, candidates)
        yield features, right, group, retrieval.evidence.fluency


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


def fit_all(table, right, foreign, weight, fluency):
    """Topic and right, for each language."""
    own, fitted = ~foreign, {}
    for language, share in (("fluent", fluency), ("foreign", 1 - fluency)):
        w = weight * share
        topic = fit(table, own.astype(float), w / max(w.sum(), 1e-9))
        fitted[language] = {"topic": topic, "right": fit(table[own], right[own], w[own] / max(w[own].sum(), 1e-9))}
    return fitted


def estimate(fitted, table, fluency):
    """Mixed probabilities."""
    both = [predict(fitted[k]["topic"], table) * predict(fitted[k]["right"], table) for k in ("fluent", "foreign")]
    return fluency * both[0] + (1 - fluency) * both[1]


def cross_validated(table, right, foreign, weight, fluency):
    """Each example's probability under models fitted without its fold."""
    fold = np.random.default_rng(1).integers(0, FOLDS, len(table))
    found = np.zeros(len(table))
    for k in range(FOLDS):
        rest, held = fold != k, fold == k
        fitted = fit_all(table[rest], right[rest], foreign[rest], weight[rest], fluency[rest])
        found[held] = estimate(fitted, table[held], fluency[held])
    return found


def least(probabilities, right, precision):
    """The least probability at and above which the precision is reached."""
    order = np.argsort(-probabilities)
    reached = np.flatnonzero(np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision)
    return float(probabilities[order[reached[-1]]]) if len(reached) else 1.0


def main():
    """Write confidence.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where the sets' indexes are kept")
    parser.add_argument("--foreign", type=Path, required=True, help="questions that no set answers")
    parser.add_argument("--twice", default="", help="names of data sets that count double, separated by commas")
    parser.add_argument("sets", nargs="+", type=Path)
    options = parser.parse_args()
    bench = compose.build_bench(load_settings(), options.work)
    foreign = load_datasets(options.foreign)[0].questions[:: int(1 / FOREIGN_SHARE)]
    rows = []
    for dataset in (dataset for folder in options.sets for dataset in load_datasets(folder) if dataset.documents):
        snapshot = open_dataset(dataset, bench.indexer, options.work)
        found = list(examples(dataset.questions, foreign, snapshot, bench.retriever))
        weight = (2 if dataset.name in options.twice.split(",") else 1) / len(found)
        rows += [(dataset.name, weight, *example) for example in found]
        print(dataset.name, len(found), flush=True)
    write(rows)


def write(rows):
    """Fit, print what was measured, and write the file."""
    names = list(rows[0][2])
    table = np.array([[row[2][name] for name in names] for row in rows])
    right = np.array([row[3] for row in rows], dtype=float)
    weight = np.array([row[1] for row in rows])
    foreign = np.array([row[4] == "foreign" for row in rows])
    fluency = np.array([row[5] for row in rows])
    probabilities = cross_validated(table, right, foreign, weight, fluency)
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
    bands = {band: round(least(probabilities, right, precision), 3) for band, precision in BANDS.items()}
    named = {
        language: {
            part: dict(zip(["intercept", *names], np.round(weights, 4).tolist(), strict=True))
            for part, weights in parts.items()
        }
        for language, parts in fit_all(table, right, foreign, weight, fluency).items()
    }
    path = Path(confidence_model.__file__).with_name("confidence.json")
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    bands |= {"low": LOWEST}
    path.write_text(json.dumps(kept | named | {"bands": bands}, indent=2) + "\n", "utf-8")
    print(path.read_text("utf-8"))


if __name__ == "__main__":
    main()
