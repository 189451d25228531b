"""Hostile HTML: bombs, and words that a page hides."""

from collections.abc import Iterator
from pathlib import Path

import honest
from hostile_case import SECRET, SEEN, XML, Case, entities, html


def pages(canary: Path) -> Iterator[Case]:
    for tag in ("div", "span", "b", "font", "blockquote", "table"):
        yield Case(f"page/deep-{tag}.html", html(f"<{tag}>" * 100_000 + "words"))
    yield Case("page/deep-list.html", html("<ul><li>" * 3000 + "words"))
    yield Case("page/deep-cells.html", html("<table><tr><td>" * 600 + "words"))
    yield Case(
        "page/deep-enough.html", html("<div>" * 1500 + "<p>Deep down are words.</p>"), wanted="Deep down are words."
    )
    # these take the parser many seconds on any machine: names of attributes are compared with each other
    for name, tag in (("attributes.html", "p"), ("attributes.htm", "div"), ("attributes.xhtml", "section")):
        yield Case(f"page/{name}", html(f"<{tag} {' '.join(f'a{n}=1' for n in range(200_000))}>words</{tag}>"))
    yield Case("page/attribute.html", html(f'<p title="{"x" * 1_000_000}">words</p>'), wanted=SEEN)
    yield Case("page/line.html", html(f"<p>{'x' * 1_000_000}</p>"))
    yield Case("page/breaks.html", html("<br>" * 50_000))
    yield Case("page/inline.html", html("<i>a</i> " * 30_000))
    yield Case("page/paragraphs.html", html("<p>a" * 30_000))
    yield Case("page/references.html", html("&amp;" * 200_000))
    yield Case("page/bad-references.html", html("&#0;&#xD800;&#x110000;&#99999999999;&bogus;" * 1000), wanted=SEEN)
    yield Case("page/links.html", html("<a href=x>link</a> " * 15_000))
    yield Case(
        "page/entities.html",
        (entities(canary) + f"<html><body><p>{SEEN} &l9;&file;</p></body></html>").encode(),
        wanted=SEEN,
    )
    yield Case(
        "page/entities.xhtml", (XML + entities(canary) + honest.chapter(f"<p>{SEEN}</p>&l9;&file;", "")[38:]).encode()
    )
    yield Case(
        "page/external.html",
        html("", f'<link rel=stylesheet href="{canary.as_uri()}"><base href="{canary.as_uri()}">'),
        wanted=SEEN,
    )
    yield Case(
        "page/include.html",
        html(f'<object data="{canary.as_uri()}"></object><embed src="{canary.as_uri()}">'),
        wanted=SEEN,
    )
    yield Case("page/comment.html", html(f"<!-- {SECRET} <p>") + b"words" * 100_000)
    yield Case("page/comments.html", html(f"<!--{SECRET}-->" * 50_000), wanted=SEEN)
    yield Case("page/cdata.html", html(f"<![CDATA[{SECRET}]]><?php {SECRET} ?>"))
    yield Case(
        "page/script-only.html",
        b"<!doctype html><html><body><div id=root></div><script>" + b"x();" * 50_000 + b"</script>",
        reason="script",
    )
    yield Case(
        "page/json-ld.html", html("", f'<script type="application/ld+json">{"[" * 100_000}</script>'), wanted=SEEN
    )
    yield Case("page/style.html", html("", f"<style>{'.a{' * 100_000}</style>"), wanted=SEEN)
    yield Case("page/style-long.html", html("", f"<style>{'.a,' * 300_000}.b{{display:none}}</style>"), wanted=SEEN)
    yield Case("page/charset.html", b'<meta charset="utf-7"><p>+ADw-script+AD4- ' + SEEN.encode(), wanted=SEEN)
    yield Case("page/charset-bomb.html", b'<meta charset="zip"><p>' + SEEN.encode(), wanted=SEEN)
    yield Case("page/utf16.html", f"<html><body><p>{SEEN}</p></body></html>".encode("utf-16"), wanted=SEEN)
    yield Case("page/title.html", html("", f"<title>{'long ' * 100_000}</title>"), wanted=SEEN)
    yield Case("page/metas.html", html("", '<meta name="author" content="x">' * 5_000), wanted=SEEN)
    yield Case("page/no-tags.html", SEEN.encode(), wanted=SEEN)
    yield Case("page/nothing.html", b"<html><body><img src=a></body></html>", reason="no words")


HIDING = {
    "script": "<script>{}</script>",
    "script-open": "<script><!-- {} </script>",
    "style": "<style>{}</style>",
    "template": "<template><p>{}</p></template>",
    "noscript": "<noscript>{}</noscript>",
    "textarea": "<textarea>{}</textarea>",
    "iframe": '<iframe srcdoc="<p>{}</p>">{}</iframe>',
    "svg": "<svg><text>{}</text><script>{}</script></svg>",
    "hidden": "<p hidden>{}</p>",
    "aria": '<div aria-hidden="TRUE"><p>{}</p></div>',
    "display": '<div style="color:red; DISPLAY : none !important">{}</div>',
    "visibility": '<p style="visibility:hidden">{}</p>',
    "opacity": '<p style="opacity:0.0">{}</p>',
    "font-size": '<p><span style="font-size:0px">{}</span></p>',
    "off-screen": '<p style="position:absolute;left:-9999px">{}</p>',
    "indent": '<p style="text-indent: -9999em">{}</p>',
    "clipped": '<p style="position:absolute;clip:rect(0 0 0 0)">{}</p>',
    "no-height": '<div style="height:0;overflow:hidden">{}</div>',
    "transparent": '<p style="color:transparent">{}</p>',
    "same-colour": '<p style="color:#fff;background-color:#fff">{}</p>',
    "class": "<style>/* a */ .gone, .other{{display:none}} @media print{{p{{display:none}}}}</style>"
    "<p class='x gone'>{}</p>",
    "identity": "<style>#gone {{ visibility : hidden }}</style><p id=gone>{}</p>",
    "reader": '<span class="sr-only">{}</span>',
    "select": "<select><option>{}</option></select>",
    "dialog": "<dialog>{}</dialog>",
    "alternative": '<img alt="{}" title="{}"><input value="{}" placeholder="{}">',
}  # fmt: skip


def hidden_in_pages() -> Iterator[Case]:
    for name, markup in HIDING.items():
        yield Case(
            f"hidden/{name}.html", html(markup.replace("{}", SECRET).replace("{{", "{").replace("}}", "}")), wanted=SEEN
        )
