"""All routes: the one place to add a router."""

from qa.api.routes import ask, documents, pages, status

ROUTERS = (pages.router, ask.router, documents.router, status.router)
