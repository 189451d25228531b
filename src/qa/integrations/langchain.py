"""A retriever for LangChain."""

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SecretStr

from qa.api.schemas.answers import AskResponse
from qa.client import AsyncClient, Client
from qa.integrations.passages import metadata_of, searchable


class QARetriever(BaseRetriever):
    """The passages that a running service ranks first, best first.

    >>> retriever = QARetriever(address="http://localhost:8000", k=3)
    >>> retriever.invoke("Who drove Xu Jiatun to Hong Kong?")  # doctest: +SKIP
    """

    address: str = "http://localhost:8000"
    token: SecretStr | None = None
    k: int = Field(5, ge=1, le=50)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
    ) -> list[Document]:
        with Client(self.address, self._token) as client:
            return self._documents(client.ask(searchable(query), k or self.k))

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
    ) -> list[Document]:
        async with AsyncClient(self.address, self._token) as client:
            return self._documents(await client.ask(searchable(query), k or self.k))

    @property
    def _token(self) -> str | None:
        return self.token.get_secret_value() if self.token else None

    def _documents(self, reply: AskResponse) -> list[Document]:
        return [
            Document(id=each.passage_id, page_content=each.text, metadata=metadata_of(each, reply, self.address))
            for each in reply.passages
        ]
