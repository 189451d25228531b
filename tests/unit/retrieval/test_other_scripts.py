"""Names of a question in the scripts of the corpus."""

import pytest

from qa.analysis import analyze
from qa.index.spelling import Lexicon
from qa.retrieval.other_scripts import in_other_scripts


def lexicon_of(*sentences: str) -> Lexicon:
    return Lexicon.build((sentence, analyze(sentence)) for sentence in sentences)


LATIN = lexicon_of("Then Xu Jiatun spoke.", "He met Luther and the old Mr Clinton.", "The Panthers of Carolina won.")
CYRILLIC = lexicon_of("Тогда Сюй Цзятунь выступил.", "Потом пришёл Мартин Лютер.")
CHINESE = lexicon_of("后来许家屯发言。", "其实路德来了。")


@pytest.mark.parametrize(
    ("question", "lexicon", "words"),
    [
        ("Кем был Сюй Цзятунь?", LATIN, {"xu", "jiatun"}),
        ("许家屯是谁?", LATIN, {"xu", "jiatun"}),
        ("許家屯是誰?", LATIN, {"xu", "jiatun"}),
        ("Who was Xu Jiatun?", CYRILLIC, {"сюи", "цзятунь"}),
        ("许家屯是谁?", CYRILLIC, {"сюи", "цзятунь"}),
        ("Who was Xu Jiatun?", CHINESE, {"许家", "家屯"}),
        ("Кем был Сюй Цзятунь?", CHINESE, {"许家", "家屯"}),
        ("Чему учил Лютера отец?", LATIN, {"luther"}),
        ("What did Luther say?", CYRILLIC, {"лютер"}),
        ("Как зовут Клинтона?", LATIN, {"clinton"}),
        ("克林顿做了什么?", LATIN, {"clinton"}),
        ("クリントンは何をしましたか?", LATIN, {"clinton"}),
        ("كلينتون", LATIN, {"clinton"}),
        ("클린턴은 누구입니까?", LATIN, {"clinton"}),
    ],
)
def test_a_name_is_found_in_another_script(question: str, lexicon: Lexicon, words: set[str]) -> None:
    """By its syllables where it is Chinese, else by its consonants."""
    alike = in_other_scripts(question, lexicon)
    assert words <= {word for others in alike.values() for word in others}


@pytest.mark.parametrize("question", ["Who was Xu Jiatun?", "What did Luther and Clinton say?"])
def test_a_corpus_in_the_questions_script_adds_nothing(question: str) -> None:
    """A question and a corpus in Latin letters are compared as they are spelled."""
    assert in_other_scripts(question, LATIN) == {}


def test_a_name_that_the_corpus_spells_so_is_left_alone() -> None:
    """What sounds like it counts only where the corpus says it more often."""
    mixed = lexicon_of("Здесь растёт Амазонка.", "Там течёт Амазонка.", "Also Amazonica grows.")
    assert in_other_scripts("Где течёт Амазонка?", mixed) == {}
