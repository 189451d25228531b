"""Over HTTP: the original of a document, the pages of a PDF as images, and the boxes of a span on them."""

import hashlib
import io

import httpx2
import pytest
from honest import Paper
from PIL import Image
from serving import serving

NAME = "bells of Köln.pdf"
TEXT = "The bell of Ebbe was cast in 1812."
LINE = '{"id": "a", "text": "The ferry Marenka sank in 1901."}\n'


@pytest.fixture(scope="module")
def content():
    paper = Paper()
    paper.write(TEXT)
    paper.y = 80
    paper.write(" ".join(["The tower was rebuilt after the fire, stone by stone, and stands to this day."] * 3))
    return paper.content()


@pytest.fixture(scope="module")
def site(embedder, tmp_path_factory, content):
    corpus = tmp_path_factory.mktemp("originals")
    (corpus / "old").mkdir()
    (corpus / "old" / NAME).write_bytes(content)
    (corpus / "boats.jsonl").write_text(LINE, "utf-8")
    (corpus / "gone.txt").write_text("The mill burned down in 1850.", "utf-8")
    with serving(corpus, tmp_path_factory.mktemp("originals-index"), embedder) as served:
        yield served


@pytest.fixture(scope="module")
def client(site):
    with httpx2.Client(base_url=site.address, timeout=60) as client:
        yield client


def test_pages_tell_size_text_and_boxes(client, site):
    """Each page has its size and its part of the text; a span has its boxes as fractions of its page."""
    start = TEXT.index("1812")
    body = client.get(f"/documents/old/{NAME}/pages", params={"start": start, "end": start + 4}).json()
    document = site.service.snapshot.document_by_id[f"old/{NAME}"]
    assert [page["start_char_index"] for page in body["pages"]] == list(document.pages)
    assert body["pages"][-1]["end_char_index"] == len(document.text)
    assert all(page["width"] > 100 and page["height"] > 100 for page in body["pages"])
    (box,) = body["boxes"]
    assert box["page"] == 1
    assert 0 < box["left"] < box["right"] < 1
    assert 0 < box["top"] < box["bottom"] < 0.5


def test_the_box_is_where_the_ink_is(client):
    """Inside the box of a word the image is inked, and the strip of the same height above it is bare."""
    start = TEXT.index("1812")
    address = f"/documents/old/{NAME}/pages"
    (box,) = client.get(address, params={"start": start, "end": start + 4}).json()["boxes"]
    image = Image.open(io.BytesIO(client.get(f"{address}/1", params={"scale": 2}).content)).convert("L")
    left, right = (round(box[edge] * image.width) for edge in ("left", "right"))
    top, bottom = (round(box[edge] * image.height) for edge in ("top", "bottom"))
    assert image.crop((left, top, right, bottom)).getextrema()[0] < 100
    assert image.crop((left, 2 * top - bottom, right, top)).getextrema()[0] == 255


def test_an_image_is_asked_for_once(client):
    """The browser keeps the image and asks whether it is still the same; another scale is another image."""
    address = f"/documents/old/{NAME}/pages/1"
    first = client.get(address)
    assert first.headers["content-type"] == "image/png"
    assert "no-store" not in first.headers["cache-control"]
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, params={"scale": 3}).headers["etag"] != first.headers["etag"]


def test_an_original_is_given_as_it_is(client, content):
    """The bytes are the file's, under its name, as something to keep that runs nothing."""
    response = client.get(f"/documents/old/{NAME}/original")
    assert hashlib.sha256(response.content).digest() == hashlib.sha256(content).digest()
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''bells%20of%20K%C3%B6ln.pdf"
    assert response.headers["content-security-policy"].startswith("sandbox")
    assert client.get("/documents/boats.jsonl/a/original").text == LINE


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("none.pdf/pages", 404),
        ("none.pdf/original", 404),
        ("boats.jsonl/a/pages", 404),
        ("boats.jsonl/a/pages/1", 404),
        (f"old/{NAME}/pages/99", 404),
        (f"old/{NAME}/pages/0", 422),
        (f"old/{NAME}/pages/1?scale=100", 422),
        ("../../etc/passwd/original", 404),
    ],
)
def test_what_cannot_be_shown_is_a_problem(client, path, status):
    """What has no pages, or is not there, is answered as problem+json."""
    response = client.get(f"/documents/{path}")
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_a_deleted_file_is_given_no_more(client, site):
    """Once the file has left the corpus, nothing of it is given, even before the next build."""
    (site.corpus / "gone.txt").unlink()
    assert client.get("/documents/gone.txt/original").status_code == 404


def test_a_changed_file_marks_nothing(client, site, content):
    """A file that says something else than the index has no boxes, and says why."""
    path = site.corpus / "old" / NAME
    other = Paper()
    other.write("The mill of Ebbe burned down in 1850, and nothing was left of it.")
    other.y = 80
    other.write(" ".join(["The tower was rebuilt after the fire, stone by stone, and stands to this day."] * 3))
    path.write_bytes(other.content())
    response = client.get(f"/documents/old/{NAME}/pages", params={"start": 0, "end": 4})
    path.write_bytes(content)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/conflict")
