"""True sentences made of passages: words for others that say the same, figures in characters, cells as sentences.

What a model says truly is mostly near the words of its passage; sentences that people write to be true mostly are not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

import cn2an

_SAME = (
    "应当/应 应当/须 应当/要 或者/或 以及/和 不得/不能 不得/不可以 不超过/最多 不少于/至少 不低于/至少 按照/按 "
    "以前/之前 以内/之内 均/都 可以/可 收取/收 提供/提交 下列/以下 时，/的时候， 后，/以后， 通过/经 必须/应当 "
    "本行/我行 员工/职工 无需/不需要 未经/没有经过 不予/不 购买/买"
)
SAME = [tuple(pair.split("/")) for pair in _SAME.split()]
_CELL = ("{0}的{1}为{2}。", "{0}的{1}是{2}。", "{0}，{1}{2}。", "{1}：{0}为{2}。")
_ANNOUNCED = ("按规定，", "根据制度，", "另外，", "也就是说，")
_ORDER = re.compile(r"^\s*(?:第[一二三四五六七八九十百零\d]+条|[#>*-]+|\d+[.、])\s*")
_COUNT = re.compile(r"(?<![\d.,第])(\d{1,2})\s?(?=个|天|次|小时|分钟|人|倍|户)")
_RULER = re.compile(r":?-*:?")
_HAN = re.compile("[㐀-鿿]")
SHORTEST, LONGEST = 10, 90
"""Characters of a sentence that is reworded."""


def reworded(quote: str, chance: random.Random) -> Iterator[str]:
    """A sentence of each sentence and of each cell of a passage, as true as it is."""
    head: list[str] = []
    for line in quote.split("\n"):
        if line.lstrip().startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if head and not all(map(_RULER.fullmatch, cells)):
                yield from _of_row(head, cells, chance)
            head = head or cells
            continue
        head = []
        for sentence in re.split(r"(?<=[。；])", _ORDER.sub("", line)):
            if SHORTEST <= len(sentence) <= LONGEST and len(_HAN.findall(sentence)) >= SHORTEST - 2:
                yield _of_sentence(sentence.rstrip("；。"), chance)


def _of_row(head: list[str], cells: list[str], chance: random.Random) -> Iterable[str]:
    for over, cell in zip(head[1:], cells[1:], strict=False):
        if cell not in ("", "-"):
            yield chance.choice(_CELL).format(cells[0], re.sub(r"[（(].*?[)）]", "", over), cell)


def _of_sentence(said: str, chance: random.Random) -> str:
    fitting = [pair for pair in chance.sample(SAME, len(SAME)) if pair[0] in said]
    for one, other in fitting[: chance.randint(1, 3)]:
        said = said.replace(one, other, 1)
    if chance.random() < 0.4:
        said = _COUNT.sub(lambda found: cn2an.an2cn(found[1]), said)
    return f"{chance.choice(_ANNOUNCED) if chance.random() < 0.15 else ''}{said}。"
