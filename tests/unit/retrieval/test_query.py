"""What a question is searched for as, over a corpus of a few sentences."""

from collections.abc import Sequence

import numpy as np
import pytest

from qa.analysis import analyze
from qa.index.bm25 import BM25Index
from qa.protocols import Encoded
from qa.retrieval.query import VARIANT_WEIGHT, Bridge, Query, correct, make_query, plain_query
from qa.types import Passage, Span

SENTENCES = (
    "In 1990 Xu Jiatun left Hong Kong for Los Angeles.",
    "The Coastal Rescue Association (CRA) keeps two boats.",
    "They treated 214 people with COPD and some with CRA there.",
    "We met Qiansheng and saw Qiangsheng, and later Yu Zhen-san.",
    "The book lists immigrants.",
)


class Letters:
    """Counts every three letters as a token that the model knows; gives one vector for all texts."""

    fingerprint, dimension, max_tokens, projection = "letters", 1, 99, None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + -(-len(text) // 3) for text in texts]

    def encode_question(self, text: str) -> Encoded:
        one = np.ones((1, 1), dtype=np.float32)
        return Encoded(one[0], one, np.zeros(1, dtype=np.int64), np.zeros((1, 2), dtype=np.int64))

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.encode_question(text) for text in texts]


def passage(text: str) -> Passage:
    return Passage("a.txt", 0, 0, len(text), text, (Span(0, len(text)),))


@pytest.fixture(scope="module")
def lexical() -> BM25Index:
    return BM25Index.build([passage(sentence) for sentence in SENTENCES])


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("When did Xu Jiatn leave?", "When did Xu Jiatun leave?"),
        ("when did xu jiatn leave?", "when did xu Jiatun leave?"),
        ("Who met Zhensan?", "Who met Zhen San?"),
        ("How many emigrants does the book list?", "How many emigrants does the book list?"),
        ("Who is Lisst?", "Who is Lisst?"),
        ("Who trreated them?", "Who treated them?"),
    ],
)
def test_corrections(lexical: BM25Index, typed: str, searched: str) -> None:
    """A mistyped word becomes the corpus's, names with their capital; English words and other names stay."""
    assert correct(typed, lexical, Letters()) == searched


@pytest.mark.parametrize(
    ("question", "term", "variants"),
    [
        ("Who leads the Coastal Rescue Association?", "coastal", ("cra",)),
        ("Who leads the Coastal Rescue Association?", "rescu", ("cra",)),
        ("Who leads the CRA?", "cra", ("coastal",)),
        ("who leads the cra?", "cra", ()),
        ("Who has chronic obstructive pulmonary disease?", "diseas", ("copd",)),
        ("Who met Qiansheng?", "qiansheng", ("qiangsheng",)),
        ("Who met Zhensan?", "zhen", ()),
    ],
)
def test_other_words_for_a_term(lexical: BM25Index, question: str, term: str, variants: tuple[str, ...]) -> None:
    """Names a letter apart and both forms of an abbreviation are searched for, at less weight than what is typed."""
    query = make_query(question, lexical, Letters())
    assert query.variants[term] == variants
    assert all(query.weights[variant] == VARIANT_WEIGHT for variant in variants)
    assert query.weights[term] == 1.0


def test_only_other_spellings_of_names_are_shown(lexical: BM25Index) -> None:
    """Abbreviations are searched for in silence; names are shown as they are spelled, never as stems."""
    assert make_query("Who met Qiansheng of the CRA?", lexical, Letters()).also_searched == ("Qiangsheng",)


def test_a_query_carries_what_its_tokens_are(lexical: BM25Index) -> None:
    """Tokens and shapes are made once; names are words with a digit, or with a capital inside the question."""
    query = make_query("Did Xu Jiatun leave in 1990?", lexical, Letters())
    assert list(query.tokens) == analyze(query.text)
    assert len(query.shapes) == len(query.tokens)
    assert query.names == {"xu", "jiatun", "1990"}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ('Who said "two boats"?', (("two", "boats"),)),
        ("Who said «two boats» and “Hong Kong”?", (("two", "boats"), ("hong", "kong"), ("hong", "kong"))),
        ("Did Xu Jiatun leave?", (("xu", "jiatun"),)),
        ("did they leave?", ()),
    ],
)
def test_what_a_question_names(lexical: BM25Index, question: str, named: tuple[tuple[str, ...], ...]) -> None:
    """Quoted words, and neighbouring names that few passages hold, as one."""
    assert make_query(question, lexical, Letters()).named == named


def test_an_abbreviation_is_read_in_the_form_that_the_passage_has() -> None:
    """The form that a passage lacks is exchanged for the one that it has; where it has both, nothing is."""
    text = "Who leads the Coastal Rescue Association?"
    bridge = Bridge(14, 40, ("coastal", "rescue", "association"), ("cra",))
    query = Query(text, Letters().encode_question(text), (), (), {}, bridges=(bridge,))
    assert query.as_said_in("The CRA is led by Tove Riis.") == "Who leads the CRA?"
    assert query.as_said_in("The Coastal Rescue Association (CRA) has two boats.") == text
    assert query.as_said_in("The bus office has two.") == text


@pytest.mark.parametrize(
    ("question", "bridges"),
    [
        ("Does the CRA lead?", (Bridge(9, 12, ("cra",), ("coastal", "rescue", "association")),)),
        ("Does the cra lead?", ()),
        (
            "Who leads the Coastal Rescue Association now?",
            (Bridge(14, 40, ("coastal", "rescue", "association"), ("cra",)),),
        ),
        (
            "Has he chronic obstructive pulmonary disease now?",
            (Bridge(7, 44, ("chronic", "obstructive", "pulmonary", "disease"), ("copd",)),),
        ),
        ("Has he chronic offers of pay daily?", ()),
    ],
)
def test_both_forms_of_an_abbreviation(lexical: BM25Index, question: str, bridges: tuple[Bridge, ...]) -> None:
    """Where each stands in the question; initials of several words are one where the corpus has them as a name."""
    assert make_query(question, lexical, Letters()).bridges == bridges


def test_several_abbreviations_are_exchanged_at_once() -> None:
    """Each at its offsets, whatever the length of those before it; a long form is written as a name."""
    text = "Did the CRA join the NTO?"
    bridges = (Bridge(8, 11, ("cra",), ("coastal", "rescue")), Bridge(21, 24, ("nto",), ("north", "towns")))
    for given in (bridges, bridges[::-1]):
        query = Query(text, Letters().encode_question(text), (), (), {}, bridges=given)
        assert query.as_said_in("Coastal rescue, north towns.") == "Did the Coastal Rescue join the North Towns?"


def test_an_initial_is_read_as_the_passage_has_it() -> None:
    """Given names are spelled out too."""
    text = "When did A. Lund leave?"
    query = Query(text, Letters().encode_question(text), (), (), {})
    assert query.as_said_in("Anna Lund left.") == "When did Anna Lund leave?"


def test_rare_names(lexical: BM25Index) -> None:
    """Neighbours are one name, others apart; an initial, and what no passage holds, is none."""
    assert make_query("Did Xu meet Qiansheng in Hong Kong?", lexical, Letters()).named == (
        ("xu",), ("qiansheng",), ("hong", "kong"),
    )  # fmt: skip
    assert make_query("Did Marchbank meet Hong?", lexical, Letters()).named == (("hong",),)
    many = BM25Index.build([passage("Oskerby lies there.")] * 3 + [passage("Tarn lies there.")] * 4)
    assert make_query("Is Oskerby near Tarn?", many, Letters()).named == (("oskerby",),)


def test_a_correction_keeps_its_capital(lexical: BM25Index) -> None:
    """A word that begins the question begins it with a capital; a word that the embedder knows whole stays."""
    assert correct("Trreated people?", lexical, Letters()) == "Treated people?"
    assert correct("Who bok it?", lexical, Letters()) == "Who bok it?"


def test_a_plain_query_is_what_was_typed() -> None:
    """Its tokens, their shapes and terms, without other spellings."""
    query = plain_query("Who met Qianshen?", Letters())
    assert [token.word for token in query.tokens] == ["who", "met", "qianshen"]
    assert len(query.shapes) == 3
    assert query.variants == {"who": (), "met": (), "qianshen": ()}


def test_a_name_in_two_words_or_one(lexical: BM25Index) -> None:
    """What the corpus joins is searched for where it is typed apart, also at the end."""
    joined = BM25Index.build([passage("We met Zhensan there."), passage("We saw Zhensan again.")])
    assert make_query("Who met Zhen San?", joined, Letters()).variants["zhen"] == ("zhensan",)
    assert make_query("Who met Zhen San?", joined, Letters()).variants["met"] == ()


def test_another_letter_makes_another_name() -> None:
    """Names that the corpus has are searched for beside one with a letter more inside, and not beside other ones."""
    text = "We met Junping and Jinping, Norman and Normant, Qiangsheng and Qiansheng there."
    lexical = BM25Index.build([passage(text)])
    variants = make_query("Did Junping see Norman and Qiangsheng?", lexical, Letters()).variants
    assert (variants["junp"], variants["norman"], variants["qiangsheng"]) == ((), (), ("qiansheng",))
    within = BM25Index.build([passage("We met within the hour.")])
    assert make_query("Whom did we meet with in May?", within, Letters()).variants["with"] == ()
