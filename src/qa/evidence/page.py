"""The page of a pack: question, quotations where they stand, and a script that checks each; it loads nothing."""

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape

from qa.types import Answer, Citation

AROUND = 240  # code points shown beside a quotation

_STYLE = """body{font:1.1rem/1.6 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
blockquote{margin:0;padding-left:1rem;border-left:3px solid;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote span{opacity:.75}mark{font-weight:600}figure{margin:1.5rem 0}output{font-weight:600}
figcaption{font:.9rem/1.5 system-ui,sans-serif;margin-top:.5rem}"""

_SCRIPT = """const documents = JSON.parse(document.getElementById("documents").textContent);
let wrong = 0;
for (const figure of document.querySelectorAll("figure")) {
  const { start, text } = documents[figure.dataset.document];
  const points = Array.from(text);
  const quotation = points.slice(figure.dataset.start - start, figure.dataset.end - start).join("");
  const same = quotation === figure.querySelector("mark").textContent;
  figure.querySelector("output").textContent = same ? "\\u2713 verbatim" : "\\u2717 not what the document says";
  wrong += same ? 0 : 1;
}
document.getElementById("verdict").textContent = wrong
  ? `${wrong} quotations are not what the documents in this file say.`
  : "Every quotation was checked against the documents in this file.";"""


def self_checking_page(answer: Answer, documents: Sequence[tuple[str, int, str]]) -> bytes:
    """The page; ``documents`` are ids, the offset at which the text at hand begins, and that text."""
    texts = {name: {"start": start, "text": text} for name, start, text in documents}
    data = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
    quotations = "\n".join(map(_figure, answer.citations)) or "<p>The documents do not say.</p>"
    policy = f"default-src 'none'; script-src '{_digest(_SCRIPT)}'; style-src '{_digest(_STYLE)}'"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width"><title>{escape(answer.question)}</title>
<style>{_STYLE}</style></head>
<body><main><h1 dir="auto">{escape(answer.question)}</h1>
<p id="verdict">Open this file with script allowed to check every quotation.</p>
{quotations}
<p>Quoted from the documents; nothing is generated. README.txt says how to check digests and signature.</p></main>
<script type="application/json" id="documents">{data}</script>
<script>{_SCRIPT}</script></body></html>
""".encode()


def _figure(citation: Citation) -> str:
    document, span = citation.document, citation.span
    before = document.text[max(0, span.start - AROUND) : span.start]
    after = document.text[span.end : span.end + AROUND]
    title = escape(document.title or document.id)
    return (
        f'<figure data-document="{escape(document.id)}" data-start="{span.start}" data-end="{span.end}">'
        f'<blockquote dir="auto"><span>{escape(before)}</span><mark>{escape(citation.cited_text)}</mark>'
        f"<span>{escape(after)}</span></blockquote><figcaption>[{citation.number}] {title}, {escape(document.id)}, "
        f"characters {span.start}–{span.end} <output>not checked: this needs script</output></figcaption></figure>"
    )


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
