"""What a call of the service can fail with."""

from pydantic import ValidationError

from qa.api.errors import Problem


class ProblemError(Exception):
    """The service refused a request; ``problem`` is what it says of it (RFC 9457)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title} ({problem.status}): {problem.detail}")
        self.problem = problem

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.problem.status

    @property
    def slug(self) -> str:
        """The last part of the problem's type: ``document-not-found``."""
        return self.problem.type.rpartition("/")[2]


class ConnectionLost(Exception):
    """The service could not be reached, or went away before it had answered."""


def problem_of(status: int, content: bytes) -> Problem:
    """The problem of an answer; a proxy's own error page becomes one too."""
    try:
        return Problem.model_validate_json(content)
    except ValidationError:
        return Problem(
            type="about:blank", title="Not a problem of qa", status=status, detail="a proxy may have answered"
        )
