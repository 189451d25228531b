"""Texts in, unit vectors out. Imported by indexing's recipe and by compose; nothing else chooses an embedder.

To add one, write ``embedders/<name>.py`` with a class that fulfils ``protocols.Embedder`` and takes what
``OnnxBertEmbedder`` takes, and add a line below. ``QA_EMBEDDER`` chooses it by name; without, the first that runs the
model does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qa.embedders.bert_config import is_bert
from qa.embedders.model_files import ModelSource
from qa.errors import SettingsError
from qa.types import Precision


@dataclass(frozen=True, slots=True)
class EmbedderEntry:
    """Where an embedder is implemented, which models it runs, and in which precisions (the first if it lacks one)."""

    path: str
    runs: Callable[[ModelSource], bool]
    precisions: tuple[Precision, ...] = (Precision.FLOAT32,)

    def precision(self, wanted: Precision) -> Precision:
        """What it computes with where ``wanted`` is asked for."""
        return wanted if wanted in self.precisions else self.precisions[0]


EMBEDDERS: Mapping[str, EmbedderEntry] = {
    "onnx-bert": EmbedderEntry(
        "qa.embedders.onnx_bert:OnnxBertEmbedder", runs=is_bert, precisions=(Precision.FLOAT32, Precision.INT8)
    ),
    "sentence-transformers": EmbedderEntry(
        "qa.embedders.sentence_transformer:SentenceTransformerEmbedder", runs=lambda _: True
    ),
}


def choose_embedder(name: str | None, source: ModelSource) -> EmbedderEntry:
    """The embedder of this name, or the first that runs the model.

    Raises:
        SettingsError: no embedder has this name, or it cannot run the model.
    """
    if name is None:
        return next(entry for entry in EMBEDDERS.values() if entry.runs(source))
    if name not in EMBEDDERS:
        raise SettingsError(f"QA_EMBEDDER cannot be {name!r}; it is one of {', '.join(EMBEDDERS)}")
    if not EMBEDDERS[name].runs(source):
        raise SettingsError(f"the embedder {name} cannot run the model {source.name}; unset QA_EMBEDDER")
    return EMBEDDERS[name]
