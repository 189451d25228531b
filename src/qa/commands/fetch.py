"""``qa fetch``: pages of the web into the corpus. The only command that uses the network."""

import argparse
import sys
from collections.abc import Iterator

from qa.commands import EXIT_UNREADABLE
from qa.config import Settings
from qa.corpus.uploads import Uploads
from qa.errors import FetchRefused
from qa.escaping import escaped
from qa.fetching.lists import links_of_feed, links_of_sitemap
from qa.fetching.pages import Fetched, Library, Outcome
from qa.fetching.web import Web
from qa.readers.isolation import Parser

SHOWN_LINES = 5
MB = 2**20
MOST_LISTS = 50  # site maps that site maps name


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Fetch what was asked for, and say of each page whether it is new, changed or as it was."""
    web = Web(allow_private=options.private, pause_s=options.pause)
    settings.corpus.mkdir(parents=True, exist_ok=True)
    failed = 0
    with Parser() as parser:
        uploads = Uploads(settings.corpus, settings.index, settings.min_free_mb * MB)
        library = Library(settings.corpus, uploads, parser.parse)
        counts = dict.fromkeys(Outcome, 0)
        for number, address in enumerate(_addresses(web, library, options)):
            if number >= options.most:
                print(f"stopped after {options.most} pages; --most N fetches more")
                break
            try:
                fetched = library.fetch(web, address) if isinstance(address, str) else _raised(address)
            except FetchRefused as error:
                print(f"qa: {escaped(str(error))}", file=sys.stderr)
                failed += 1
                continue
            counts[fetched.outcome] += 1
            print(_described(fetched))
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + (f", {failed} failed" * bool(failed)))
    if counts[Outcome.NEW] or counts[Outcome.CHANGED]:
        print("qa index makes them answer")
    return EXIT_UNREADABLE if failed else 0


def _addresses(web: Web, library: Library, options: argparse.Namespace) -> Iterator[str | FetchRefused]:
    """Each address once; what could not be listed in its place."""
    seen: set[str] = set()
    for address in _listed(web, library, options):
        if isinstance(address, FetchRefused) or address not in seen:
            yield address
        if isinstance(address, str):
            seen.add(address)


def _listed(web: Web, library: Library, options: argparse.Namespace) -> Iterator[str | FetchRefused]:
    yield from options.urls
    if options.again:
        yield from library.addresses()
    for feed in options.feed:
        try:
            page = web.get(feed)
            yield from links_of_feed(page.body, page.url)
        except FetchRefused as error:
            yield error
    waiting = list(options.sitemap)
    for sitemap in waiting:
        try:
            page = web.get(sitemap)
            links, others = links_of_sitemap(page.body, page.url)
            waiting += [other for other in others if other not in waiting][: MOST_LISTS - len(waiting)]
            yield from links
        except FetchRefused as error:
            yield error


def _raised(error: FetchRefused) -> Fetched:
    raise error


def _described(fetched: Fetched) -> str:
    lines = [f"{fetched.outcome:<9} {escaped(fetched.url)} → {escaped(fetched.document_id)}"]
    for mark, changed in (("-", fetched.removed), ("+", fetched.added)):
        lines += [f"  {mark} {escaped(line)}" for line in changed[:SHOWN_LINES]]
        if len(changed) > SHOWN_LINES:
            lines.append(f"  {mark} … {len(changed) - SHOWN_LINES} more lines")
    return "\n".join(lines)
