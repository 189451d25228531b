"""Changes over HTTP, asked of a real server: what is acknowledged is on the disk, and answers after the build."""

import io
import json
import re
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from serving import serving, write_corpus

from qa.api.routes.jobs import Streams
from qa.corpus.uploads import MAX_FILES

PATIENCE_S = 60
FERRY = "The ferry Adelaide left the harbour of Ystad at noon on 3 May 1911."
TRAIN = "The train to Malmö left at one o'clock, with forty passengers."
HTML = {"Accept": "text/html"}
ADMIN = "c4nary-ü-of-this-server"


def wait_until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def files(*contents, field="files"):
    return [(field, (name, io.BytesIO(content.encode() if isinstance(content, str) else content)))
            for name, content in contents]  # fmt: skip


def end_of(client, job):
    """The job when it has ended, by its address."""
    url = job["url"] if isinstance(job, dict) else job
    return wait_until(lambda: (body := client.get(url).json())["ended_at"] and body)


def assert_problem(response, status, slug, says=""):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems/{slug}"
    assert re.search(says, problem["detail"]), problem["detail"]
    return problem


def names_in(folder):
    """The files of a folder that are not hidden."""
    return sorted(path.name for path in folder.rglob("[!.]*") if path.is_file() and ".deleted" not in path.parts)


def drafts(corpus):
    return list(corpus.glob(".upload-*"))


@pytest.fixture(scope="module")
def site(embedder, tmp_path_factory):
    """One article, served to this machine without a token."""
    folder = tmp_path_factory.mktemp("changes")
    with serving(write_corpus(folder / "corpus", {"ferry.txt": FERRY}), folder / "index", embedder) as served:
        yield served


@pytest.fixture(scope="module")
def client(site):
    with httpx2.Client(base_url=site.address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def small_site(embedder, tmp_path_factory):
    """Small limits, so that they can be reached."""
    folder = tmp_path_factory.mktemp("small")
    limits = {"max_upload_mb": 2, "admin_token": ADMIN}
    corpus = write_corpus(folder / "corpus", {"ferry.txt": FERRY})
    with serving(corpus, folder / "index", embedder, **limits) as served:
        yield served


TOKEN = {"Authorization": f"Bearer {ADMIN}".encode()}


@pytest.fixture(scope="module")
def small(small_site):
    with httpx2.Client(base_url=small_site.address, timeout=30, headers=TOKEN) as client:
        yield client


def test_an_upload_answers_after_its_build_and_a_deletion_ends_it(client, site):
    """Upload, ask, delete, ask, undo, ask: each step says which job makes it true, and then it is."""
    question = {"question": "When did the train to Malmö leave?"}
    response = client.post("/documents", files=files(("../My train.TXT", TRAIN)))
    assert response.status_code == 201
    assert (site.corpus / "My-train.txt").read_text("utf-8") == TRAIN
    body = response.json()
    assert body["files"] == [
        {"name": "../My train.TXT", "document_id": "My-train.txt", "outcome": "added", "problem": None}
    ]
    job = end_of(client, body["job"])
    assert (job["state"], job["error"]) == ("done", None)
    assert job["result"]["added"] == ["My-train.txt"]
    assert job["text"] == "The last build is done: 1 added."
    answer = client.post("/ask", json=question).json()
    assert answer["citations"][0]["cited_text"] == TRAIN
    assert answer["index"]["snapshot"] == job["result"]["snapshot"]

    deleted = client.delete("/documents/My-train.txt")
    assert deleted.status_code == 202
    assert deleted.json()["undo"] == {"method": "POST", "url": "/documents/My-train.txt/restore"}
    assert end_of(client, deleted.json()["job"])["result"]["removed"] == ["My-train.txt"]
    assert "My-train.txt" not in client.post("/ask", json=question).text
    assert_problem(client.get("/documents/My-train.txt"), 404, "document-not-found")

    undone = client.post(deleted.json()["undo"]["url"])
    assert undone.status_code == 202
    assert end_of(client, undone.json()["job"])["result"]["added"] == ["My-train.txt"]
    assert client.post("/ask", json=question).json()["citations"][0]["cited_text"] == TRAIN


def test_each_file_has_its_own_result(client, site):
    """Of several files the good ones are stored, and each of the others has its reason."""
    parts = files(("good.md", TRAIN), ("bad.exe", "MZ"), ("empty.txt", ""), ("ferry.txt", "Another text."))
    response = client.post("/documents?rebuild=false", files=parts)
    assert response.status_code == 201
    assert response.json()["job"] is None
    results = response.json()["files"]
    assert [result["outcome"] for result in results] == ["added", "refused", "refused", "refused"]
    assert [result["problem"]["status"] for result in results[1:]] == [422, 422, 409]
    assert "the suffix '.exe' is not supported; supported: .txt" in results[1]["problem"]["detail"]
    assert (site.corpus / "ferry.txt").read_text("utf-8") == FERRY
    again = client.post("/documents?rebuild=false", files=files(("good.md", TRAIN)))
    assert (again.status_code, again.json()["files"][0]["outcome"]) == (200, "unchanged")
    (site.corpus / "good.md").unlink()


def test_a_request_whose_files_are_all_refused_is_a_problem(client):
    """Where nothing was stored the answer is a problem that names each file's reason by its place."""
    response = client.post("/documents", files=files(("a.exe", "x"), ("passwd", "x")))
    problem = assert_problem(response, 422, "unsupported-format", "supported: ")
    assert [error["field"] for error in problem["errors"]] == ["files.0", "files.1"]
    assert_problem(client.post("/documents", data={"x": "y"}), 422, "change-refused", "no file was sent")
    assert_problem(client.post("/documents", json={"files": []}), 422, "change-refused", "no file was sent")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/documents", content=b"--y\r\nnonsense", headers=broken).status_code in {400, 422}


def test_replacing_needs_to_be_said(client, site):
    """With ``replace=true``, in the address or as a field, the new text takes the old one's place."""
    assert_problem(client.post("/documents", files=files(("ferry.txt", TRAIN))), 409, "conflict", "replace=true")
    for options, text in (({"params": {"replace": "true"}}, TRAIN), ({"data": {"replace": "on"}}, FERRY)):
        response = (
            client.post("/documents?rebuild=false", files=files(("ferry.txt", text)), **options)
            if "data" in options
            else client.post(
                "/documents", files=files(("ferry.txt", text)), params={"replace": "true", "rebuild": "false"}
            )
        )
        assert response.json()["files"][0]["outcome"] == "replaced"
        assert (site.corpus / "ferry.txt").read_text("utf-8") == text


def test_unknown_documents_and_jobs(client):
    """What is not there is a 404 with its own type."""
    assert_problem(client.delete("/documents/none.md"), 404, "document-not-found")
    assert_problem(client.delete("/documents/%2e%2e/%2e%2e/etc/passwd"), 404, "document-not-found")
    assert_problem(client.post("/documents/none.md/restore"), 404, "document-not-found")
    assert_problem(client.get("/index/jobs/none"), 404, "job-not-found")
    assert_problem(client.get("/index/jobs/none/events"), 404, "job-not-found")


def test_the_events_of_a_job(client, site):
    """The stream tells every stage and ends with the job; a file that cannot be read is in its result."""
    (site.corpus / "broken.docx").write_bytes(b"no archive")
    asked = client.post("/index/rebuild")
    assert asked.status_code == 202
    assert asked.headers["location"] == asked.json()["url"]
    with client.stream("GET", asked.json()["url"] + "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
    assert {event["id"] for event in events} == {asked.json()["id"]}
    assert "reading" in {event["stage"] for event in events}
    assert events[-1]["state"] == "done"
    assert [entry["document_id"] for entry in events[-1]["result"]["unreadable"]] == ["broken.docx"]
    assert [event["state"] for event in events[:-1]].count("done") == 0
    (site.corpus / "broken.docx").unlink()


def test_streams_are_few(client, site):
    """Beyond 64 open streams one more is a 429 at once; when one ends, another is taken."""
    url = client.post("/index/rebuild").json()["url"] + "/events"
    site.app.state.streams, before = Streams(most=0), site.app.state.streams
    assert_problem(client.get(url), 429, "too-many-requests", "streams of events")
    site.app.state.streams = before
    assert client.get(url).status_code == 200
    assert client.get(url).status_code == 200


def test_clients_that_go_away_leave_nothing_behind(client, site):
    """Thirty watchers that hang up in the middle of a job leave no thread and no open connection."""
    (site.corpus / "more.txt").write_text(TRAIN * 3, "utf-8")
    url = client.post("/index/rebuild").json()["url"]

    def open_sockets():
        return sum(entry.is_socket() for entry in Path("/proc/self/fd").iterdir())

    wait_until(lambda: client.get(url).json()["state"] == "running")
    before, threads = open_sockets(), threading.active_count()
    where = urlsplit(site.address)
    watchers = [socket.create_connection((where.hostname, where.port), timeout=20) for _ in range(30)]
    for watcher in watchers:
        watcher.sendall(f"GET {url}/events HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        assert b"200 OK" in watcher.recv(4096)
    assert not client.get(url).json()["ended_at"], "the job ended before the watchers hung up"
    assert open_sockets() >= before + 60  # both ends are in this process
    for watcher in watchers:
        watcher.close()
    wait_until(lambda: open_sockets() <= before + 1)
    assert threading.active_count() <= threads + 1
    assert end_of(client, url)["state"] == "done"


def test_pages_without_script(client, site):
    """The page's forms work by themselves: after each the page is loaded again, and says what happened."""
    added = client.post("/documents", files=files(("form.txt", TRAIN)), headers=HTML)
    assert (added.status_code, added.headers["location"]) == (303, "/corpus#job")
    assert (site.corpus / "form.txt").exists()
    deleted = client.post("/documents/form.txt/delete", headers=HTML)
    assert (deleted.status_code, deleted.headers["location"]) == (303, "/corpus?deleted=form.txt#job")
    page = client.get("/corpus?deleted=form.txt", headers=HTML)
    assert "was deleted" in page.text
    assert 'formaction="/documents/form.txt/restore"' in page.text
    assert "was deleted" not in client.get("/corpus?deleted=never.txt", headers=HTML).text
    assert client.post("/documents/form.txt/restore", headers=HTML).status_code == 303
    assert (site.corpus / "form.txt").exists()
    rebuilt = client.post("/index/rebuild", headers=HTML)
    assert (rebuilt.status_code, rebuilt.headers["location"]) == (303, "/corpus#job")
    refused = client.post("/documents", files=files(("a.exe", "x"), ("b.txt", TRAIN)), headers=HTML)
    assert refused.status_code == 422
    assert "was not added: the suffix" in refused.text
    assert re.search(r"b\.txt</bdi>\s+was added", refused.text)
    missing = client.post("/documents/never.txt/delete", headers=HTML)
    assert missing.status_code == 404
    assert missing.headers["content-type"].startswith("text/html")
    assert "no document has this id" in missing.text


FOREIGN = [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"}, {"Host": "localhost.evil.example", "Origin": "http://localhost.evil.example"},
    {"Host": "192.0.2.7"}, {"Host": "[::2]"}, {"Host": "a]b["}, {"Origin": "http://[127.0.0.1"},
]  # fmt: skip
CHANGES = [
    ("POST", "/documents", {"files": True}), ("DELETE", "/documents/ferry.txt", {}),
    ("POST", "/documents/ferry.txt/delete", {}), ("POST", "/documents/ferry.txt/restore", {}),
    ("POST", "/index/rebuild", {}),
]  # fmt: skip


def send(client, method, path, options, headers):
    sent = {"files": files(("evil.txt", "Evil text."))} if "files" in options else {}
    return client.request(method, path, headers=headers, **sent)


@pytest.mark.parametrize(("method", "path", "options"), CHANGES, ids=str)
@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(f"{k}={v}" for k, v in headers.items()))
def test_no_change_from_another_site(client, site, method, path, options, headers):
    """A page of another site, or a name pointed at this machine, changes nothing."""
    before, jobs = names_in(site.corpus), {job.id for job in site.jobs()}
    slug = "host-forbidden" if "Host" in headers else "write-forbidden"
    assert_problem(send(client, method, path, options, headers), 403, slug, "another site|does not name")
    assert names_in(site.corpus) == before
    assert {job.id for job in site.jobs()} == jobs


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.7", "[::2]", ""])
def test_no_route_answers_to_another_name(client, host):
    """Every route there is, and an address that is none, refuses a name that was pointed at this machine."""
    schema = client.get("/openapi.json").json()
    routes = [(method, path) for path, methods in schema["paths"].items() for method in methods]
    assert len(routes) > 15
    for method, path in [*routes, ("get", "/"), ("get", "/corpus"), ("get", "/static/style.css"), ("get", "/none")]:
        response = client.request(method.upper(), re.sub(r"{.*?}", "x", path), headers={"Host": host})
        assert_problem(response, 403, "host-forbidden", "does not name this server; add the name to QA_ALLOWED_HOSTS")


PROXIES = ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP"]


@pytest.mark.parametrize("header", PROXIES)
def test_no_change_through_a_proxy_without_a_token(client, site, small, small_site, header):
    """Behind a proxy all the world seems to be this machine: without a token nothing is taken, with it everything."""
    before, headers = names_in(site.corpus), {header: "203.0.113.9"}
    response = client.post("/documents?rebuild=false", files=files(("evil.txt", TRAIN)), headers=headers)
    assert_problem(response, 403, "write-forbidden", "came through a proxy.*set QA_ADMIN_TOKEN")
    assert names_in(site.corpus) == before
    response = small.post("/documents?rebuild=false", files=files(("good.txt", TRAIN)), headers=headers)
    assert response.status_code == 201
    (small_site.corpus / "good.txt").unlink()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "LOCALHOST"])
def test_this_machine_by_its_names(client, site, host):
    """Under each of its own names, with the page's own Origin, the server takes changes."""
    netloc = f"{host}:{urlsplit(site.address).port}"
    headers = {"Host": netloc, "Origin": f"http://{netloc.lower()}", "Sec-Fetch-Site": "same-origin"}
    response = client.post("/documents?rebuild=false", files=files(("own.txt", TRAIN)), headers=headers)
    assert response.status_code == 201
    (site.corpus / "own.txt").unlink()


def test_feedback_is_not_taken_from_another_site(client):
    """Readers' judgements come from the server's own page too."""
    for headers in FOREIGN[:2]:
        assert_problem(client.post("/feedback", json={}, headers=headers), 403, "write-forbidden")


@pytest.mark.parametrize(("method", "path", "options"), CHANGES, ids=str)
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Basic {ADMIN}", ADMIN],
)
def test_a_token_is_needed_where_one_is_set(small_site, method, path, options, authorization):
    """Without a token a change is a 401 that asks for it, and nothing changes; reading needs none."""
    with httpx2.Client(base_url=small_site.address, timeout=30) as client:
        headers = {"Authorization": authorization.encode()} if authorization else {}
        response = send(client, method, path, options, headers)
        problem = assert_problem(response, 401, "token-required", "Authorization: Bearer")
        assert response.headers["www-authenticate"] == "Bearer"
        assert "c4nary" not in json.dumps(problem)
        assert (small_site.corpus / "ferry.txt").exists()
        assert not (small_site.corpus / "evil.txt").exists()
        assert client.get("/documents").status_code == 200


def test_the_right_token_from_another_site(small):
    """A token does not make up for a foreign origin."""
    response = small.post("/index/rebuild", headers={"Origin": "https://evil.example"})
    assert_problem(response, 403, "write-forbidden")


def test_a_public_server_without_a_token_takes_no_change(embedder, tmp_path):
    """Bound to an address that others reach, and without a token, every change is refused with how to set one."""
    corpus = write_corpus(tmp_path / "corpus", {"ferry.txt": FERRY})
    with (
        serving(
            corpus, tmp_path / "index", embedder, host="192.0.2.1", open=True
        ) as site,  # in truth it listens on loopback
        httpx2.Client(base_url=site.address, timeout=30, headers={"Host": "192.0.2.1"}) as client,
    ):
        for method, path, options in CHANGES:
            response = send(client, method, path, options, {})
            assert_problem(response, 403, "write-forbidden", "set QA_ADMIN_TOKEN")
        page = client.get("/corpus", headers=HTML).text
    assert "Set QA_ADMIN_TOKEN" in page
    assert '<input type="file"' not in page
    assert names_in(corpus) == ["ferry.txt"]


def test_limits(small, small_site):
    """Each limit of an upload has its status and says what is allowed; nothing is left behind."""
    huge = [("a.txt", b"a" * 900_000), ("b.txt", b"b" * 900_000), ("c.txt", b"c" * 900_000)]
    assert_problem(small.post("/documents", files=files(*huge)), 413, "content-too-large", "larger than 2097152 bytes")
    many = [(f"{number}.txt", TRAIN) for number in range(MAX_FILES + 1)]
    response = small.post("/documents", files=files(*many))
    assert (response.status_code, response.json()["detail"]) == (400, "Too many files. Maximum number of files is 20.")
    assert names_in(small_site.corpus) == ["ferry.txt"]


def test_a_large_upload_is_refused_readably_however_it_is_sent(small_site):
    """Whether its length is declared or not, a client that sends on gets to read the 413; the next one is served."""
    head = f"POST /documents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {ADMIN}\r\n"
    head += "Content-Type: multipart/form-data; boundary=x\r\n"
    start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    chunked = [b"10000\r\n" + b"a" * 65536 + b"\r\n"] * 64
    requests = {
        "declared": [f"{head}Content-Length: {8 * 2**20}\r\n\r\n".encode(), start, *[b"a" * 65536] * 128],
        "chunked": [f"{head}Transfer-Encoding: chunked\r\n\r\n{len(start):x}\r\n".encode() + start + b"\r\n", *chunked,
                    b"0\r\n\r\n"],
        "asked": [f"{head}Content-Length: {8 * 2**20}\r\nExpect: 100-continue\r\n\r\n".encode()],
    }  # fmt: skip
    where = urlsplit(small_site.address)
    for pieces in requests.values():
        with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"application/problem+json" in answer
    assert drafts(small_site.corpus) == []
    assert httpx2.get(small_site.address + "/healthz").status_code == 200


def test_an_upload_that_breaks_off_leaves_nothing(small_site):
    """A client that hangs up in the middle of a file has stored nothing."""
    where = urlsplit(small_site.address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        connection.sendall(
            f"POST /documents HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {ADMIN}\r\n"
            "Content-Length: 90000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
            'Content-Disposition: form-data; name="files"; filename="half.txt"\r\n\r\n'.encode()
            + b"a" * 50_000
        )
        time.sleep(0.2)
    time.sleep(0.3)
    assert not (small_site.corpus / "half.txt").exists()
    assert drafts(small_site.corpus) == []


def test_the_first_article_of_a_new_installation(embedder, tmp_path):
    """A server without corpus folder or index has a page that takes the first article; after the build it answers."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    with serving(corpus, index, embedder, build=False) as site, httpx2.Client(base_url=site.address) as client:
        assert "There is no index yet" in client.get("/corpus", headers=HTML).text
        job = client.post("/documents", files=files(("ferry.txt", FERRY))).json()["job"]
        assert end_of(client, job)["state"] == "done"
        answer = client.get("/ask", params={"question": "When did the ferry leave?"}).json()
    assert answer["citations"][0]["cited_text"] == FERRY


def test_a_watched_folder(embedder, tmp_path):
    """With ``QA_WATCH`` a file that is put into the folder by any other means answers without a request for it."""
    corpus = write_corpus(tmp_path / "corpus", {"ferry.txt": FERRY})
    with (
        serving(corpus, tmp_path / "index", embedder, watch=True) as site,
        httpx2.Client(base_url=site.address, timeout=30) as client,
    ):
        wait_until(lambda: [job for job in site.jobs() if job.ended])
        (corpus / "train.txt").write_text(TRAIN, "utf-8")
        wait_until(lambda: "train.txt" in client.get("/documents").text)
        answer = client.get("/ask", params={"question": "When did the train to Malmö leave?"}).json()
    assert answer["citations"][0]["cited_text"] == TRAIN


def test_corrections_answer_after_their_build(client, site):
    """What is sent is kept beside the file and answers after the build; taking it back brings back the file's own."""
    response = client.patch("/documents/ferry.txt/metadata", json={"title": "The Adelaide", "published": "1911-05"})
    assert response.status_code == 202, response.text
    assert response.json()["corrections"] == {"title": "The Adelaide", "published": "1911-05"}
    assert end_of(client, response.json()["job"])["result"]["changed"] == ["ferry.txt"]
    corrected = client.get("/documents/ferry.txt").json()
    assert (corrected["title"], corrected["published"], corrected["published_from"]) == (
        "The Adelaide", "1911-05", "sidecar",
    )  # fmt: skip
    more = client.patch("/documents/ferry.txt/metadata?rebuild=false", json={"published": None, "tags": ["ships"]})
    assert more.json()["corrections"] == {"title": "The Adelaide", "published": None, "tags": ["ships"]}
    assert (site.corpus / "ferry.txt.meta.yaml").is_file()
    back = client.delete("/documents/ferry.txt/metadata")
    assert back.json()["corrections"] == {}
    assert end_of(client, back.json()["job"])["result"]["changed"] == ["ferry.txt"]
    assert client.get("/documents/ferry.txt").json()["title"] == "ferry.txt"
    assert not (site.corpus / "ferry.txt.meta.yaml").exists()


def test_corrections_are_guarded(client, small, small_site):
    """They are changes like others: not without the token, not from another site, and never of what is not there."""
    body = {"title": "Mine"}
    assert_problem(client.patch("/documents/none.txt/metadata", json=body), 404, "document-not-found")
    assert_problem(
        client.patch("/documents/ferry.txt/metadata", json={"published": "soon"}),
        422,
        "change-refused",
        "must be a date",
    )
    foreign = {"Origin": "http://evil.example"}
    assert_problem(client.patch("/documents/ferry.txt/metadata", json=body, headers=foreign), 403, "write-forbidden")
    with httpx2.Client(base_url=small_site.address, timeout=30) as stranger:
        assert_problem(stranger.patch("/documents/ferry.txt/metadata", json=body), 401, "token-required")
        assert_problem(stranger.post("/documents/ferry.txt/metadata", data=body), 401, "token-required")
    assert small.get("/documents/ferry.txt").json()["title"] == "ferry.txt"
