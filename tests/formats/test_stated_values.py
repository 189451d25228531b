"""Values that files of every format state, asked for through the product: folder, index, question, quotation."""

import os
from itertools import product

from office import notebook
from saying import file_saying

from qa.corpus.folder import list_files
from qa.readers import READERS
from qa.types import Question

SAME = {".jpeg", ".tif", ".tiff"}  # as .jpg, to the reader; each takes seconds to recognise
ROUNDS = int(os.environ.get("QATEST_STATED_ROUNDS", "1"))
FLOOR = 0.95  # of the stated values are in the quotation
_NAMES = [
    first + second
    for first, second in product(
        ("Kel", "Var", "Nor", "Ost", "Bran", "Sund", "Lim", "Tor", "Hald", "Mar"),
        ("so", "by", "wick", "holm", "dale", "mark", "gate", "ford", "mere", "haven"),
    )
]
_PEOPLE = ("Ada Lind", "Jan Berg", "Ruth Okafor", "Emil Novak", "Clara Weiss", "Pavel Horak", "Ines Duarte")


def mill(number):
    year = 1800 + number
    place = _NAMES[number]
    return (
        f"The mill at {place} ground oats until {year}.",
        f"Until when did the mill at {place} grind oats?",
        str(year),
    )


def ferry(number):
    count = str(1200 + 7 * number)
    name = _NAMES[-1 - number]
    told = f"The ferry {name} carried {count} passengers in its first summer."
    return told, f"How many passengers did the ferry {name} carry in its first summer?", count


def keeper(number):
    person, place = _PEOPLE[number % len(_PEOPLE)], _NAMES[(number * 7) % len(_NAMES)]
    return f"The keeper of the lighthouse at {place} was {person}.", f"Who kept the lighthouse at {place}?", person


KINDS = {
    "dutch.txt": ("Elk lid mag één boot per week lenen.".encode("cp1252"), "Hoeveel boten mag elk lid lenen?", "één"),
    "unmarked.txt": (
        "Spare paddles hang behind the blue door.\n".encode("utf-16-le"),
        "Where do spare paddles hang?",
        "blue door",
    ),
    "polish.txt": (
        "Most w Łodzi został otwarty w 1921 roku, a młyn spłonął później.".encode("cp1250"),
        "Kiedy został otwarty most w Łodzi?",
        "1921",
    ),
    "cues.txt": (
        b"1\n00:00:01,000 --> 00:00:04,000\nThe brass bell was cast\n\n2\n00:00:04,000 --> 00:00:07,000\nin Utrecht.\n",
        "Where was the brass bell cast?",
        "Utrecht",
    ),
    "wood.csv": (b"Wood,Weeks\nAsh,13\nWillow,46\n", "How many weeks for willow?", "46"),
    "oven.ipynb": (
        notebook(("markdown", "# Oven\n\nThe oven needs 41 logs.")),
        "How many logs does the oven need?",
        "41",
    ),
}


def stated():
    """Name, content, question and value of each file."""
    for round_number in range(ROUNDS):
        for number, suffix in enumerate(suffix for suffix in READERS if suffix not in SAME):
            told, question, value = (mill, ferry, keeper)[(number + round_number) % 3](number)
            yield f"{round_number}-{suffix[1:]}{suffix}", file_saying(suffix, told), question, value
    for name, (content, question, value) in KINDS.items():
        yield name, content, question, value


def test_what_files_state_is_quoted(tmp_path, indexer_for, service_for):
    """Every file is read, and nearly every value that one states is quoted when it is asked for."""
    files = list(stated())
    for name, content, _, _ in files:
        (tmp_path / name).write_bytes(content)
    indexer = indexer_for(tmp_path, tmp_path.with_name("index"))
    changes = indexer.build()
    assert changes.unreadable == ()
    assert len(changes.added) >= len(list_files(tmp_path)) == len(files)
    service = service_for(indexer.index)
    service.open()
    wrong = [
        f"{name}: {question} {value!r} is not in {answer.text!r}"
        for name, _, question, value in files
        if value not in (answer := service.ask(Question(question)).answer).text
    ]
    print(f"{len(files) - len(wrong)} of {len(files)} values quoted", *wrong, sep="\n")
    assert len(wrong) <= (1 - FLOOR) * len(files)
