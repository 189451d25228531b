"""Ask a running service from Python: ``Client``, and ``AsyncClient`` with the same methods to be awaited.

with Client("http://localhost:8000") as client:
    print(client.ask("Who drove Xu Jiatun to Hong Kong?").answer)
"""

from qa.client.asynchronous import AsyncClient
from qa.client.errors import ConnectionLost, ProblemError
from qa.client.replies import AsyncReply, Reply
from qa.client.synchronous import Client

__all__ = ["AsyncClient", "AsyncReply", "Client", "ConnectionLost", "ProblemError", "Reply"]
