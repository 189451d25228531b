"""How a family names its implementations: by ``package.module:Name``, imported when one is chosen."""

import importlib
from typing import Any


def imported(path: str) -> Any:
    """``package.module:Name`` → the object; what the module imports is loaded only now.

    >>> imported("pathlib:PurePath").__name__
    'PurePath'
    """
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
