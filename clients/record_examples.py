"""Record an example of every operation from a real server into ``src/qa/api/examples.json``.

``python clients/record_examples.py`` in the development environment, after a change of what the API takes or gives.
"""

import json
import sys
import tempfile
from pathlib import Path

import httpx2
from reportlab.pdfgen.canvas import Canvas

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests"))
from servers import run_qa, serve  # noqa: E402

FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911. She carried 412 passengers."
MINUTE = (
    "The harbour master noted on 3 May 1911 that the ferry Adelaide had left Ystad at noon. The council met at nine."
)
QUESTION = "When did the ferry Adelaide leave Ystad?"
ASK = {"question": QUESTION, "top_k": 1}
CORRECTED = {"title": "The crew of the Adelaide", "published": "1911"}
MEMBERS = {"document_ids": ["ferry.txt", "minutes/"]}
CHAT = [{"role": "user", "content": QUESTION}]


def paper(path: Path) -> None:
    """Write a PDF of one page."""
    canvas = Canvas(str(path), invariant=True)
    canvas.drawString(72, 720, "The ferry was painted white in 1912.")
    canvas.save()


def record(client: httpx2.Client) -> dict[str, object]:
    """Ask everything once; operation ids with what was sent and what came back."""
    recorded: dict[str, object] = {}
    schema = client.get("/openapi.json").json()
    found = {o["operationId"]: (m, p) for p, methods in schema["paths"].items() for m, o in methods.items()}

    def call(operation: str, body: object = None, files: object = None, **parameters: object) -> httpx2.Response:
        method, path = found[operation]
        query = {key: value for key, value in parameters.items() if f"{{{key}" not in path}
        for key, value in parameters.items():
            path = path.replace(f"{{{key}}}", str(value))
        sent = {"files": files} if files else {"json": body} if body is not None else {}
        response = client.request(method, path, params=query, **sent)
        response.raise_for_status()
        kind = response.headers.get("content-type", "").split(";")[0]
        text = response.text if kind.startswith("text/") else None
        recorded[operation] = {
            "parameters": parameters,
            "request": body,
            "status": str(response.status_code),
            "content_type": kind,
            "response": response.json() if kind == "application/json" and response.content else text,
        }
        return response

    answer = call("ask", ASK).json()
    call("ask_by_link", question=QUESTION, top_k=1)
    call("similarity", document_id="ferry.txt", question=QUESTION)
    citation = answer["citations"][0]
    span = {"start": citation["start_char_index"], "end": citation["end_char_index"]}
    call("similar", document_id=citation["document_id"], **span)
    call("refined", ASK | {"like": [citation["passage_id"]]})
    fields = ("cited_text", "document_id", "start_char_index", "end_char_index", "document_sha256")
    call("verify", {"citations": [{field: citation[field] for field in fields}]})
    call("get_evidence", question=QUESTION)
    call("list_models")
    call("get_model", model="qa")
    call("create_response", {"model": "qa", "input": QUESTION})
    call("create_completion", {"model": "qa", "messages": CHAT})
    call("search_store", {"query": QUESTION, "max_num_results": 1}, store="qa")
    call("list_documents")
    call("get_timeline", since="1911")
    call("get_document", document_id="ferry.txt")
    call("get_text", document_id="ferry.txt")
    call("get_original", document_id="ferry.txt")
    call("get_pages", document_id="paint.pdf", start=4, end=9)
    call("get_page_image", document_id="paint.pdf", number=1)
    call(
        "judge",
        {
            "question": QUESTION,
            "passage_id": citation["passage_id"],
            "snapshot": answer["index"]["snapshot"],
            "grade": 1,
        },
    )
    job = call("upload", files=[("files", ("crew.txt", b"The crew had 36 men."))]).json()["job"]
    call("get_job", job_id=job["id"])
    call("events", job_id=job["id"])
    ferries = {"name": "ferries"}
    for operation, sent, where in (
        ("correct", CORRECTED, {"document_id": "crew.txt"}), ("take_back", None, {"document_id": "crew.txt"}),
        ("put_collection", MEMBERS, ferries), ("list_collections", None, {}), ("delete_collection", None, ferries),
    ):  # fmt: skip
        call(operation, sent, **where)
    call("delete", document_id="crew.txt")
    call("restore", document_id="crew.txt")
    call("rebuild")
    for name in ("get_index", "healthz", "readyz", "metrics"):
        call(name)
    missing = found.keys() - recorded.keys()
    if missing:
        raise SystemExit(f"these operations have no example yet: {', '.join(sorted(missing))}")
    return recorded


def main() -> None:
    """Serve two articles and a paper, and ask."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        (corpus / "ferry.txt").write_text(FERRY, "utf-8")
        (corpus / "minute.txt").write_text(MINUTE, "utf-8")
        paper(corpus / "paint.pdf")
        run_qa("index", "--corpus", corpus, "--index", Path(folder) / "index")
        with serve("--corpus", corpus, "--index", Path(folder) / "index") as server:
            server.wait_until_ready()
            with httpx2.Client(base_url=server.address, timeout=60, headers={"Host": "localhost:8000"}) as client:
                recorded = record(client)
    target = CHECKOUT / "src" / "qa" / "api" / "examples.json"
    target.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
