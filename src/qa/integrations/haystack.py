"""A retriever for Haystack pipelines."""

from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.utils import Secret, deserialize_secrets_inplace

from qa.client import Client
from qa.integrations.passages import metadata_of, searchable


@component
class QARetriever:
    """The passages that a running service ranks first, best first; it can be written to YAML with its pipeline.

    >>> retriever = QARetriever(address="http://localhost:8000", top_k=3)
    >>> retriever.run(query="Who drove Xu Jiatun to Hong Kong?")["documents"]  # doctest: +SKIP
    """

    def __init__(self, address: str = "http://localhost:8000", token: Secret | None = None, top_k: int = 5) -> None:
        self.address = address
        self.token = token
        self.top_k = top_k

    def to_dict(self) -> dict[str, Any]:
        """What makes the same retriever again; the token only as the name of its variable."""
        token = self.token.to_dict() if self.token else None
        made: dict[str, Any] = default_to_dict(self, address=self.address, token=token, top_k=self.top_k)
        return made

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "QARetriever":
        """The retriever that ``to_dict`` has told of."""
        deserialize_secrets_inplace(data["init_parameters"], keys=["token"])
        made: QARetriever = default_from_dict(cls, data)
        return made

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """The passages for a query."""
        with Client(self.address, self.token.resolve_value() if self.token else None) as client:
            reply = client.ask(searchable(query), top_k or self.top_k)
        found = [
            Document(
                id=each.passage_id, content=each.text, meta=metadata_of(each, reply, self.address), score=each.score
            )
            for each in reply.passages
        ]
        return {"documents": found}
