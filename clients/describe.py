"""Print the description of the API for machines (OpenAPI 3.1), as ``GET /openapi.json`` gives it."""

import json
import tempfile
from pathlib import Path

from qa import compose
from qa.api.app import create_app
from qa.config import Settings

with tempfile.TemporaryDirectory() as folder:
    settings = Settings(corpus=Path(folder), index=Path(folder))
    print(json.dumps(create_app(compose.build_service(settings), settings).openapi(), indent=1, ensure_ascii=False))
