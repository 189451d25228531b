"""Name → reranker: the one place to add a second stage."""

from collections.abc import Mapping

RERANKERS: Mapping[str, str] = {
    "cross-encoder": "qa.rerankers.cross_encoder:CrossEncoderReranker",
}
