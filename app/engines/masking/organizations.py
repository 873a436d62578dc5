"""Names of firms and institutions, Chinese and English, found by how they end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engines.masking.finding import Finding, View

_END = re.compile(
    r"(?:股份)?有限(?:责任)?公司|集团(?:公司)?|有限合伙|合伙企业|事务所|研究院|商行|(?:经营|商贸|贸易|经销)部|合作社|"
    r"(?<!手机)(?<!网上)(?<!电话)(?<!网络)银行(?:股份有限公司)?(?:[㐀-鿿]{2,6}?(?:分行|支行))?"
)
_NAME = re.compile(r"[㐀-鿿A-Za-z0-9（）()·]*$")
_LONGEST = 24
_ENGLISH = re.compile(
    r"(?<![\w])(?:[A-Z][\w&'’.\-]*,?\s){1,5}(?:Inc|Ltd|LLC|Limited|Corp|Corporation|Company|Co|PLC|plc|GmbH|AG|S\.A|Group|Holdings|Bank)\b\.?"
)
_NOT_PART = re.compile(
    "客户|公司名称|单位名称|名称|户名|企业|单位|我行|本行|你行|贵行|甲方|乙方|丙方|买方|卖方|付款人|收款人|申请人|借款人|担保人|保证人|出票人|"
    "请|向|给|与|和|为|是|对|由|在|从|到|至|把|将|被|让|同|跟|替|帮|问|查询?|联系|通知|关于|按|及|或|的|了|代|汇|付|转|收|叫|称|用|会|去|要|想|我|你|他|她|家里|这家|那家|一家|该"
)
_GENERAL = re.compile(
    "^(?:[本我你该各贵某哪这那]?(?:中国)?(?:人民|中央|商业|外资|中资|国有|大型|股份制|城市|农村|村镇|网上|手机|电话|代理|开户|境外|境内|往来|全国|多家|其他|其它|"
    "上市|分|子|母|总|律师|会计师|个人|企业|投资|直销|民营|合作|政策性|示例)*)$"
)


class Organizations:
    """Recognises organisations. They are nobody's personal data, so the house's policy lets them stand."""

    types = ("ORGANIZATION",)

    def find(self, view: View) -> list[Finding]:
        """Firms and institutions with a proper name of their own."""
        english = [Finding("ORGANIZATION", match.start(), match.end(), 0.6) for match in _ENGLISH.finditer(view.plain)]
        return [*_chinese(view.plain), *english]


def _chinese(plain: str) -> Iterator[Finding]:
    free = 0
    for end in _END.finditer(plain):
        before = _NAME.search(plain, max(free, end.start() - _LONGEST), end.start())
        start = before.start() if before else end.start()
        for word in _NOT_PART.finditer(plain, start, end.start()):
            start = word.end()
        name = plain[start : end.start()].strip("（）()")
        free = end.end()
        if len(name) >= 2 and not _GENERAL.match(name):
            yield Finding("ORGANIZATION", start, end.end(), 0.7)
