"""The sample articles: in form, in their own words, and with the answers to the questions that people ask of them."""

import json
import re
from itertools import pairwise

import pytest

from places import CORPUS, QUESTIONS, SEEDS, needs_questions, needs_seeds
from qa.indexing.reading import read_corpus
from qa.types import Question

RUN = 8  # words; a shorter run is no copy
DEPTH = 3
FIRST_AT_LEAST = 15  # of 20 questions; 19 on corpus/ and 17 on the raw articles when this was written
NOT_YET = {
    "Which three officials were named in the rumours?",  # fifth on the raw article, which only lists them
    "Which posts did Xu Jiatun hold in Hong Kong?",  # fourth on the raw article, which says it without the word
}
NAMES = re.compile(r"[A-Z0-9“\"'(]")


@pytest.fixture(scope="module")
def articles():
    documents, unreadable = read_corpus(CORPUS)
    assert not unreadable
    return documents


def test_three_articles_with_front_matter(articles):
    """Each article has a title, a day or year, a publisher and tags, and 700 to 2,000 words."""
    assert len(articles) == 3
    for article in articles:
        assert article.title
        assert re.fullmatch(r"\d{4}(-\d{2}-\d{2})?", article.published)
        assert article.publisher
        assert len(article.tags) >= 3
        assert 700 <= len(article.text.split()) <= 2000


def test_no_markup_reaches_a_citation(articles):
    """The text that citations quote has no sign of Markdown."""
    for article in articles:
        assert not re.search(r"\*\*|__|^#|^>|^---|\]\(|`|<[a-z]", article.text, re.MULTILINE)


def runs(text):
    words = [(m.group().lower(), bool(NAMES.match(m.group()))) for m in re.finditer(r"[\w’'-]+", text)]
    return {
        tuple(word for word, _ in words[i : i + RUN]): [name for _, name in words[i : i + RUN]]
        for i in range(len(words))
    }


@needs_seeds
def test_own_sentences_throughout(articles):
    """No run of eight words is shared with the source except names and titles."""
    source = {}
    for document in read_corpus(SEEDS)[0]:
        source |= runs(document.text)
    assert len(source) > 3000
    for article in articles:
        shared = {run: marks for run, marks in runs(article.text).items() if run in source and len(run) == RUN}
        copied = [" ".join(run) for run, marks in shared.items() if sum(marks) < RUN - 2]
        assert not copied


@needs_seeds
def test_every_date_and_number_is_carried_over(articles):
    """Years and numbers of the sources stand in the articles."""
    told = " ".join(article.text + article.title + str(article.published) for article in articles)
    numbers = {n for document in read_corpus(SEEDS)[0] for n in re.findall(r"\b\d[\d,.]*\d\b|\b\d\b", document.text)}
    missing = {n for n in numbers if n not in told and n.replace(",", "") not in told.replace(",", "")}
    assert not missing


def rank_of(service, asked):
    """The rank of the first passage that has all that the question's answer must have, or None."""
    passages = service.ask(Question(asked["q"], 10)).answer.passages
    hits = [p.rank for p in passages if all(re.search(must, p.passage.text) for must in asked["must"])]
    return min(hits, default=None)


@needs_questions
@pytest.mark.parametrize("name", ["corpus_index", pytest.param("seed_index", marks=needs_seeds)])
def test_answers_are_within_the_first_three(name, request, service_for):
    """Every answerable question has its answer in one of the first three passages, and most in the first."""
    service = service_for(request.getfixturevalue(name))
    service.open()
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    ranks = {asked["q"]: rank_of(service, asked) for asked in questions if asked.get("answerable", True)}
    assert len(ranks) == 20
    missed = {question: rank for question, rank in ranks.items() if not rank or rank > DEPTH}
    assert {*missed} <= NOT_YET, missed
    assert sum(rank == 1 for rank in ranks.values()) >= FIRST_AT_LEAST, ranks


@needs_seeds
def test_raw_articles_are_quoted_as_they_are(seed_index, service_for):
    """The untidy originals are indexed whole: their passages, in order, are their text but for blanks."""
    service = service_for(seed_index)
    service.open()
    assert len(service.snapshot.documents) == 3
    for document in service.snapshot.documents:
        own = [p for p in service.snapshot.passages if p.document_id == document.id]
        assert "".join("".join(p.text.split()) for p in own) == "".join(document.text.split())
        assert all(first.end <= second.start for first, second in pairwise(own))
