"""Settings → what besides the documents decides a snapshot, without loading a heavy library."""

from qa import analysis
from qa.config import Settings
from qa.embedders import choose_embedder, universal
from qa.embedders.model_files import fingerprint_of, locate_model
from qa.indexing import lines


def embedder_fingerprint(settings: Settings) -> str:
    """The fingerprint that the embedder made from these settings has.

    Raises:
        ModelError: the model is missing or damaged.
        SettingsError: QA_EMBEDDER names none that runs the model.
    """
    source = locate_model(settings.model)
    precision = choose_embedder(settings.embedder, source).precision(settings.precision)
    return fingerprint_of(source, settings.query_prompt, settings.passage_prompt, precision)


def recipe_of(embedder: str, settings: Settings) -> str:
    """The recipe of a build with the embedder of this fingerprint."""
    languages = f" {universal.FINGERPRINT}" if settings.languages == "on" else ""
    return f"{embedder} sentences/{lines.VERSION}/{settings.passage_tokens} terms/{analysis.VERSION}{languages}"
