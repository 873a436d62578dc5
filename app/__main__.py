"""The `deskmate` command."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from app.core.errors import AssistantError
from app.core.settings import content_folder, read_settings
from app.core.texts import Texts

Run = Callable[[argparse.Namespace], int]
say = Texts(Path(__file__).parent / "commands" / "texts")


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit code 0: all went well; 1: something failed; 2: the words of the command are off."""
    options = _parser().parse_args(arguments)
    if getattr(options, "text", "") is None and not options.jsonl:
        print(say("no_text"), file=sys.stderr)
        return 2
    try:
        return int(options.run(options))
    except AssistantError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(say("no_storage", problem=f"{error.strerror}: {error.filename}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deskmate", description="同桌 Deskmate")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the chat and the HTTP API")
    serve.set_defaults(run=_serve)

    ask = _batch(commands, "ask", "ask the assistants", _ask)
    ask.add_argument("--as", dest="person", default="E1001", metavar="E1001")
    ask.add_argument("--room")
    ask.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD")

    _batch(commands, "mask", "replace personal data", _mask).add_argument("--room")
    _batch(commands, "unmask", "restore what mask replaced", _unmask).add_argument("--room", required=True)
    review = _batch(commands, "review", "what the review says of a text", _review)
    review.add_argument("--direction", choices=("input", "output"), default="input")
    _batch(commands, "route", "which assistants a text is for", _route).add_argument("--as", dest="person")

    index = commands.add_parser("index", help="add documents to a knowledge set")
    index.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    index.add_argument("--set", dest="into", required=True, metavar="NAME")
    index.add_argument("--status", choices=("in_force", "draft"), default="in_force", help="a draft counts for nobody")
    index.set_defaults(run=_index)
    search = _batch(commands, "search", "find passages", _search)
    search.add_argument("--set", dest="set_name", metavar="NAME")
    search.add_argument("--as", dest="person")
    search.add_argument("-k", dest="limit", type=int, default=10)

    knowledge = commands.add_parser("knowledge", help="documents and their index")
    _knowledge_parser(knowledge.add_subparsers(required=True, metavar="COMMAND"))
    fx = commands.add_parser("fx", help="foreign exchange").add_subparsers(required=True, metavar="COMMAND")
    parse = _batch(fx, "parse", "take a dealing sentence apart", _domain)
    parse.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD")
    screen = _batch(fx, "screen", "screen a name against the lists", _domain, metavar="NAME")
    screen.add_argument("--list", dest="lists", action="append", type=Path, default=[], metavar="FILE")
    parse.set_defaults(domain="fx", command="parse", lists=[])
    screen.set_defaults(domain="fx", command="screen", today=None)

    _lists_parser(commands.add_parser("lists", help="the lists that names are screened against"))
    commands.add_parser("check", help="validate the content and the configuration").set_defaults(run=_check)
    explain = commands.add_parser("explain", help="who may what, and why")
    explain.add_argument("words", nargs="+", metavar="E1001|fx.quote", help="a staff number, a skill or set, or both")
    explain.add_argument("--room", metavar="NAME", help="with the people of that room")
    explain.add_argument("--json", dest="as_json", action="store_true", help="print JSON lines")
    explain.set_defaults(run=_explain)
    _audit_parser(commands.add_parser("audit", help="the audit chain"))
    forget = commands.add_parser("forget", help="erase a person's data")
    forget.add_argument("person", nargs="?", metavar="E1001", help="a member of the staff")
    forget.add_argument("--value", metavar="VALUE", help="a number, an address …; - reads it from standard input")
    forget.add_argument("--name", metavar="NAME", help="a name; - reads it from standard input")
    forget.add_argument("--room", help="in this room only")
    forget.add_argument("--files", action="store_true", help="delete the files that hold it")
    forget.add_argument("--expired", action="store_true", help="what is older than config/retention.yaml says")
    forget.add_argument("--dry-run", action="store_true", help="say what would go")
    forget.set_defaults(run=_forget)
    rotate = commands.add_parser("rotate", help="seal everything under a new secret")
    rotate.add_argument("--give-up", action="store_true", help="also where something cannot be opened any more")
    rotate.set_defaults(run=_rotate)
    redteam = commands.add_parser("redteam", help="attack a house of its own, and see what holds")
    redteam.add_argument("--attacks", dest="paths", nargs="+", type=Path, default=[], metavar="PATH")
    redteam.add_argument("--mode", choices=("local", "obedient", "unwarned", "both", "all"), default="both")
    redteam.add_argument("--jsonl", action="store_true", help="print JSON lines")
    redteam.set_defaults(run=_redteam)
    workflow = commands.add_parser("workflow", help="procedures").add_subparsers(required=True, metavar="COMMAND")
    draw = workflow.add_parser("draw", help="a procedure as a Mermaid diagram")
    draw.add_argument("name", metavar="NAME")
    draw.add_argument("--run", dest="marked", metavar="ID", help="mark where this run stands")
    draw.set_defaults(run=_workflow_draw)
    token = commands.add_parser("token", help="a bearer token for the HTTP API")
    token.add_argument("person", metavar="E1001")
    token.set_defaults(run=_token)
    return parser


def _knowledge_parser(commands: Any) -> None:
    check = commands.add_parser("check", help="whether index, originals, vectors and records agree")
    check.add_argument("--mend", action="store_true", help="repair what can be repaired; no server may be running")
    check.add_argument("--deep", action="store_true", help="read every original again and compare the passages")
    check.set_defaults(run=_knowledge_check)
    report = commands.add_parser("report", help="what the owners of documents should look at")
    gaps = commands.add_parser("gaps", help="questions that found no answer")
    gaps.add_argument("--close", type=int, metavar="ID", help="this one is done with")
    for reader, run in ((report, _knowledge_report), (gaps, _knowledge_gaps)):
        reader.add_argument("--owner", metavar="DEPARTMENT")
        reader.add_argument("--set", dest="name", metavar="NAME")
        reader.set_defaults(run=run)
    case = commands.add_parser("case", help="a disliked answer, or a gap, becomes a regression case")
    case.add_argument("id", metavar="TURN_OR_ID")
    for name in ("source", "locator", "quote"):
        case.add_argument(f"--{name}", default="", help="of the passage that is to be found; else what is found now")
    case.set_defaults(run=_knowledge_case)
    cases = commands.add_parser("cases", help="ask every case again")
    cases.set_defaults(run=_knowledge_cases)
    for command in (case, cases):
        command.add_argument("--file", dest="path", type=Path, metavar="FILE", help="instead of the state folder's")
    for command in (report, gaps, cases):
        command.add_argument("--jsonl", action="store_true", help="print JSON lines")


def _lists_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bring = commands.add_parser("import", help="put a list in force: OFAC's CSV or XML, the UN's XML, or an own CSV")
    bring.add_argument("files", nargs="+", type=Path, metavar="FILE", help="several are one list (sdn.csv and alt.csv)")
    bring.add_argument("--as", dest="name", required=True, metavar="NAME")
    bring.add_argument("--source", default="", help="who publishes it; else what its format says")
    bring.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of its publication")
    bring.add_argument("--smaller", action="store_true", help="also where it has less than half of the entries before")
    show = commands.add_parser("show", help="the imported lists")
    for name, command in (("import", bring), ("show", show)):
        command.add_argument("--jsonl", action="store_true", help="print JSON lines")
        command.set_defaults(run=_lists, command=name)


def _batch(commands: Any, name: str, help: str, run: Run, metavar: str = "TEXT") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help)
    parser.add_argument("text", nargs="?", metavar=metavar)
    parser.add_argument("--jsonl", action="store_true", help="read JSON lines from standard input")
    parser.set_defaults(run=run)
    return parser


def _audit_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="recompute the hash chain and check its signatures")
    verify.add_argument("--against", type=Path, metavar="FILE", help="a checkpoint kept elsewhere")
    verify.add_argument("--key", help="trust this public key instead of the secret's own")
    show = commands.add_parser("show", help="the last entries, newest last")
    show.add_argument("-n", dest="count", type=int, default=50)
    export = commands.add_parser("export", help="JSON lines in OCSF's shape")
    for reader in (show, export):
        for name, metavar in (("person", "E1001"), ("room", "NAME"), ("what", "KIND"), ("trace", "ID")):
            reader.add_argument(f"--{name}", metavar=metavar)
        for name in ("since", "until"):
            reader.add_argument(f"--{name}", metavar="YYYY-MM-DD")
    checkpoint = commands.add_parser("checkpoint", help="sign the present end")
    for writer in (export, checkpoint):
        writer.add_argument("--out", type=Path, metavar="FILE")
    key = commands.add_parser("key", help="the public key that checkpoints are signed with")
    for name, command in (
        ("verify", verify),
        ("show", show),
        ("export", export),
        ("checkpoint", checkpoint),
        ("key", key),
    ):
        command.set_defaults(run=_audit, command=name)


# Each command imports its own rooms only: `mask` answers before a model library could be loaded.


def _serve(options: argparse.Namespace) -> int:
    from app.commands.serve import serve

    return asyncio.run(serve(read_settings()))


def _ask(options: argparse.Namespace) -> int:
    from app.commands.ask import ask

    return asyncio.run(
        ask(
            read_settings(),
            text=options.text,
            jsonl=options.jsonl,
            person=options.person,
            room=options.room,
            today=options.today,
        )
    )


def _mask(options: argparse.Namespace) -> int:
    from app.commands.guard import mask

    return asyncio.run(mask(read_settings(), text=options.text, jsonl=options.jsonl, room=options.room))


def _unmask(options: argparse.Namespace) -> int:
    from app.commands.guard import unmask

    return asyncio.run(unmask(read_settings(), text=options.text, jsonl=options.jsonl, room=options.room))


def _review(options: argparse.Namespace) -> int:
    from app.commands.guard import review

    return asyncio.run(review(read_settings(), text=options.text, jsonl=options.jsonl, direction=options.direction))


def _route(options: argparse.Namespace) -> int:
    from app.commands.route import route

    return asyncio.run(route(read_settings(), text=options.text, jsonl=options.jsonl, person=options.person))


def _index(options: argparse.Namespace) -> int:
    from app.commands.index import index

    return asyncio.run(index(read_settings(), paths=options.paths, into=options.into, state=options.status))


def _knowledge_check(options: argparse.Namespace) -> int:
    from app.commands.knowledge_check import check

    return asyncio.run(check(read_settings(), mend=options.mend, deep=options.deep))


def _knowledge_report(options: argparse.Namespace) -> int:
    from app.commands.knowledge_report import report

    return asyncio.run(report(read_settings(), owner=options.owner, name=options.name, jsonl=options.jsonl))


def _knowledge_gaps(options: argparse.Namespace) -> int:
    from app.commands.knowledge_report import gaps

    asked = {name: getattr(options, name) for name in ("owner", "name", "close", "jsonl")}
    return asyncio.run(gaps(read_settings(), **asked))


def _knowledge_case(options: argparse.Namespace) -> int:
    from app.commands.knowledge_cases import case

    asked = {name: getattr(options, name) for name in ("id", "source", "locator", "quote", "path")}
    return asyncio.run(case(read_settings(), **asked))


def _knowledge_cases(options: argparse.Namespace) -> int:
    from app.commands.knowledge_cases import cases

    return asyncio.run(cases(read_settings(), path=options.path, jsonl=options.jsonl))


def _search(options: argparse.Namespace) -> int:
    from app.commands.knowledge import search

    return asyncio.run(
        search(
            read_settings(),
            text=options.text,
            jsonl=options.jsonl,
            set_name=options.set_name,
            person=options.person,
            limit=options.limit,
        )
    )


def _domain(options: argparse.Namespace) -> int:
    from app.commands.domain import run_domain
    from app.core.command import CommandOptions
    from app.rooms import domain_commands, now

    command = domain_commands(options.domain)[options.command]
    settings = read_settings()
    given = CommandOptions(settings.content, options.today or now().date(), tuple(options.lists), settings.home)
    return asyncio.run(run_domain(command, given, text=options.text, jsonl=options.jsonl))


def _lists(options: argparse.Namespace) -> int:
    from app.commands import lists

    settings = read_settings()
    if options.command == "show":
        return lists.show(settings, jsonl=options.jsonl)
    return asyncio.run(
        lists.import_list(
            settings,
            files=options.files,
            name=options.name,
            source=options.source,
            day=options.date,
            smaller=options.smaller,
            jsonl=options.jsonl,
        )
    )


def _check(options: argparse.Namespace) -> int:
    from app.commands.check import check

    return check(read_settings())


def _audit(options: argparse.Namespace) -> int:
    from app.commands import audit

    settings = read_settings()
    if options.command == "verify":
        return asyncio.run(audit.verify(settings, against=options.against, key=options.key))
    if options.command == "checkpoint":
        return asyncio.run(audit.checkpoint(settings, out=options.out))
    if options.command == "key":
        return audit.key(settings)
    names = ("person", "room", "what", "trace", "since", "until")
    wanted = audit.wanted_entries(**{name: getattr(options, name) for name in names})
    if options.command == "show":
        return asyncio.run(audit.show(settings, wanted, count=max(options.count, 1)))
    return asyncio.run(audit.export(settings, wanted, out=options.out))


def _forget(options: argparse.Namespace) -> int:
    from app.commands.forget import forget

    names = ("person", "value", "name", "expired", "room", "files", "dry_run")
    return asyncio.run(forget(read_settings(), **{name: getattr(options, name) for name in names}))


def _rotate(options: argparse.Namespace) -> int:
    from app.commands.rotate import rotate

    return asyncio.run(rotate(read_settings(), give_up=options.give_up))


def _redteam(options: argparse.Namespace) -> int:
    from app.commands.redteam import redteam

    return asyncio.run(redteam(content_folder(), paths=options.paths, mode=options.mode, jsonl=options.jsonl))


def _workflow_draw(options: argparse.Namespace) -> int:
    from app.commands.workflow import draw

    return asyncio.run(draw(read_settings(), name=options.name, run=options.marked))


def _explain(options: argparse.Namespace) -> int:
    from app.commands.explain import explain

    return asyncio.run(explain(read_settings(), words=options.words, room=options.room, as_json=options.as_json))


def _token(options: argparse.Namespace) -> int:
    from app.commands.token import token

    return asyncio.run(token(read_settings(), options.person))


if __name__ == "__main__":
    sys.exit(main())
