"""`deskmate check`: everything that the house reads at start, read and named by file and line where it is wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.commands.batch import say
from app.commands.check_workflows import check_workflows
from app.core.assistant import ContentError, load_assistants
from app.core.settings import PACKAGE, Settings
from app.core.texts import Texts
from app.engines import alarms, models, privacy, rights
from app.engines.library import knowledge_sets
from app.engines.library.importing import import_rules
from app.engines.permissions.findings import Finding, World, findings
from app.engines.permissions.policy import read_policy
from app.engines.storage import retention
from app.gateway import review
from app.rooms import build_approval_rules, build_assistants, build_identity, domain, domains, load_skills
from app.team.permits import objects_of


def check(settings: Settings) -> int:
    """Validate every assistant, knowledge set, catalogue and configuration file; name file and line of each fault."""
    problems: list[ContentError | Finding] = []
    remarks: list[ContentError] = []
    count = 0

    def tried(what: object, *arguments: object) -> None:
        nonlocal count
        count += 1
        try:
            what(*arguments)  # type: ignore[operator]
        except ContentError as problem:
            problems.append(problem)

    content = settings.content
    tried(build_identity, settings)
    for of_its_files in (alarms, import_rules, knowledge_sets, models, privacy, retention, review, rights):
        tried(of_its_files.check_content, content)
    for name in domains():
        if own := getattr(domain(name), "check_content", None):
            tried(own, content)
        if noticed := getattr(domain(name), "remarks", None):
            tried(lambda of: remarks.extend(of(content)), noticed)
    tried(lambda: problems.extend(rights_findings(settings)))
    catalogues = (*PACKAGE.glob("**/texts/zh.yaml"), *(PACKAGE.parent / "skills").glob("**/texts/zh.yaml"))
    for catalogue in sorted(catalogues):
        tried(_check_texts, catalogue.parent)
    tried(_check_assistants, content)
    tried(lambda: problems.extend(workflow_problems(content)))
    tried(_check_approvals, settings)
    grave = [one for one in problems if not isinstance(one, Finding) or one.grave]
    for line in dict.fromkeys(_in_a_line(one, one in grave) for one in (*problems, *remarks)):
        print(line, file=sys.stderr)
    if not grave:
        print(say("check_good", count=count))
    return 1 if grave else 0


def rights_findings(settings: Settings) -> Sequence[Finding]:
    """What is wrong with the permissions. Raises `ContentError` where a file cannot be read at all."""
    content = settings.content
    objects = {one.name: frozenset(objects_of(one)) for one in build_assistants(settings).values()}
    sets = knowledge_sets.load_sets(content)
    known = frozenset((*load_skills(), *(f"knowledge:{name}" for name in sets)))
    people = build_identity(settings).people
    world = World(content=content, people=people, objects=objects, known=known, sets=sets)
    return tuple(findings(read_policy(content / "config" / "permissions.csv"), world))


def workflow_problems(content: Path) -> Sequence[ContentError]:
    """What is wrong with the workflows of every assistant."""
    skills = load_skills()
    assistants = load_assistants(content / "assistants").values()
    return [problem for assistant in assistants for problem in check_workflows(assistant, skills)]


def _in_a_line(problem: ContentError | Finding, grave: bool) -> str:
    said = problem.problem if grave else say("check_warning", problem=problem.problem)
    return f"{problem.path}:{problem.line}: {said}"


def _check_assistants(content: Path) -> None:
    skills = load_skills()
    for assistant in load_assistants(content / "assistants").values():
        path = assistant.folder / "assistant.yaml"
        silent = (*assistant.workflow_skills, *(one for one in (assistant.listens, assistant.panel) if one))
        for name in (*assistant.skills, *silent):
            if name not in skills:
                raise ContentError(path, _line(path, name), f"there is no skill {name!r}")
        for name in assistant.knowledge:
            if not (content / "knowledge" / name).is_dir():
                raise ContentError(path, _line(path, name), f"there is no knowledge set {name!r}")
        examples = assistant.folder / "examples.yaml"
        for example in assistant.examples:
            if example.skill and not example.workflow and example.skill not in assistant.skills:
                raise ContentError(examples, _line(examples, example.text), f"{example.skill!r} is not its skill")


def _check_approvals(settings: Settings) -> None:
    people = build_identity(settings).people
    build_approval_rules(settings, load_skills(), people, lambda person, place: person.place == place).check_all()


def _check_texts(folder: Path) -> None:
    texts = Texts(folder)
    for language, other in (("zh", "en"), ("en", "zh")):
        missing = texts.keys(other) - texts.keys(language)  # type: ignore[arg-type]
        if missing:
            raise ContentError(folder / f"{language}.yaml", 1, f"missing: {', '.join(sorted(missing))}")


def _line(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)
