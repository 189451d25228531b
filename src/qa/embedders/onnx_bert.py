"""Embedding with ONNX Runtime: for every BERT in a directory, and what answers by default; starts without PyTorch."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from tokenizers import Encoding, Tokenizer

from qa.arrays import unit
from qa.embedders.bert import Bert
from qa.embedders.bert_config import BertConfig
from qa.embedders.model_files import ModelSource, fingerprint_of, load_projection
from qa.errors import ModelError, PassageTooLong
from qa.protocols import Encoded, Vectors
from qa.types import Precision


class OnnxBertEmbedder:
    """A BERT bi-encoder on the CPU. A text is a call of its own: padding costs more than batches save."""

    def __init__(
        self, source: ModelSource, query_prompt: str = "", passage_prompt: str = "", threads: int = 1,
        precision: Precision = Precision.FLOAT32,
    ) -> None:  # fmt: skip
        """Load nothing yet; the weights are read at the first use.

        Args:
            source: a model whose directory ``BertConfig`` can read.
            query_prompt: text put before every question, as the model's card asks.
            passage_prompt: text put before every passage.
            threads: how many passages are encoded at once; questions are encoded by the threads that ask.
            precision: what the matrix products run on.

        Raises:
            ModelError: the model is of another kind.
        """
        self._directory = source.directory or Path(source.name)
        config = BertConfig.read(self._directory)
        if config is None:
            raise ModelError(f"the model {source.name} is no BERT in a directory; sentence-transformers may run it")
        self._source = source
        self._config = config
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._threads = threads
        self._precision = precision

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self._source, self._query_prompt, self._passage_prompt, self._precision)

    @property
    def dimension(self) -> int:
        return self._config.hidden

    @property
    def max_tokens(self) -> int:
        return self._config.max_tokens

    @cached_property
    def projection(self) -> Vectors | None:
        return load_projection(self._source)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        prompted = [self._passage_prompt + text for text in texts]
        return [len(encoding) for encoding in self._tokenizer.encode_batch_fast(prompted)]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        encodings = [self._tokenizer.encode(self._passage_prompt + text) for text in texts]
        longest = max(map(len, encodings), default=0)
        if longest > self.max_tokens:
            raise PassageTooLong(
                f"a passage has {longest} tokens, the embedder reads {self.max_tokens}; split it smaller"
            )
        prompt = len(self._passage_prompt)
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda encoding: self._run(encoding, prompt), encodings))

    def encode_question(self, text: str) -> Encoded:
        return self._run(self._tokenizer.encode(self._query_prompt + text), len(self._query_prompt))

    def _run(self, encoding: Encoding, prompt: int) -> Encoded:
        """Encode one text; a long one by its first tokens and the closing one."""
        read = np.arange(min(len(encoding), self.max_tokens))
        read[-1] = len(encoding) - 1
        ids = np.asarray(encoding.ids, dtype=np.int64)[read]
        spans = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)[read] - prompt
        kept = (np.asarray(encoding.special_tokens_mask)[read] == 0) & (spans[:, 0] >= 0)
        tokens = self._model(ids)
        pooled = tokens[0] if self._config.pools_first else tokens.mean(axis=0)
        return Encoded(unit(pooled), unit(tokens[kept]), ids[kept], spans[kept])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            tokenizer = Tokenizer.from_file(str(self._directory / "tokenizer.json"))
        except Exception as error:  # the library raises no narrower class
            raise ModelError(self._unloadable) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> Bert:
        try:
            return Bert(self._directory, self._config, self._precision)
        except (OSError, KeyError, ValueError, SafetensorError, RuntimeError) as error:
            raise ModelError(self._unloadable) from error

    @property
    def _unloadable(self) -> str:
        return f"the model {self._source.name} cannot be loaded; check QA_MODEL"
