"""A question's words, numbers and dates → how else the corpus writes them.

Months stand in ``months.json`` by number, as the languages that are spoken name them (Unicode's CLDR). Chinese and
Japanese write the number before 月, Korean before 월.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from qa.analysis import Token, normalize
from qa.index.folding import folded
from qa.index.spelling import Lexicon

MONTHS: Mapping[str, int] = {
    word: int(number)
    for number, words in json.loads(files("qa.retrieval").joinpath("months.json").read_text("utf-8")).items()
    for word in words
}


def other_spellings(tokens: Sequence[Token], lexicon: Lexicon) -> dict[str, list[str]]:
    """For each term the words of the corpus that are the same in other characters or digits."""
    spellings: dict[str, list[str]] = {}
    for token in tokens:
        spelling = folded(token.word)
        others = [*lexicon.by_folding.get(spelling, ()), *([spelling] if spelling in lexicon.words else [])]
        others = [word for word in dict.fromkeys(others) if word != token.word]
        if others:
            spellings[token.term] = others
    return spellings


def other_months(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> dict[str, list[str]]:
    """For the term of each month in a text the corpus's words for it, in any language."""
    return {
        tokens[index].term: [word for word in _written(month, lexicon) if word != tokens[index].word]
        for index, month in _months(text, tokens)
    }


def _months(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The tokens that are months, and which; a month's name counts beside a number, or with a capital inside a text."""
    numbers = [token.word.isdecimal() for token in tokens]
    for index, token in enumerate(tokens):
        month = MONTHS.get(token.word, 0)
        beside = any(numbers[max(index - 2, 0) : index]) or any(numbers[index + 1 : index + 3])
        if month and (beside or (index and text[token.start].isupper())):
            yield index, month
        counted = folded(token.word).removesuffix("월")
        follows = text[token.end : token.end + 1] == "月" or text[: token.end].endswith("월")
        if follows and counted.isdecimal() and int(counted) in _NAMES:
            yield index, int(counted)


def _written(month: int, lexicon: Lexicon) -> Iterator[str]:
    counted = [str(month)] if "月" in lexicon.words else []
    for word in (*_NAMES[month], normalize(f"{month}월"), f"{month:02}", *counted):
        if word in lexicon.words:
            yield word


_NAMES: Mapping[int, Sequence[str]] = {
    number: [word for word, other in MONTHS.items() if other == number] for number in range(1, 13)
}
