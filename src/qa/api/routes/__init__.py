"""All routes: the one place to add a router. Order counts: the routes below a document stand before the document."""

from qa.api.routes import (
    ask,
    changes,
    documents,
    evidence,
    feedback,
    jobs,
    login,
    manual,
    mcp,
    metrics,
    neighbours,
    originals,
    pages,
    reader,
    status,
    verify,
)

ROUTERS = (
    pages.router,
    reader.router,
    ask.router,
    neighbours.router,
    verify.router,
    evidence.router,
    changes.router,
    originals.router,
    documents.router,
    jobs.router,
    feedback.router,
    status.router,
    metrics.router,
    manual.router,
    mcp.router,
    login.router,
)
