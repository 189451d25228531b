"""Numbers that Word writes by itself, and equations on one line."""

import pytest
from lxml import etree

from qa.readers.docx_math import linear
from qa.readers.docx_numbers import Numbering
from qa.readers.docx_styles import Styles

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
BASED = '<w:basedOn w:val="Heading1"/>'
STYLES = f"""<w:styles {W}>
<w:style w:styleId="Heading1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Own">{BASED}</w:style>
<w:style w:styleId="Second">{BASED}<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"""


def level(number, form, text, more=""):
    shape = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}">{shape}</w:lvl>'


RESTART = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="7">{level(0, "upperRoman", "%1.")}{level(1, "decimal", "%1.%2", "<w:isLgl/>")}
{level(2, "lowerLetter", "(%3)")}</w:abstractNum>
<w:abstractNum w:abstractNumId="8">{level(0, "bullet", "·")}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="7"/>{RESTART}</w:num></w:numbering>"""


def labels(*paragraphs):
    """The numbers of paragraphs that are (style, list, level)."""
    numbering = Numbering(etree.fromstring(NUMBERING), Styles(etree.fromstring(STYLES)))
    for style, name, depth in paragraphs:
        listed = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{name}"/></w:numPr>' if name else ""
        styled = f'<w:pStyle w:val="{style}"/>' if style else ""
        yield numbering.label(etree.fromstring(f"<w:p {W}><w:pPr>{styled}{listed}</w:pPr></w:p>"))


def test_levels_count_by_themselves():
    """A deeper level begins anew below each upper one; in legal numbering upper levels are decimal."""
    counted = labels(("", 1, 0), ("", 1, 1), ("", 1, 1), ("", 1, 2), ("", 1, 0), ("", 1, 1), ("", 1, 2))
    assert list(counted) == ["I.", "1.1", "1.2", "(a)", "II.", "2.1", "(a)"]


def test_styles_number_paragraphs():
    """A style numbers its paragraphs, and those of styles based on it; a paragraph that says 0 has no number."""
    counted = labels(("Heading1", "", 0), ("Second", "", 0), ("Own", "", 0), ("Heading1", "0", 0), ("", "", 0))
    assert list(counted) == ["I.", "1.1", "II.", "", ""]


def test_a_second_list_begins_anew():
    """A list that restarts its count begins at its start once, and goes on from there."""
    assert list(labels(("", 1, 0), ("", 1, 0), ("", 3, 0), ("", 3, 0))) == ["I.", "II.", "I.", "II."]


def test_bullets_have_no_number():
    """Bullets, lists that are not defined and levels that are none give nothing."""
    assert list(labels(("", 2, 0), ("", 99, 0), ("", 1, 8), ("", 1, 99))) == ["", "", "", "I."]


def run(words):
    return f"<m:r><m:t>{words}</m:t></m:r>"


def powered(base, power):
    return f"<m:sSup><m:e>{run(base)}</m:e><m:sup>{run(power)}</m:sup></m:sSup>"


def fraction(above, below):
    return f"<m:f><m:fPr/><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"


BOUNDS = f"<m:sub>{run('i=1')}</m:sub><m:sup>{run('n')}</m:sup>"
SUM = f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>{BOUNDS}<m:e>{run("x")}</m:e></m:nary>'


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        (SUM, "∑_(i=1)ⁿ x"),
        (run("s = ") + fraction(run("5q") + powered("L", "4"), run("384EI")), "s = 5qL⁴/(384EI)"),
        (fraction(run("1"), run("2")), "1/2"),
        (fraction(run("a+b"), run("c")), "(a+b)/c"),
        (powered("x", "n+1"), "xⁿ⁺¹"),
        (powered("e", "ix"), "e^ix"),
        (f"<m:sSub><m:e>{run('x')}</m:e><m:sub>{run('12')}</m:sub></m:sSub>", "x₁₂"),
        (f"<m:rad><m:deg/><m:e>{run('a+b')}</m:e></m:rad>", "√(a+b)"),
        (f"<m:d><m:e>{run('a')}</m:e></m:d>", "(a)"),
        (f"<m:func><m:fName>{run('sin')}</m:fName><m:e>{run('x')}</m:e></m:func>", "sin x"),
    ],
)
def test_equations(equation, text):
    """Fractions have a bar and what belongs together a bracket; powers and indices are raised and lowered."""
    assert linear(etree.fromstring(f"<m:oMath {M}>{equation}</m:oMath>")) == text


def test_deep_equations_end():
    """A hostile equation takes time in proportion to its length."""
    deep = "<m:func><m:e>" * 100 + run("x") + "</m:e></m:func>" * 100
    assert linear(etree.fromstring(f"<m:oMath {M}>{deep}</m:oMath>")).strip() == "x"
