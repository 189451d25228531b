"""Candidates in, the same candidates in a better order out: an optional second stage. Imported by compose alone.

To add one, write ``rerankers/<name>.py`` with a class that fulfils ``protocols.Reranker`` and takes a model and a
number of threads, and add a line below. ``QA_RERANKER=name:model`` chooses it; a model alone is a cross-encoder.
"""

from collections.abc import Mapping

DEFAULT = "cross-encoder"

RERANKERS: Mapping[str, str] = {
    DEFAULT: "qa.rerankers.cross_encoder:CrossEncoderReranker",
}


def parse_reranker(setting: str) -> tuple[str, str]:
    """``QA_RERANKER`` → the reranker's name and its model.

    >>> parse_reranker("cross-encoder:models/tiny")
    ('cross-encoder', 'models/tiny')
    >>> parse_reranker("models/tiny")
    ('cross-encoder', 'models/tiny')
    """
    name, separator, model = setting.partition(":")
    return (name, model) if separator and name in RERANKERS else (DEFAULT, setting)
