"""A document of two megabytes: every view of it stays small, marks its span, and leads to the other parts."""

import re

import httpx2
import pytest
from serving import serving, write_corpus

HTML = {"Accept": "text/html"}
SECRET = "The lighthouse keeper of Utö counted 4,711 gulls on 3 May 1911."
MAX_BYTES = 400_000


@pytest.fixture(scope="module")
def long_site(embedder, tmp_path_factory):
    """One long document of plain paragraphs, in the middle of which stands something to ask for."""
    folder = tmp_path_factory.mktemp("long")
    paragraphs = [f"Entry {n}. Nothing was seen from the tower that day." for n in range(1800)]
    paragraphs[1200] = SECRET
    corpus = write_corpus(folder / "corpus", {"log.txt": "\n\n".join(paragraphs)})
    with serving(corpus, folder / "index", embedder) as served:
        yield served


@pytest.fixture(scope="module")
def client(long_site):
    with httpx2.Client(base_url=long_site.address, timeout=60, headers=HTML) as client:
        yield client


@pytest.fixture(scope="module")
def start(long_site):
    return long_site.service.snapshot.document_by_id["log.txt"].text.index(SECRET)


def test_the_part_around_the_span_is_shown(client, start):
    """The page marks the span, is small, and its parts lead to each other from the first to the last."""
    page = client.get("/documents/log.txt", params={"start": start, "end": start + len(SECRET)}).text
    assert re.search(rf'<mark id="quote"[^>]*>{re.escape(SECRET)}', page)
    assert len(page) < MAX_BYTES
    seen, address = [], "/documents/log.txt"
    while address:
        page = client.get(address).text
        assert len(page) < MAX_BYTES
        seen += re.findall(r'class="s"[^>]*>Entry (\d+)\.', page)
        found = re.search(r'rel="next" href="([^"]*)"', page)
        address = found[1] if found else None
    assert seen == [str(n) for n in range(1800) if n != 1200]


def test_the_panel_shows_a_part(client, start):
    """The source beside an answer holds the quoted sentence, and no more than a part."""
    view = {
        "question": "How many gulls did the keeper count?",
        "open": "log.txt",
        "start": start,
        "end": start + len(SECRET),
    }
    for address in ("/panel", "/"):
        page = client.get(address, params=view).text
        assert SECRET in page
        assert len(page) < 2 * MAX_BYTES
        assert 'rel="next" href="/documents/log.txt?part=' in page


def test_similarity_comes_in_parts(client, long_site):
    """Each part has its sentences, each as an exact slice; together they are the document's, each once."""
    text = long_site.service.snapshot.document_by_id["log.txt"].text
    starts, part, parts = [], 1, 1
    while part <= parts:
        response = client.get("/documents/log.txt/similarity", params={"question": "gulls", "part": part})
        assert len(response.content) < 2 * MAX_BYTES
        body = response.json()
        parts, part = body["parts"], part + 1
        for sentence in body["sentences"]:
            assert text[sentence["start_char_index"] : sentence["end_char_index"]] == sentence["text"]
            starts.append(sentence["start_char_index"])
    assert parts == 3
    assert starts == sorted(set(starts))
    assert len(starts) == len(long_site.service.snapshot.sentence_vectors)
