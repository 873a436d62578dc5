"""What stands behind a no, said with a yes, and the other way round."""

from __future__ import annotations

import pytest

from app.gateway.clauses import clauses_of
from app.gateway.denials import grants_denied, spares_demanded

PROMISES = "交易员不得向客户预测汇率走势，不得承诺保本或者收益。"
LOAN = "小微企业信用贷无需抵押和第三方担保，用于日常经营周转。"
VERIFIED = "登记完成并核验登记信息后方可放款。"


@pytest.mark.parametrize(
    ("said", "text", "doubted"),
    [
        ("交易员可以向客户承诺保本。", PROMISES, True),
        ("交易员不能承诺保本。", PROMISES, False),
        ("小微企业信用贷需要第三方担保。", LOAN, True),
        ("小微企业信用贷不用第三方担保。", LOAN, False),
        ("信用贷用于日常经营周转。", LOAN, False),
        ("风险里有越权查询。", "主要风险有：回答没有出处、越权查询。", False),
        ("取现可以享受宽限期。", "取现没有宽限期。", True),
    ],
)
def test_a_yes_to_what_is_denied(said: str, text: str, doubted: bool) -> None:
    assert grants_denied(clauses_of(said), clauses_of(text)) is doubted


@pytest.mark.parametrize(
    ("said", "text", "doubted"),
    [
        ("放款前不需要核验登记信息。", VERIFIED, True),
        ("要核验登记信息才放款。", VERIFIED, False),
        ("无须提供居住证。", "凭身份证办理，不得要求提供居住证。", False),
        ("不必另行公告。", VERIFIED, False),
    ],
)
def test_a_no_to_what_is_demanded(said: str, text: str, doubted: bool) -> None:
    assert spares_demanded(clauses_of(said), clauses_of(text)) is doubted
