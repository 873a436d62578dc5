"""What a question asks for: an amount, a time, a person, a yes or no; and what a text has that can answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_NUMBER = r"[\d一二三四五六七八九十百千万两半几]"
_KINDS = (
    (
        "money",
        r"多少钱|多少元|几块|费用?多少|收费|工资|价格|报价|how much|fee|cost|price",
        rf"{_NUMBER}\s*(?:元|万|亿|美元|块)",
    ),
    ("percent", r"几成|比例|多少?百分|百分|率|折|percent|ratio|rate", r"%|百分|成|‰|基点|折"),
    (
        "duration",
        r"多久|多长|几天|几年|几个?月|多少[天日年]|期限|时限|几分钟|几个?小时"
        r"|how long|how soon|how many (?:days|years|months|minutes|hours)|within",
        rf"{_NUMBER}\s*个?(?:工作日|自然日|日|天|周|月|年|季|小时|分钟)|每[日月年季周]",
    ),
    ("clock", r"几点|what time", r"\d{1,2}:\d\d|\d点"),
    ("date", r"哪[天日年]|几号|几月|什么时[候间]|何时|when", rf"{_NUMBER}\s*(?:日|月|年|号|季)|每[日月年季周]"),
    (
        "number",
        r"多少|几|多大|多高|最[高低多少大小]|上限|下限|标准|how many|limit|maximum|minimum",
        r"\d|[一二三四五六七八九十两]",
    ),
    (
        "who",
        r"谁|哪个部门|哪一?级|找哪|哪个?人|who",
        r"部|行长|主任|经理|负责人|委员会|领导|总行|分行|支行|人员|员",
    ),
    (
        "where",
        r"哪里|哪儿|在哪|几楼|什么地方|哪个系统|哪个平台|哪个网|where|which platform",
        r"楼|系统|平台|室|处|网|地址|柜|厅|中心",
    ),
    (
        "name",
        r"哪家|哪几家|叫什么|名单|哪个牌|品牌|which (?:vendor|firm|bank|company|platform|model)|brand",
        r"公司|银行|机构|《",
    ),
    (
        "whether",
        r"吗|能不能|可不可以|要不要|是不是|有没有|算不算|能否|行不行|可以|还能|^(?:can|may|do|does|is|are|must)\b",
        r"应当|允许|禁止|须|方可|一律|无需|可以|不|能",
    ),
    ("how", r"怎么|如何|怎样|咋|步骤|流程|手续|how do|how to|procedure", r"应当|由|填|提交|申请|办理|经|后|报"),
    ("what", r"哪些|什么|啥|what|which", r"、|：|:"),
    ("why", r"为什么|为何|原因|why", r"因|由于|导致"),
)
KINDS = tuple((kind, re.compile(asks), re.compile(answers)) for kind, asks, answers in _KINDS)
"""What is asked for, how a question asks for it, what the words that answer have; all in the normal spelling."""

_COUNTED = re.compile(r"(?:几|多少)个?([㐀-鿿])")
_ALIKE = {"钱": "元", "成": "%", "天": "(?:天|日)", "日": "(?:天|日)"}
_UNITS = frozenset("年月号楼分点级次户人名家票行份倍项字步层期类种组元页座位岁档笔米套件周秒股度瓦克寸桌辆间部")
_NAMED = tuple(
    map(
        re.compile,
        (
            r"美元|欧元|英镑|日元|港币|港元|澳元|加元|瑞士法郎|新加坡元|人民币|泰铢|卢布|韩元|黄金",
            r"第?[1-4]季度|[上下]半年",
            r"(?<!\d)(?:1[0-2]|[1-9])月(?!以)",
            r"20\d\d(?=年)|20\d\d",
            r"\d{3}会议室",
        ),
    )
)
"""Each names one of several: what is said of another one is no answer."""
_OF_ONE_SCALE = tuple(
    map(
        re.compile,
        (
            r"总行|分行|支行",
            r"近端|远端|远期|即期|掉期|期权|互换",
            r"正常类|关注类?|次级类?|可疑类?|损失类",
            r"信用方式|保证方式|抵押",
        ),
    )
)
"""Each is one of several that a rule may tell apart, or speak of together."""


@lru_cache(maxsize=1024)
def counted_in(question: str) -> re.Pattern[str] | None:
    """How a text counts what the question asks the number of: 几次 is answered by 两次, 第几行 by 每行."""
    found = _COUNTED.search(question)
    unit = found[1] if found else ""
    said = _ALIKE.get(unit) or (unit if unit in _UNITS else "")
    return re.compile(rf"(?:{_NUMBER}\s*个?|[每第])(?:工作|自然)?{said}") if said else None


def named_otherwise(question: str, text: str) -> int:
    """How much the question names that the text does not, while it names another: 英镑 where it speaks of 美元."""
    return _others(_NAMED, question, text)


def rivals(question: str, text: str) -> int:
    """Of how many scales the question has a step while the text has others only: 分行 where it speaks of 支行."""
    return _others(_OF_ONE_SCALE, question, text)


def _others(scales: Sequence[re.Pattern[str]], question: str, text: str) -> int:
    named = ((scale, set(scale.findall(question))) for scale in scales)
    return sum(one not in text and scale.search(text) is not None for scale, steps in named for one in steps)
