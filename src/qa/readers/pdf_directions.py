"""Lines with right-to-left writing: from where the characters stand on the page to the order in which they are read."""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from qa.readers.pdf_glyphs import Glyph

_LAM, _ALEFS = "\u0644", frozenset("\u0622\u0623\u0625\u0627\u0671")
_WORD_GAP = 0.2  # of the size: wider than this between two characters is a space
_BRACKETS = ("()", "[]", "{}", "«»", "‹›")
_SEPARATORS = frozenset(".,:/-+\u066b\u066c\u060c")
_RIGHT, _LEFT, _NUMBER, _SEPARATOR, _NEUTRAL = "R", "L", "N", ",", " "

Cluster = tuple[Glyph, ...]  # what one glyph stands for, in reading order; marks after their letter


def in_reading_order(line: Sequence[Glyph], generated: frozenset[int], size: float) -> tuple[list[Glyph], bool]:
    """The characters of a line as they are read, and whether the line as a whole runs from right to left.

    This undoes what the Unicode bidirectional algorithm (UAX #9) does to lay a line out: the places on the page are
    all that is sure, since programs write such text in either order.
    """
    clusters = _spaced(_clusters([glyph for glyph in line if glyph.number not in generated]), size)
    directions = [_direction(cluster) for cluster in clusters]
    leftward = directions.count(_RIGHT) >= directions.count(_LEFT)
    if leftward:
        order = _with_runs_turned(list(reversed(range(len(clusters)))), directions)
    else:
        order = _with_right_runs_turned(list(range(len(clusters))), directions)
    return _with_brackets([glyph for position in order for glyph in clusters[position]]), leftward


def _clusters(line: Iterable[Glyph]) -> list[Cluster]:
    """From left to right, the characters of each glyph together."""
    groups: list[list[Glyph]] = []
    marks: list[Glyph] = []
    for glyph in line:
        if unicodedata.category(glyph.text) == "Mn":
            marks.append(glyph)
        elif groups and (glyph.left, glyph.right) == (groups[-1][0].left, groups[-1][0].right):
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    clusters = sorted((_pieces_in_order(group) for group in groups), key=lambda cluster: cluster[0].left)
    return _with_marks(clusters, marks)


def _pieces_in_order(pieces: Sequence[Glyph]) -> Cluster:
    """The letters of a ligature: PDFium turns them round with the line, all but those of lam-alef characters."""
    if len(pieces) == 1 or not _is_right(pieces[0].text):
        return tuple(pieces)
    letters = {piece.text for piece in pieces}
    if _LAM in letters and letters - {_LAM} <= _ALEFS:
        return tuple(sorted(pieces, key=lambda piece: piece.text != _LAM))
    return tuple(reversed(pieces))


def _with_marks(clusters: list[Cluster], marks: Sequence[Glyph]) -> list[Cluster]:
    """Each mark behind the letter over which it stands."""
    for mark in marks:
        middle = (mark.left + mark.right) / 2
        if not clusters:
            return [(mark,) for mark in marks]
        nearest = min(
            range(len(clusters)),
            key=lambda position: abs((clusters[position][0].left + clusters[position][0].right) / 2 - middle),
        )
        clusters[nearest] = (*clusters[nearest], mark)
    return clusters


def _spaced(clusters: Sequence[Cluster], size: float) -> list[Cluster]:
    """With a space where there is room for one and none stands."""
    spaced: list[Cluster] = list(clusters[:1])
    for before, after in pairwise(clusters):
        gap = after[0].left - before[0].right
        if gap > _WORD_GAP * size and not before[0].text.isspace() and not after[0].text.isspace():
            spaced.append((Glyph(" ", before[0].number, before[0].right, after[0].left, before[0].y),))
        spaced.append(after)
    return spaced


def _is_right(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def _direction(cluster: Cluster) -> str:
    category = unicodedata.bidirectional(cluster[0].text)
    if category in ("R", "AL"):
        return _RIGHT
    if category == "L":
        return _LEFT
    if category in ("EN", "AN"):
        return _NUMBER
    return _SEPARATOR if cluster[0].text in _SEPARATORS else _NEUTRAL


def _with_runs_turned(order: list[int], directions: Sequence[str]) -> list[int]:
    """In a line read from the right: words of the other direction, and numbers, turned back."""
    result: list[int] = []
    position = 0
    while position < len(order):
        end = _run_end(order, directions, position)
        result += reversed(order[position:end])
        position = end
    return result


def _run_end(order: Sequence[int], directions: Sequence[str], start: int) -> int:
    """Where the run ends that is written from left to right: foreign words with all between them, or one number."""
    if directions[order[start]] not in (_LEFT, _NUMBER):
        return start + 1
    end = start + 1
    has_letters = directions[order[start]] == _LEFT
    for position in range(start + 1, len(order)):
        direction = directions[order[position]]
        if direction == _RIGHT:
            break
        if direction in (_NEUTRAL, _SEPARATOR):
            continue
        between = [directions[place] for place in order[end:position]]
        if not has_letters and direction == _NUMBER and between not in ([], [_SEPARATOR]):
            break
        has_letters = has_letters or direction == _LEFT
        end = position + 1
    return end


def _with_right_runs_turned(order: list[int], directions: Sequence[str]) -> list[int]:
    """In a line read from the left: stretches from right to left turned, numbers inside them not."""
    result: list[int] = []
    position = 0
    while position < len(order):
        if directions[order[position]] != _RIGHT:
            result.append(order[position])
            position += 1
            continue
        end = position + 1
        for following in range(position + 1, len(order)):
            if directions[order[following]] == _LEFT:
                break
            if directions[order[following]] == _RIGHT:
                end = following + 1
        result += _with_runs_turned(list(reversed(order[position:end])), directions)
        position = end
    return result


def _with_brackets(line: list[Glyph]) -> list[Glyph]:
    """Brackets the way round in which they enclose: a page may name the shape that it draws, or what it stands for."""
    for brackets in _BRACKETS:
        places = [position for position, glyph in enumerate(line) if glyph.text in brackets]
        if len(places) % 2 == 0:
            for number, place in enumerate(places):
                line[place] = line[place]._replace(text=brackets[number % 2])
    return line
