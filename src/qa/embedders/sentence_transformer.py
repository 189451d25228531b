"""Embedding with sentence-transformers: the reference implementation, and the only one that knows every model."""

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from qa.embedders.model_files import ModelSource
from qa.errors import ModelError, PassageTooLong
from qa.protocols import Vectors

transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a second; a download has its own bar

BATCH = 32


class SentenceTransformerEmbedder:
    """A bi-encoder run by PyTorch on the CPU, one call at a time."""

    def __init__(self, source: ModelSource, query_prompt: str = "", passage_prompt: str = "", threads: int = 1) -> None:
        """Load nothing yet; the weights are read at the first use.

        Args:
            source: the model, as found by ``locate_model``.
            query_prompt: text put before every question, as the model's card asks.
            passage_prompt: text put before every passage.
            threads: PyTorch's threads; one is best beside other busy processes.
        """
        self._source = source
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._threads = threads
        self._one_at_a_time = threading.Lock()

    @property
    def fingerprint(self) -> str:
        prompts = (
            f"+{self._query_prompt!r}+{self._passage_prompt!r}" if self._query_prompt or self._passage_prompt else ""
        )
        return self._source.fingerprint + prompts

    @property
    def dimension(self) -> int:
        return self._model.get_embedding_dimension() or 0

    @property
    def max_tokens(self) -> int:
        return self._model.max_seq_length or 512

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._model.tokenizer(
            [self._passage_prompt + text for text in texts],
            add_special_tokens=True,
            truncation=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        longest = max(self.count_tokens(texts))
        if longest > self.max_tokens:
            raise PassageTooLong(
                f"a passage has {longest} tokens, the embedder reads {self.max_tokens}; split it smaller"
            )
        return self._encode([self._passage_prompt + text for text in texts])

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self._encode([self._query_prompt + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> Vectors:
        with self._one_at_a_time:
            vectors = self._model.encode(
                texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    @cached_property
    def _model(self) -> SentenceTransformer:
        torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(
                str(self._source.directory or self._source.name),
                device="cpu",
                trust_remote_code=False,
                local_files_only=self._source.directory is not None,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, SafetensorError) as error:
            raise ModelError(f"the model {self._source.name} cannot be loaded; check QA_MODEL") from error
