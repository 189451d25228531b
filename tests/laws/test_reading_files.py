"""The bytes of a file of the corpus: of the very file that was looked at, whatever becomes of its name meanwhile."""

import os
import threading
import time

import pytest

from qa.corpus.folder import read_file
from qa.errors import UnreadableFile
from qa.indexing import splitter
from qa.indexing.splitter import SentenceSplitter
from qa.types import Document

SECONDS = 1.5


@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_a_link_swapped_in_is_never_followed(tmp_path, swapped):
    """While a file, or its folder, is swapped for a link out of the corpus and back, its own bytes are read or none."""
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    (corpus / "folder").mkdir(parents=True)
    outside.mkdir()
    (corpus / "folder" / "a.txt").write_text("ours", "utf-8")
    (outside / "a.txt").write_text("SECRET", "utf-8")
    target = corpus / "folder" / "a.txt" if swapped == "file" else corpus / "folder"
    link, aside = tmp_path / "link", tmp_path / "aside"
    link.symlink_to(outside / "a.txt" if swapped == "file" else outside)
    ended = threading.Event()

    def swap():
        while not ended.is_set():
            target.rename(aside)
            link.rename(target)
            target.rename(link)
            aside.rename(target)

    thread = threading.Thread(target=swap)
    thread.start()
    seen, ends = set(), time.monotonic() + SECONDS
    try:
        while time.monotonic() < ends:
            try:
                seen.add(read_file(corpus, "folder/a.txt"))
            except UnreadableFile:
                seen.add(b"")
    finally:
        ended.set()
        thread.join()
    assert seen <= {b"ours", b""}
    assert b"ours" in seen


def test_a_pipe_holds_nothing_up(tmp_path):
    """What is no regular file is refused at once."""
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        read_file(tmp_path, "a.txt")


def test_two_spellings_of_one_name(tmp_path):
    """Of two files whose names differ only in how accents are stored, the one that is not composed is refused."""
    (tmp_path / "Malm\u00f6.txt").write_text("composed", "utf-8")
    (tmp_path / "Malmo\u0308.txt").write_text("decomposed", "utf-8")
    assert read_file(tmp_path, "Malm\u00f6.txt") == b"composed"
    with pytest.raises(UnreadableFile, match="accents that are stored otherwise; rename one"):
        read_file(tmp_path, "Malmo\u0308.txt")


def test_a_great_many_sentences_are_joined(embedder, monkeypatch):
    """A text of many tiny sentences has no more of them than a bound, and they still cover it, each character once."""
    monkeypatch.setattr(splitter, "MOST_SENTENCES", 50)
    document = Document("no.txt", "No", "No.\n" * 1020)
    passages = SentenceSplitter(embedder, 256)(document)
    spans = [span for passage in passages for span in passage.sentences]
    assert 40 <= len(spans) <= 51
    covered = "".join(document.text[span.start : span.end] for span in spans)
    assert covered.replace("\n", "") == "No." * 1020
    assert all(document.text[p.start : p.end] == p.text for p in passages)
