"""Names in a sentence that another text may have: titles, posts, departments, firms, places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_TITLE = re.compile(r"《([^《》]{2,60})》")
_ENDS = (
    "行长|行领导|主任|经理|主管|负责人|审批人|交易员|专员|管理员|秘书|董事长|柜员|委员会|董事会|监事会"
    "|支行|分行|总行|部|处|科|室|中心|公司|集团|局|岗|前台|中台|后台"
)
_VERBS = "[由报经交向给将在对从需须应当要可能得的与和及或不]"
_PARTY = re.compile(
    rf"[㐀-鿿]{{0,9}}?(?P<level>[总分支]行(?:(?!{_VERBS})[㐀-鿿]){{0,8}}?)?(?P<end>{_ENDS})(?<![全内外局]部)(?<!全行公司)(?<!会议室)(?<!洽谈室)(?![门位理分份数长技研目学值于内外时期境额置罚级组成])"
)
_LEVELS = ("总行", "分行", "支行")
_EDGE = re.compile(
    r"^.*(?:由|报|经|交|向|给|到|是|和|与|及|的|为|在|对|从|请|或|需|须|应|当|要|可|以|得|能|按|被|让|找|每|该|各|凡|若|如|则|同|其|后|前|内|时|者|并|再|先|只"
    r"|归|跟|诉|告|知|找|问|话|将|把|叫|等|即|去|上|下|审|核|批|准|签|发|送|后|就|派|有|且|而|但|比|除非|归|都|所|至|于|这|那|个|位|名|家)(?=[㐀-鿿])"
)


def titles_in(text: str) -> list[str]:
    """Names in 《》."""
    return _TITLE.findall(text)


def parties_in(text: str) -> Iterator[tuple[str, str]]:
    """Posts, departments, firms, and what they end in: (`分行行长`, `行长`). `text` is in plain spelling."""
    for found in _PARTY.finditer(text):
        name = f"{found['level']}{found['end']}" if found["level"] else _EDGE.sub("", found[0])
        if len(found["end"]) > 1 or len(name) > 2:
            yield name, found["end"]


def places_in(text: str) -> Iterator[str]:
    """Cities, provinces, countries of the list. `text` is in plain spelling."""
    return (found[0] for found in _places().finditer(text))


def named_in(name: str, ending: str, text: str) -> bool:
    """Whether `text` names `name`: as it is, with words between (财务部: 财务会计部), or without its edge."""
    if name in text:
        return True
    if _of_other_level(name, text):
        return False
    own = name.removesuffix(ending)
    between = "[㐀-鿿]{0,4}".join(map(re.escape, own))
    if own and re.search(f"{between}[㐀-鿿]{{0,4}}{re.escape(ending)}", text):
        return True
    if len(name) > len(ending) + 3 and name[-len(ending) - 3 :] in text:
        return True
    for start in range(1, len(name) - max(len(ending), 2) + 1):
        # 归总行人力资源部: a shorter end may be a name in full, where nothing of a longer one stands before it there
        if name[start:] in text:
            whole = re.search(
                rf"(?:(?<![㐀-鿿])|[由报经向和与告送交找请对给到为是及或的、]){re.escape(name[start:])}", text
            )
            return whole is not None and not re.search("[总分支]行$|部$", name[:start])
    # 支行 said by itself, where the text speaks of another level only, is another one.
    return not own and not (name in _LEVELS and any(level in text for level in _LEVELS))


def _of_other_level(name: str, text: str) -> bool:
    """分行授信管理部, where the text has 总行授信管理部 only."""
    level = next((one for one in _LEVELS if name.startswith(one) and name != one), "")
    others = "|".join(one for one in _LEVELS if one != level)
    rest = re.escape(name.removeprefix(level))
    return bool(level) and re.search(rf"(?:{others}){rest}", text) is not None and not re.search(f"{level}{rest}", text)


@cache
def _places() -> re.Pattern[str]:
    listed = (Path(__file__).parent / "places.txt").read_text(encoding="utf-8").split()
    return re.compile("|".join(sorted(map(re.escape, listed), key=len, reverse=True)))
