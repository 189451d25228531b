"""The served corpora and the browser, each made once; every page is watched, and a complaint fails its test."""

import re

import pytest
from articles import MANY, VARIED, hostile_corpus
from browsing import find_chromium, is_ci, launch, watched
from playwright.sync_api import sync_playwright
from serving import CORPUS, serving, write_corpus


@pytest.fixture(scope="session")
def site(embedder, tmp_path_factory):
    """The sample corpus, served."""
    with serving(CORPUS, tmp_path_factory.mktemp("index"), embedder) as served:
        yield served


@pytest.fixture(scope="session")
def varied_site(embedder, tmp_path_factory):
    """A long diary, emoji, other scripts and long titles, served."""
    corpus = write_corpus(tmp_path_factory.mktemp("varied"), VARIED)
    with serving(corpus, tmp_path_factory.mktemp("varied-index"), embedder) as served:
        yield served


@pytest.fixture(scope="session")
def many_site(embedder, tmp_path_factory):
    """More documents and tags than the filter lists, and than one page of choices holds, served."""
    corpus = write_corpus(tmp_path_factory.mktemp("many"), MANY)
    with serving(corpus, tmp_path_factory.mktemp("many-index"), embedder) as served:
        yield served


@pytest.fixture(scope="session")
def hostile_site(embedder, tmp_path_factory):
    """Documents whose text, titles, names and front matter want to run, served."""
    corpus = write_corpus(tmp_path_factory.mktemp("hostile"), hostile_corpus())
    with serving(corpus, tmp_path_factory.mktemp("hostile-index"), embedder) as served:
        yield served


@pytest.fixture(scope="session")
def browser():
    """Chromium."""
    if find_chromium() is None and not is_ci():
        pytest.skip("there is no Chromium on this machine; install Debian's chromium")
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture
def open_page(browser):
    """Opens watched pages of a site; what they complain of fails the test at its end."""
    opened = []

    def make(served, path="/", expected=None, **options):
        """``expected`` is a pattern of complaints that the test provokes; one has to come."""
        entered = watched(browser, served.address, **options)
        page, watch = entered.__enter__()
        opened.append((entered, watch, expected))
        page.goto(path)
        return page

    yield make
    for entered, _, _ in opened:
        entered.__exit__(None, None, None)
    for _, watch, expected in opened:
        provoked = [complaint for complaint in watch.complaints if expected and re.search(expected, complaint)]
        assert [complaint for complaint in watch.complaints if complaint not in provoked] == []
        assert bool(provoked) == bool(expected)


@pytest.fixture
def page(open_page, site):
    """The empty state of the sample corpus."""
    return open_page(site)
