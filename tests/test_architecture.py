"""What docs/architecture.md says of the packages is what the layers are."""

import re
from pathlib import Path

from test_layers import FILES, LAYERS

PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text("utf-8")


def test_every_package_has_a_row_in_the_order_of_the_layers():
    """The table names each package of the source once, and none stands above one that it may import."""
    table = PAGE.split("## The packages")[1].split("## Words")[0]
    named = [
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)/?`", row.split("|")[1])
    ]
    packages = {name.split("/")[0] for name in FILES if "/" in name} | {"compose", "cli"}
    rows = [name for name in named if name in packages]
    assert sorted(rows) == sorted(packages)
    layer = {name: number for number, names in enumerate(LAYERS) for name in names.split()}
    assert [layer[name] for name in rows] == sorted(layer[name] for name in rows)
