"""What routes ask for by type."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates

from qa.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _templates(request: Request) -> Jinja2Templates:
    templates: Jinja2Templates = request.app.state.templates
    return templates


CurrentService = Annotated[Service, Depends(_service)]
Templates = Annotated[Jinja2Templates, Depends(_templates)]
