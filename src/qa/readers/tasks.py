"""What else the process that parses can be asked about a file: name → function of the file's bytes and arguments.

A task returns what JSON can hold. Its module is imported at its first use, as a reader's is.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

Task = Callable[..., Any]

TASKS: Mapping[str, str] = {
    "page-sizes": "qa.readers.pdf_view:page_sizes",
    "page-image": "qa.readers.pdf_view:page_image",
    "picture-page": "qa.readers.picture:picture_page",
    "recognise": "qa.readers.recognition:recognise",
    "read-recognised": "qa.readers.recognised:read_recognised",
    "span-boxes": "qa.readers.pdf_view:span_boxes",
}


def load_task(name: str) -> Task:
    """Import the function of a task."""
    module, _, function = TASKS[name].partition(":")
    task: Task = getattr(importlib.import_module(module), function)
    return task
