"""Passages that tell of somebody else: neither they nor their document have a name that the question has.

Where two people were born is said in the same words; only the name tells them apart, and it may stand anywhere in the
document, or in its title.
"""

import re

from qa.analysis import FUNCTION_WORDS, Token, TokenShape, is_name, terms
from qa.index.snapshot import Snapshot
from qa.retrieval.query import Query

_POSSESSIVE = re.compile(r"['’]s?$")
_NO_NAMES = TokenShape.MONTH | TokenShape.DIGIT


def lacks_name(snapshot: Snapshot, query: Query, row: int) -> bool:
    """Whether a passage and the whole of its document have none of the words of a name that the question has.

    A name that the corpus does not know tells nothing, nor do months and abbreviations, which may be said otherwise.
    """
    vocabulary = snapshot.lexical.vocabulary
    passage = snapshot.passages[row]
    here = set(terms(f"{passage.context}\n{passage.text}"))
    document = ""
    for name in _names(query):
        known = [token for token in name if _spellings(query, token) & vocabulary.keys()]
        if known and not any(_spellings(query, token) & here for token in known):
            document = document or snapshot.document_of(row).text.casefold()
            if not any(_is_said(_typed(query, token), document) for token in known):
                return True
    return False


def _names(query: Query) -> list[list[Token]]:
    """The words of each name: those with a capital that no sentence begins with, one after the other."""
    names: list[list[Token]] = [[]]
    for token, shape in zip(query.tokens, query.shapes, strict=True):
        is_proper = is_name(shape) and not shape & _NO_NAMES and token.word not in FUNCTION_WORDS
        if is_proper and not _typed(query, token).isupper():
            names[-1].append(token)
        elif names[-1]:
            names.append([])
    return [name for name in names if name]


def _is_said(word: str, document: str) -> bool:
    """Whether a text, case folded, has a word, with a possessive or without."""
    plain = _POSSESSIVE.sub("", word.casefold())
    return bool(re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", document))


def _typed(query: Query, token: Token) -> str:
    return query.text[token.start : token.end]


def _spellings(query: Query, token: Token) -> set[str]:
    return {token.term, *query.variants.get(token.term, ())}
