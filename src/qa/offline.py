"""The environment in which no library reports home; set before any of them is imported, and inherited by children.

ONNX Runtime reads its variable when it is loaded: set later, it has already made a queue of events under the user's
cache folder. The libraries of Hugging Face read theirs at import too.
"""

import os

VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}

os.environ.update(VARIABLES)


def forbid_downloads() -> None:
    """Let the libraries of Hugging Face take files from this machine only; to be called before they are imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
