"""Questions that a corpus can answer, found in the corpus itself and kept only when the service answers them.

No language model writes them. Three sentence patterns give a question whose answer is the sentence it came from:

- "Martial law was declared by Beijing on May 20." → "When was martial law declared by Beijing?"
- a sentence that dates something to a day        → "What happened on May 20?"
- a name that speaks or acts                       → "Who is Zhao Ziyang?"

A pattern may misread a sentence, so each question is asked; it stays when the service answers with that very sentence
and is at least medium sure of it.

They are found when a snapshot is opened, in the background, not when it is built: what is answered depends on the
ranking, the second stage and the confidence of the service that answers, while a sealed snapshot depends on the
articles and the recipe alone. Nothing waits for them. However large the corpus, at most ``MAX_ASKED`` questions are
tried, one after the other, with a rest as long as each took, and they give way where real ones take every place.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from qa.errors import QAError, TooBusy
from qa.index.snapshot import Snapshot
from qa.types import Answer, Band

COUNT = 4
NEIGHBOURS = 2
MAX_DOCUMENTS = 24  # of a large corpus, evenly spaced
MAX_PASSAGES = 20  # of each of them
MAX_ASKED = 48
MAX_ASKED_NEARBY = 8
STOP_S = 10.0
GIVE_WAY_S = 0.5

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = rf"(?:{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?)"
_WHEN = rf"(?:{_DAY}|{_MONTH} \d{{4}}|(?:1[0-9]|20)\d\d)"
_WORD = r"[^\W\d_][\w'’-]*"
_PARTICIPLE = r"(?:\w{3,}ed|born|built|made|held|sent|found|given|taken|known|written|shown|won|lost|killed|cut|set)"
_NAME = r"[A-Z][a-zà-ÿ]+(?: (?:[A-Z]\.|[A-Z][a-zà-ÿ]+)){1,2}"
_ACT = r"(?:said|says|told|wrote|was born|became|asked|joined|argued|explained|announced|invented|discovered|founded)"

_PASSIVE = re.compile(
    rf"(?P<subject>{_WORD}(?: {_WORD}){{0,4}}) (?P<copula>was|were) "
    rf"(?P<event>{_PARTICIPLE}(?: {_WORD}){{0,5}}?) (?:in|on) (?P<key>{_WHEN})\b"
)
_DATED = re.compile(rf"\b(?:[Oo]n|[Uu]ntil|[Bb]y) (?P<key>{_DAY})(?![\w])")
_PERSON = re.compile(rf"\b(?P<key>{_NAME}) {_ACT}\b")
_NO_SUBJECT = re.compile(
    r"(he|she|it|they|this|that|these|those|there|which|who|what|his|her|its|their|we|i|you|and|but|as|if|when|while|"
    r"since|after|before|in|on|at|by|for|from|with|although|because|however)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(that|which|who|when|while|and|but|was|were|is|are|had|has|have)\b")
_FALSE_NAME = re.compile(r"(The|This|That|In|On|At|After|Before|When|While|But|And|For|From|As|A|An|Mr|Dr|He|She|It)\b")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may suit: what it asks about, what its answer has to match, and where it was found."""

    question: str
    key: str
    proof: str
    sentence: str
    document_id: str


Ask = Callable[[str], Answer]
"""Asks the service and gives its answer."""


def suggest(snapshot: Snapshot, ask: Ask, count: int = COUNT) -> tuple[str, ...]:
    """Find up to ``count`` questions, the most confidently answered first, over different documents where there are."""
    tried = [
        (candidate, ask(candidate.question)) for candidate in _varied(snapshot, _sampled_rows(snapshot))[:MAX_ASKED]
    ]
    answered = [(candidate, answer) for candidate, answer in tried if _answers(answer, candidate)]
    answered.sort(key=lambda pair: -pair[1].confidence.probability)
    kept: list[Candidate] = []
    for candidate, _ in answered:
        if len(kept) < count and not _repeats(candidate, kept, snapshot, count):
            kept.append(candidate)
    return tuple(candidate.question for candidate in kept)


def neighbouring(snapshot: Snapshot, answer: Answer, ask: Ask, count: int = NEIGHBOURS) -> tuple[str, ...]:
    """Find up to ``count`` questions about what a refusal's nearest passages do say, nearest first."""
    rows = [snapshot.row_of(ranked.passage) for ranked in answer.passages]
    kept: list[str] = []
    for candidate in _varied(snapshot, [[row] for row in rows])[:MAX_ASKED_NEARBY]:
        if len(kept) == count:
            break
        if candidate.question not in kept and _answers(ask(candidate.question), candidate):
            kept.append(candidate.question)
    return tuple(kept)


class Suggestions:
    """The suggested questions of the snapshot that is open, found once in the background."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._found: dict[str, tuple[str, ...]] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """End the search, and wait for the question that it asks: a thread in native code may not outlive Python."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def of(self, snapshot: Snapshot) -> tuple[str, ...]:
        """What is known by now: nothing while the search for a new snapshot still runs."""
        with self._lock:
            if snapshot.manifest.id not in self._found:
                self._found = {snapshot.manifest.id: ()}
                self._thread = threading.Thread(target=self._find, args=(snapshot,), daemon=True, name="suggestions")
                self._thread.start()
            return self._found[snapshot.manifest.id]

    def _find(self, snapshot: Snapshot) -> None:
        try:
            found = suggest(snapshot, self._ask_in_passing)
        except (QAError, InterruptedError):
            return  # the snapshot has gone meanwhile, or the service: there is nothing to suggest
        with self._lock:
            if snapshot.manifest.id in self._found:
                self._found[snapshot.manifest.id] = found

    def _ask_in_passing(self, question: str) -> Answer:
        """Ask when there is a place, and rest as long as the answer took."""
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                answer = self._ask(question)
            except TooBusy:
                time.sleep(GIVE_WAY_S)
                continue
            time.sleep(time.monotonic() - began)
            return answer
        raise InterruptedError


def candidates(text: str, document_id: str) -> Iterator[Candidate]:
    """The questions that a sentence may answer, the most telling kind first."""
    if (passive := _PASSIVE.match(text)) and _is_plain(passive["subject"]) and not _CLAUSE.search(passive["event"]):
        question = f"When {passive['copula']} {_inside(passive['subject'], text)} {passive['event']}?"
        yield Candidate(question, passive["key"], re.escape(passive["key"]), text, document_id)
    for dated in _DATED.finditer(text):
        yield Candidate(f"What happened on {dated['key']}?", dated["key"], re.escape(dated["key"]), text, document_id)
    for person in _PERSON.finditer(text):
        if not _FALSE_NAME.match(person["key"]):
            proof = rf"{re.escape(person['key'])}(?:,| is\b| was\b| \()"  # says who, not only what this person did
            yield Candidate(f"Who is {person['key']}?", person["key"], proof, text, document_id)


def _is_plain(subject: str) -> bool:
    return not _NO_SUBJECT.match(subject) and not _CLAUSE.search(subject)


def _inside(subject: str, text: str) -> str:
    """The subject as it stands inside a sentence: a first word that is no name loses its capital."""
    first, _, rest = subject.partition(" ")
    is_name = rest[:1].isupper() or not rest or first.isupper()
    if first in {"The", "A", "An"} or (not is_name and f" {first} " not in text):
        return f"{first[0].lower()}{first[1:]} {rest}".strip()
    return subject


def _sampled_rows(snapshot: Snapshot) -> list[list[int]]:
    """Passage rows by document, for evenly spaced documents."""
    step = max(1, len(snapshot.documents) // MAX_DOCUMENTS)
    ids = [entry.id for entry in snapshot.entries[::step][:MAX_DOCUMENTS]]
    return [list(snapshot.rows_of_document.get(name, ()))[:MAX_PASSAGES] for name in ids]


def _varied(snapshot: Snapshot, groups: Sequence[Sequence[int]]) -> list[Candidate]:
    """The candidates of some groups of rows, one of each group in turn, the kinds alternating from group to group."""
    mixed = []
    for number, rows in enumerate(groups):
        passages = [snapshot.passages[row] for row in rows]
        found = [
            candidate
            for passage in passages
            for span in passage.sentences
            for candidate in candidates(passage.document_text(span), passage.document_id)
        ]
        kinds = [[c for c in found if c.question.startswith(word)] for word in ("When", "Who", "What")]
        turned = kinds[number % 3 :] + kinds[: number % 3] if len(groups) > 1 else kinds
        mixed.append([c for c in chain.from_iterable(zip_longest(*turned)) if c])
    return list(dict.fromkeys(c for c in chain.from_iterable(zip_longest(*mixed)) if c))


def _repeats(candidate: Candidate, kept: Sequence[Candidate], snapshot: Snapshot, count: int) -> bool:
    """Whether a question is about what another one asks, or its document has had its share."""
    share = -(-count // max(1, len(snapshot.documents)))
    used = sum(other.document_id == candidate.document_id for other in kept)
    subjects = {other.key for other in kept} | {other.question for other in kept}
    return used >= share or candidate.key in subjects or candidate.question in subjects


def _answers(answer: Answer, candidate: Candidate) -> bool:
    """Whether the service quotes the very sentence that the question was made from, and is at least medium sure."""
    return answer.confidence.band is not Band.LOW and any(
        citation.document.id == candidate.document_id
        and citation.cited_text == candidate.sentence
        and re.search(candidate.proof, citation.cited_text)
        for citation in answer.citations
    )
