"""Evidence packs: made by the server and the command line, checked by this project, by other tools, and once forged."""

import hashlib
import io
import json
import subprocess
import zipfile

import jsonschema
import pytest

from qa.errors import KeyUnusable, PackUnreadable
from qa.evidence.check import check_pack
from qa.evidence.keys import fingerprint, load_private, make_key
from servers import run_qa

QUESTION = "When did Xu Jiatun fly to San Francisco?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, corpus_index):
    """A signed pack of the command line, and the keys."""
    folder = tmp_path_factory.mktemp("evidence")
    made = run_qa("keys", folder / "key")
    assert made.returncode == 0, made.stderr
    env = {"QA_EVIDENCE_KEY": str(folder / "key")}
    asked = run_qa("ask", QUESTION, "--index", corpus_index, "--evidence", folder / "out.zip", env=env)
    assert asked.returncode == 0, asked.stderr
    return folder


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def summed(files):
    """The pack of a forger who writes the digests anew."""
    named = sorted(files.keys() - {"SHA256SUMS", "SHA256SUMS.sig", "public_key.pem"})
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in named)
    return packed(files | {"SHA256SUMS": sums.encode()})


def failing(content, trusted=None):
    return [check.name for check in check_pack(content, trusted) if not check.ok]


def test_verified_without_index_and_corpus(folder, tmp_path):
    """In an empty folder the pack is checked to its last quotation, and its key is the given one."""
    done = run_qa("verify", folder / "out.zip", "--key", folder / "key.pub", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "ok   digests: 6 files"
    assert lines[1].endswith(", the given one")
    assert [line.split(":")[0] for line in lines[2:]] == ["ok   document", "ok   quotation", "ok   answer"]
    assert list(tmp_path.iterdir()) == []


def test_verified_with_other_tools(folder, tmp_path):
    """What README.txt says works: sha256sum and openssl find the pack whole and signed."""
    with zipfile.ZipFile(folder / "out.zip") as archive:
        archive.extractall(tmp_path)
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
    openssl = "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig"
    assert openssl in (tmp_path / "README.txt").read_text("utf-8")
    subprocess.run(openssl.split(), cwd=tmp_path, check=True, capture_output=True)


def test_the_manifest_fits_its_schema(folder):
    """manifest.json is what the schema beside it, and the documentation, say."""
    files = unpacked((folder / "out.zip").read_bytes())
    manifest = json.loads(files["manifest.json"])
    jsonschema.validate(manifest, json.loads(files["manifest.schema.json"]))
    assert manifest["question"] == QUESTION
    assert manifest["snapshot"]["files"]
    assert manifest["settings"]["precision"] == "int8"
    assert json.loads(files["answer.json"])["answerable"]


@pytest.mark.parametrize("name", ["answer.json", "manifest.json", "index.html", "documents/1.txt", "README.txt"])
def test_a_changed_file_is_noticed(folder, name):
    """One byte more in any file is found by its digest."""
    files = unpacked((folder / "out.zip").read_bytes())
    assert "digests" in failing(packed(files | {name: files[name] + b" "}))


def test_a_missing_or_added_file_is_noticed(folder):
    """A pack has exactly the files that its sums name."""
    files = unpacked((folder / "out.zip").read_bytes())
    assert failing(packed(files | {"documents/9.txt": b"more"})) == ["digests"]
    assert "digests" in failing(packed({name: body for name, body in files.items() if name != "index.html"}))


def test_forged_words_are_noticed(folder):
    """Whoever writes all digests anew has no signature, and false words are found without one."""
    files = unpacked((folder / "out.zip").read_bytes())
    citation = json.loads(files["manifest.json"])["citations"][0]["cited_text"]
    forged = {
        n: files[n].replace(citation.encode(), citation.upper().encode()) for n in ("manifest.json", "answer.json")
    }
    assert failing(summed(files | forged)) == ["signature", "quotation"]
    everywhere = {name: body.replace(citation.encode(), citation.upper().encode()) for name, body in files.items()}
    assert failing(summed(everywhere)) == ["signature", "document"]
    only_answer = files | {"answer.json": files["answer.json"].replace(b'"text": "', b'"text": "Not ', 1)}
    assert failing(summed(only_answer)) == ["signature", "answer"]


def test_another_key(folder, tmp_path):
    """A pack that somebody else has signed is not the trusted one's, and an unsigned one is nobody's."""
    other = make_key(tmp_path / "other")
    pack = (folder / "out.zip").read_bytes()
    assert failing(pack, other) == ["signature"]
    unsigned = packed({n: b for n, b in unpacked(pack).items() if n not in {"SHA256SUMS.sig", "public_key.pem"}})
    assert failing(unsigned) == []
    assert failing(unsigned, other) == ["signature"]


def test_over_http(client, tmp_path):
    """``include`` gives the address of the pack, which a page can link; another snapshot's is refused."""
    body = {"question": QUESTION, "include": ["evidence"], "top_k": 3, "filters": {"date_from": "1900-01-01"}}
    answer = client.post("/ask", json=body).json()
    response = client.get(answer["evidence"])
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].startswith('attachment; filename="evidence-')
    kept = json.loads(unpacked(response.content)["answer.json"])
    assert [c["cited_text"] for c in kept["citations"]] == [c["cited_text"] for c in answer["citations"]]
    assert len(kept["passages"]) <= 3
    assert failing(response.content) == []
    assert client.post("/ask", json={"question": QUESTION}).json()["evidence"] is None
    assert client.get("/evidence", params={"question": QUESTION, "snapshot": "0" * 16}).status_code == 409


def test_a_refusal_can_be_kept(client):
    """That the documents do not say it is evidence too."""
    pack = client.get("/evidence", params={"question": "Who painted the ceiling of the moon station?"}).content
    assert json.loads(unpacked(pack)["manifest.json"])["citations"] == []
    assert failing(pack) == []


def test_parts_of_documents(corpus_index, tmp_path):
    """By setting, a pack holds only what stands around the quotation; offsets still count into the whole text."""
    env = {"QA_EVIDENCE_AROUND": "50"}
    run_qa("ask", QUESTION, "--index", corpus_index, "--evidence", tmp_path / "out.zip", env=env)
    files = unpacked((tmp_path / "out.zip").read_bytes())
    manifest = json.loads(files["manifest.json"])
    assert not manifest["documents"][0]["is_whole"]
    cited = manifest["citations"][0]["cited_text"]
    assert len(files["documents/1.txt"].decode()) <= len(cited) + 100
    assert failing((tmp_path / "out.zip").read_bytes()) == []


@pytest.mark.parametrize(
    "content", [b"", b"PK", packed({}), packed({"manifest.json": b"{"}), packed({"manifest.json": b"[]"})]
)
def test_what_is_no_pack(content):
    """Anything else is refused in words."""
    with pytest.raises(PackUnreadable, match="no evidence pack"):
        check_pack(content)


def test_keys(folder, tmp_path):
    """A private key is its owner's alone and never overwritten; what is no key is refused."""
    assert (folder / "key").stat().st_mode & 0o077 == 0
    assert run_qa("keys", folder / "key").returncode == 1
    assert len(fingerprint((folder / "key.pub").read_bytes())) == 64
    (tmp_path / "none").write_text("no key", "utf-8")
    with pytest.raises(KeyUnusable, match="qa keys"):
        load_private(tmp_path / "none")
    refused = run_qa("ask", "q", env={"QA_EVIDENCE_KEY": str(tmp_path / "none")})
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
