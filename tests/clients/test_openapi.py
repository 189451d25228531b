"""The description for machines."""


def test_every_operation_has_a_name(client):
    """Operation ids are plain names, each once: generated clients name their methods after them."""
    paths = client.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert all(name.isidentifier() for name in names)
    assert len(set(names)) == len(names)
