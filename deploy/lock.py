"""Write the lock of the runtime image: what indexing and serving with the default model need, and nothing else.

``python deploy/lock.py > deploy/requirements.txt``, in the development environment. PyTorch and sentence-transformers
stay dependencies of the package, for other models and for training; nothing that serves the default one imports them.
"""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

LEFT_OUT = {"torch", "sentence-transformers", "huggingface-hub"}  # the last is only how tokenizers would download
CHECKOUT = Path(__file__).parents[1]


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure() -> dict[str, str]:
    """Every distribution that is needed, by its name, with the version that is installed."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [Requirement(text) for text in project["dependencies"]]
    found: dict[str, str] = {}
    while waiting:
        requirement = waiting.pop()
        if normal(requirement.name) in LEFT_OUT:
            continue
        installed = distribution(requirement.name)
        is_new = normal(requirement.name) not in found
        found[normal(requirement.name)] = installed.version
        if is_new or requirement.extras:
            needed = [Requirement(text) for text in installed.requires or ()]
            environments = [{"extra": extra} for extra in ("", *requirement.extras)]
            waiting += [n for n in needed if n.marker is None or any(map(n.marker.evaluate, environments))]
    return found


def main() -> None:
    """Print the lock."""
    print("# Made by deploy/lock.py: what the runtime image needs, without PyTorch and sentence-transformers.")
    for name, version in sorted(closure().items()):
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
