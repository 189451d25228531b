"""The command line: arguments and settings → one of ``qa.commands``, and its failure → one line."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import argcomplete

import qa
from qa.commands import EXIT_ERROR, EXIT_INTERRUPTED
from qa.config import Settings, load_settings, names_hub_model
from qa.errors import QAError, message_of
from qa.escaping import escaped
from qa.logs import log_to_stderr
from qa.offline import forbid_downloads

LINE_END = "\n"
EPILOG = """\
exit status: 0 done · 1 failed · 2 wrong usage · 3 done, but some files could not be read · 4 the corpus is empty
5 a quotation does not stand
Every option that names a setting can be given as QA_<NAME> in the environment."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; expected failures are one line on standard error."""
    parser = _parser()
    argcomplete.autocomplete(parser)  # does nothing unless a shell asks
    options = parser.parse_args(arguments)
    flags = {name: getattr(options, name, None) for name in Settings.model_fields}
    if getattr(options, "folder", None):
        flags["corpus"] = options.folder
    try:
        settings = load_settings(**flags)
        log_to_stderr(settings.log_level, settings.log_format)
        if not names_hub_model(settings):
            forbid_downloads()
        return int(importlib.import_module(f"qa.commands.{options.command}").run(settings, options))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing more to say, and nothing to complain about at exit
        return EXIT_ERROR
    except (QAError, OSError) as error:
        print(f"qa: {escaped(message_of(error), kept=LINE_END)}", file=sys.stderr)
        return EXIT_ERROR


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
    _add_worker(commands)
    _add_fetch(commands)
    _add_snapshots(commands)
    _add_ask(commands)
    _add_serve(commands)
    _command(commands, "mcp", "answer an assistant on standard input and output (Model Context Protocol)")
    _command(commands, "purge", "remove for good what was deleted from the corpus over HTTP")
    _add_token(commands)
    _add_doctor(commands)
    _add_migrate(commands)
    _add_verify(commands)
    _add_keys(commands)
    _add_completion(commands)
    _add_eval(commands)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    purpose: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
    command.set_defaults(command=name)
    for setting, metavar in (("corpus", "DIR"), ("index", "DIR"), ("model", "MODEL"), ("log_level", "LEVEL")):
        description = Settings.model_fields[setting].description
        convert = Path if metavar == "DIR" else str
        command.add_argument(f"--{setting.replace('_', '-')}", type=convert, metavar=metavar, help=description)
    return command


def _add_index(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "index", "bring the index up to date with the corpus folder")
    command.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="the corpus folder, as --corpus and QA_CORPUS name it"
    )
    command.add_argument("--strict", action="store_true", help="publish nothing if any file cannot be read")
    command.add_argument(
        "--reread", action="store_true", help="parse every file again, also those that have not changed"
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="print progress and the result, or the error, as one JSON object a line",
    )
    command.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="leave encoding to N processes of this machine, and to every qa worker elsewhere",
    )
    command.add_argument(
        "--watch", dest="keep_watching", action="store_true", help="go on, and index changes as they come; ends with ^C"
    )


def _add_worker(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "worker", "encode for a build that runs elsewhere (qa index --workers)")
    command.add_argument("--of", type=int, metavar="PID", help="end with this process, which started it")


def _add_fetch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        commands, "fetch", "put pages of the web into the corpus; the only command that uses the network"
    )
    command.add_argument("urls", nargs="*", metavar="URL", help="the address of a page")
    command.add_argument(
        "--feed", action="append", default=[], metavar="URL", help="pages that a feed (RSS, Atom) names"
    )
    command.add_argument("--sitemap", action="append", default=[], metavar="URL", help="pages that a site map names")
    command.add_argument("--again", action="store_true", help="pages that were fetched before, and say what changed")
    command.add_argument("--most", type=int, default=100, metavar="N", help="pages at most (100)")
    command.add_argument("--pause", type=float, default=1.0, metavar="S", help="seconds between requests to a host (1)")
    command.add_argument("--private", action="store_true", help="also ask addresses of private networks")


def _add_snapshots(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "snapshots", "list the snapshots in the index, newest first; * answers")
    command.add_argument("--json", action="store_true", help="print the list as JSON")
    command = _command(commands, "rollback", "let an earlier snapshot answer again")
    command.add_argument("id", nargs="?", metavar="ID", help="the beginning of its id; default: the one before")
    command = _command(commands, "diff", "say what changed from one snapshot to another")
    command.add_argument("a", metavar="A", help="the beginning of a snapshot's id")
    command.add_argument("b", metavar="B", help="the beginning of another's")
    command.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help="also say which answers moved; a queries.jsonl",
    )
    command.add_argument("--json", action="store_true", help="print the difference as JSON")


def _add_ask(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "ask", "answer one question on the terminal")
    command.add_argument("question", nargs="+", metavar="QUESTION", help="what you want to know")
    command.add_argument("--top-k", type=int, default=5, metavar="N", help="how many passages to return, 1 to 50 (5)")
    command.add_argument("--reranker", metavar="MODEL", help=Settings.model_fields["reranker"].description)
    command.add_argument(
        "--collection", action="append", default=[], metavar="NAME", help="only documents of this collection answer"
    )
    command.add_argument("--json", action="store_true", help="print the body that POST /ask returns")
    command.add_argument("--evidence", type=Path, metavar="FILE.zip", help="also write all that is needed to check it")


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "serve", "answer over HTTP: the page at /, the API at /ask, its manual at /docs")
    command.add_argument("--host", metavar="ADDRESS", help=Settings.model_fields["host"].description)
    command.add_argument("--port", metavar="PORT", help=Settings.model_fields["port"].description)
    command.add_argument("--processes", metavar="N", help=Settings.model_fields["processes"].description)
    command.add_argument("--reranker", metavar="MODEL", help=Settings.model_fields["reranker"].description)


def _add_token(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "token", "make a token for a reader, and keep its hash in QA_TOKENS_FILE")
    command.add_argument("name", help="whose token it is; a name that has one gets another")
    command.add_argument("--write", action="store_true", help="let its holder change the corpus too")


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "doctor", "say whether the index is sound")
    command.add_argument(
        "--coverage", action="store_true", help="instead, say what questions do not reach, repeat or contradict"
    )
    command.add_argument("--json", action="store_true", help="print the checks as JSON")


def _add_migrate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "migrate", "copy what one engine answers from to another, and let it answer there")
    address = "embedded for the index folder, or an address as QA_ENGINE takes it"
    command.add_argument("source", metavar="FROM", help=address)
    command.add_argument("target", metavar="TO", help=address)


def _add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "keys", "make a key that signs evidence packs")
    command.add_argument("path", type=Path, metavar="PATH", help="where to write it; the public key becomes PATH.pub")


def _add_completion(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "completion", "let a shell complete commands: source <(qa completion bash)")
    command.add_argument("shell", choices=["bash", "zsh", "fish"], help="fish: qa completion fish | source")


def _add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "verify", "say whether the quotations in a file stand in the documents")
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="an export, an evidence pack, JSON, BibTeX or any text; - is standard input",
    )
    command.add_argument("--key", type=Path, metavar="FILE", help="of an evidence pack: the public key that signed it")
    command.add_argument("--strict", action="store_true", help="a quotation that has moved does not stand either")
    command.add_argument("--json", action="store_true", help="print the body that POST /verify returns")


def _add_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "eval", "measure answers on questions whose answers are known")
    command.add_argument(
        "sets",
        nargs="*",
        type=Path,
        metavar="SET",
        help="a folder in BEIR-like layout; or a file of questions, or of readers' judgements, "
        "asked of the index as it is (default: the judgements in the index)",
    )
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


if __name__ == "__main__":
    sys.exit(main())
