"""What files say of themselves: read from the format's own place, cleaned, and never guessed."""

import honest
import pytest
from hostile_archives import paragraph, word
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import UnreadableFile
from qa.readers import read
from qa.readers.decode import decode_html
from qa.readers.invisible import hides
from qa.readers.jsonl import read_jsonl
from qa.readers.metadata import first_date, keywords, language_tag, one_line, title_line
from qa.types import Document, Unreadable


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("D:20061027120000+01'00'", "2006-10-27"),
        ("2006-10-27T08:00:00Z", "2006-10-27"),
        ("2006-10", "2006-10"),
        ("2006", "2006"),
        ("20061399", "2006"),
        ("2006-02-30", "2006-02"),
        ("27 October 2006", None),
        ("0000", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_iso_or_none(value, date):
    """A date is as precise as it makes sense, and none where it makes none."""
    assert first_date(value) == date


@given(st.text())
def test_lines_are_lines(value):
    """Whatever a file says, a line of it has no break, no control character and no space at its ends."""
    line = one_line(value)
    assert line is None or (line == line.strip() and line.isprintable() and 0 < len(line) <= 500)


@given(st.text())
def test_dates_never_fail(value):
    """No text of a date field raises, and what comes out is a date that filters can compare."""
    date = first_date(value)
    assert date is None or len(date) in (4, 7, 10)


@pytest.mark.parametrize(
    ("value", "tag"), [("en_GB", "en-GB"), ("zh-Hant", "zh-Hant"), ("x", None), ("", None), ("english!", None)]
)
def test_languages(value, tag):
    """A language is a BCP 47 tag, or none."""
    assert language_tag(value) == tag


def test_keywords_are_tags():
    """Keywords are cut at commas and semicolons, each once."""
    assert keywords(["a, b; c", None, "b"]) == ("a", "b", "c")


@pytest.mark.parametrize("value", ["Untitled", "document 1", "a b.docx", "Microsoft PowerPoint - x"])
def test_software_titles(value):
    """Titles that software fills in are none."""
    assert title_line(value) is None
    assert title_line(f"On {value} and other matters") is not None


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        " DISPLAY : NONE ! important",
        "color:red;visibility: hidden",
        "font-size: 0",
        "font-size:.0em",
        "opacity:0",
        "position:absolute; left:-10000px",
        "max-height:0;overflow:hidden",
        "color:rgba(0,0,0,0)",
        "color:white;background:white",
    ],
)
def test_hiding_styles(style):
    """Styles that take words out of sight."""
    assert hides(style)


@pytest.mark.parametrize(
    "style",
    [
        "",
        "display:block",
        "font-size:small",
        "font-size:0.9em",
        "opacity:0.5",
        "left:-2px",
        "height:0",
        "overflow:hidden",
        "color:white",
        "color:white;background:black",
        "margin:0",
        "background:url(display:none)",
    ],
)
def test_styles_that_hide_nothing(style):
    """Styles that only arrange or colour words."""
    assert not hides(style)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz:;-()#,.0123456789 !", max_size=60))
def test_styles_never_fail(style):
    """Any text may stand in a style."""
    assert hides(style) in (True, False)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("windows-1252", "cp1252"), ("iso-8859-1", "cp1252"), ("Shift_JIS", "shift_jis"), ("gb2312", "gb18030")],
)
def test_pages_declare_their_encoding(declared, encoding):
    """A page is decoded as it says, the way browsers understand it."""
    words = "“Où?”" if encoding == "cp1252" else "日本"
    page = f'<html><head><meta charset="{declared}"></head><body>{words}</body></html>'
    assert decode_html(page.encode(encoding)) == page


def test_hidden_by_style_in_a_paragraph_of_word():
    """Text that a paragraph's style hides is not indexed, unless a run of it says that it is shown."""
    gone = '<w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
    body = (
        paragraph("seen")
        + paragraph("unseen", style='<w:pStyle w:val="Gone"/>')
        + paragraph("shown again", '<w:vanish w:val="0"/>', '<w:pStyle w:val="Gone"/>')
    )
    edit = {"word/styles.xml": lambda xml: xml.replace("</w:styles>", f"{gone}</w:styles>")}
    (document,) = read("a.docx", honest.edited(word(body), edit, {}))
    assert document.text == "seen\n\nshown again"


def test_word_content_that_its_library_loses():
    """Content controls, text boxes (once, though they are written twice), insertions and links are read."""
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:r><w:t>before </w:t></w:r><w:r><mc:AlternateContent {compatible}><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:ins><w:r><w:t>inserted </w:t></w:r></w:ins><w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink></w:p>"
    )
    (document,) = read("a.docx", word(body))
    assert document.text == "in a control\n\nbefore inserted linked\n\nin a box"


def test_a_text_box_in_a_cell_is_read_once():
    """A text box is written twice, for old and new programs; in a table's cell too it is read once."""
    box = "<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = f"<mc:AlternateContent {compatible}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    cell = f"<w:p><w:r><w:t>in a cell</w:t>{both}</mc:AlternateContent></w:r></w:p>"
    (document,) = read("a.docx", word(f"<w:tbl><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>"))
    assert document.text.count("in a box") == 1
    assert document.text.count("in a cell") == 1


def test_a_short_page_loses_its_furniture_too():
    """A page with too few words to find its main part in gives all but its navigation and the like."""
    furniture = '<nav>Home</nav><div role="search">Find</div><footer>Imprint</footer>'
    page = f"<html><body>{furniture}<main><header><h1>Mill</h1></header><p>It burnt down.</p></main></body></html>"
    (document,) = read("a.html", page.encode())
    assert document.text == "Mill\n\nIt burnt down."


def test_white_words_in_a_shaded_cell_are_seen():
    """White is hidden on bare paper only: in a table it is how headings look."""
    run = '<w:color w:val="FFFFFF"/>'
    body = f"{paragraph('unseen', run)}<w:tbl><w:tr><w:tc>{paragraph('seen', run)}</w:tc></w:tr></w:tbl>"
    (document,) = read("a.docx", word(body))
    assert document.text == "seen"


def test_jsonl_ids_are_one_safe_component():
    """Ids lose what no path may hold; equal ones are reported, and lines without one are named by their number."""
    lines = [
        b'{"id": "../../etc/passwd", "text": "one"}',
        b'{"id": "a b", "text": "two"}',
        b'{"id": "a/b", "text": "three"}',
        b'{"text": "four"}',
        b'{"id": 7, "text": "five"}',
        b"",
        b'{"id": "...", "text": "six"}',
    ]
    readings = read_jsonl("x.jsonl", b"\n".join(lines))
    assert [r.id for r in readings if isinstance(r, Document)] == [
        "x.jsonl/etc-passwd",
        "x.jsonl/a-b",
        "x.jsonl/line-4",
        "x.jsonl/7",
        "x.jsonl/line-7",
    ]
    (refused,) = [r for r in readings if isinstance(r, Unreadable)]
    assert (refused.document_id, refused.reason) == (
        "x.jsonl/line-3",
        "line 3: the id 'a-b' stands on an earlier line too",
    )


@given(st.text(min_size=1), st.text())
def test_jsonl_text_is_untouched(identifier, text):
    """Whatever a line's text is, the document's is the same, under an id of one component."""
    line = honest.json.dumps({"id": identifier, "text": f"words {text}"}).encode()
    try:
        (identifier + text).encode()
    except UnicodeEncodeError:
        with pytest.raises(UnreadableFile, match="surrogate"):
            read_jsonl("x.jsonl", line)
        return
    (document,) = read_jsonl("x.jsonl", line)
    assert document.text == f"words {text}"
    folder, slash, name = document.id.partition("/")
    assert (folder, slash) == ("x.jsonl", "/")
    assert name
    assert not name.startswith(".")
    assert not set(name) & set("/\\\0")


def test_many_bad_lines_are_summed_up():
    """A file full of bad lines does not drown the report."""
    readings = read_jsonl("x.jsonl", b'{"text": "good"}\n' + b"bad\n" * 100)
    assert len(readings) == 22
    assert readings[-1] == Unreadable("x.jsonl", "80 more lines cannot be read")
