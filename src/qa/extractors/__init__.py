"""Question and passages in, the exact answers in them out, and how surely there is none; ``answering`` calls it.

Name → extractor: the one place to add one. Implementations are named by path and imported when chosen;
``off`` chooses none.
"""

from collections.abc import Mapping

DEFAULT, OFF = "default", "off"

EXTRACTORS: Mapping[str, str] = {
    DEFAULT: "qa.extractors.onnx_span:OnnxSpanExtractor",
}
