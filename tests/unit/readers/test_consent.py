"""Layers that ask whether a page may store cookies."""

import pytest

from qa.readers.html import read_html

ARTICLE = "<h1>The salt museum</h1><p>The museum shows how salt was made from peat, and how it was sold.</p>"


def words(body: str) -> str:
    page = f"<html><head><title>Visit</title></head><body>{body}</body></html>"
    return read_html("visit.html", page.encode())[0].text


@pytest.mark.parametrize(
    "layer",
    [
        "<div><p>We keep cookies for a year. You may refuse them.</p><p>Your data is deleted then.</p></div>",
        "<section id='consent-1'><p>We and our 312 partners know you.</p><button>Agree</button></section>",
        "<div class='cookie-bar'>Wir speichern Cookies. <button>Ablehnen</button></div>",
        "<div><div><p>This site uses cookies.</p><p>Accept all</p></div></div>",
    ],
)
def test_they_are_not_read(layer: str) -> None:
    """Wherever the layer stands, and whether its name or its words tell it, nothing of it is read."""
    assert words(layer + f"<div>{ARTICLE}</div>") == words(f"<div>{ARTICLE}</div><footer></footer>" + layer)
    assert words(layer + f"<div>{ARTICLE}</div>") == words(f"<div>{ARTICLE}</div>")


@pytest.mark.parametrize(
    "body",
    [
        "<div><h1>Cookies</h1><p>We bake cookies for an hour; accept no others.</p></div>",
        f"<div>{ARTICLE}</div><div><p>The cook bakes cookies for our visitors every day.</p></div>",
        "<div>We store cookies. You may refuse them.</div>",
    ],
)
def test_articles_are_read_whole(body: str) -> None:
    """What has an article's heading, leaves no choice, or is all there is, is read."""
    assert "ookies" in words(body)
