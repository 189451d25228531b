"""Name → embedder: the one place to add one.

Implementations are named by path and imported when chosen, since their libraries take seconds to load.
"""

from collections.abc import Mapping

EMBEDDERS: Mapping[str, str] = {
    "onnx-bert": "qa.embedders.onnx_bert:OnnxBertEmbedder",
    "sentence-transformers": "qa.embedders.sentence_transformer:SentenceTransformerEmbedder",
}
