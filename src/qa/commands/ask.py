"""``qa ask``: one answer on the terminal."""

import argparse
import json

from qa import compose
from qa.api.answer_schemas import AskResponse
from qa.api.question_schemas import parse_question
from qa.config import Settings
from qa.rendering import render_answer


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Answer one question; a refusal is an answer and exits with 0."""
    question = parse_question(options.question, options.top_k)
    service = compose.build_service(settings)
    service.open()
    answered = service.ask(question)
    if options.json:
        print(json.dumps(AskResponse.of(answered).model_dump(), ensure_ascii=False, indent=2))
    else:
        print(render_answer(answered))
    return 0
