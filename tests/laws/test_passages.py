"""Laws 1, 2 and 3: passages are exact slices, fit the embedder, and cover the document sentence by sentence."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generations import Reference, assert_vectors_belong
from models import make_encoder
from places import CORPUS, SEEDS, needs_seeds
from qa.embedders.model_files import locate_model
from qa.embedders.sentence_transformer import SentenceTransformerEmbedder
from qa.errors import PassageTooLong, UnreadableFile
from qa.indexing.reading import read_corpus
from qa.indexing.splitter import SentenceSplitter
from qa.readers import read
from qa.types import Document, Passage, Span
from texts import FRAGMENTS, texts

LIMITS = (64, 256)

HOSTILE = {
    "repeated paragraphs": "The plane left at noon. It was late.\n\n" * 40,
    "crlf": "One line.\r\nAnother line.\r\n\r\nA paragraph.\r\n" * 30,
    "mark inside": "\ufeffBegins. \ufeffGoes on. " * 30,
    "emoji": "👩‍👩‍👧‍👦 left. 🇭🇰 stayed! 👍🏽? " * 60,
    "cjk": "他于1990年5月1日离开香港。他去了哪里?" * 80,
    "cjk without ends": "漢字" * 2000,
    "combining marks": "e\u0301te\u0301 Z\u0351\u036f\u0325algo\u0308. " * 60,
    "right to left": "هذه جملة عربية. זהו משפט בעברית. " * 60,
    "thai": "นี่คือประโยคภาษาไทยที่ไม่มีช่องว่าง" * 60,
    "one long word": "a" * 20_000,
    "words of 90": ("abcdefghi" * 10 + " ") * 100,
    "no ends": "word " * 3000,
    "only ends": "a. b! c? " * 800,
    "line per item": "item\n" * 2000,
    "unknown pieces": "\U000e0100\U0001f9ff" * 2000,
    "punctuation": "!?.,;:" * 600 + " a",
}


def split(embedder, limit, document):
    return SentenceSplitter(embedder, limit)(document)


def assert_lawful(document, passages, embedder, limit):
    """Laws 1 to 3 for one document."""
    text = document.text
    covered = bytearray(len(text))
    ends = 0
    for ordinal, passage in enumerate(passages):
        assert (passage.document_id, passage.ordinal) == (document.id, ordinal)
        assert text[passage.start : passage.end] == passage.text
        assert ends <= passage.start < passage.end <= len(text)
        assert passage.sentences
        assert (passage.sentences[0].start, passage.sentences[-1].end) == (passage.start, passage.end)
        for sentence in passage.sentences:
            assert ends <= sentence.start < sentence.end <= passage.end
            assert passage.document_text(sentence) == text[sentence.start : sentence.end]
            assert passage.document_text(sentence) == passage.document_text(sentence).strip()
            covered[sentence.start : sentence.end] = b"\1" * len(sentence)
            ends = sentence.end
    missed = [place for place, character in enumerate(text) if not covered[place] and not character.isspace()]
    assert not missed
    counts = embedder.count_tokens([passage.embedded_text for passage in passages]) if passages else [0]
    assert max(counts) <= min(limit, embedder.max_tokens)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(embedder, name, limit):
    """Texts that offsets and budgets get wrong are split by the laws, with every character covered."""
    document = Document("a.txt", "A title for the document", HOSTILE[name])
    assert_lawful(document, split(embedder, limit, document), embedder, limit)


@settings(max_examples=150)
@given(text=texts, title=st.sampled_from(["", "A title", *FRAGMENTS]), limit=st.sampled_from(LIMITS))
def test_any_plain_text(embedder, text, title, limit):
    """Whatever a file says, its passages obey the laws."""
    document = Document("a.txt", " ".join(title.split()), text)
    assert_lawful(document, split(embedder, limit, document), embedder, limit)


@settings(max_examples=100)
@given(
    blocks=st.lists(
        st.tuples(
            st.sampled_from(["", "# ", "## ", "- ", "> ", "1. ", "    ", "| a |\n|---|\n| "]),
            st.sampled_from(FRAGMENTS),
        ),
        min_size=1,
        max_size=15,
    ),
    limit=st.sampled_from(LIMITS),
)
def test_any_markdown(embedder, blocks, limit):
    """Markdown with headings, lists, quotations and tables: the laws hold for the rendered text."""
    source = "\n\n".join(prefix + words for prefix, words in blocks)
    try:
        (document,) = read("a.md", source.encode())
    except UnreadableFile:
        return
    assert_lawful(document, split(embedder, limit, document), embedder, limit)


@pytest.mark.parametrize("folder", [CORPUS, pytest.param(SEEDS, marks=needs_seeds)], ids=["corpus", "raw"])
def test_the_articles(embedder, folder):
    """The laws hold for every real article."""
    documents, unreadable = read_corpus(folder)
    assert len(documents) == 3
    assert not unreadable
    for document in documents:
        passages = split(embedder, 256, document)
        assert_lawful(document, passages, embedder, 256)
        assert max(embedder.count_tokens([p.embedded_text for p in passages])) > 64, "passages are filled"


@pytest.mark.parametrize("folder", [CORPUS, pytest.param(SEEDS, marks=needs_seeds)], ids=["corpus", "raw"])
def test_passages_end_where_sentences_end(embedder, folder):
    """In real articles every passage ends at the end of a sentence, a paragraph or a heading."""
    for document in read_corpus(folder)[0]:
        for passage in split(embedder, 256, document):
            rest = document.text[passage.end :]
            assert re.search(r"[.!?…:]['\"”’)\]]*$", passage.text) or not rest or rest.lstrip(" \t")[:1] in "\r\n"


@given(
    sentences=st.lists(
        st.sampled_from(
            ["The plane left at noon.", "Nobody knew why!", "Who helped him?", "It was late, and it rained."]
        ),
        min_size=1,
        max_size=60,
    ),
    limit=st.sampled_from(LIMITS),
)
def test_sentences_that_fit_are_never_cut(embedder, sentences, limit):
    """Where every sentence fits the budget, the passages' sentences are the document's sentences, whole
    and in order.
    """
    text = " ".join(sentences)
    document = Document("a.txt", "", text)
    found = [p.document_text(s) for p in split(embedder, limit, document) for s in p.sentences]
    assert found == sentences


def test_passages_are_filled(embedder):
    """A passage goes on until the next sentence would not fit: few passages, not one for each sentence."""
    text = "The plane left at noon, and nobody on the ground knew why it was late. " * 60
    passages = split(embedder, 256, Document("a.txt", "", text))
    counts = embedder.count_tokens([p.text for p in passages])
    one = embedder.count_tokens([text.split(". ", maxsplit=1)[0] + "."])[0] - 2
    assert all(count + one > 256 for count in counts[:-1])


def test_headings_begin_passages(embedder):
    """A section's passage begins with its heading, and later ones of the section carry it as context."""
    body = "The plane left at noon, and nobody on the ground knew why. " * 30
    (document,) = read(
        "a.md", f"# Title\n\nIntroduction.\n\n## First part\n\n{body}\n\n## Second part\n\nShort.".encode()
    )
    passages = split(embedder, 256, document)
    assert passages[0].text.startswith("Title")
    [first] = [p for p in passages if p.text.startswith("First part")]
    assert passages[first.ordinal + 1].context == "Title – First part"
    assert [p.text for p in passages][-1] == "Second part\n\nShort."


@pytest.mark.parametrize("blanks", [False, True], ids=["as BERT", "blanks are tokens"])
def test_budgets_hold_for_other_tokenizers(tmp_path, blanks):
    """With 64 tokens, a small vocabulary, and blanks between sentences that count too, nothing is truncated."""
    tiny = SentenceTransformerEmbedder(locate_model(str(make_encoder(tmp_path / "tiny", blanks=blanks))))
    assert tiny.max_tokens == 64
    assert tiny.count_tokens(["the wine the"]) == [7 if blanks else 5]
    for text in (
        "the bread and the wine. " * 50,
        "supercalifragilistic" * 30,
        "a." * 300,
        "a. b. " * 90,
        "the\n\n\n" * 90,
    ):
        document = Document("a.txt", "the wine", text)
        assert_lawful(document, split(tiny, 256, document), tiny, 64)


def test_a_prompt_that_leaves_no_room_is_refused(tmp_path):
    """A passage prompt as long as what the embedder reads is an error that names the setting."""
    prompted = SentenceTransformerEmbedder(locate_model(None), passage_prompt="word " * 252)
    with pytest.raises(PassageTooLong, match="shorten QA_PASSAGE_PROMPT or raise QA_PASSAGE_TOKENS"):
        split(prompted, 256, Document("a.txt", "", "The plane left at noon."))


def test_a_split_that_would_be_truncated_fails_the_build(indexer_for, tmp_path):
    """A splitter that makes a passage too long fails the build: nothing is embedded in part and nothing published."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("word " * 1000)

    def whole(document):
        end = len(document.text.rstrip())
        return [Passage(document.id, 0, 0, end, document.text[:end], (Span(0, end),))]

    with pytest.raises(PassageTooLong, match="a passage has 1002 tokens, the embedder reads 256"):
        indexer_for(tmp_path / "corpus", tmp_path / "index", splitter=whole).build()
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_vectors_belong_to_the_texts(embedder, indexer_for, tmp_path):
    """In a built snapshot row i of the passages and of the sentences is the vector of text i, repeated
    texts included.
    """
    (tmp_path / "corpus").mkdir()
    for name, text in HOSTILE.items():
        if name in {"repeated paragraphs", "crlf", "cjk", "right to left"}:
            (tmp_path / "corpus" / f"{name}.txt").write_bytes(text.encode())
    (tmp_path / "corpus" / "title.txt").write_text("The plane\nIt left at noon. Nobody knew why.", "utf-8")
    (tmp_path / "corpus" / "same text.md").write_text("---\ntitle: The plane\n---\nIt left at noon. Nobody knew why.")
    indexer = indexer_for(tmp_path / "corpus", tmp_path / "index")
    snapshot = indexer.assemble(*read_corpus(tmp_path / "corpus"))
    assert_vectors_belong(snapshot, Reference(embedder))
