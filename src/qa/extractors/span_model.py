"""An extractor's ONNX file: checked, opened, run."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from qa.errors import ModelError
from qa.extractors.decoding import Floats, Mixture
from qa.onnx_runtime import InferenceSession, SessionOptions

_REINSTALL = "reinstall the program, or set QA_EXTRACTOR=off"


@dataclass(frozen=True, slots=True)
class SpanModel:
    """A network that gives four logits a token and three a passage, one call on one thread."""

    session: Any
    max_tokens: int
    mixture: Mixture

    @classmethod
    def load(cls, path: Path, sha256: str | None) -> Self:
        """Open a file; its metadata has ``max_tokens`` and, as JSON, the weights of ``Mixture``.

        Raises:
            ModelError: the file is missing, has another digest than ``sha256`` (None: any), or is no such network.
        """
        content = _checked(path, sha256)
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            session = InferenceSession(content, options, providers=["CPUExecutionProvider"])
            metadata = session.get_modelmeta().custom_metadata_map
            mixture = Mixture(
                null=tuple(json.loads(metadata["null"])),
                null_shift=float(metadata["null_shift"]),
                sentence=tuple(json.loads(metadata["sentence"])),
            )
            return cls(session, int(metadata["max_tokens"]), mixture)
        except Exception as error:  # the library's errors share no narrower class
            raise ModelError(f"{path.name} is no extractor of this version; {_REINSTALL}") from error

    def __call__(self, ids: list[int], segments: list[int]) -> tuple[Floats, Floats]:
        """``(tokens, 4)`` logits of the tokens and the ``(3,)`` no-answer logits."""
        inputs = {"ids": np.asarray([ids], dtype=np.int64), "segments": np.asarray([segments], dtype=np.int64)}
        tokens, nulls = self.session.run(["tokens", "nulls"], inputs)
        return tokens.astype(np.float64), nulls.astype(np.float64)


def _checked(path: Path, sha256: str | None) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"the extractor's weights {path.name} cannot be read ({error.strerror}); {_REINSTALL}"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if sha256 not in (None, digest):
        raise ModelError(f"the extractor's weights have SHA-256 {digest}, expected {sha256}; {_REINSTALL}")
    return content
