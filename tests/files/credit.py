"""Workbooks made on the fly: 华星科技有限公司 in every layout that customers send, and files that are no statements.

All companies and figures are invented. The clean one covers 2021 to 2023 in 万元.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

COMPANY = "华星科技有限公司"
YEARS = (2021, 2022, 2023)

Rows = Sequence[tuple[str, tuple[float, ...] | None]]

BALANCE: Rows = (
    ("流动资产：", None),
    ("货币资金", (3200.50, 2860.00, 2410.75)),
    ("交易性金融资产", (200.00, 150.00, 100.00)),
    ("应收票据", (420.00, 510.00, 480.00)),
    ("应收账款", (2600.00, 3450.00, 5120.00)),
    ("预付款项", (310.00, 360.00, 405.00)),
    ("其他应收款", (180.00, 240.00, 390.00)),
    ("存货", (2150.00, 2630.00, 3560.25)),
    ("其他流动资产", (89.50, 100.00, 134.00)),
    ("流动资产合计", (9150.00, 10300.00, 12600.00)),
    ("非流动资产：", None),
    ("长期股权投资", (500.00, 500.00, 500.00)),
    ("固定资产", (4300.00, 4650.00, 4980.00)),
    ("在建工程", (350.00, 620.00, 900.00)),
    ("无形资产", (620.00, 590.00, 560.00)),
    ("商誉", (0.00, 0.00, 0.00)),
    ("其他非流动资产", (80.00, 140.00, 260.00)),
    ("非流动资产合计", (5850.00, 6500.00, 7200.00)),
    ("资产总计", (15000.00, 16800.00, 19800.00)),
    ("流动负债：", None),
    ("短期借款", (2000.00, 2600.00, 4100.00)),
    ("应付票据", (600.00, 700.00, 900.00)),
    ("应付账款", (1900.00, 2150.00, 2650.00)),
    ("合同负债", (300.00, 280.00, 210.00)),
    ("应付职工薪酬", (220.00, 240.00, 260.00)),
    ("应交税费", (180.00, 170.00, 150.00)),
    ("其他应付款", (300.00, 360.00, 530.00)),
    ("一年内到期的非流动负债", (400.00, 500.00, 800.00)),
    ("流动负债合计", (5900.00, 7000.00, 9600.00)),
    ("非流动负债：", None),
    ("长期借款", (1500.00, 1700.00, 1600.00)),
    ("应付债券", (0.00, 0.00, 0.00)),
    ("非流动负债合计", (1500.00, 1700.00, 1600.00)),
    ("负债合计", (7400.00, 8700.00, 11200.00)),
    ("所有者权益：", None),
    ("实收资本", (5000.00, 5000.00, 5000.00)),
    ("资本公积", (600.00, 600.00, 600.00)),
    ("盈余公积", (300.00, 370.00, 420.00)),
    ("未分配利润", (1700.00, 2130.00, 2580.00)),
    ("所有者权益合计", (7600.00, 8100.00, 8600.00)),
    ("负债和所有者权益总计", (15000.00, 16800.00, 19800.00)),
)
INCOME: Rows = (
    ("一、营业收入", (12000.00, 13800.00, 15180.00)),
    ("减：营业成本", (8640.00, 10212.00, 11688.60)),
    ("税金及附加", (84.00, 96.60, 106.26)),
    ("销售费用", (720.00, 828.00, 925.98)),
    ("管理费用", (840.00, 938.40, 1032.24)),
    ("研发费用", (480.00, 552.00, 607.20)),
    ("财务费用", (216.00, 253.00, 319.72)),
    ("其中：利息费用", (200.00, 240.00, 320.00)),
    ("加：其他收益", (30.00, 40.00, 60.00)),
    ("投资收益（损失以“－”号填列）", (20.00, 10.00, 30.00)),
    ("信用减值损失（损失以“－”号填列）", (-20.00, -30.00, -60.00)),
    ("二、营业利润（亏损以“－”号填列）", (1050.00, 940.00, 530.00)),
    ("加：营业外收入", (10.00, 20.00, 160.00)),
    ("减：营业外支出", (20.00, 10.00, 40.00)),
    ("三、利润总额（亏损总额以“－”号填列）", (1040.00, 950.00, 650.00)),
    ("减：所得税费用", (240.00, 200.00, 150.00)),
    ("四、净利润（净亏损以“－”号填列）", (800.00, 750.00, 500.00)),
)
CASH: Rows = (
    ("一、经营活动产生的现金流量：", None),
    ("销售商品、提供劳务收到的现金", (13200.00, 14490.00, 15100.00)),
    ("经营活动现金流入小计", (13350.00, 14640.00, 15260.00)),
    ("购买商品、接受劳务支付的现金", (9600.00, 11000.00, 12400.00)),
    ("经营活动现金流出小计", (12500.00, 14190.00, 15680.00)),
    ("经营活动产生的现金流量净额", (850.00, 450.00, -420.00)),
    ("二、投资活动产生的现金流量：", None),
    ("购建固定资产、无形资产和其他长期资产支付的现金", (700.00, 900.00, 950.00)),
    ("投资活动产生的现金流量净额", (-680.00, -840.00, -870.00)),
    ("三、筹资活动产生的现金流量：", None),
    ("取得借款收到的现金", (2600.00, 3100.00, 4700.00)),
    ("偿还债务支付的现金", (2200.00, 2500.00, 3300.00)),
    ("分配股利、利润或偿付利息支付的现金", (350.00, 450.50, 459.25)),
    ("筹资活动产生的现金流量净额", (50.00, 149.50, 940.75)),
    ("四、汇率变动对现金及现金等价物的影响", (0.00, 0.00, 0.00)),
    ("五、现金及现金等价物净增加额", (220.00, -240.50, -349.25)),
    ("加：期初现金及现金等价物余额", (2680.50, 2900.50, 2660.00)),
    ("六、期末现金及现金等价物余额", (2900.50, 2660.00, 2310.75)),
)
STATEMENTS: Mapping[str, Rows] = {"资产负债表": BALANCE, "利润表": INCOME, "现金流量表": CASH}


def amounts(name: str) -> tuple[float, ...]:
    """The clean company's figures of a line, 2021 to 2023, in 万元."""
    return next(values for rows in STATEMENTS.values() for title, values in rows if name in title and values)


def saved(book: Workbook) -> bytes:
    """The workbook's bytes."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet(book: Workbook, title: str, rows: Sequence[Sequence[Any]], formats: str = "#,##0.00") -> Any:
    """A sheet with these rows; numbers get the format."""
    made = book.create_sheet(title)
    for row in rows:
        made.append(list(row))
    for line in made.iter_rows():
        for cell in line:
            if isinstance(cell.value, int | float):
                cell.number_format = formats
    return made


def blank() -> Workbook:
    """A workbook without sheets."""
    book = Workbook()
    book.remove(book.active)
    return book


def clean() -> bytes:
    """Three sheets, three years, 万元."""
    book = blank()
    for name, rows in STATEMENTS.items():
        latest = f"{YEARS[-1]}年12月31日" if name == "资产负债表" else f"{YEARS[-1]}年度"
        made = sheet(
            book,
            name,
            [
                [name],
                [f"编制单位：{COMPANY}", None, latest, "单位：万元"],
                ["项目", *(f"{year}年" for year in YEARS)],
                *([title, *(values or ())] for title, values in rows),
            ],
        )
        made.merge_cells("A1:D1")
        made["A1"].font, made["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
        made.column_dimensions["A"].width = 46
        for column in "BCD":
            made.column_dimensions[column].width = 16
        for cell in made[3]:
            cell.font = Font(bold=True)
        made.freeze_panes = "B4"
    return saved(book)
