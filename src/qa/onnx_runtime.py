"""ONNX Runtime with its telemetry off: the only module that imports it.

``qa.offline`` has set ``ORT_DISABLE_TELEMETRY`` by now, so that no queue is written; the call below also holds where
another program in the same process has loaded the library first.
"""

import onnxruntime
from onnxruntime import InferenceSession, OrtValue, SessionOptions

onnxruntime.disable_telemetry_events()

__all__ = ["InferenceSession", "OrtValue", "SessionOptions"]
