"""A sentence against the passages that it cites: what may be said otherwise, and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.claims import Passage, doubts, speaks_of

HEAD = "示例银行差旅费管理办法 2026-03-01 总行财务会计部"
LODGING = """第七条 住宿费在下列限额以内凭发票据实报销（元/人·天）：

| 地区 | 行领导 | 部门负责人 | 其他员工 |
|---|---|---|---|
| 一类地区（北京、上海、广州、深圳） | 900 | 650 | 500 |
| 二类地区（其他省会和计划单列市） | 700 | 500 | 400 |"""
ADVANCE = "差旅费借款按预计费用的 80% 预支，返回后 15 个工作日内结清。前次借款未结清的，不得再借。"
LEAVE = (
    "员工应当至少提前 2 个工作日提交出差申请，由部门负责人批准；部门负责人出差由分管行领导批准。未经批准的，不予报销。"
)
AMOUNT = "单次报销超过 500,000 元的，应当由总行财务会计部复核，自 2026 年 3 月 1 日起施行。"
SPREADS = """点差以基点计。

| 货币 | 标准点差 | 支行可优惠 |
|---|---|---|
| 美元 | 60 | 10 |
| 欧元 | 90 | 15 |"""
TIMES = "泄露事件应当在 24 小时内报告，报价有效时间为 60 秒，机关上班时间为 8:30 至 12:00。用时由 5.5 天缩短到 1.8 天。"
TRADE = "对东南亚的融资增长 21.4%，对北美下降 3.2%，占三分之一。"
USES = "资金不得用于购房、股权投资或者转借他人。超过 50 万元的用途须上传发票。"
FORBIDDEN = "确认命中的，不得办理业务。不得新增四户以上的联保贷款。"
OPINION = "审查岗在 2 个工作日内退回；授信总额不低于 3,000 万元的，由总行审批。会议室口头约定无效。"
HOURS = "柜面 9:30 至 17:00，网上银行 9:30 至 23:00。"
LARGE = "1.5 亿元以上的报总行审批。每亿元绿色贷款年减排 1.6 万吨。"
SHARES = "运行成本中模型推理占46%，知识维护占31%，运维占23%。提名不超过五名。"
ORDER = "授信遵循先评级、后授信的原则。核验登记后方可放款，BB 级须有保证担保和抵押。"
INDEX = """| 指标 | 2026年9月 | 二十四小时 |
|---|---|---|
| 景气指数 | 50.4 | 12 |"""
ITEMS = "部分还款的，可以选择缩短年限。不接受下列财产：学校、非上市公司股权。费用不收取手续费、管理费。"
GUARANTEE = "互保圈内企业不得超过 3 户，每户对外担保余额不得超过其净资产的 70%。违约金每日按 5‰ 计收。"


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("其他员工去一类地区，每天最多报500元。", LODGING),
        ("部门负责人在二类地区的限额是五百元。", LODGING),
        ("借款可以按预计费用的八成预支。", ADVANCE),
        ("返回后十五个工作日内结清。", ADVANCE),
        ("上次借款没结清的，不能再借。", ADVANCE),
        ("You get an advance of 80 percent and settle within 15 working days.", ADVANCE),
        ("出差要经批准才能报销。", LEAVE),
        ("出差申请至少提前两个工作日提交。", LEAVE),
        ("单次报销超过50万元的，由总行财务会计部复核。", AMOUNT),
        ("A claim above CNY 0.5 million is reviewed.", AMOUNT),
        ("自2026-03-01起施行。", AMOUNT),
        ("In force since March 1, 2026.", AMOUNT),
        ("授信总额三千万元以上的，由总行审批。", OPINION),
        ("每户对外担保余额不超过净资产的百分之七十。", GUARANTEE),
        ("违约金每天千分之五。", GUARANTEE),
        ("《差旅费管理办法》里有规定。", ADVANCE),
        ("欧元的标准点差是90个基点。", SPREADS),
        ("知识维护占31%，运维占23%。", SHARES),
        ("提名最多五名。", SHARES),
        ("先评级，再授信。", ORDER),
        ("2026年9月的景气指数为50.4。", INDEX),
        ("景气指数，二十四小时12。", INDEX),
        ("部分还款的，可选择缩短年限。", ITEMS),
        ("非上市公司股权不收。", ITEMS),
        ("不收手续费、管理费。", ITEMS),
        ("按规定办理即可。", ORDER),
        ("支行可优惠15个基点。", SPREADS),
        ("泄露事件一天之内要报告，报价一分钟内有效。", TIMES),
        ("机关八点半到十二点上班。", TIMES),
        ("The office opens at 8.30 a.m. and closes at noon.", TIMES),
        ("网银到夜里十一点。柜面下午 5:00 关。", HOURS),
        ("Online banking closes at 11 pm.", HOURS),
        ("超过一亿五的要报总行。", LARGE),
        ("一亿元一年减 1.6 万吨。", LARGE),
        ("用时从五天半缩短到不到两天。", TIMES),
        ("确认命中后不能办。", FORBIDDEN),
        ("资金不能转借给他人。", USES),
        ("超过五十万元的，用途要上传发票。", USES),
        ("四户以上的联保贷款，不许再新做。", FORBIDDEN),
        ("按规定办理即可。", ADVANCE),
    ],
)
def test_the_same_said_otherwise_is_not_doubted(sentence: str, text: str) -> None:
    assert doubts(sentence, [Passage(text, HEAD)]) == ()
    assert speaks_of(sentence, Passage(text, HEAD))


@pytest.mark.parametrize(
    ("sentence", "text", "doubt"),
    [
        ("其他员工去一类地区，每天最多报550元。", LODGING, "number"),
        ("部门负责人在二类地区的限额是700元。", LODGING, "number"),
        ("借款按预计费用的70%预支。", ADVANCE, "number"),
        ("借款可以按预计费用的七成预支。", ADVANCE, "number"),
        ("返回后15天内结清。", ADVANCE, "unit"),
        ("前次借款未结清的，可以再借。", ADVANCE, "negation"),
        ("Settle within 20 working days.", ADVANCE, "number"),
        ("出差由总行人力资源部批准。", LEAVE, "name"),
        ("未经批准的，可以报销。", LEAVE, "negation"),
        ("单次报销超过500,000美元的，要复核。", AMOUNT, "unit"),
        ("自2026年4月1日起施行。", AMOUNT, "date"),
        ("In force since April 1, 2026.", AMOUNT, "date"),
        ("授信总额不超过3,000万元的，由总行审批。", OPINION, "bound"),
        ("授信总额3,000万元以下的，由总行审批。", OPINION, "bound"),
        ("互保圈内企业不得超过6户。", GUARANTEE, "number"),
        ("违约金每天千分之七。", GUARANTEE, "number"),
        ("《因公出国管理办法》里有规定。", ADVANCE, "name"),
        ("英镑的标准点差是90个基点。", SPREADS, "name"),
        ("泄露事件两天之内要报告。", TIMES, "number"),
        ("报价有效时间为60分钟。", TIMES, "unit"),
        ("机关九点半到十二点上班。", TIMES, "date"),
        ("对北美增长3.2%。", TRADE, "negation"),
        ("占二分之一。", TRADE, "number"),
        ("资金可以转借他人。", USES, "negation"),
        ("金额无论大小，用途都须上传发票。", USES, "condition"),
        ("超过50万元的由分行财务会计部复核。", AMOUNT, "name"),
        ("一类地区其他员工的限额是650元。", LODGING, "name"),
        ("模型推理占31%。", SHARES, "name"),
        ("知识维护占四成六。", SHARES, "name"),
        ("先授信、后评级。", ORDER, "condition"),
        ("放款后再核验登记。", ORDER, "condition"),
        ("有保证担保即可。", ORDER, "condition"),
        ("不需要核验登记。", ORDER, "negation"),
    ],
)
def test_what_is_altered_is_doubted(sentence: str, text: str, doubt: str) -> None:
    assert doubt in doubts(sentence, [Passage(text, HEAD)])


def test_two_passages_bear_out_a_sentence_together() -> None:
    sentence = "预支80%，担保余额不超过净资产的70%。"
    assert doubts(sentence, [Passage(ADVANCE)])
    assert doubts(sentence, [Passage(GUARANTEE)])
    assert not doubts(sentence, [Passage(ADVANCE), Passage(GUARANTEE)])


def test_what_the_person_said_may_be_said_again() -> None:
    assert doubts("您出差6天，按80%预支。", [Passage(ADVANCE)])
    assert not doubts("您出差6天，按80%预支。", [Passage(ADVANCE)], "我要出差6天，能借多少")


def test_a_passage_about_something_else_does_not_speak_of_it() -> None:
    assert not speaks_of("会议室最多可以提前预订，取消要在开始以前。", Passage(GUARANTEE))
    assert speaks_of("Meeting rooms may be booked in advance.", Passage(GUARANTEE)), (
        "words of another language cannot tell"
    )


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_is_judged(sentence: str, text: str) -> None:
    assert isinstance(doubts(sentence, [Passage(text)]), tuple)
    assert isinstance(speaks_of(sentence, Passage(text)), bool)


@pytest.mark.parametrize("text", [LODGING, ADVANCE, LEAVE, AMOUNT, OPINION, GUARANTEE])
def test_every_sentence_of_a_passage_is_borne_out_by_it(text: str) -> None:
    for sentence in text.split("。"):
        if "|" not in sentence:
            assert doubts(f"{sentence}。", [Passage(text, HEAD)]) == (), sentence
