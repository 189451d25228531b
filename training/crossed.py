"""Data sets whose questions or documents are not English, from sets that are translations of each other.

Usage: python training/crossed.py EVAL OUT

XQuAD (Artetxe, Ruder, Yogatama 2020, "On the Cross-lingual Transferability of Monolingual Representations") asks the
same questions in every language, by the same ids. EVAL has a folder ``xquad_xx`` for each language xx, and ``robust``,
whose ``xquad_orig`` are the English questions about English paragraphs. Written to OUT, a folder each: questions in
every language about English documents (``cross_xx``), in English about every other (``en_xx``), and some in one about
another. Of all these and of ``xquad_xx`` there is also ``half_…``, without every second article that is asked about:
the questions about it have no answer there. English halves have passages of OTHER_TOPICS beside what is asked about,
since ``robust`` has more passages of the same articles.
"""

import argparse
import json
from pathlib import Path

OTHER_PAIRS = (("zh", "es"), ("de", "zh"), ("ru", "de"))
ORIGINAL = "xquad_orig"
OTHER_TOPICS = ("fairytaleqa", "covidqa")
OTHERS = 500  # passages of each


def read(path):
    """The records of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(folder, documents, questions):
    """Write a data set."""
    folder.mkdir(parents=True)
    for name, records in (("corpus", documents), ("queries", questions)):
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), "utf-8")


def halved(documents, questions, article):
    """The data set without every second article, whose questions are marked as having no answer."""
    order = {name: number for number, name in enumerate(dict.fromkeys(article[q["id"]] for q in questions))}
    absent = {q["id"] for q in questions if order[article[q["id"]]] % 2}
    left_out = {q["passage_id"] for q in questions if q["id"] in absent}
    return [document for document in documents if document["id"] not in left_out], [
        {"id": q["id"], "question": q["question"], "answers": [], "answerable": False} if q["id"] in absent else q
        for q in questions
    ]


def main():
    """Write the pairs and their halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    folders = {folder.name.removeprefix("xquad_"): folder for folder in sorted(options.eval.glob("xquad_*"))}
    documents = {language: read(folder / "corpus.jsonl") for language, folder in folders.items()}
    asked = {language: {q["id"]: q for q in read(folder / "queries.jsonl")} for language, folder in folders.items()}
    documents["en"] = read(options.eval / "robust" / "corpus.jsonl")
    original = [q for q in read(options.eval / "robust" / "queries.jsonl") if q["variant"] == ORIGINAL]
    asked["en"] = {q["base_id"]: q | {"id": q["base_id"], "variant": ""} for q in original}
    asked_about = {q["passage_id"] for q in original}
    halves = documents | {"en": [document for document in documents["en"] if document["id"] in asked_about]}
    for name in OTHER_TOPICS:
        others = read(options.eval / name / "corpus.jsonl")[:OTHERS]
        halves["en"] += [other | {"id": f"{name}-{other['id']}"} for other in others]
    article = {i: q["doc_id"] for i, q in asked[next(iter(folders))].items()}
    pairs = {f"xquad_{language}": (language, language) for language in folders}
    pairs |= {f"cross_{language}": (language, "en") for language in folders}
    pairs |= {f"en_{language}": ("en", language) for language in folders}
    pairs |= {f"{one}_{other}": (one, other) for one, other in OTHER_PAIRS}
    for name, (language, about) in pairs.items():
        questions = [
            q | {"question": asked[language][i]["question"]} for i, q in asked[about].items() if i in asked[language]
        ]
        if language != about:
            write(options.out / name, documents[about], questions)
        write(options.out / f"half_{name}", *halved(halves[about], questions, article))


if __name__ == "__main__":
    main()
