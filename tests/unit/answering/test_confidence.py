"""How sure an answer is: each number by hand, the logistic models on made-up weights, and every reason of a refusal."""

import math
from dataclasses import replace

import numpy as np
import pytest
from extractions import Saying
from scipy.special import expit, softmax

from qa.analysis import terms
from qa.answering import confidence
from qa.answering.confidence import Assessment, assess, confidence_features, confidence_sets, reading_features
from qa.answering.contrast import Contrast
from qa.answering.reading import read
from qa.retrieval.evidence import Meanings
from qa.retrieval.ranking import WeightSet
from qa.retrieval.retriever import Retriever
from qa.types import Band, Candidate, Confidence, Difference, Reason

TEXTS = {
    "a": "The ferry left Oskerby at noon. It carried twelve cars.",
    "b": "The old mill ground oats for the farms.",
    "c": "Ann Lund sailed the ferry home. The mill was closed in May.",
    "d": "A storm broke forty windows in Oskerby.",
}
QUESTION = "Who sailed the ferry Gannet to Oskerby?"
EVEN = {"topic": {"intercept": 0.0}, "right": {"intercept": 0.0}}
NO_CONTRAST = Contrast((), (), (), (), 0)


@pytest.fixture(scope="module")
def snapshot(snapshot_of):
    return snapshot_of(**TEXTS)


@pytest.fixture(scope="module")
def retrieval(snapshot, words):
    return Retriever(words).retrieve(snapshot, QUESTION)


@pytest.fixture(scope="module")
def reading(snapshot, retrieval):
    return read(snapshot, retrieval, retrieval.candidates, Saying("Ann Lund"))


def features_of(snapshot, retrieval, number: int = 0, ordinal: int = 0):
    candidates = retrieval.candidates
    return confidence_features(snapshot, retrieval, candidates, candidates[number], ordinal)


def cosine(words, text, question=QUESTION) -> float:
    return float(words.encode_question(text).vector @ words.encode_question(question).vector)


def max_sims(words, text) -> np.ndarray:
    question, told = words.encode_question(QUESTION).tokens, words.encode_question(text).tokens
    return (question @ told.T).max(axis=1)


def candidate_of(retrieval, row: int) -> int:
    return [candidate.row for candidate in retrieval.candidates].index(row)


@pytest.mark.parametrize(("row", "ordinal"), [(2, 0), (2, 1), (0, 0)])
def test_nearness(snapshot, retrieval, words, row: int, ordinal: int) -> None:
    """Cosines and MaxSim of the passage and of the one sentence, and the question's token that is matched worst."""
    features = features_of(snapshot, retrieval, candidate_of(retrieval, row), ordinal)
    passage = snapshot.passages[row]
    sentences = [passage.document_text(span) for span in passage.sentences]
    by_sentence = [max_sims(words, text) for text in sentences]
    weights = retrieval.evidence.interaction.weights
    context = retrieval.evidence.interaction.contexts[row]
    in_passage = np.maximum(np.max(by_sentence, axis=0), context)
    assert features["dense"] == pytest.approx(cosine(words, passage.embedded_text), abs=0.01)
    assert features["sentence_dense"] == pytest.approx(cosine(words, sentences[ordinal]), abs=0.01)
    assert features["sentence_match"] == pytest.approx(by_sentence[ordinal] @ weights, abs=0.02)
    assert features["token_match"] == pytest.approx(in_passage @ weights, abs=0.02)
    assert features["worst_match"] == pytest.approx(in_passage.min(), abs=0.03)


def test_rarity_of_words(snapshot, retrieval) -> None:
    """Shares of the question's rarity: what the passage says, what nothing says, and its rarest missing name."""
    idf = snapshot.lexical.idf
    asked = set(terms(QUESTION))
    total = sum(map(idf, asked))
    said = set(terms(TEXTS["c"]))
    features = features_of(snapshot, retrieval, candidate_of(retrieval, 2))
    assert features["covered"] == pytest.approx(1 - sum(map(idf, asked - said)) / total)
    assert features["unknown"] == pytest.approx(sum(map(idf, asked - snapshot.lexical.vocabulary.keys())) / total)
    assert features["missing_name"] == pytest.approx(idf("gannet") / total)
    assert features["missing_name"] > idf("oskerbi") / total


def test_other_spellings_count_as_said(snapshot, retrieval) -> None:
    """A word is neither missing nor unknown where another spelling of it is there."""
    query = replace(retrieval.query, variants=dict(retrieval.query.variants) | {"gannet": ("mill",)})
    known = replace(retrieval, query=query)
    in_c, in_a = (features_of(snapshot, known, candidate_of(retrieval, row)) for row in (2, 0))
    idf = snapshot.lexical.idf
    total = sum(map(idf, query.variants))
    unknown = query.variants.keys() - snapshot.lexical.vocabulary.keys() - {"gannet"}
    assert in_c["unknown"] == in_a["unknown"] == pytest.approx(sum(map(idf, unknown)) / total)
    assert in_c["missing_name"] == pytest.approx(idf("oskerbi") / total)
    assert in_a["missing_name"] == pytest.approx(idf("gannet") / total)


def test_initials_do_not_count(snapshot, words) -> None:
    """The passage may spell the given name out that the question shortens."""
    with_initial = Retriever(words).retrieve(snapshot, "When did A. Lund sail the ferry?")
    features = features_of(snapshot, with_initial, candidate_of(with_initial, 2))
    idf = snapshot.lexical.idf
    asked = set(terms("When did Lund sail the ferry?"))
    unsaid = asked - set(terms(TEXTS["c"]))
    assert features["covered"] == pytest.approx(1 - sum(map(idf, unsaid)) / sum(map(idf, asked)))


def test_context_counts_as_said(snapshot, retrieval) -> None:
    """What the title says need not stand in the passage."""
    row = 1
    titled = replace(snapshot.passages[row], context="The Ferry")
    passages = [titled if number == row else passage for number, passage in enumerate(snapshot.passages)]
    idf = snapshot.lexical.idf
    asked = set(terms(QUESTION))
    for said, where in (
        (set(terms(TEXTS["b"])), snapshot),
        ({*terms(TEXTS["b"]), "ferri"}, Titled(snapshot, passages)),
    ):
        features = features_of(where, retrieval, candidate_of(retrieval, row))
        missing = sum(map(idf, asked - said)) / sum(map(idf, asked))
        assert features["covered"] == pytest.approx(1 - missing)


class Titled:
    """A snapshot whose passages have other contexts."""

    def __init__(self, snapshot, passages) -> None:
        self.lexical, self.terms_of, self.passages = snapshot.lexical, snapshot.terms_of, passages


def scored(retrieval, *scores: float):
    candidates = [replace(c, score=s) for c, s in zip(retrieval.candidates, scores, strict=False)]
    return replace(retrieval, candidates=tuple(candidates))


@pytest.mark.parametrize(
    ("scores", "margin", "score"),
    [((4.0, 1.5, 0.0), 2.5, 0.4), ((30.0, 1.0, 0.0), 3.0, 2.0), ((0.4,), 1.0, 0.04), ((20.0, 19.0), 1.0, 2.0)],
)
def test_the_lead(snapshot, retrieval, scores, margin: float, score: float) -> None:
    """How far the first is above the second and what was found at all, neither without bounds; softmax of all."""
    features = features_of(snapshot, scored(retrieval, *scores))
    assert features["margin"] == pytest.approx(margin)
    assert features["score"] == pytest.approx(score)
    assert features["lead"] == pytest.approx(softmax(scores)[0])


@pytest.mark.parametrize(
    ("bm25", "gaps"),
    [
        ([25.0, 0.0, 50.0, 1.0], [2.5, 3.0]),  # above the last of four; 3 at most
        ([29.0, 28.0, 27.0, *range(26, 17, -1)], [0.9, 0.7]),  # above the tenth of twelve, which is 20
    ],
)
def test_bm25_above_the_tenth(snapshot, retrieval, bm25, gaps) -> None:
    """A tenth of the distance to the tenth best value, or to the last of fewer."""
    evidence = replace(retrieval.evidence, lexical=np.asarray(bm25, dtype=np.float32))
    changed = replace(retrieval, evidence=evidence)
    found = [features_of(snapshot, changed, candidate_of(retrieval, row))["lexical_gap"] for row in (0, 2)]
    assert found == pytest.approx(gaps)


@pytest.mark.parametrize(
    ("question", "document", "found", "absent", "negated"),
    [
        ("Who sailed the ferry?", 2, 1.0, 0.0, 0.0),
        ("Who ground the oats?", 1, 0.0, 1.0, 0.0),
        ("Why was the mill not closed?", 2, 0.0, 0.0, 1.0),
    ],
)
def test_the_form_that_is_asked_for(snapshot, words, question, document, found, absent, negated) -> None:
    """In any sentence of the passage, where one is asked for; whether the question is negated, and its length."""
    retrieval = Retriever(words).retrieve(snapshot, question)
    features = features_of(snapshot, retrieval, candidate_of(retrieval, document))
    assert [features[name] for name in ("type_found", "type_absent", "negated")] == [found, absent, negated]
    assert features["length"] == pytest.approx(math.log(1 + len(terms(question))))
    assert features["phrase"] == pytest.approx(float(retrieval.evidence.phrase[document]))


def with_meanings(retrieval, *, native=(True, True, True, True), english=True, passages=(0.5, 0.1, 0.4, 0.2)):
    sentences = np.arange(len(retrieval.evidence.sentence_dense), dtype=np.float32) / 10
    meaning = Meanings(np.asarray(passages, dtype=np.float32), sentences, np.asarray(native), english)
    return replace(retrieval, evidence=replace(retrieval.evidence, meaning=meaning))


def test_meanings(snapshot, retrieval) -> None:
    """Across languages: the passage's and the sentence's cosine, and the distances to the nearest and the tenth."""
    assert "meaning" not in features_of(snapshot, retrieval)
    features = features_of(snapshot, with_meanings(retrieval), candidate_of(retrieval, 2), 1)
    assert features["meaning"] == pytest.approx(0.4)
    assert features["sentence_meaning"] == pytest.approx(0.4)  # the fifth sentence
    assert features["best_meaning"] == pytest.approx(-0.1)
    assert features["meaning_gap"] == pytest.approx(0.3)


def test_sets(retrieval) -> None:
    """Both for text of unknown language, by fluency; else those of the question's language or of another."""
    fluency = retrieval.evidence.fluency
    assert confidence_sets(retrieval.evidence, 0) == (WeightSet("fluent", fluency), WeightSet("foreign", 1 - fluency))
    mixed = {"native": (True, False, True, True)}
    assert confidence_sets(with_meanings(retrieval, **mixed).evidence, 0) == (WeightSet("fluent", 1.0),)
    assert confidence_sets(with_meanings(retrieval, **mixed).evidence, 1) == (WeightSet("across", 1.0),)
    assert confidence_sets(with_meanings(retrieval, english=False).evidence, 3) == (WeightSet("native", 1.0),)


@pytest.fixture
def model(monkeypatch):
    """Weights that give one half twice, so one quarter, whatever is measured."""

    def make(**changes):
        made = {
            "fluent": EVEN, "foreign": EVEN, "native": EVEN, "across": EVEN,
            "bands": {"low": 0.2, "medium": 0.6, "high": 0.9},
            "native_bands": {"low": 0.2, "medium": 0.6, "high": 0.9},
            "across_bands": {"low": 0.2, "medium": 0.6, "high": 0.9},
            "read": {"answerable": {"intercept": 0.0}, "right": {"intercept": 0.0}, "topic": {"intercept": 0.0}},
            "read_bands": {"low": 0.2, "medium": 0.6, "high": 0.9, "answerable": 0.25, "topic": 0.25},
        }  # fmt: skip
        monkeypatch.setattr(confidence, "MODEL", made | changes)

    return make


@pytest.mark.parametrize(
    ("cuts", "band"),
    [
        ((0.1, 0.3, 0.4), Band.LOW), ((0.25, 0.3, 0.4), Band.LOW), ((0.1, 0.25, 0.4), Band.MEDIUM),
        ((0.1, 0.2, 0.25), Band.HIGH), ((0.1, 0.2, 0.3), Band.MEDIUM),
    ],
)  # fmt: skip
def test_bands(model, snapshot, retrieval, cuts, band: Band) -> None:
    """A probability that equals a cut is in its band."""
    model(bands=dict(zip(("low", "medium", "high"), cuts, strict=True)))
    assessment = assess(snapshot, retrieval, retrieval.candidates)
    assert assessment == Assessment(Confidence(band, 0.25))
    assert not assessment.reasons


def test_too_improbable(monkeypatch, model, snapshot, retrieval, words) -> None:
    """Below the lowest cut it is refused; with words that no document has where they are much of the question."""
    model(bands={"low": 0.26, "medium": 0.5, "high": 0.9})
    assessment = assess(snapshot, retrieval, retrieval.candidates)
    assert assessment.confidence == Confidence(Band.LOW, 0.25)
    assert assessment.reasons == (Reason.NO_RELEVANT_PASSAGE, Reason.TERMS_NOT_IN_CORPUS)
    known = Retriever(words).retrieve(snapshot, "the ferry home")
    assert assess(snapshot, known, known.candidates).reasons == (Reason.NO_RELEVANT_PASSAGE,)
    monkeypatch.setattr(confidence, "UNKNOWN_SHARE", features_of(snapshot, retrieval)["unknown"])
    assert Reason.TERMS_NOT_IN_CORPUS in assess(snapshot, retrieval, retrieval.candidates).reasons


@pytest.mark.parametrize(
    ("topic", "probability"),
    [
        ({"intercept": 0.5, "dense": 0.25, "length": -2.0}, None), ({"intercept": 900.0}, 1.0),
        ({"intercept": -900.0}, expit(-50.0)), ({"intercept": 40.0}, expit(40.0)),
    ],
)  # fmt: skip
def test_logistic(model, snapshot, retrieval, topic, probability) -> None:
    """1 / (1 + exp(-logit)) of the weighted sum, also where exp would give no number."""
    made = {"topic": topic, "right": {"intercept": 900.0}}
    model(fluent=made, foreign=made)
    features = features_of(snapshot, retrieval)
    if probability is None:
        probability = expit(0.5 + 0.25 * features["dense"] - 2.0 * features["length"])
    estimated = assess(snapshot, retrieval, retrieval.candidates).confidence.probability
    assert estimated == pytest.approx(probability, rel=1e-9, abs=0)


def test_a_weight_of_no_feature_fails(model, snapshot, retrieval) -> None:
    """A misspelled name does not weigh nothing in silence."""
    model(fluent=EVEN | {"topic": {"intercept": 0.0, "dence": 1.0}})
    with pytest.raises(KeyError, match="dence"):
        assess(snapshot, retrieval, retrieval.candidates)


def test_two_models_are_mixed(model, snapshot, retrieval) -> None:
    """By fluency; and where the languages are known, the cuts are those of other languages."""
    model(foreign={"topic": {"intercept": 1.0}, "right": {"intercept": 2.0}})
    half = replace(retrieval, evidence=replace(retrieval.evidence, fluency=0.25))
    expected = 0.25 * 0.25 + 0.75 * expit(1) * expit(2)
    assert assess(snapshot, half, half.candidates).confidence.probability == pytest.approx(expected)
    model(across_bands={"low": 0.1, "medium": 0.2, "high": 0.24})
    across = with_meanings(retrieval, native=(False,) * 4)
    assert assess(snapshot, across, across.candidates).confidence == Confidence(Band.HIGH, 0.25)
    model(native_bands={"low": 0.1, "medium": 0.2, "high": 0.9})
    native = with_meanings(retrieval, english=False)
    assert assess(snapshot, native, native.candidates).confidence == Confidence(Band.MEDIUM, 0.25)


def test_the_best_sentence_is_judged(monkeypatch, model, snapshot, retrieval) -> None:
    """The one with the highest score of the first passage, and that passage's candidate."""
    model(fluent={"topic": {"intercept": 0.0, "sentence_dense": 1.0}, "right": {"intercept": 50.0}})
    fluent = replace(retrieval, evidence=replace(retrieval.evidence, fluency=1.0))
    number = candidate_of(retrieval, 2)
    best = replace(retrieval.candidates[number], sentence_scores=(1.0, 2.0))
    others = [c for c in retrieval.candidates if c.row != 2]
    expected = expit(features_of(snapshot, retrieval, number, 1)["sentence_dense"])
    assert assess(snapshot, fluent, [best, *others]).confidence.probability == pytest.approx(expected)


def test_nothing_was_found_or_asked(snapshot, retrieval, words) -> None:
    """No candidates, no evidence, no words, or thanks: refused with probability 0."""
    refused = Assessment(Confidence(Band.LOW, 0.0), (Reason.NO_RELEVANT_PASSAGE,))
    assert assess(snapshot, retrieval, []) == refused
    assert assess(snapshot, replace(retrieval, evidence=None), retrieval.candidates) == refused
    for text in ("?!", "Thanks!"):
        asked = Retriever(words).retrieve(snapshot, text)
        assert assess(snapshot, asked, retrieval.candidates) == refused
    wordless = replace(retrieval, query=replace(retrieval.query, tokens=()))
    assert assess(snapshot, wordless, retrieval.candidates) == refused


def intercepts(answerable: float, right: float, topic: float = 5.0):
    return {"answerable": {"intercept": answerable}, "right": {"intercept": right}, "topic": {"intercept": topic}}


@pytest.mark.parametrize(
    ("answerable", "right", "band"),
    [(5.0, 0.0, Band.LOW), (0.0, 5.0, Band.LOW), (5.0, 1.0, Band.MEDIUM), (5.0, 4.0, Band.HIGH)],
)
def test_a_reading_has_the_lesser_probability(model, snapshot, retrieval, reading, answerable, right, band) -> None:
    """That the documents say it, or that the quotation does, whichever is less."""
    model(read=intercepts(answerable, right))
    plain = replace(reading, contrast=NO_CONTRAST, is_structured=False, tells_of_others=False)
    assessment = assess(snapshot, retrieval, retrieval.candidates, plain)
    assert assessment.confidence == Confidence(band, pytest.approx(float(expit(min(answerable, right)))))
    assert assessment.reasons == ()


@pytest.mark.parametrize(
    ("weights", "contrast", "reasons"),
    [
        (intercepts(5, 5, -5), NO_CONTRAST, (Reason.NO_RELEVANT_PASSAGE, Reason.TERMS_NOT_IN_CORPUS)),
        (intercepts(-5, 5), NO_CONTRAST, (Reason.NOT_SAID, Reason.TERMS_NOT_IN_CORPUS)),
        (intercepts(5, -5), NO_CONTRAST, (Reason.NOT_SAID, Reason.TERMS_NOT_IN_CORPUS)),
        (intercepts(-5, 5), replace(NO_CONTRAST, negation=1), (Reason.NEGATED,)),
        (intercepts(-5, 5), replace(NO_CONTRAST, negation=-1), (Reason.NEGATED,)),
        (intercepts(5, 5), replace(NO_CONTRAST, swapped=("sailed",)), (Reason.NEGATED,)),
        (intercepts(5, 5), replace(NO_CONTRAST, opposites=(("formal", "informal"),)), (Reason.NEGATED,)),
        (intercepts(-5, 5), replace(NO_CONTRAST, names=("Gannet",)), (Reason.DIFFERS, Reason.TERMS_NOT_IN_CORPUS)),
        (intercepts(5, 5), replace(NO_CONTRAST, names=("Gannet",), negation=1), ()),
    ],
)
def test_why_a_reading_is_refused(model, snapshot, retrieval, reading, weights, contrast, reasons) -> None:
    """About something else; not said; the opposite, which is refused however probable; something else instead."""
    model(read=weights)
    judged = replace(reading, contrast=contrast, is_structured=False, tells_of_others=False)
    assessment = assess(snapshot, retrieval, retrieval.candidates, judged)
    assert assessment.reasons == reasons
    if reasons:
        assert assessment.confidence.band is Band.LOW
        assert assessment.confidence.probability == pytest.approx(
            float(min(expit(weights["answerable"]["intercept"]), expit(weights["right"]["intercept"])))
        )
    told = reasons[:1] in {(Reason.NEGATED,), (Reason.DIFFERS,)}
    assert assessment.differences == (contrast.differences if told else ())
    if contrast.names and told:
        assert assessment.differences == (Difference("Gannet", ""),)


def test_what_is_told_of_others_is_low(model, snapshot, retrieval, reading) -> None:
    """However sure the sentence is, its document does not have the name that is asked for."""
    model(read=intercepts(5, 5))
    others = replace(reading, contrast=NO_CONTRAST, is_structured=False, tells_of_others=True)
    assert assess(snapshot, retrieval, retrieval.candidates, others).confidence.band is Band.LOW


def test_cuts_of_a_reading(model, snapshot, retrieval, reading) -> None:
    """A probability that equals a cut passes it."""
    plain = replace(reading, contrast=NO_CONTRAST, is_structured=False, tells_of_others=False)
    cuts = {"low": 0.5, "medium": 0.6, "high": 0.9, "answerable": 0.5, "topic": 0.5}
    model(read=intercepts(0, 0, 0), read_bands=cuts)
    assert assess(snapshot, retrieval, retrieval.candidates, plain) == Assessment(Confidence(Band.LOW, 0.5))
    for name in ("low", "answerable", "topic"):
        model(read=intercepts(0, 0, 0), read_bands=cuts | {name: 0.51})
        assert assess(snapshot, retrieval, retrieval.candidates, plain).reasons


def test_structure_is_sure(model, snapshot, retrieval, reading) -> None:
    """A row or clause that the question names is on topic, said, and medium at least; the opposite stays refused."""
    model(read=intercepts(-5, -5, -5))
    row = replace(reading, contrast=NO_CONTRAST, is_structured=True, tells_of_others=False)
    assert assess(snapshot, retrieval, retrieval.candidates, row) == Assessment(Confidence(Band.MEDIUM, 0.6))
    model(read=intercepts(5, 5, -5))
    sure = assess(snapshot, retrieval, retrieval.candidates, row).confidence
    assert sure == Confidence(Band.HIGH, pytest.approx(float(expit(5))))
    opposite = replace(row, contrast=replace(NO_CONTRAST, swapped=("sailed",)))
    assert assess(snapshot, retrieval, retrieval.candidates, opposite).reasons == (Reason.NEGATED,)


def test_features_of_a_reading(snapshot, retrieval, reading) -> None:
    """Those of its sentence, the log-odds of the lead, and what the reading says itself."""
    features = reading_features(snapshot, retrieval, retrieval.candidates, reading)
    plain = confidence_features(snapshot, retrieval, retrieval.candidates, reading.candidate, reading.ordinal)
    assert {name: features[name] for name in plain} == plain
    assert features["lead_odds"] == pytest.approx(math.log(plain["lead"] / (1 - plain["lead"])))
    assert {name: features[name] for name in reading.features(retrieval.query)} == reading.features(retrieval.query)
    for scores, odds in (((30.0, 0.0), math.log(0.995 / 0.005)), ((0.0, 30.0), math.log(0.005 / 0.995))):
        ahead = [Candidate(c.row, s, {}, c.sentence_scores) for c, s in zip(retrieval.candidates, scores, strict=False)]
        assert reading_features(snapshot, retrieval, ahead, reading)["lead_odds"] == pytest.approx(odds)
