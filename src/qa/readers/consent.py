"""The layer of a page that asks whether it may store cookies: no part of what the page says."""

import re

from lxml.html import HtmlElement as Element

_LAYERS = ("div", "section", "aside", "dialog", "form")
_LONGEST = 1500  # characters of a layer; a whole policy is an article
_REST = 40  # characters of a page that are left without it
_NAMED = re.compile(
    r"cookie|consent|gdpr|dsgvo|\bcmp\b|\bcc-|privacy-?(?:banner|layer|notice|wall)|onetrust|didomi|usercentrics"
)
_STORES = re.compile(r"\bcookies?\b|\bstore\w* (?:\w+ ){0,4}on your (?:device|computer|phone)", re.IGNORECASE)
_SPEAKS = re.compile(r"\b(?:we|us|our|this (?:web)?site|wir|unsere|nous|nosotros|noi)\b", re.IGNORECASE)
_CHOICE = re.compile(
    r"\b(?:accept|agree|allow|refuse|reject|decline|deny|consent|opt out|preferences|settings|choice|akzeptieren"
    r"|zustimmen|ablehnen|accepter|refuser|aceptar|rechazar|accetta\w*|rifiuta\w*)\b",
    re.IGNORECASE,
)


def drop_consent(tree: Element) -> None:
    """Take out the layers that ask for consent, unless a page is little else."""
    text = _text(tree)
    stores = bool(_STORES.search(text))
    rest = len(text)
    for element in [layer for layer in tree.iter(*_LAYERS) if (stores or _is_named(layer)) and _asks(layer)]:
        size = len(_text(element))
        inside = element.getroottree().getroot() is tree  # not of a layer that has been taken out
        if inside and rest - size >= _REST:
            rest -= size
            element.drop_tree()


def _is_named(element: Element) -> bool:
    names = (element.get("id", ""), element.get("class", ""), element.get("aria-label", ""))
    return bool(_NAMED.search(" ".join(names).lower()))


def _asks(element: Element) -> bool:
    """Whether an element without an article's heading is named as such a layer, or speaks as one."""
    text = _text(element)
    if not text or len(text) > _LONGEST or element.find(".//h1") is not None or element.find(".//article") is not None:
        return False
    signs = [bool(pattern.search(text)) for pattern in (_STORES, _SPEAKS, _CHOICE)]
    return all(signs) or (any(signs) and _is_named(element))


def _text(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())
