"""Equations of a DOCX file (OMML) → one line of text: ``s = 5qL⁴/(384EI)``, ``√(a+b)``, ``∑_(i=1)^n x_i``."""

import re
from typing import Any

from qa.readers.docx_styles import local

MAX_DEPTH = 50
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_RAISABLE = re.compile(r"[0-9+\-=()n]+")
_LOWERABLE = re.compile(r"[0-9+\-=()]+")
_ATOM = re.compile(r"\w[\w.,²³⁴⁵⁶⁷⁸⁹¹⁰]*|\w*\([^()]*\)")
_SKIPPED = frozenset({"fPr", "sSupPr", "sSubPr", "sSubSupPr", "radPr", "naryPr", "dPr", "rPr", "ctrlPr", "mPr", "accPr",
                      "funcPr", "limLowPr", "limUppPr", "eqArrPr", "groupChrPr", "barPr", "boxPr"})  # fmt: skip


def linear(element: Any, depth: int = 0) -> str:
    """An equation on one line; fractions have a bar, powers and indices stand raised and lowered or after ^ and _."""
    if depth > MAX_DEPTH:
        return "".join(element.itertext())
    name = local(element)
    if name == "t":
        return element.text or ""
    write = _WRITERS.get(name)
    if write is not None:
        return write(element, depth + 1)
    return "".join(linear(child, depth + 1) for child in element if local(child) not in _SKIPPED)


def _part(element: Any, name: str, depth: int) -> str:
    child = element.find(f"{{*}}{name}")
    return "" if child is None else linear(child, depth).strip()


def _fraction(element: Any, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    below = below if re.fullmatch(r"\w", below) or below.isdigit() else f"({below})"
    return f"{above if _ATOM.fullmatch(above) else f'({above})'}/{below}"


def _raised(words: str) -> str:
    if not words:
        return ""
    return words.translate(_RAISED) if _RAISABLE.fullmatch(words) else f"^{_grouped(words)}"


def _lowered(words: str) -> str:
    if not words:
        return ""
    return words.translate(_LOWERED) if _LOWERABLE.fullmatch(words) else f"_{_grouped(words)}"


def _grouped(words: str) -> str:
    return words if re.fullmatch(r"\w+", words) else f"({words})"


def _scripted(element: Any, depth: int) -> str:
    return _part(element, "e", depth) + _lowered(_part(element, "sub", depth)) + _raised(_part(element, "sup", depth))


def _root(element: Any, depth: int) -> str:
    degree, inner = _part(element, "deg", depth), _part(element, "e", depth)
    inner = inner if re.fullmatch(r"\w", inner) else f"({inner})"
    return f"{_raised(degree)}√{inner}"


def _sum(element: Any, depth: int) -> str:
    sign = element.find("{*}naryPr/{*}chr")
    symbol = "∫" if sign is None else next(iter(sign.attrib.values()), "∫")
    bounds = _lowered(_part(element, "sub", depth)) + _raised(_part(element, "sup", depth))
    return f"{symbol}{bounds} {_part(element, 'e', depth)}"


def _bracketed(element: Any, depth: int) -> str:
    def sign(name: str, usual: str) -> str:
        given = element.find(f"{{*}}dPr/{{*}}{name}")
        return usual if given is None else next(iter(given.attrib.values()), "")

    inner = sign("sepChr", "|").join(linear(part, depth) for part in element.iterfind("{*}e"))
    return f"{sign('begChr', '(')}{inner}{sign('endChr', ')')}"


def _function(element: Any, depth: int) -> str:
    return f"{_part(element, 'fName', depth)} {_part(element, 'e', depth)}"


def _limit(element: Any, depth: int) -> str:
    return f"{_part(element, 'e', depth)}_{_grouped(_part(element, 'lim', depth))}"


def _matrix(element: Any, depth: int) -> str:
    rows = (
        ", ".join(linear(cell, depth).strip() for cell in row.iterfind("{*}e")) for row in element.iterfind("{*}mr")
    )
    return "; ".join(rows)


def _lines(element: Any, depth: int) -> str:
    return "; ".join(linear(line, depth).strip() for line in element.iterfind("{*}e"))


_WRITERS = {
    "f": _fraction, "sSup": _scripted, "sSub": _scripted, "sSubSup": _scripted, "rad": _root, "nary": _sum,
    "d": _bracketed, "func": _function, "limLow": _limit, "m": _matrix, "eqArr": _lines,
}  # fmt: skip
