"""Every format from the file to the citation: offsets stay exact, and a citation of a PDF has its page."""

import honest
import pytest
from jinja2 import Environment, FileSystemLoader

from qa.api.app import web_folder
from qa.api.schemas.answers import AskResponse, CitationBody
from qa.api.schemas.documents import DocumentSummary
from qa.commands.rendering import render_answer
from qa.indexing.splitter import SentenceSplitter
from qa.readers import read
from qa.types import DocumentEntry, Question

FILES = {
    "a.md": honest.markdown,
    "a.html": honest.html,
    "a.docx": honest.word,
    "a.epub": honest.epub,
    "a.pdf": honest.pdf,
    "a.jsonl": honest.jsonl,
    "a.txt": honest.plain,
}


@pytest.fixture(scope="module")
def splitter(embedder):
    return SentenceSplitter(embedder, max_tokens=128)


@pytest.mark.parametrize("name", FILES)
def test_every_passage_is_an_exact_slice(name, splitter):
    """Whatever the format, passages and sentences are slices of the document's text and cover all its words."""
    for document in read(name, FILES[name]()):
        passages = splitter(document)
        assert all(document.text[p.start : p.end] == p.text for p in passages)
        covered = "".join(document.text[s.start : s.end] for p in passages for s in p.sentences)
        assert "".join(covered.split()) == "".join(document.text.split())


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.docx", "a.epub", "a.pdf"])
def test_headings_go_with_their_passages(name, splitter):
    """What is embedded with a passage names its section, in every format that has headings."""
    (document,) = read(name, FILES[name]())
    sections = {honest.FIRST: 0, honest.BUILT: 1, honest.CJK: 2, honest.LAST: 3}
    for sentence, number in sections.items():
        (passage,) = [p for p in splitter(document) if sentence in p.text]
        assert honest.HEADINGS[number] in passage.embedded_text


@pytest.fixture(scope="module")
def service(tmp_path_factory, indexer_for, service_for):
    """A service over one PDF and one page, built and opened again."""
    folder = tmp_path_factory.mktemp("site")
    corpus, index = folder / "corpus", folder / "index"
    corpus.mkdir()
    (corpus / "bridge.pdf").write_bytes(honest.pdf())
    (corpus / "mill.html").write_bytes(honest.html().replace(honest.LAST.encode(), b"The mill burnt down in 1913."))
    indexer_for(corpus, index).build()
    service = service_for(index)
    service.open()
    return service


def test_a_citation_of_a_pdf_has_its_page(service):
    """The page of a quotation is in the answer's body and on the terminal, and is the one on which it was set."""
    answered = service.ask(Question("When was the toll abolished?"))
    citation = next(c for c in map(CitationBody.of, answered.answer.nearest) if honest.LAST in c.cited_text)
    assert (citation.document_id, citation.page) == ("bridge.pdf", 3)
    pages = {p.page for p in AskResponse.of(answered).passages if p.document_id == "bridge.pdf"}
    assert {3} <= pages <= {1, 2, 3}
    assert "bridge.pdf, page 3, characters" in render_answer(answered)


def test_the_page_shows_the_page(service):
    """What a reader sees below a quotation names its page, and says nothing where there are none."""
    templates = Environment(
        loader=FileSystemLoader(web_folder() / "templates"),
        autoescape=True,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.install_null_translations(newstyle=True)
    shown = templates.get_template("_marks.html").module.page
    bridge, mill = (service.snapshot.document_by_id[name] for name in ("bridge.pdf", "mill.html"))
    assert shown(bridge, bridge.text.index(honest.LAST)).strip() == "· page 3"
    assert shown(mill, 0).strip() == ""


def test_a_citation_of_a_page_without_pages_has_none(service):
    """Formats without pages give none."""
    answered = service.ask(Question("When did the mill burn down?"))
    bodies = [*map(CitationBody.of, answered.answer.nearest), *AskResponse.of(answered).passages]
    assert {body.page for body in bodies if body.document_id == "mill.html"} == {None}


def test_a_snapshot_keeps_what_files_say_of_themselves(service):
    """Author, language and pages come back from the snapshot as they were read."""
    (bridge,) = read("bridge.pdf", honest.pdf())
    assert service.snapshot.document_by_id["bridge.pdf"] == bridge
    summary = DocumentSummary.of(DocumentEntry.of(bridge))
    assert (summary.author, summary.page_count) == (honest.AUTHOR, 3)
