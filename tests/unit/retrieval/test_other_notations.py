"""Dates, numbers and characters of a question as the corpus writes them."""

import pytest

from qa.analysis import analyze, normalize, terms
from qa.index.spelling import Lexicon
from qa.retrieval.other_notations import other_months, other_spellings


def found(question: str, sentence: str) -> dict[str, list[str]]:
    """What stands for the terms of a question in a corpus of one sentence."""
    lexicon = Lexicon.build([(sentence, analyze(sentence))])
    tokens = analyze(question)
    months = other_months(question, tokens, lexicon)
    return {term: words for term, words in {**other_spellings(tokens, lexicon), **months}.items() if words}


DATES = [
    "May 1, 1990",
    "am 1. Mai 1990",
    "1 мая 1990 года",
    "1990年5月1日",
    "el 1 de mayo de 1990",
    "1990년 5월 1일",
    "1990-05-01",
]


@pytest.mark.parametrize("written", DATES)
@pytest.mark.parametrize("asked", DATES[:-1])
def test_a_date_is_found_in_every_notation(asked: str, written: str) -> None:
    """Year, month and day of a question are the corpus's, or something there stands for them."""
    said = set(terms(written))
    others = found(f"What happened {asked}?", f"It was {written}.")
    for number in ("1990", "1"):
        forms = {number, normalize(f"{number}년"), normalize(f"{number}일"), f"{number:0>2}"}
        asked_as = next(term for term in terms(asked) if term in forms)
        assert asked_as in said or said & {t for w in others[asked_as] for t in terms(w)}
    month = {"may", "mai", "мая", "5", "mayo", normalize("5월")} & set(terms(asked))
    assert month & said or any(said & {t for w in others.get(term, ()) for t in terms(w)} for term in month)


@pytest.mark.parametrize(
    ("asked", "written", "pair"),
    [
        ("許家屯是誰?", "许家屯发言。", ("許家", "许家")),
        ("许家屯是谁?", "許家屯發言。", ("许家", "許家")),
        ("What happened in 1990?", "في عام ١٩٩٠ وقعت", ("1990", "١٩٩٠")),
        ("ماذا حدث عام ١٩٩٠؟", "It was 1990.", ("١٩٩٠", "1990")),
    ],
)
def test_characters_and_digits_stand_for_each_other(asked: str, written: str, pair: tuple[str, str]) -> None:
    """Traditional and simplified characters, and digits of other scripts, both ways."""
    assert pair[1] in found(asked, written)[pair[0]]


@pytest.mark.parametrize("question", ["What may happen?", "Where does the army march?"])
def test_a_word_that_is_no_month_is_left_alone(question: str) -> None:
    """A month's name counts beside a number, or with a capital inside the question."""
    assert found(question, "Es war im Mai und im März.") == {}
