"""Whether a clause says yes or no, and whether it allows, forbids, demands or spares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Modality = Literal["", "allows", "forbids", "demands", "spares"]

_NEUTRAL = re.compile(
    r"不(?:到|满|够|然|超过|低于|少于|高于|晚于|早于|大于|小于|多于|足|良|同|动产|论|限|仅|但|管|断|等于|定期|含)"
    r"|无(?:论|形|追索权?|风险|锡)|未(?:来|名湖)"
    r"|(?<![并绝除])非(?!法)|没收|不(?:得|能|可以?|准|许|宜|要|应当?)?(?:[少低高晚早多]于|超[过出])"
    r"|(?P<verb>[能会有要是可])[不没](?P=verb)|可不可以"
    r"|否则|除非|是否|(?<!要)是不是|能否|可否|有无|别超过|对不上"
    r"|not (?:more|less|fewer|later|earlier|lower|higher|exceed\w*|only)\b"
    r"|no (?:more|less|fewer|later|earlier|lower|higher)\b"
)
_SPARES = re.compile(
    r"不必|不用|无需|无须|毋须|不需要?|不须|可以?不|可选(?!择)|免于|免去|免予"
    r"|(?:need|do(?:es)?) not (?:need|have)|needn't|not (?:required|necessary|needed)|no need|exempt"
)
_FORBIDS = re.compile(
    r"不得|不能够?|不可以?|不允许|不准|不许|不予|不应当?|不宜|不再|禁止|严禁|无权|拒绝|不让|不给|不行|不成|不接受|不受理|(?<![识类级区分个特鉴性差])别(?![的人处家国类])|勿|甭"
    r"|cannot|can't|(?:may|must|shall|can|should) not|mustn't"
    r"|not (?:be )?(?:allowed|permitted|accepted)|prohibited|forbidden|refuse"
)
_NOT = re.compile(r"不|未|没有|没|无|非|除外|\bnot\b|n't\b|\bno\b|\bnever\b|\bwithout\b|\bunless\b|\bnobody\b|\bnone\b")
_DEMANDS = re.compile(
    r"必须|必需|应当|应该|就该|务必|须|需要?(?!求)|(?<![供适反相对响])应(?![收付急用对届该当])"
    r"|\bmust\b|\bshall\b|\bshould\b|required?\b|\bneeds? to\b|\bha(?:s|ve) to\b"
)
_ALLOWS = re.compile(
    r"可以|允许|有权|能够|(?<![许认尽])可(?![能行靠疑比用转研])|\bmay\b|\bcan\b|\ballowed\b|\bpermitted\b"
)
_ONLY_SO = re.compile(r"才|除非|除外|unless|except|方(?:可|能)|后方|只有|only (?:if|after|when|with)")


@dataclass(frozen=True, slots=True)
class Polarity:
    """Of one clause, in plain spelling."""

    denials: int
    modality: Modality
    turns: bool
    """才, 只有: what would be a denial otherwise is said as a condition."""

    @property
    def denies(self) -> bool:
        """An odd number of denials: 不予报销; 未经批准的不予报销 has two."""
        return self.denials % 2 == 1


def polarity_of(text: str) -> Polarity:
    """What a clause says, as far as its small words tell."""
    said = _NEUTRAL.sub(" ", text)
    modality: Modality = ""
    count = 0
    for kind, pattern in (("spares", _SPARES), ("forbids", _FORBIDS), ("demands", _DEMANDS), ("allows", _ALLOWS)):
        said, times = pattern.subn(" ", said)
        if times and not modality:
            modality = kind  # type: ignore[assignment]
        count += times if kind in ("spares", "forbids") else 0
    count += len(_NOT.findall(said))
    return Polarity(count, modality, _ONLY_SO.search(text) is not None)


def bare(text: str) -> str:
    """`text` without the small words that say yes and no: what is compared to find where it comes from."""
    for pattern in (_NEUTRAL, _SPARES, _FORBIDS, _DEMANDS, _ALLOWS, _NOT, _ONLY_SO):
        text = pattern.sub(" ", text)
    return text
