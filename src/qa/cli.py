"""``qa index · ask · serve · doctor``: thin commands over the parts that ``compose`` makes."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import qa
from qa import compose
from qa.api.schemas import AskResponse, parse_question
from qa.config import Settings, load_settings
from qa.doctor import examine
from qa.errors import QAError
from qa.evaluation.report import compare, render_table, to_json
from qa.progress import ProgressBars, ProgressLines
from qa.readers import READERS
from qa.rendering import render_answer, render_changes, render_checks
from qa.types import Changes

EXIT_ERROR, EXIT_UNREADABLE, EXIT_EMPTY, EXIT_INTERRUPTED = 1, 3, 4, 130

EPILOG = """\
exit status: 0 done · 1 failed · 2 wrong usage · 3 done, but some files could not be read · 4 the corpus is empty
Every option that names a setting can be given as QA_<NAME> in the environment."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; expected failures are one line on standard error."""
    parser = _parser()
    options = parser.parse_args(arguments)
    flags = {name: getattr(options, name, None) for name in Settings.model_fields}
    try:
        settings = load_settings(**flags)
        logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(message)s", stream=sys.stderr)
        _quiet_libraries()
        run: Callable[[Settings, argparse.Namespace], int] = options.run
        return run(settings, options)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing more to say, and nothing to complain about at exit
        return EXIT_ERROR
    except (QAError, OSError) as error:
        print(f"qa: {_message(error)}", file=sys.stderr)
        return EXIT_ERROR


def _message(error: QAError | OSError) -> str:
    if isinstance(error, QAError):
        return str(error)
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"


def _quiet_libraries() -> None:
    for name in ("httpx", "sentence_transformers", "transformers", "bm25s", "faiss"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "qa",
        description="Cited, verbatim answers from a folder of articles.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"qa {qa.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_index(commands)
    _add_ask(commands)
    _add_serve(commands)
    _add_doctor(commands)
    _add_eval(commands)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[Settings, argparse.Namespace], int],
    purpose: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
    command.set_defaults(run=run)
    for setting, metavar in (("corpus", "DIR"), ("index", "DIR"), ("model", "MODEL"), ("log_level", "LEVEL")):
        description = Settings.model_fields[setting].description
        kind = Path if metavar == "DIR" else str
        command.add_argument(f"--{setting.replace('_', '-')}", type=kind, metavar=metavar, help=description)
    return command


def _add_index(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "index", run_index, "bring the index up to date with the corpus folder")
    command.add_argument("--strict", action="store_true", help="publish nothing if any file cannot be read")
    command.add_argument(
        "--json",
        action="store_true",
        help="print progress and the result, or the error, as one JSON object a line",
    )


def _add_ask(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "ask", run_ask, "answer one question on the terminal")
    command.add_argument("question", help="what you want to know, in quotes")
    command.add_argument("--top-k", type=int, default=5, metavar="N", help="how many passages to return, 1 to 50 (5)")
    command.add_argument("--reranker", metavar="MODEL", help=Settings.model_fields["reranker"].description)
    command.add_argument("--json", action="store_true", help="print the body that POST /ask returns")


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        commands, "serve", run_serve, "answer over HTTP: the page at /, the API at /ask, its manual at /docs"
    )
    command.add_argument("--host", metavar="ADDRESS", help=Settings.model_fields["host"].description)
    command.add_argument("--port", metavar="PORT", help=Settings.model_fields["port"].description)
    command.add_argument("--reranker", metavar="MODEL", help=Settings.model_fields["reranker"].description)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "doctor", run_doctor, "say whether the index is sound")
    command.add_argument("--json", action="store_true", help="print the checks as JSON")


def _add_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "eval", run_eval, "measure answers on questions whose answers are known")
    command.add_argument("sets", nargs="+", type=Path, metavar="DIR", help="a data set in BEIR-like layout")
    command.add_argument("--compare", default="", metavar="NAMES", help="baselines to add: bm25,dense,rrf")
    command.add_argument("--only", default="", metavar="NAME", help="only sets whose name begins like this")
    command.add_argument("--json", action="store_true", help="print measures and every outcome as JSON")
    command.add_argument("--save", type=Path, metavar="FILE", help="keep this run, to compare another with")
    command.add_argument(
        "--against", type=Path, metavar="FILE", help="say which questions were won and lost since then"
    )
    command.add_argument(
        "--work", type=Path, metavar="DIR", help="where the sets' indexes are kept (in the index folder)"
    )


def run_eval(settings: Settings, options: argparse.Namespace) -> int:
    """Measure; print one table."""
    bench = compose.build_bench(settings, options.work or settings.index / "eval")
    systems = [name for name in options.compare.split(",") if name]
    with ProgressBars() as bars:
        rows = bench.run(options.sets, systems, options.only, bars)
    text = to_json(rows)
    if options.save:
        options.save.write_text(text, "utf-8")
    print(text if options.json else render_table(rows))
    if options.against:
        print(compare(rows, options.against))
    return 0


def run_index(settings: Settings, options: argparse.Namespace) -> int:
    """Build; print what changed; 3 when files could not be read, 4 when there is nothing to answer from."""
    changes = _build_telling(settings, options.strict) if options.json else _build(settings, options.strict)
    if not changes.passages:
        formats = ", ".join(READERS)
        print(f"qa: no article in {settings.corpus}; put files there ({formats}) and run qa index", file=sys.stderr)
    if changes.unreadable:
        return EXIT_UNREADABLE
    return 0 if changes.passages else EXIT_EMPTY


def _build(settings: Settings, strict: bool) -> Changes:
    with ProgressBars() as bars:
        changes = compose.build_indexer(settings).build(strict, bars)
    print(render_changes(changes))
    return changes


def _build_telling(settings: Settings, strict: bool) -> Changes:
    """Build for another program: the last line on standard output is the result or the error."""
    try:
        changes = compose.build_indexer(settings).build(strict, ProgressLines())
    except (QAError, OSError) as error:
        line = {"error": " ".join(_message(error).split()), "kind": type(error).__name__}
        print(json.dumps(line), flush=True)
        raise
    print(json.dumps({"result": asdict(changes) | {"unchanged": len(changes.unchanged)}}), flush=True)
    return changes


def run_ask(settings: Settings, options: argparse.Namespace) -> int:
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


def run_serve(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from qa.api.server import serve  # noqa: PLC0415  the web framework loads only when asked for

    serve(settings)
    return 0


def run_doctor(settings: Settings, options: argparse.Namespace) -> int:
    """Examine the index; 1 when any check fails."""
    checks = examine(settings, compose.build_indexer(settings))
    if options.json:
        print(
            json.dumps([{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks], indent=2, ensure_ascii=False)
        )
    else:
        print(render_checks(checks))
    return 0 if all(check.ok for check in checks) else EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
