"""Texts that offsets, decoders and tokenizers get wrong, and Hypothesis strategies made of them."""

from hypothesis import strategies as st

FRAGMENTS = (
    "The plane left at noon.",
    "The plane left at noon.",  # twice: repeated sentences are usual
    "Dr. Smith paid $3.50 (U.S.) to J. R. R. Tolkien.",
    "“Where?” she asked. ‘There!’",
    "Ein Satz mit Umlauten: äöüß.",
    "他于1990年5月1日离开香港。他去了哪里?",
    "彼は東京へ行った。それから帰った。",
    "นี่คือประโยคภาษาไทย",
    "هذه جملة عربية. وهذه أخرى؟",
    "זהו משפט בעברית.",
    "यह एक वाक्य है। यह दूसरा है।",
    "👩‍👩‍👧‍👦 went home 🇭🇰. 👍🏽!",
    "e\u0301te\u0301 a\u0308\u0323 Z\u0351\u036f\u0325a\u030al\u0327go\u0308",
    "\u202eright to left override\u202c",
    "\u200b\u200d\ufeff",
    "\x1c\x1d\x1e\x85\u2028\u2029",
    "a" * 300,
    "漢" * 300,
    "word " * 120,
    "1.",
    "...",
    "?!",
    "-",
    "\u00a0\u3000",
    "https://example.org/a/very/long/path?query=1&other=2#fragment",
    "ﬁ ﬂ Ⅷ ½ ﷺ",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈",
)
BREAKS = (" ", " ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\r", "\t", "\v", "\f", "\u2029", "")

characters = st.characters(exclude_categories=("Cs",))
fragments = st.sampled_from(FRAGMENTS) | st.text(characters, max_size=40)
texts = st.lists(st.tuples(fragments, st.sampled_from(BREAKS)), min_size=1, max_size=25).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)
