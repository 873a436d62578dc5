"""The customer's name in a line: 客户华星科技要… · 帮盛达纺织买… · 华星科技询价… · for ABC Ltd."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skills.fx.currencies import NAMES, code_of
from skills.fx.lexicon import any_of

_COUNTED = r"[\d一二三四五六七八九]"
# What ends a Chinese name: the verb or the thing that the sentence goes on with. Words that also stand in names
# (联想, 新希望) end it only where a verb follows.
_STOP = any_of(
    rf"""要 想(?!集团) 需[要购求] 有(?:需求|意向|询|个|一?笔) 欲 拟 申请 打算 计划 准备
    希望(?=[买卖购结换锁做能以询把将在]) [一二两三四五六七八九十半\d]+(?:个月|年期|年(?=[远掉])) 询
    问(?:个|一?下|问)?价 问一?下 问问 请求
    委托 [用拿](?={_COUNTED}|人民币|[美欧日港]元) 购(?:汇|买|入|进|{_COUNTED}) 结汇 结{_COUNTED} 买 卖 售(?:汇|出) 换
    兑 抛 锁 做[一个笔远即掉了]
    做(?=\d) 办理 叙做 今天 今日 明天 明日 后天 下周 本周 这周 下个?月 本月 月底 年底 即期 远期 掉期 近端 远端
    金额 价格 限价 一笔 手上 手里 账上 持有 有{_COUNTED} 把 将(?=[\d美欧英日港]) 的 刚 目前 现在 来电 来询 那边
    这边 是 不 也 还 [美欧日加澳]元 美金 英镑 港[币元] 人民币 (?-i:[A-Z]{{3}})(?=[\s\d/]) [a-z]{{4,}}\sto\s
    wants? would needs? looking sells? buys?"""
)
_LATIN_GAP = r"(?<=[A-Za-z.,&])\ (?=[A-Z&])|(?<=[a-z]),\ (?=(?:Ltd|Inc|LLC))"
_NAME = rf"(?P<name>(?:(?!{_STOP})(?:[一-鿿A-Za-z&·()（）.'’-]|{_LATIN_GAP})){{2,40}})"
_SUFFIX = any_of(
    """股份有限公司 有限责任公司 有限公司 集团公司 分公司 公司 集团 事务所 研究院 合作社 商行 工厂 大学 医院 学校 厂"""
)
_TRADE = any_of(
    """科技 技术 贸易 商贸 物流 纺织 电子 机械 建设 建筑 建材 生物 医药 药业 能源 化工 实业 食品 服饰 服装 鞋业
    汽车 运输 航空 渔业 农业 钢铁 重工 置业 控股 投资 资本 国际 进出口 证券 保险 光电 半导体 软件 网络 传媒 酒店
    教育 文化 餐饮 超市 百货 零售 家居 信息 通信 通讯 电气 电器 机电 模具 五金 环保 资源 租赁 金属 精密 仪器 器械 旅游
    矿业 石化 电力 水泥 造船 船舶 家电 家具 玩具 工程 设备 材料 制造 工业 股份 海运 外贸 包装 印刷 陶瓷 珠宝"""
)
_SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤]"
)
# What begins a sentence and is no name.
_NO_NAME = re.compile(
    any_of(
        """我 你 您 他 她 它 咱 本行 本人 这 那 有 谁 请 帮 能 可以 如果 上午 下午 中午 早上 晚上 刚 另 再 又 公司
        企业 客户 某 大家 老师 同事 经理 先生 女士 马上 于是 方便 向(?!阳) 对 个 一 出 点 报 予 了 什么 多少
        怎么 忙 询 急 也 还 就 都 先 后 近端 远端 外汇 远期 即期 掉期 价格 金额 期限 何时 任何 任务 高于 低于
        万一 白天 方向 方案 币种 产品 余额 汇率 交易 时间 每 各 几 哪 为 最 不 没 以 收到 收款 支付 付款 付汇
        汇出 汇款 存入 说 已经 可能 反映 反馈 嫌 觉得 认为 同意 确认 担心 答应 接受 决定 提出 在问 在等 在催
        取消 反悔 放弃 问问 问能 问一 回复 回电 回话 临时 突然 终于 心理 改主意 没 电话 拿 用 愿意 坚持 还价 砍价 催
        撤"""
    )
)
_BEGIN = r"(?:^|(?<=[,，。;；:：!！\s¦【\[「“]))(?:你好|您好|请问|麻烦|请|对了)?[,，\s]{0,3}"
_WANTS = any_of(
    """要 想 需要 询 申请 拟 打算 计划 准备 希望 委托 购汇 购买 购入 结汇 买 卖 今天 明天 有一笔 即期 远期 掉期
    [,，:：]?\\s*(?:购汇|结汇|售汇|买|卖)"""
)
_INTRODUCED = re.compile(
    r"(?:客户(?:名称|名)?(?:改[为成]|换成|应该是|应为|叫|是|为|[:：])"
    r"|(?:公司|企业)名称?[:：是为]|(?i:client|customer)(?: name)?(?: is| to|:))\s*$"
)
_OPENS = re.compile(
    rf"{_BEGIN}(?!{_STOP})(?P<name>(?:(?!{_STOP})[一-鿿()（）]){{3,20}}(?:\([一-鿿]{{2,4}}\))?)(?={_STOP}|[,，\s]|\d)"
)
_HAN_CUE = re.compile(
    r"(?:客户(?:名称|名)?(?:改[为成]|换成|应该是|应为|叫|是|为)?"
    r"|(?<![A-Za-z])(?i:(?:client|customer)(?:\sto)?|for)\s(?=[一-鿿])|(?:我们?|这里|这边)是|(?:公司|企业|客户)名称?[:：是为])[:：\s]*"
    rf"(?!名|{_STOP}|要|端){_NAME}"
)
_FOR = re.compile(
    rf"(?<![卖报])(?:帮助?|替|代|为|给)(?:我们)?(?:客户)?(?!{_STOP}|[我你他她它您了个一出点报予]|客户){_NAME}"
    rf"(?={_STOP}|[,，\s\d]|$)"
)
_STARTS = re.compile(rf"{_BEGIN}(?!{_STOP}){_NAME}(?=[】\]」”\s]*{_WANTS}|(?P<comma>[,，]))")
_WITH_SUFFIX = re.compile(
    rf"(?:^|(?<=[,，。;；:：\s]))(?!{_STOP})(?P<name>(?:(?!{_STOP})[一-鿿()（）A-Za-z·]){{2,30}}{_SUFFIX})"
)
_BUSINESS = re.compile(rf"(?:{_SUFFIX}|{_TRADE})(?:[(（][一-鿿]{{2,6}}[)）])?$")
_PERSON = re.compile(rf"{_SURNAME}[一-鿿]{{1,2}}$")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z&. -]*")
_THEN_HAN = re.compile(r"\s*[一-鿿]")

_LEGAL = any_of("Ltd Limited Inc Corp Corporation Company Co LLC LLP PLC Plc GmbH AG SA BV Pte Group Holdings Bank")
_NO_WORD = any_of(" ".join(NAMES) + " TOD TOM SPOT FWD NDF")
_WORD = rf"(?!{_NO_WORD}\b)[A-Z][\w&'’.-]*"
_ENGLISH_NAME = rf"(?P<name>{_WORD}(?:\s+(?:&\s+|and\s+|of\s+)?{_WORD}|,\s*{_LEGAL}\.?(?![a-z])){{0,6}}\.?)"
_FOR_WHOM = r"(?i:for|on behalf of)(?:\s+(?i:our |the )?(?i:client|customer))?"
_ENGLISH_CUE = re.compile(
    rf"(?<![A-Za-z])(?:{_FOR_WHOM}|(?i:client|customer|account of|a/c)(?:\s+(?i:name|is|to))?)"
    rf"\s*[:：]?\s+{_ENGLISH_NAME}"
)
_ENGLISH_FORM = re.compile(rf"(?<![A-Za-z]){_LEGAL}\.?$")
_ENGLISH_BEGINS = re.compile(rf"^\W*{_ENGLISH_NAME}(?=\s*[:,])")
_DOES = any_of(
    r"""wants?\b would\b needs?\b is\s(?:looking|asking|buying|selling) looks?\b asks?\b buys\b sells\b requests?\b
    wishes\b has\sto\b to\s(?:buy|sell)\b"""
)
_ENGLISH_STARTS = re.compile(rf"(?:^|(?<=[.,;:!?]\s)){_ENGLISH_NAME}\s+(?={_DOES})")
_NO_ENGLISH_NAME = re.compile(
    any_of(
        """I We You They He She It The A An Our My This That Client Customer Cable Kiwi Aussie Loonie Spot Forward
        Swap Please Hi Hello Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun"""
    )
    + r"(?:[a-z]{0,7})?(?![A-Za-z])(?:\s*\d.*)?$",
)


@dataclass(frozen=True, slots=True)
class SaidCustomer:
    """A customer's name, verbatim."""

    name: str
    start: int
    end: int


def find_customer(line: str) -> SaidCustomer | None:
    """The customer named in `line`; only where a cue, a form of company or a surname says that it is a name."""
    for pattern, surely in ((_HAN_CUE, True), (_FOR, True), (_STARTS, False)):
        for match in pattern.finditer(line):
            if _is_name(match, surely):
                return _said(match)
    if found := _WITH_SUFFIX.search(line):
        return _said(found)
    for pattern in (_ENGLISH_CUE, _ENGLISH_STARTS):
        for match in pattern.finditer(line):
            if not _NO_ENGLISH_NAME.match(match["name"]):
                return _said(match)
    return None


def find_opening_name(line: str) -> SaidCustomer | None:
    """The name with which an enquiry begins, where nothing but its place says that it is one: 东方石材购汇200万美元."""
    match = _OPENS.search(line)
    if match and not _NO_NAME.match(match["name"]):
        return _said(match)
    match = _ENGLISH_BEGINS.search(line)
    return _said(match) if match and _ENGLISH_FORM.search(match["name"]) else None


def is_certainly_named(line: str, said: SaidCustomer) -> bool:
    """Whether a name is surely one: it has the form of a company, or is introduced as the client's."""
    introduced = _INTRODUCED.search(line[: said.start]) is not None
    return introduced or _BUSINESS.search(said.name) is not None or _ENGLISH_FORM.search(said.name) is not None


def _is_name(match: re.Match[str], surely: bool) -> bool:
    name = match["name"]
    if _NO_NAME.match(name) or not re.search(r"[一-鿿A-Za-z]{2}", name):
        return False
    if surely or _BUSINESS.search(name):
        return True
    if match["comma"]:
        return False
    if _LATIN_NAME.fullmatch(name):
        return code_of(name) is None and _THEN_HAN.match(match.string, match.end()) is not None
    return _PERSON.match(name) is not None


def _said(match: re.Match[str]) -> SaidCustomer:
    name = match["name"].rstrip(" -'’")
    if name.endswith(".") and not re.search(rf"{_LEGAL}\.$", name):
        name = name.rstrip(".")
    start = match.start("name")
    return SaidCustomer(name, start, start + len(name))
