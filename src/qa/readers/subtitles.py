"""Subtitles and transcripts with cue times: the speech joined over cues, each turn with its time and speaker.

Offsets count into the rendered text, a block a turn: ``00:00:06 Jonas: The new boat arrives on the ninth of October.``
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qa.errors import UnreadableFile
from qa.readers.decode import decode
from qa.readers.text import TextBuilder
from qa.types import Document

LONGEST_TURN_S = 60
PAUSE_S = 4
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}.*$", re.MULTILINE)
_VOICE = re.compile(r"^\s*<v(?:\.[\w.]+)?\s+([^>]+)>")
_SPEAKER = re.compile(r"^\s*(?:-\s*)?([A-ZÀ-Þ][\w.' -]{1,30}):\s+")
_MARKUP = re.compile(r"</?[a-z][^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…。！？][\"”’')\]]*$")


@dataclass(slots=True)
class _Turn:
    start: float
    end: float
    speaker: str
    words: list[str] = field(default_factory=list)


def is_subtitles(text: str) -> bool:
    """Whether a text is made of cues."""
    return text.lstrip("\ufeff \r\n").startswith("WEBVTT") or bool(_CUE.search(text[:500]))


def read_subtitles(document_id: str, content: bytes) -> list[Document]:
    """Read ``.srt`` and ``.vtt``."""
    return [transcript(document_id, decode(content))]


def transcript(document_id: str, text: str) -> Document:
    """The turns of a text that is made of cues.

    Raises:
        UnreadableFile: it has no cue.
    """
    builder = TextBuilder()
    for turn in _turns(text.replace("\r\n", "\n")):
        said = " ".join(" ".join(turn.words).split())
        builder.block(f"{_clock(turn.start)} {turn.speaker + ': ' if turn.speaker else ''}{said}" if said else "")
    if not builder.length:
        raise UnreadableFile("the file has no cue such as '00:00:01,000 --> 00:00:04,000' with words below it")
    return builder.document(document_id)


def _turns(text: str) -> Iterator[_Turn]:
    turn: _Turn | None = None
    cues = list(_CUE.finditer(text))
    for number, cue in enumerate(cues):
        block = text[cue.end() : cues[number + 1].start() if number + 1 < len(cues) else len(text)]
        lines = block.strip("\n").partition("\n\n")[0]
        speaker, words = _spoken(lines)
        start, end = _seconds(cue.groups()[:4]), _seconds(cue.groups()[4:])
        if turn is None or _is_new(turn, start, speaker):
            if turn:
                yield turn
            turn = _Turn(start, end, speaker or (turn.speaker if turn and not _ENDS.search(turn.words[-1]) else ""))
        turn.words.append(words)
        turn.end = end
    if turn:
        yield turn


def _is_new(turn: _Turn, start: float, speaker: str) -> bool:
    if speaker and speaker != turn.speaker:
        return True
    ended = bool(_ENDS.search(turn.words[-1])) if turn.words else False
    return ended and (start - turn.end > PAUSE_S or start - turn.start > LONGEST_TURN_S)


def _spoken(lines: str) -> tuple[str, str]:
    """Who speaks, "" where it is not said, and the words."""
    voice = _VOICE.match(lines)
    plain = " ".join(_MARKUP.sub("", lines).split())
    if voice:
        return voice[1].strip(), plain
    speaker = _SPEAKER.match(plain)
    return (speaker[1], plain[speaker.end() :]) if speaker else ("", plain)


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = groups
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0) + float(f"0.{fraction}")


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
