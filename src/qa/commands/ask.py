"""``qa ask``: one answer on the terminal."""

import argparse
import json

from qa import compose
from qa.api.schemas.answers import AskResponse
from qa.api.schemas.questions import parse_question
from qa.commands.rendering import render_answer
from qa.config import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Answer one question; a refusal is an answer and exits with 0."""
    question = parse_question(" ".join(options.question), options.top_k, options.collection)
    service = compose.build_service(settings)
    service.open()
    answered = service.ask(question)
    if options.evidence:
        body = AskResponse.of(answered).model_dump_json(indent=2).encode()
        packer = compose.build_packer(settings)
        options.evidence.write_bytes(packer.pack(answered.answer, body, answered.snapshot.manifest))
    if options.json:
        print(json.dumps(AskResponse.of(answered).model_dump(), ensure_ascii=False, indent=2))
    else:
        print(render_answer(answered))
    return 0
