"""All routes: the one place to add a router. Order counts: the routes below a document stand before the document."""

from qa.api.routes import ask, documents, feedback, neighbours, pages, status

ROUTERS = (pages.router, ask.router, neighbours.router, documents.router, feedback.router, status.router)
