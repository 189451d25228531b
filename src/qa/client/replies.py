"""Answers that can be checked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PrivateAttr

from qa.api.schemas.answers import AskResponse

if TYPE_CHECKING:
    from qa.api.schemas.verification import VerifyResponse
    from qa.client.asynchronous import AsyncClient
    from qa.client.synchronous import Client


class Reply(AskResponse):
    """An answer, and the client that got it."""

    _client: Client = PrivateAttr()

    @classmethod
    def from_client(cls, response: AskResponse, client: Client) -> Reply:
        """Bind an answer to its client."""
        return cls.model_construct(**dict(response)).bound(client)

    def bound(self, client: Client) -> Reply:
        """Keep the client."""
        self._client = client
        return self

    def verify(self) -> VerifyResponse:
        """What has become of each citation since; that of a refusal has none."""
        return self._client.verify(self.citations)


class AsyncReply(AskResponse):
    """The same on an event loop."""

    _client: AsyncClient = PrivateAttr()

    @classmethod
    def from_client(cls, response: AskResponse, client: AsyncClient) -> AsyncReply:
        """Bind an answer to its client."""
        return cls.model_construct(**dict(response)).bound(client)

    def bound(self, client: AsyncClient) -> AsyncReply:
        """Keep the client."""
        self._client = client
        return self

    async def verify(self) -> VerifyResponse:
        """What has become of each citation since; that of a refusal has none."""
        return await self._client.verify(self.citations)
