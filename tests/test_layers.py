"""Imports point one way, and each heavy library has one owner."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "qa"

GROUND = (
    "types errors escaping logs protocols config analysis languages durable progress arrays logits offline "
    "onnx_runtime registry"
)
LAYERS = [  # what stands on one line may not import its neighbours, only what stands above
    GROUND,
    "readers embedders index verification",
    "corpus rerankers extractors evidence",
    "indexing retrieval fetching",
    "answering",
    "serving",
    "evaluation",
    "compose",
    "api",
    "client",
    "integrations",
    "commands",
    "cli",
]
NEVER = {("retrieval", "corpus"), ("answering", "corpus"), ("answering", "indexing")}

OWNERS = {
    "watchfiles": ("corpus/watch.py",),
    "faiss": ("index/stores/",),
    "sentence_transformers": ("embedders/", "rerankers/"),
    "torch": ("embedders/", "rerankers/"),
    "onnxruntime": ("onnx_runtime.py",),
    "onnx": ("embedders/bert.py",),
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "pydantic": ("api/", "config.py", "client/", "integrations/"),
    "httpx2": ("client/",),
    "httpcore2": ("fetching/web.py",),
    "protego": ("fetching/web.py",),
    "argon2": ("api/tokens.py",),
    "cryptography": ("evidence/",),
    "mcp": ("api/mcp.py",),
    "opentelemetry": ("serving/tracing.py",),
    "itsdangerous": ("api/access.py",),
    "limits": ("api/clients.py",),
    "landlockpy": ("readers/sandbox.py",),
    "cachetools": ("serving/answer_cache.py",),
    "prometheus_client": ("api/",),
    "bm25s": ("index/bm25.py",),
    "asyncpg": ("index/engines/postgres",),
    "pymilvus": ("index/engines/milvus",),
    "sentencex": ("indexing/splitter.py",),
    "rapidfuzz": ("index/spelling.py", "index/names.py", "verification/"),
    "lxml": ("readers/", "fetching/lists.py"),
    "docx": ("readers/docx.py",),
    "pypdfium2": ("readers/pdf",),
    "trafilatura": ("readers/html.py",),
}

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms.split()}


def imported_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "qa" else {node.module}
    return names


def room_of(name: str) -> str:
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


@pytest.mark.parametrize("name", [name for name in FILES if name != "__init__.py"])
def test_imports_point_down(name):
    """A module imports from its own package or from the layers before it; the ground imports from the ground."""
    room = room_of(name)
    imported = {module.split(".")[1] for module in imported_modules(SOURCE / name) if module.startswith("qa.")}
    outside = imported - {room, "__version__"}
    assert not {other for other in outside if LAYER[other] > LAYER[room]}
    assert not {other for other in outside if LAYER[other] == LAYER[room] and room not in GROUND.split()}
    assert not {(room, other) for other in outside} & NEVER


@pytest.mark.parametrize("library", OWNERS)
def test_heavy_libraries_have_one_owner(library):
    """Only its owner imports a heavy library, and the owner does."""
    users = {name for name in FILES if library in {module.split(".")[0] for module in imported_modules(SOURCE / name)}}
    assert users
    assert all(name.startswith(OWNERS[library]) for name in users)
