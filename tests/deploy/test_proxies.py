"""The configurations for proxies in docs/security.md, run by the proxies: who reads, who writes, who is who."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from places import CHECKOUT
from servers import serve

PAGE = (CHECKOUT / "docs" / "security.md").read_text("utf-8")
NAME = "qa.example.org"
READ, WRITE = "a-token-that-reads", "a-token-that-writes"
CLIENT = "127.0.0.2"  # this machine too, and not the proxy's address
NGINX = """daemon off; pid {folder}/pid; error_log stderr; {user} events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block} }}"""
CADDY = """{{
admin off
local_certs
skip_install_trust
auto_https disable_redirects
https_port {port}
}}
{block}"""


@pytest.fixture(scope="module")
def site(corpus_index, tmp_path_factory):
    """A server with the settings that the page asks for."""
    corpus = tmp_path_factory.mktemp("proxied") / "corpus"
    shutil.copytree(CHECKOUT / "corpus", corpus)
    index = shutil.copytree(corpus_index, corpus.parent / "index")
    settings = dict(re.findall(r"(QA_\w+)=(\S+)", PAGE.partition("## Behind a proxy")[2].partition("```")[0]))
    settings |= {"QA_READ_TOKEN": READ, "QA_ADMIN_TOKEN": WRITE}
    assert settings["QA_ALLOWED_HOSTS"] == NAME
    with serve("--corpus", corpus, "--index", index, **settings) as server:
        server.wait_until_ready()
        yield server


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def block_of(language, site):
    """The page's configuration, for the server that runs."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert "127.0.0.1:8000" in block
    return block.replace("127.0.0.1:8000", site.address.removeprefix("http://"))


def write_certificate(folder):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, NAME)])
    began = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=9))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    (folder / "key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def start_nginx(folder, site, port):
    write_certificate(folder)
    block = block_of("nginx", site).replace("443", str(port))
    block = re.sub(r"/etc/ssl/\S+\.(pem|key);", lambda found: f"{folder}/{found[1]};", block)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(NGINX.format(folder=folder, user=user, block=block), "utf-8")
    return ["nginx", "-p", folder, "-c", folder / "conf"]


def start_caddy(folder, site, port):
    (folder / "Caddyfile").write_text(CADDY.format(port=port, block=block_of("caddyfile", site)), "utf-8")
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


@contextmanager
def running(command, folder):
    env = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module", params=[start_nginx, start_caddy], ids=["nginx", "caddy"])
def proxied(request, site, tmp_path_factory):
    """What asks the server through a proxy, by the proxy's name, from another address."""
    name = request.param.__name__.removeprefix("start_")
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    folder, port = tmp_path_factory.mktemp(name), free_port()
    with running(request.param(folder, site, port), folder) as process:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        transport = httpx2.HTTPTransport(verify=trusting, local_address=CLIENT)
        with httpx2.Client(transport=transport, base_url=f"https://127.0.0.1:{port}", timeout=30) as client:
            client.headers["Host"] = NAME
            ends = time.monotonic() + 20
            while not is_up(client):
                assert process.poll() is None, (folder / "log").read_text("utf-8")
                assert time.monotonic() < ends, (folder / "log").read_text("utf-8")
                time.sleep(0.05)
            yield client


def ask(client, method, path, token="", **more):
    headers = ({"Authorization": f"Bearer {token}"} if token else {}) | more.pop("headers", {})
    return client.request(method, path, headers=headers, extensions={"sni_hostname": NAME}, **more)


def is_up(client):
    try:
        return ask(client, "GET", "/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def test_who_reads_and_who_writes(proxied):
    """Reading needs the one token, changes the other; a request that the proxy passes on is not this machine's own."""
    question = {"question": "Who is Jia Jia?"}
    assert ask(proxied, "POST", "/ask", json=question).status_code == 401
    assert ask(proxied, "POST", "/ask", READ, json=question).json()["answerable"]
    for token in ("", READ):
        assert ask(proxied, "POST", "/index/rebuild", token).status_code == 401
    assert ask(proxied, "GET", "/documents", "wrong-token-wrong-token").status_code == 401


def test_a_browser_signs_in_over_tls(proxied):
    """The page sends a browser to where it gives the token; its cookie is for TLS alone, since the proxy says so."""
    html = {"Accept": "text/html", "Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"}
    assert ask(proxied, "GET", "/", headers=html).headers["location"].startswith("/login?next=")
    entered = ask(proxied, "POST", "/login", data={"token": READ, "next": "/"}, headers=html)
    assert entered.status_code == 303
    assert "; Secure" in entered.headers["set-cookie"]


def test_another_name_reads_nothing(proxied):
    """A name that is not the site's gets no answer out of the server, with the right token too."""
    told = ask(proxied, "GET", "/documents", READ, headers={"Host": "evil.example"})
    assert "jia-jia" not in told.text


def test_clients_are_told_apart(proxied, site):
    """A wrong token is noted for the address that the proxy saw, whatever the client says of itself."""
    before = site.log.count("a wrong token came from")
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert ask(proxied, "GET", "/documents", "a-wrong-token-again", headers=claimed).status_code == 401
    noted = re.findall(r"a wrong token came from (\S+)", site.log)[before:]
    assert noted == [CLIENT]


def test_files_and_the_events_of_their_build_pass(proxied):
    """An upload of 500 KB comes through whole, and what its build says comes as it is said, to the end."""
    text = "The ferry left Ystad at noon. " + " ".join(f"Line {n} of the log." for n in range(24_000))
    stored = ask(proxied, "POST", "/documents", WRITE, files={"files": ("log.txt", text)})
    assert stored.status_code == 201, stored.text
    job = stored.json()["job"]
    ask(proxied, "DELETE", "/documents/log.txt", WRITE)  # it need not be built
    with proxied.stream(
        "GET", f"{job['url']}/events", headers={"Authorization": f"Bearer {READ}"}, extensions={"sni_hostname": NAME}
    ) as events:
        assert next(events.iter_lines()).startswith(("event:", "data:", "id:", "retry:"))
