"""Which of a room's files is meant."""

from __future__ import annotations

from pathlib import PurePath

from app.core.skill import Ask, Context
from app.core.texts import Language, speaking
from app.core.turn import Attachment
from skills.credit.catalogue import listed, plain, say

WORKBOOKS = (".xlsx", ".xlsm")
OTHER_TABLES = (".xls", ".xlsb", ".csv", ".tsv", ".txt", ".ods", ".et", ".pdf", ".zip", ".png", ".jpg", ".jpeg")
"""What people send instead: taken up when there is no workbook, so that they hear what to do with it."""
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def chosen_file(ctx: Context, name: str) -> Attachment | Ask:
    """The file of that name, or the latest workbook; a question where there is none. Results of ours do not count."""
    files = [file for file in ctx.attachments if not is_own_result(file.name)]
    wanted = name.strip().strip("“”\"'《》").casefold()
    if wanted:
        for fits in (
            lambda file: file.name.casefold() == wanted,
            lambda file: PurePath(file.name).stem.casefold() == PurePath(wanted).stem,
            lambda file: wanted in file.name.casefold() or file.name.casefold() in wanted,
        ):
            if found := next((file for file in files if fits(file)), None):
                return found
        workbooks = [file for file in files if _ending(file) in WORKBOOKS]
        if not workbooks:
            return Ask(say("ask_file"), "file")
        names = listed(list(dict.fromkeys(plain(file.name) for file in workbooks))[:5])
        return Ask(say("ask_which_file", name=plain(name), files=names), "file")
    for endings in (WORKBOOKS, OTHER_TABLES):
        if found := next((file for file in files if _ending(file) in endings), None):
            return found
    return Ask(say("ask_file"), "file")


def other_workbooks(ctx: Context, file: Attachment) -> list[str]:
    """Names of the room's other workbooks, the latest first."""
    names = (one.name for one in ctx.attachments if _ending(one) in WORKBOOKS and not is_own_result(one.name))
    return [name for name in dict.fromkeys(names) if name != file.name]


def result_name(file: Attachment) -> str:
    """What the result of analysing `file` is called."""
    return f"{PurePath(file.name).stem[:60]}{say('result_ending')}.xlsx"


def is_own_result(name: str) -> bool:
    """Whether a file is a result of ours, by its name in either language."""
    endings = []
    for language in _LANGUAGES:
        with speaking(language):
            endings.append(f"{say('result_ending')}.xlsx")
    return name.endswith(tuple(endings))


def _ending(file: Attachment) -> str:
    return PurePath(file.name).suffix.lower()
