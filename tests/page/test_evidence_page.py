"""The page of an evidence pack, opened from the disk."""

import io
import json
import zipfile

import httpx2
import pytest

QUESTION = "When did Xu Jiatun fly to San Francisco?"


@pytest.mark.parametrize("is_forged", [False, True])
def test_the_page_checks_itself(site, browser, tmp_path, is_forged):
    """The page checks every quotation, and finds a forged one; it asks for nothing but itself."""
    content = httpx2.get(f"{site.address}/evidence", params={"question": QUESTION}, timeout=60).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        html, manifest = archive.read("index.html"), json.loads(archive.read("manifest.json"))
    if is_forged:
        cited = manifest["citations"][0]["cited_text"].encode()
        html = html.replace(b"<mark>" + cited, b"<mark>Not so: " + cited)
    (tmp_path / "index.html").write_bytes(html)
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    marks = page.locator("figure output").all_inner_texts()
    assert [mark[0] for mark in marks] == ["✗" if is_forged else "✓"] * len(manifest["citations"]) != []
    assert ("Every quotation was checked" in page.locator("#verdict").inner_text()) is not is_forged
    assert len(asked) == 1
    page.close()
