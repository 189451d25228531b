"""``qa ask``, and how the command line is used: what it prints, and with what status it ends."""

import json
import subprocess
import sys

import pytest

import qa
from places import CHECKOUT
from qa.cli import main
from servers import environment, run_qa

pytestmark = pytest.mark.usefixtures("shared_model")


def test_a_folder_and_an_unquoted_question_are_understood(corpus, capsys, monkeypatch):
    """``qa index FOLDER`` indexes that folder, and ``qa ask`` takes the words of a question without quotes."""
    monkeypatch.delenv("QA_CORPUS")
    assert main(["index", str(corpus)]) == 0
    assert main(["ask", "When", "did", "the", "plane", "leave", "Hong", "Kong?"]) == 0
    assert "“The plane left Hong Kong at noon.” [1]" in capsys.readouterr().out
    assert main(["index", str(corpus / "plane.txt")]) == 1
    assert "plane.txt is a file; name the folder that holds it" in capsys.readouterr().err


def test_ask_quotes_and_cites(corpus, capsys):
    """``qa ask`` prints the sentence in quotation marks, its document and its place, and the passages."""
    main(["index"])
    capsys.readouterr()
    assert main(["ask", "When did the plane leave Hong Kong?"]) == 0
    printed = capsys.readouterr().out
    assert "“The plane left Hong Kong at noon.” [1]" in printed
    assert (
        "[1] plane.txt – plane.txt, characters 0–33" in printed
        or "[1] The plane left Hong Kong at noon. – plane" in printed
    )
    assert "Passages" in printed


def test_ask_prints_what_the_api_returns(corpus_index, client, capsys):
    """``--json`` prints the body of POST /ask, field by field, but for the id and the timings."""
    question = "When did Xu Jiatun fly to San Francisco?"
    assert main(["ask", question, "--json", "--top-k", "3", "--index", str(corpus_index)]) == 0
    printed = json.loads(capsys.readouterr().out)
    body = client.post("/ask", json={"question": question, "top_k": 3}).json()
    assert {*printed} == {*body}
    assert {*printed["timings_ms"]} == {*body["timings_ms"]}
    for changing in ("id", "timings_ms"):
        del printed[changing], body[changing]
    for passage in (*printed["passages"], *body["passages"]):
        passage["score"] = round(passage["score"], 3)
    assert printed == body


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "qa: question: it is empty; write what you want to know"),
        (["ask", " \n "], "qa: question: "),
        (["ask", "a" * 2001], "qa: question: "),
        (["ask", "\udcff"], "qa: question: "),
        (["ask", "a", "--top-k", "0"], "qa: top_k: "),
        (["ask", "a", "--top-k", "51"], "qa: top_k: "),
        (["serve", "--port", "x"], "qa: QA_PORT cannot be 'x': "),
        (["ask", "a"], "qa: there is no index yet; run: qa index"),
        (["ask", "a", "--model", "/no/such/model"], "qa: the model directory /no/such/model does not exist; "),
        (["index", "--log-level", "loud"], "qa: QA_LOG_LEVEL cannot be 'loud': "),
    ],
)
def test_what_cannot_be_done_is_one_line(corpus, capsys, arguments, message):
    """A failure is one line on standard error that says what is wrong, and status 1."""
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_unknown_settings_are_refused(monkeypatch, capsys):
    """A misspelt setting ends every command before it does anything."""
    monkeypatch.setenv("QA_INDXE", "x")
    assert main(["index"]) == 1
    assert capsys.readouterr().err.startswith("qa: QA_INDXE is not a setting; did you mean QA_INDEX?")


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["ask"], ["index", "a", "b"], ["index", "--nonsense"], ["ask", "a", "--top-k", "x"]]
)
def test_wrong_usage(capsys, arguments):
    """Wrong usage ends with status 2 and a usage line."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: qa" in capsys.readouterr().err


@pytest.mark.parametrize("command", [None, "index", "ask", "serve", "doctor"])
def test_help(capsys, command):
    """``--help`` of every command says what it does."""
    with pytest.raises(SystemExit, match="0"):
        main([*([command] if command else []), "--help"])
    assert len(capsys.readouterr().out.splitlines()) > 8


def test_version(capsys):
    """``qa --version`` prints the version."""
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"qa {qa.__version__}\n"


def test_nothing_but_our_own_words(corpus_index):
    """A process of its own prints the answer, and on standard error at most its own log: no warnings of libraries."""
    done = run_qa("ask", "Who is Jia Jia?", "--index", corpus_index, cwd=CHECKOUT, env={"PYTHONWARNINGS": "default"})
    assert done.returncode == 0
    assert "Jia Jia" in done.stdout
    assert all(line.startswith("INFO serving snapshot") for line in done.stderr.splitlines())


def test_a_reader_that_goes_away(corpus_index):
    """``qa ask … | head`` ends without a complaint."""
    command = [sys.executable, "-m", "qa.cli", "ask", "Who is Jia Jia?", "--top-k", "50", "--index", str(corpus_index)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert "Broken" not in errors
