"""Imports point one way, and each heavy library has one owner."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "qa"

LAYERS = [
    {"types", "errors", "analysis", "offline", "onnx_runtime"},
    {"protocols", "followup"},
    {"durable"},
    {
        "arrays",
        "vectors",
        "readers",
        "corpus",
        "splitter",
        "embedders",
        "stores",
        "lexicon",
        "config",
        "progress",
        "feedback",
    },
    {"names"},
    {"uploads", "jobs"},
    {"index_folder", "recipe", "watch"},
    {"file_states"},
    {"reading"},
    {"lexical"},
    {"query"},
    {"late_interaction", "passages", "sentence_vectors"},
    {"snapshot"},
    {"encoding"},
    {"features", "floor", "duplicates"},
    {"ranking"},
    {"indexer", "retriever", "rerankers", "extractors", "sentences"},
    {"confidence", "neighbours", "suggestions"},
    {"answerer", "doctor"},
    {"answer_cache"},
    {"service"},
    {"measures", "rendering"},
    {"evaluation"},
    {"compose"},
    {"api"},
    {"commands"},
    {"cli"},
]

OWNERS = {
    "watchfiles": ("watch.py",),
    "faiss": ("stores/faiss.py", "stores/inverted.py"),
    "sentence_transformers": ("embedders/", "rerankers/"),
    "torch": ("embedders/", "rerankers/"),
    "onnxruntime": ("onnx_runtime.py",),
    "onnx": ("embedders/bert.py",),
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "pydantic": ("api/", "config.py"),
    "cachetools": ("answer_cache.py",),
    "prometheus_client": ("api/",),
    "bm25s": ("lexical.py",),
    "sentencex": ("splitter.py",),
    "rapidfuzz": ("lexicon.py",),
    "lxml": ("readers/",),
    "docx": ("readers/docx.py",),
    "pypdfium2": ("readers/pdf",),
    "trafilatura": ("readers/html.py",),
}

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "qa" else {node.module}
    return names


def layer_of(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("name", [name for name in FILES if name != "__init__.py"])
def test_imports_point_down(name):
    """A module imports from its own layer or from those below it, never from above."""
    own = name.split("/")[0].removesuffix(".py")
    imported = {module.split(".")[1] for module in imported_modules(SOURCE / name) if module.startswith("qa.")}
    above = {part for part in imported - {own, "__version__"} if layer_of(part) > layer_of(own)}
    assert not above


@pytest.mark.parametrize("library", OWNERS)
def test_heavy_libraries_have_one_owner(library):
    """Only its owner imports a heavy library, and the owner does."""
    users = {name for name in FILES if library in {module.split(".")[0] for module in imported_modules(SOURCE / name)}}
    assert users
    assert all(name.startswith(OWNERS[library]) for name in users)
