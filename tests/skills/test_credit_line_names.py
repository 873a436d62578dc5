"""Line names: known in many forms, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.assistant import ContentError
from skills.credit import line_names
from skills.credit.line_names import line_of, lines


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("货币资金", "cash"),
        ("  货 币 资 金 ", "cash"),
        ("应收帐款净额", "accounts_receivable"),
        ("應收賬款", "accounts_receivable"),
        ("减：营业成本", "cost_of_sales"),
        ("四、净利润（净亏损以“－”号填列）", "net_profit"),
        ("所有者权益（或股东权益）合计", "equity"),
        ("负债和股东权益总计", "liabilities_and_equity"),
        ("资产总额", "assets"),
        ("经营活动现金净流量", "operating_cash_flow"),
        ("其中：利息费用", "interest_expense"),
        ("Total Current Assets", "current_assets"),
        ("Property, plant & equipment, net", "fixed_assets"),
        ("Total shareholders' equity", "equity"),
    ],
)
def test_known_names(name: str, key: str) -> None:
    found = line_of(name)
    assert found and found.key == key


@pytest.mark.parametrize(
    "name",
    [
        "应计账款",
        "固定资产原价",
        "减：累计折旧",
        "应收账款坏账准备",
        "资产",
        "资产：",
        "流动资产：",
        "每股收益",
        "",
        "x" * 500,
    ],
)
def test_other_names_stay_unknown(name: str) -> None:
    assert line_of(name) is None


def test_every_title_names_its_own_line() -> None:
    for key, line in lines().items():
        assert line_of(line.title) == line_of(line.title_en) == line, key


def test_one_name_for_two_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "line_names.yaml"
    one = "{title: 甲, title_en: A, names: [同名]}"
    other = "{title: 乙, title_en: B, names: [同 名]}"
    wrong.write_text(f"balance:\n  a: {one}\n  b: {other}\nincome: {{}}\ncash: {{}}\n", encoding="utf-8")
    monkeypatch.setattr(line_names, "CATALOGUE", wrong)
    try:
        with pytest.raises(ContentError, match="names both a and b"):
            line_names.check_catalogue()
    finally:
        monkeypatch.undo()
        line_names.check_catalogue()
