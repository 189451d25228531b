"""Which questions lean on the ones before them, and what is carried over from those."""

import pytest

from qa.retrieval.followup import (
    MAX_CARRIED,
    Form,
    asked_before,
    carried_words,
    forms,
    is_small_talk,
    needs_context,
)


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("How old is she?", True),
        ("And third?", True),
        ("What about the second?", True),
        ("Why?", True),
        ("Who was that from?", True),
        ("Where is Xu Jiatun buried?", False),
        ("How many people lost electricity in the hail?", False),
        ("Was there a storm in the harbour town?", False),
        ("OK, something different: how long did the hailstorm in Oskerby last?", False),
    ],
)
def test_a_question_that_leans_on_others(question: str, leans: bool) -> None:
    """It points back, continues, or has next to no content words; a name in it lets it stand."""
    assert needs_context(question) is leans


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Und wann wurde er geboren?", True),
        ("Wann wurde die steinerne Brücke von Kaltenbach gebaut?", False),
        ("¿Y cuánto mide?", True),
        ("¿Quién diseñó la torre del faro de Punta Brava?", False),
        ("Quand est-il mort ?", True),
        ("А кто был его капитаном?", True),
        ("Кто был первым капитаном ледокола «Северянка»?", False),
        ("他什么时候离开的？", True),
        ("清河茶厂的第一任厂长叫什么名字？", False),
        ("ومتى توفي؟", True),
        ("それはいつ建てられましたか", True),
    ],
)
def test_a_question_that_leans_on_others_in_its_language(question: str, leans: bool) -> None:
    """Pronouns and beginnings are those of the question's language; German capitals tell no name."""
    assert needs_context(question) is leans


@pytest.mark.parametrize(
    ("history", "question", "carried"),
    [
        (["Wer hat die Brücke in Kaltenbach gebaut?"], "Und wann?", ("gebaut", "Brücke", "Kaltenbach")),
        (["清河茶厂的第一任厂长是谁？"], "他什么时候离开的？", ("清河茶厂的第一任厂长是谁",)),
    ],
)
def test_what_is_carried_in_its_language(history: list[str], question: str, carried: tuple[str, ...]) -> None:
    """Common words of its language are left out; without spaces between words the question is carried whole."""
    assert set(carried_words(history, question)) == set(carried)


@pytest.mark.parametrize(
    ("history", "carried"),
    [
        (["Who painted the curtain in Ivelcombe?"], ("painted", "curtain", "Ivelcombe")),
        (
            ["Who painted the curtain in Ivelcombe?", "Where did it hang?"],
            ("painted", "curtain", "Ivelcombe", "hang"),
        ),
        (["What is the ferry's name?", "Who painted the curtain in Ivelcombe?"], ("painted", "curtain", "Ivelcombe")),
        (["How often did she make it in Ivelcombe?"], ("often", "Ivelcombe")),
        ([], ()),
    ],
)
def test_what_is_carried(history: list[str], carried: tuple[str, ...]) -> None:
    """Content words of the latest question that stands alone and of those after it, without what is asked anyway."""
    assert carried_words(history, "How many did she make?") == carried


def test_of_too_many_words_the_first_are_carried() -> None:
    """They name what the talk is about."""
    words = [f"Word{letter}" for letter in "abcdefghijkl"]
    assert carried_words([" ".join(words)], "Why?") == tuple(words[:MAX_CARRIED])


@pytest.mark.parametrize(
    ("question", "history", "expected"),
    [
        ("How old is she?", ["Who painted it in Oskerby?"], [Form("painted Oskerby How old is she?", ("painted", "Oskerby")), Form("How old is she?")]),  # noqa: E501
        ("Who is Xu Jiatun?", ["Who left in 1990?"], [Form("Who is Xu Jiatun?")]),
        ("Who came second then?", ["Who won in Ivel?"], [Form("won Ivel Who came second then?", ("won", "Ivel")), Form("Who came second then?")]),  # noqa: E501
        ("Who drove the third boat?", ["Who won in Ivel?"], [Form("Who drove the third boat?"), Form("won Ivel Who drove the third boat?", ("won", "Ivel"))]),  # noqa: E501
        ("How was the weather in town on the third day?", ["Who won?"], [Form("How was the weather in town on the third day?")]),  # noqa: E501
        ("How old is she?", [], [Form("How old is she?")]),
        ("How old is she?", ["Hello there!", "Thanks"], [Form("How old is she?")]),
        ("How old is she?", ["Wer hat die Brücke in Oskerby gebaut?"], [Form("How old is she?")]),
        ("Thank you, very helpful.", ["Who left in 1990?"], [Form("Thank you, very helpful.")]),
    ],
)  # fmt: skip
def test_forms(question: str, history: list[str], expected: list[Form]) -> None:
    """Both forms, the likeliest first; nothing is carried from a greeting or into one, nor into another language."""
    assert forms(question, history) == expected


def test_names_that_answered_stand_for_a_pronoun() -> None:
    """Before the forms with words of earlier questions; not where a question stands alone."""
    history = ["Who painted it in Oskerby?"]
    named, *others = forms("How old is she?", history, ["Ida Lund"])
    assert named == Form("Ida Lund How old is she?", ("Ida Lund",))
    assert others == forms("How old is she?", history)
    assert forms("Who is Xu Jiatun?", history, ["Ida Lund"]) == forms("Who is Xu Jiatun?", history)


@pytest.mark.parametrize(
    ("question", "history", "texts"),
    [
        ("Is she old?", ["Who won in Ivel?"], ["Who won in Ivel?"]),
        ("Is she old?", ["Who won in Ivel?", "Why?", "Thanks!"], ["Who won in Ivel?", "won Ivel Why?"]),
        ("Is she old?", ["Hello!"], []),
        ("Where is Xu Jiatun buried?", ["Who won in Ivel?"], []),
        ("Thanks!", ["Who won in Ivel?"], []),
    ],
)
def test_whose_answers_a_question_may_speak_of(question: str, history: list[str], texts: list[str]) -> None:
    """Those of the latest question that stands alone and of the last one, if it leans on others at all."""
    assert [form.text for form in asked_before(question, history)] == texts


@pytest.mark.parametrize(
    ("turn", "asks_nothing"),
    [("Thanks!", True), ("Hi, good morning", True), ("OK, never mind", True), ("Good question: who left?", False),
     ("Why?", False), ("?", False)],
)  # fmt: skip
def test_small_talk(turn: str, asks_nothing: bool) -> None:
    """A turn of nothing but greetings and thanks asks nothing."""
    assert is_small_talk(turn) is asks_nothing
