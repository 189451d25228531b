"""``qa doctor --coverage`` finds what was planted in a corpus; the server keeps refused words where wanted."""

import json

import httpx2
import pytest
from serving import serving, write_corpus

from qa.cli import main
from qa.serving.refusals import REFUSALS, Refusals, refused_often
from qa.types import Answer, Band, Confidence, Reason

OPENED = "The lighthouse of Kap Arkona was opened by the county council on 4 May 1911."
LETTER = (
    "The keeper wrote to his sister that winter. He had counted nineteen wrecks along the northern shore, and was glad "
    "of the new lamp, whose light reached farther than the old one's."
)
VIETNAMESE = (
    "Ngọn hải đăng được xây dựng vào năm 1911 để giúp tàu thuyền đi lại an toàn. "
    "Người gác đèn sống một mình trên đảo trong nhiều năm và viết thư cho em gái của mình."
)
ARTICLES = {
    "letter.txt": LETTER,
    "copy.txt": LETTER,
    "report.txt": OPENED,
    "other.txt": OPENED.replace("4 May", "6 May"),
    "vi.txt": VIETNAMESE,
}


@pytest.mark.usefixtures("shared_model")
def test_findings(tmp_path, monkeypatch, capsys) -> None:
    """A copy, a date that differs, and a language that no model speaks are found, and nothing else of the kind."""
    monkeypatch.setenv("QA_CORPUS", str(write_corpus(tmp_path / "corpus", ARTICLES)))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    assert main(["index"]) == 0
    capsys.readouterr()
    (tmp_path / "index" / REFUSALS).write_text('["cost", "ferry"]\n["cost", "ferry"]\n["once"]\n', "utf-8")
    assert main(["doctor", "--coverage", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [{first["document_id"], second["document_id"]} for first, second in found["repeated"]] == [
        {"copy.txt", "letter.txt"}
    ]
    dates = [(first["text"], second["text"]) for first, second in found["contradictions"]]
    assert [sorted(pair) for pair in dates] == [sorted((OPENED, ARTICLES["other.txt"]))]
    assert found["unspoken"] == [["vi.txt", "vi"]]
    assert found["passages"] == 5
    assert found["refused"] == [{"words": ["cost", "ferry"], "times": 2}]
    assert main(["doctor", "--coverage"]) == 0
    printed = capsys.readouterr().out
    assert "1 of 3 dated sentences differ from another in the date alone:\n- other.txt, characters 0-" in printed
    assert "- 2 times: cost ferry" in printed


def test_words_of_refusals_are_kept_where_wanted(embedder, tmp_path) -> None:
    """The words of a refused question are kept in no order, those of an answered one are not; by default nothing is."""
    corpus = write_corpus(tmp_path / "corpus", {"report.txt": OPENED})
    for index, wanted in ((tmp_path / "off", False), (tmp_path / "on", True)):
        with serving(corpus, index, embedder, log_refusals=wanted) as served:
            asked = ["Who opened the lighthouse of Kap Arkona?", "How much does the Zeppelin weigh?"]
            answers = [httpx2.get(f"{served.address}/ask", params={"question": text}, timeout=60) for text in asked]
            assert [answer.json()["answerable"] for answer in answers] == [True, False]
    assert not (tmp_path / "off" / REFUSALS).exists()
    assert (tmp_path / "on" / REFUSALS).read_text("utf-8") == '["weigh", "zeppelin"]\n'


def test_a_full_file_takes_no_more(tmp_path) -> None:
    """The file stops at its size, and a folder that is gone stops no answer."""
    refusal = Answer("Why?", "Why a zeppelin?", (), Confidence(Band.LOW, 0.0), (Reason.NOT_SAID,), (), (), (), {})
    refusals = Refusals(tmp_path / REFUSALS, most_bytes=20)
    for _ in range(5):
        refusals.add(refusal)
    assert refused_often(tmp_path / REFUSALS, 10) == [(("zeppelin",), 2)]
    Refusals(tmp_path / "gone" / REFUSALS).add(refusal)
