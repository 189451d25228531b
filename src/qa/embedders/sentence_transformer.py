"""Embedding with sentence-transformers: the reference implementation, and the only one that knows every model."""

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from qa.arrays import unit
from qa.embedders.model_files import ModelSource, fingerprint_of, load_projection
from qa.errors import ModelError, PassageTooLong
from qa.protocols import Encoded, Vectors
from qa.types import Precision

transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a second; a download has its own bar

BATCH = 32


class SentenceTransformerEmbedder:
    """A bi-encoder run by PyTorch on the CPU, one call at a time."""

    def __init__(
        self, source: ModelSource, query_prompt: str = "", passage_prompt: str = "", threads: int = 1,
        precision: Precision = Precision.FLOAT32,
    ) -> None:  # fmt: skip
        """Load nothing yet; the weights are read at the first use.

        Args:
            source: the model, as found by ``locate_model``.
            query_prompt: text put before every question, as the model's card asks.
            passage_prompt: text put before every passage.
            threads: PyTorch's threads; one is best beside other busy processes.
            precision: what the model computes with; float32 is all it knows.

        Raises:
            ModelError: another precision is asked for.
        """
        if precision is not Precision.FLOAT32:
            raise ModelError(f"sentence-transformers computes with float32 here, not {precision}; unset QA_PRECISION")
        self._source = source
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._threads = threads
        self._one_at_a_time = threading.Lock()

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self._source, self._query_prompt, self._passage_prompt)

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

    @cached_property
    def projection(self) -> Vectors | None:
        return load_projection(self._source)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        if not texts:
            return []
        longest = max(self.count_tokens(texts))
        if longest > self.max_tokens:
            raise PassageTooLong(
                f"a passage has {longest} tokens, the embedder reads {self.max_tokens}; split it smaller"
            )
        return self._encode(texts, self._passage_prompt)

    def encode_question(self, text: str) -> Encoded:
        return self._encode([text], self._query_prompt)[0]

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        prompted = [prompt + text for text in texts]
        with self._one_at_a_time:
            outputs: Any = self._model.encode(prompted, batch_size=BATCH, output_value=None, show_progress_bar=False)
            tokenized = self._model.tokenizer(
                prompted,
                truncation=True,
                max_length=self.max_tokens,
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )
        places = zip(tokenized["offset_mapping"], tokenized["special_tokens_mask"], strict=True)
        return [_encoded(output, *place, len(prompt)) for output, place in zip(outputs, places, strict=True)]

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


def _encoded(
    output: Mapping[str, torch.Tensor], offsets: Sequence[tuple[int, int]], special: Sequence[int], prompt: int
) -> Encoded:
    """One text's output without padding, special tokens and the tokens of its prompt."""
    spans = np.asarray(offsets, dtype=np.int64).reshape(-1, 2) - prompt
    real = output["attention_mask"].numpy().astype(bool)
    kept = (np.asarray(special) == 0) & (spans[:, 0] >= 0)
    tokens = output["token_embeddings"].numpy()[real][kept]
    return Encoded(
        unit(output["sentence_embedding"].numpy()), unit(tokens), output["input_ids"].numpy()[real][kept], spans[kept]
    )
