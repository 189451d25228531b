"""A cross-encoder from sentence-transformers: slow, and better than any fusion where its model is good."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from sentence_transformers import CrossEncoder
from transformers.utils import logging as transformers_logging

from qa.embedders.model_files import require_safetensors
from qa.errors import ModelError
from qa.types import Candidate

transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a second; a download has its own bar

BATCH = 16


class CrossEncoderReranker:
    """Scores each pair of question and passage with one model run; higher is better."""

    def __init__(self, model: str, threads: int = 1) -> None:
        """Load a model from a local directory or the hub; only safetensors weights, never code.

        Raises:
            ModelError: the model has no safetensors weights or cannot be loaded.
        """
        if Path(model).is_dir():
            require_safetensors(Path(model))
        torch.set_num_threads(threads)
        self._one_at_a_time = threading.Lock()
        try:
            self._model = CrossEncoder(
                model,
                device="cpu",
                trust_remote_code=False,
                local_files_only=Path(model).is_dir(),
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, SafetensorError) as error:
            raise ModelError(f"the reranker {model} cannot be loaded; check QA_RERANKER") from error

    def __call__(self, question: str, candidates: Sequence[Candidate], texts: Sequence[str]) -> list[Candidate]:
        if not candidates:
            return []
        with self._one_at_a_time:
            scores = self._model.predict(
                [(question, text) for text in texts], batch_size=BATCH, show_progress_bar=False
            )
        values = np.asarray(scores, dtype=np.float32).reshape(len(candidates))
        order = sorted(range(len(candidates)), key=lambda i: (-values[i], i))
        return [_rescored(candidates[i], float(values[i])) for i in order]


def _rescored(candidate: Candidate, score: float) -> Candidate:
    return replace(candidate, score=score, scores={**candidate.scores, "cross_encoder": score})
