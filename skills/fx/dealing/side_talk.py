"""What colleagues say to each other that is not about the deal on the table."""

from __future__ import annotations

import re

from skills.fx.lexicon import any_of

_OTHERS = any_of(
    r"""(?:另外?一?个|另外?一?家|隔壁|别的|其他|上一?个|那个|前一?个)客户
    也[想要]问 (?:上次|上回|上一次|之前|以前|先前|前面)(?!说|报|那个?价)
    上(?:个?月|周|星期|季度)(?![一二三四五六日天末底]) 昨[天日晚]? 前[天日](?!交割) [去前往]年(?!\d)
    那笔(?:已经|早就|都)
    (?:other|another|different)\sclient last\s(?:time|week|month|year|deal|quarter) yesterday"""
)
_LIFE = any_of(
    r"""吃[饭了个啥什] [聚午晚早]餐 [午晚早]饭 食堂 盒饭 外卖 咖啡 奶茶 [下喝]茶 开会 会议 例会 培训 团建 聚会 下班 加班
    请假 休假
    股票 基金 彩票 房[价贷] 工资 奖金 天气 下雨 堵车 地铁 孩子 老婆 老公 生日 周末 球赛 电影 快递 机票 出差 高铁 体检
    lunch dinner breakfast coffee meeting(?!\spoint) weather football holiday(?:s)?\splan weekend traffic birthday"""
)
_SIDE_TALK = re.compile(rf"{_OTHERS}|(?<![a-z])(?:{_LIFE})", re.IGNORECASE)
_MADE_UP = re.compile(r"掉期点|升水|贴水|(?<![a-z])(?:swap|forward) points", re.IGNORECASE)
_MARKET = re.compile(
    any_of(
        r"""中间价 市场 收盘 开盘 盘[面中] 行情 涨[到了] 跌[到了] 央行 美联储 路透 彭博 掉期点 升水 贴水 指数 牌价 昨收
        (?<![a-z])(?:market|reuters|bloomberg|close[ds]?|fixing|mid)(?![a-z])"""
    ),
    re.IGNORECASE,
)


def is_side_talk(sentence: str) -> bool:
    """Whether a sentence is about another client, another day, or about life."""
    return _SIDE_TALK.search(sentence) is not None


def explains_a_price(sentence: str) -> bool:
    """Whether a sentence tells how a forward price is made up: 即期7.12，掉期点-380."""
    return _MADE_UP.search(sentence) is not None


def is_market_talk(clause: str) -> bool:
    """Whether a clause tells where the market is: a price in it is nobody's."""
    return _MARKET.search(clause) is not None
