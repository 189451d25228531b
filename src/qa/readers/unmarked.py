"""Which encoding bytes without a mark are in: UTF-16, and those of Latin script with eight bits, by what they spell.

An eight-bit encoding is judged by the languages that are written in it: by the share of its letters beyond ASCII that
the language has, and by the share of words that are among its most frequent ones. Where two encodings spell the same
well, the western one is taken, which is what the web takes for granted too (WHATWG Encoding Standard, section 4.2).
"""

import re
import unicodedata
from dataclasses import dataclass

WESTERN = "cp1252"
LATIN_SHARE = 0.75  # of the bytes of words with accents, at most, lie beyond ASCII in Latin script
ENOUGH_SPELT = 0.85  # of the letters beyond ASCII must be the language's
MARGIN = 0.02  # by which another encoding must be better than the western one
JUDGED_BYTES = 200_000
_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_PRINTED = frozenset("–—‘’‚“”„†‡•…‰‹›€™¡¿«»§°·´¨£©®±²³¼½¾µ×\xa0\xad")
_LETTER = r"[^\W\d_]"
_SIGN_IN_WORD = re.compile(  # a letter of another encoding, most likely
    rf"[±¦©®µ¼½¾²³£´¨§·¶¸¤¥ˇ˘˛](?={_LETTER})|(?<={_LETTER})[„“”‡†•…‰‹›«»](?={_LETTER})"
)
_MIN_COMMON = 0.03  # of the characters of a text in any script are spaces, line ends, ASCII or its full stops
_NUL_BYTES = 0.25  # at least, of a text in UTF-16 whose other bytes are all ASCII
_COMMON_EAST = frozenset("、。，「」")


@dataclass(frozen=True, slots=True)
class _Language:
    encodings: tuple[str, ...]
    letters: frozenset[str]
    words: frozenset[str]


def _language(encodings: str, letters: str, words: str) -> _Language:
    return _Language(tuple(encodings.split()), frozenset(letters + letters.upper()), frozenset(words.split()))


_LANGUAGES = (
    _language("cp1252 mac_roman", "áéíóúüñ", "el la los las de que y en un una por con para se del al no es su lo"),
    _language(
        "cp1252 mac_roman", "àâæçéèêëîïôœùûüÿ", "le la les de des du et en un une est que qui dans pour il ne pas"
    ),
    _language("cp1252 mac_roman", "äöüßé", "der die das und in den von zu mit sich des auf ist im dem nicht ein eine"),
    _language("cp1252 mac_roman", "áéíóúëïöüèê", "de het een en van in is op te dat die voor met zijn niet aan er mag"),
    _language("cp1252 mac_roman", "ãõáâàçéêíóôúü", "o a os as de do da dos das que e em um uma para com no na se por"),
    _language("cp1252 mac_roman", "àèéìòùîó", "il la le lo gli di che e in un una per con del della non si da al"),
    _language("cp1252 mac_roman", "åäöæøéü", "och det att i en som er og på av den til han ikke inte med var for"),
    _language("cp1252 mac_roman", "áéíóúýþðæö", "og að er sem um til var en hann ekki við af með"),
    _language("cp1252 mac_roman", "äöå", "ja on ei se oli että hän mutta joka ovat kun niin myös"),
    _language("cp1252 cp1257", "äöüõšž", "ja on ei see et ta oli kui ka mis aga oma"),
    _language("cp1252 mac_roman", "éïöêèçñüàâ", "the of and to in a is was that for on with as by at it"),
    _language("cp1250 iso-8859-2", "ąćęłńóśźż", "w i z na do nie się jest to o od za po przez był ale"),
    _language("cp1250 iso-8859-2", "áčďéěíňóřšťúůýž", "a v na se je do to z o že byl za po pro ve ale"),
    _language("cp1250 iso-8859-2", "áäčďéíĺľňóôŕšťúýž", "a v na sa je do to z o že bol za po pre vo ale"),
    _language("cp1250 iso-8859-2", "áéíóöőúüű", "a az és hogy nem egy is volt meg ezt de el csak mint"),
    _language("cp1250 iso-8859-2", "ăâîşţșț", "de la si în pe cu care nu a o un din este mai"),
    _language("cp1250 iso-8859-2", "čćđšž", "i u je da se na su za od s ne koji bio v in ki"),
    _language("cp1254", "çğıöşüâîİ", "ve bir bu da de için ile olarak çok daha gibi olan ne"),
    _language("cp1257", "ąčęėįšųūž", "ir į iš kad su yra buvo tai ne o kaip jis"),
    _language("cp1257", "āčēģīķļņšūž", "un ir no ar par kas uz bija ka tas pie"),
)


def latin_encoding(content: bytes) -> str | None:
    """The eight-bit encoding that a text in Latin script is in; None where its script or language is another."""
    sample = _TAG.sub(b" ", content[:JUDGED_BYTES])
    accented = [word for word in _WORD.findall(sample) if _HIGH.search(word)]
    high = sum(len(_HIGH.findall(word)) for word in accented)
    if not high or high > LATIN_SHARE * sum(map(len, accented)):
        return None
    scores: dict[str, float] = {}
    for language in _LANGUAGES:
        for encoding in language.encodings:
            scores[encoding] = max(scores.get(encoding, 0.0), _score(sample, encoding, language))
    best = max(scores, key=scores.__getitem__)
    if scores[best] < ENOUGH_SPELT:
        return None
    return WESTERN if scores[WESTERN] >= max(scores[best] - MARGIN, ENOUGH_SPELT) else best


def _score(sample: bytes, encoding: str, language: _Language) -> float:
    """How well a text spells a language: the share of its letters beyond ASCII, and of its frequent words."""
    text = sample.decode(encoding, "replace")
    beyond = [character for character in text if not character.isascii() and character not in _PRINTED]
    if not beyond:
        return 1.0
    strange = len(_SIGN_IN_WORD.findall(text))
    spelt = (sum(character in language.letters for character in beyond) - strange) / len(beyond)
    words = [word for word in re.split(r"[\W\d_]+", text.lower()) if word]
    return spelt + sum(word in language.words for word in words) / len(words) if words else spelt


def utf16_order(content: bytes) -> str | None:
    """``utf-16-le`` or ``utf-16-be`` where the bytes spell words in one of them; None where in neither."""
    zeros = content.count(0)
    if len(content) % 2 or _is_ascii_with_zeros(content, zeros):
        return None
    shares = {encoding: _share_of_common(content[:JUDGED_BYTES], encoding) for encoding in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _MIN_COMMON and shares[best] > 2 * min(shares.values()) else None


def _is_ascii_with_zeros(content: bytes, zeros: int) -> bool:
    printable = sum(byte in b"\t\n\r" or 32 <= byte < 127 for byte in content[:JUDGED_BYTES])  # noqa: PLR2004  ASCII
    others = min(len(content), JUDGED_BYTES) - content[:JUDGED_BYTES].count(0)
    return zeros < _NUL_BYTES * len(content) and printable >= 0.9 * others


def _share_of_common(content: bytes, encoding: str) -> float:
    """The share of characters that are frequent in texts of any script; 0 where it is no text in this encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    if not text or any(unicodedata.category(c) in ("Cn", "Co", "Cs") or c == "\0" for c in text):
        return 0.0
    common = sum((c.isascii() and (c.isprintable() or c in "\t\r\n")) or c in _COMMON_EAST for c in text)
    return common / len(text)
