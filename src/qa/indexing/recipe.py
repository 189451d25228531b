"""Settings → what besides the documents decides a snapshot, without loading a heavy library."""

from qa.config import Settings
from qa.embedders.bert_config import BertConfig
from qa.embedders.model_files import fingerprint_of, locate_model
from qa.types import Precision


def embedder_fingerprint(settings: Settings) -> str:
    """The fingerprint that the embedder made from these settings has.

    Raises:
        ModelError: the model is missing or damaged.
    """
    source = locate_model(settings.model)
    own = source.directory is not None and BertConfig.read(source.directory) is not None
    precision = settings.precision if own else Precision.FLOAT32
    return fingerprint_of(source, settings.query_prompt, settings.passage_prompt, precision)


def recipe_of(embedder: str, settings: Settings) -> str:
    """The recipe of a build with the embedder of this fingerprint."""
    return f"{embedder} sentences/{settings.passage_tokens}"
