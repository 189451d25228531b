"""A retriever for LlamaIndex."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa.api.schemas.answers import AskResponse
from qa.client import AsyncClient, Client
from qa.integrations.passages import metadata_of, searchable


class QARetriever(BaseRetriever):
    """The passages that a running service ranks first, best first.

    >>> retriever = QARetriever(address="http://localhost:8000", top_k=3)
    >>> retriever.retrieve("Who drove Xu Jiatun to Hong Kong?")  # doctest: +SKIP
    """

    def __init__(self, address: str = "http://localhost:8000", token: str | None = None, top_k: int = 5) -> None:
        super().__init__()
        self._address, self._bearer, self._top_k = address, token, top_k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with Client(self._address, self._bearer) as client:
            return self._nodes(client.ask(searchable(query_bundle.query_str), self._top_k))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        async with AsyncClient(self._address, self._bearer) as client:
            return self._nodes(await client.ask(searchable(query_bundle.query_str), self._top_k))

    def _nodes(self, reply: AskResponse) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=each.passage_id,
                    text=each.text,
                    metadata=metadata_of(each, reply, self._address),
                    start_char_idx=each.start_char_index,
                    end_char_idx=each.end_char_index,
                ),
                score=each.score,
            )
            for each in reply.passages
        ]
