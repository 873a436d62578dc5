"""Workbooks made on the fly: 华星科技有限公司 in every layout that customers send, and files that are no statements.

All companies and figures are invented. The clean one covers 2021 to 2023 in 万元.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
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
    found = {title: values for rows in STATEMENTS.values() for title, values in rows if values}
    return found.get(name) or next(values for title, values in found.items() if name in title)


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
    del book[book.sheetnames[0]]
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


# --- the same company as customers send it ------------------------------------------------------------


def one_sheet() -> bytes:
    """All three statements one below the other in one sheet, in 元, dates as dates, English years beside."""
    book = blank()
    rows: list[Sequence[Any]] = [[COMPANY], ["单位：元"]]
    for name, lines in STATEMENTS.items():
        rows += [[], [name], ["项目", "行次", "附注", *(datetime(year, 12, 31) for year in YEARS)]]
        for number, (title, values) in enumerate(lines, start=1):
            rows.append([title, number, "五、1" if values else None, *(round(v * 10_000, 2) for v in values or ())])
    sheet(book, "报表", rows)
    return saved(book)


def two_sided() -> bytes:
    """The official form: assets left, liabilities right, 期末余额 and 年初余额, the date in the title only."""
    book = blank()
    left = BALANCE[:19]
    right = BALANCE[19:]
    rows: list[Sequence[Any]] = [
        ["资产负债表"],
        [f"编制单位：{COMPANY}", None, None, "2023年12月31日", None, "单位：万元"],
        ["资产", "期末余额", "年初余额", "负债和所有者权益", "期末余额", "年初余额"],
    ]
    for index in range(max(len(left), len(right))):
        row: list[Any] = []
        for side in (left, right):
            title, values = side[index] if index < len(side) else (None, None)
            row += [title, values[2] if values else None, values[1] if values else None]
        rows.append(row)
    sheet(book, "资产负债表", rows)
    for name in ("利润表", "现金流量表"):
        flows: list[Sequence[Any]] = [[name], ["2023年度", None, "单位：万元"], ["项目", "本期金额", "上期金额"]]
        flows += [[title, values[2], values[1]] if values else [title] for title, values in STATEMENTS[name]]
        sheet(book, name, flows)
    return saved(book)


def typed_by_hand() -> bytes:
    """Numbers as text in every manner, full-width digits, brackets, dashes, blank rows, a share column."""
    book = blank()
    manners: Sequence[Callable[[float], str]] = (
        lambda value: f"{value:,.2f}" if value >= 0 else f"（{-value:,.2f}）",
        lambda value: f"￥{value:,.2f}" if value >= 0 else f"({-value:,.2f})",
        lambda value: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in f"{value:.2f}"),
    )
    for name, lines in STATEMENTS.items():
        rows: list[Sequence[Any]] = [
            ["单位：人民币万元"],
            ["项  目", *(f" {y} 年度 " for y in YEARS), "2023年占比"],
            [],
        ]
        for number, (title, values) in enumerate(lines):
            spaced = "  ".join(title) if len(title) <= 5 else title
            shown = ["-" if not value else manners[number % 3](value) for value in values or ()]
            rows += [[spaced, *shown, "12.5%" if shown else None], *([[]] if number % 7 == 0 else [])]
        sheet(book, f"{name} (手工)", rows)
    return saved(book)


def merged_heads() -> bytes:
    """Heads of two rows with merged years, consolidated beside the parent's own, which is half as large."""
    book = blank()
    for name, lines in STATEMENTS.items():
        rows: list[Sequence[Any]] = [
            [f"{name}（单位：万元）"],
            ["项目", *(value for year in YEARS for value in (f"{year}年", None))],
            [None, *(["合并", "母公司"] * 3)],
        ]
        rows += [[t, *(x for v in values or () for x in (v, round(v / 2, 2)))] for t, values in lines]
        made = sheet(book, name, rows)
        for column in (2, 4, 6):
            made.merge_cells(start_row=2, end_row=2, start_column=column, end_column=column + 1)
        made.merge_cells("A2:A3")
    return saved(book)


def parent_sheets() -> bytes:
    """The parent company's own statements come first, the consolidated ones after them."""
    book = blank()
    for scope, share in (("母公司", 0.5), ("合并", 1.0)):
        for name, lines in STATEMENTS.items():
            rows: list[Sequence[Any]] = [[f"{scope}{name}"], ["单位：万元"], ["项目", *(f"FY{year}" for year in YEARS)]]
            rows += [[title, *(round(value * share, 2) for value in values or ())] for title, values in lines]
            sheet(book, f"{scope}{name}", rows)
    return saved(book)


def english() -> bytes:
    """In English, in thousands, costs with a minus."""
    book = blank()
    names = {
        "Balance sheet": {
            # English name -> the clean company's line.
            "Cash and cash equivalents": "货币资金", "Trade receivables": "应收账款", "Inventories": "存货",
            "Total current assets": "流动资产合计", "Total assets": "资产总计", "Short-term borrowings": "短期借款",
            "Trade payables": "应付账款", "Total current liabilities": "流动负债合计",
            "Long-term borrowings": "长期借款",
            "Total liabilities": "负债合计", "Total equity": "所有者权益合计",
        },
        "Income statement": {
            "Revenue": "一、营业收入", "Cost of sales": "营业成本", "Finance costs": "财务费用",
            "Profit before tax": "三、利润总额", "Income tax expense": "所得税费用",
            "Profit for the year": "四、净利润",
        },
        "Cash flows": {"Net cash generated from operating activities": "经营活动产生的现金流量净额"},
    }  # fmt: skip
    for title, known in names.items():
        rows: list[Sequence[Any]] = [[title], ["RMB'000"], [None, *(f"31 December {year}" for year in YEARS)]]
        for name, line in known.items():
            sign = -1 if name in ("Cost of sales", "Finance costs", "Income tax expense") else 1
            rows.append([name, *(sign * value * 10 for value in amounts(line))])
        sheet(book, title, rows, "#,##0_);(#,##0)")
    return saved(book)


def missing_year() -> bytes:
    """2021 and 2023, nothing of 2022; no inventory, no interest."""
    book = blank()
    for name, lines in STATEMENTS.items():
        rows: list[Sequence[Any]] = [["单位：万元"], ["项目", "2021年", "2023年"]]
        rows += [[t, *((v[0], v[2]) if v else ())] for t, v in lines if t not in ("存货", "其中：利息费用")]
        sheet(book, name, rows)
    return saved(book)


def half_year() -> bytes:
    """An interim report: June 2023 beside the year's beginning, the first half beside that of 2022."""
    book = blank()
    rows: list[Sequence[Any]] = [["2023年6月30日", "单位：万元"], ["项目", "期末余额", "年初余额"]]
    sheet(book, "资产负债表", [*rows, *([t, *((v[2], v[1]) if v else ())] for t, v in BALANCE)])
    for name in ("利润表", "现金流量表"):
        rows = [["2023年1-6月", None, "单位：万元"], ["项目", "本月数", "本年累计数", "上年同期累计数"]]
        rows += [[t, *((v[2] / 10, v[2] / 2, v[1] / 2) if v else ())] for t, v in STATEMENTS[name]]
        sheet(book, name, rows)
    return saved(book)


def unbalanced() -> bytes:
    """Assets of 2023 are 100 万元 more than what claims them; equity of 2022 is negative."""
    book = blank()
    rows: list[Sequence[Any]] = [["单位：万元"], ["项目", "2022年末", "2023年末"]]
    rows += [["资产总计", 16800, 19900], ["负债合计", 17000, 11200], ["所有者权益合计", -200, 8600]]
    sheet(book, "资产负债表", rows)
    return saved(book)


def formulas(*, cached: bool) -> bytes:
    """Totals as formulas: with their results as Excel stores them, or without, as programs write them."""
    book = blank()
    made = sheet(
        book,
        "资产负债表",
        [["单位：万元"], ["项目", "2023年"], ["流动资产合计", 12600], ["非流动资产合计", 7200], ["资产总计", "=B3+B4"],
         ["负债合计", 11200], ["所有者权益合计", "=B5-B6"]],
    )  # fmt: skip
    assert made["B5"].data_type == "f"
    content = saved(book)
    if not cached:
        return content
    return changed(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            xml.replace(b"<f>B3+B4</f><v />", b"<f>B3+B4</f><v>19800</v>")
            .replace(b"<f>B3+B4</f><v></v>", b"<f>B3+B4</f><v>19800</v>")
            .replace(b"<f>B5-B6</f><v />", b"<f>B5-B6</f><v>8600</v>")
            .replace(b"<f>B5-B6</f><v></v>", b"<f>B5-B6</f><v>8600</v>")
        ),
    )


def only_formulas() -> bytes:
    """Nothing but formulas without results."""
    book = blank()
    sheet(book, "利润表", [["项目", "2023年"], ["营业收入", "=1+1"], ["净利润", "=B2-1"]])
    return saved(book)


def odd_cells() -> bytes:
    """Words, errors and dates where numbers should be; names that would be formulas or mark-up."""
    book = blank()
    made = sheet(
        book,
        "=利润表",
        [['编制单位：=HYPERLINK("http://x","华星")|<b>`x`'], ["项目", "2022年", "2023年"],
         ["营业收入", "约三百", 150], ["净利润", "#REF!", datetime(2023, 5, 1)], ["利润总额", "不适用", "/"],
         ["营业成本", None, 90]],
    )  # fmt: skip
    made["A1"].data_type = "s"
    made["B4"].data_type = "e"
    return saved(book)


def year_like_figures() -> bytes:
    """Bare years as heads, newest first, and a line nobody knows whose figures look like years."""
    book = blank()
    for name, lines in STATEMENTS.items():
        rows: list[Sequence[Any]] = [["单位：万元"], ["项目", *reversed(YEARS)], ["暂挂款", 2023, 2022, 2021]]
        for title, values in lines:
            rows += [[title, *reversed(values or ())], ["内部往来", "2022", "1999", 2010]]
        sheet(book, name, rows)
    return saved(book)


def two_units() -> bytes:
    """The balance sheet in 万元, the income statement in 元, the cash flow statement silent about its unit."""
    book = blank()
    for name, unit, scale in (("资产负债表", "单位：万元", 1), ("利润表", "单位：元", 10_000), ("现金流量表", None, 1)):
        rows: list[Sequence[Any]] = [[unit], ["项目", *(f"{year}年" for year in YEARS)]]
        rows += [[title, *(round(v * scale, 2) for v in values or ())] for title, values in STATEMENTS[name]]
        sheet(book, name, rows)
    return saved(book)


def two_currencies() -> bytes:
    """The balance sheet in yuan, the income statement in dollars."""
    book = blank()
    sheet(book, "资产负债表", [["单位：万元"], ["项目", "2023年"], ["资产总计", 100]])
    sheet(book, "利润表", [["单位：万美元"], ["项目", "2023年"], ["营业收入", 100]])
    return saved(book)


def scaled(factor: float) -> bytes:
    """The clean company, every figure times `factor`."""
    book = blank()
    for name, lines in STATEMENTS.items():
        rows: list[Sequence[Any]] = [["单位：万元"], ["项目", *(f"{year}年" for year in YEARS)]]
        rows += [[title, *(value * factor for value in values or ())] for title, values in lines]
        sheet(book, name, rows)
    return saved(book)


# --- what is no statement -------------------------------------------------------------------------------


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip with one part changed."""
    return rezipped(content, {part: change(zipfile.ZipFile(io.BytesIO(content)).read(part))})


def rezipped(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A zip with parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return buffer.getvalue()


def bomb() -> bytes:
    """A sheet of 100 MB of blanks in a file of 100 kB."""
    return rezipped(clean(), {"xl/worksheets/sheet1.xml": b" " * (100 * 2**20)})


def quiet_bomb() -> bytes:
    """Below every limit of size, but no table shrinks like this."""
    return rezipped(clean(), {"xl/worksheets/sheet1.xml": b" " * (9 * 2**20)})


def many_entries() -> bytes:
    """Three thousand small parts."""
    return rezipped(clean(), {f"xl/media/{number}.txt": b"x" for number in range(3000)})


def laughs() -> bytes:
    """Entities that expand to a billion laughs."""
    head = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    return changed(clean(), "xl/workbook.xml", lambda xml: head + xml.split(b"?>", 1)[-1])


def outside_entity() -> bytes:
    """An entity that would read a file of the server, in UTF-16 to hide it."""
    head = (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]><sst>&a;</sst>'
    )
    return rezipped(clean(), {"xl/sharedStrings.xml": head.encode("utf-16")})


def linked() -> bytes:
    """A workbook that takes figures from another one."""
    return rezipped(clean(), {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


def encrypted_entry() -> bytes:
    """A zip that says its parts are encrypted."""
    content = bytearray(clean())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def huge_sheet() -> bytes:
    """Thirty thousand rows of ledger above nothing of interest."""
    row = b'<row r="%d">' + b"".join(b'<c r="%s%%d"><v>%%d</v></c>' % c for c in (b"A", b"B", b"C", b"D", b"E", b"F"))
    rows = b"".join(
        (row + b"</row>") % (n, *(v for k in range(6) for v in (n, (n * 7919 + k * 104729) % 99991)))
        for n in range(1, 90_000)
    )
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return rezipped(clean(), {"xl/worksheets/sheet1.xml": head + rows + b"</sheetData></worksheet>"})


def far_cell() -> bytes:
    """One cell at the far end of the sheet, and a dimension that claims all of it."""
    return changed(
        clean(),
        "xl/worksheets/sheet3.xml",
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )


def garbled() -> bytes:
    """UTF-8 read as Windows-1252 and saved so."""
    book = blank()
    wrong = [
        [title.encode().decode("cp1252", errors="replace"), *(values or ())] for title, values in STATEMENTS["利润表"]
    ]
    sheet(book, "Sheet1", [["x", "2021", "2022", "2023"], *wrong])
    return saved(book)


def letter() -> bytes:
    """A workbook without any statement."""
    book = blank()
    sheet(book, "通讯录", [["姓名", "2023年评价"], ["甲", "优"], ["乙", "良"]])
    return saved(book)


def nothing() -> bytes:
    """A workbook with one empty sheet."""
    book = blank()
    book.create_sheet("Sheet1")
    return saved(book)


def compound(*, encrypted: bool) -> bytes:
    """An OLE compound file: an old .xls, or an .xlsx with a password."""
    stream = "EncryptedPackage" if encrypted else "Workbook"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le").ljust(512, b"\0")


def zipped(*names: str) -> bytes:
    """A zip with these entries, all empty."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return buffer.getvalue()


CSV = "项目,2022年,2023年\n营业收入,100,150\n净利润,10,12\n"

HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "empty.xlsx": lambda: b"",
    "binary.xlsx": lambda: bytes(range(256)) * 40,
    "text.xlsx": lambda: CSV.encode(),
    "gbk_text.xlsx": lambda: CSV.encode("gb18030"),
    "utf16_text.xlsx": lambda: CSV.encode("utf-16"),
    "page.xls": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
    "old.xlsx": lambda: compound(encrypted=False),
    "password.xlsx": lambda: compound(encrypted=True),
    "encrypted_entry.xlsx": encrypted_entry,
    "report.xlsx.pdf": lambda: b"%PDF-1.7\n%\xe2\xe3",
    "scan.png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(64),
    "letter.docx": lambda: zipped("[Content_Types].xml", "word/document.xml"),
    "slides.pptx": lambda: zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "open.ods": lambda: zipped("mimetype", "content.xml"),
    "binary.xlsb": lambda: zipped("[Content_Types].xml", "xl/workbook.bin"),
    "archive.zip": lambda: zipped("a.txt"),
    "hollow.xlsx": lambda: zipped("[Content_Types].xml", "xl/workbook.xml"),
    "cut.xlsx": lambda: clean()[:6000],
    "bomb.xlsx": bomb,
    "quiet_bomb.xlsx": quiet_bomb,
    "many_entries.xlsx": many_entries,
    "laughs.xlsx": laughs,
    "outside_entity.xlsx": outside_entity,
    "linked.xlsx": linked,
    "huge.xlsx": huge_sheet,
    "garbled.xlsx": garbled,
    "contacts.xlsx": letter,
    "blank.xlsx": nothing,
    "only_formulas.xlsx": only_formulas,
    "two_currencies.xlsx": two_currencies,
}
"""Every one is refused with a sentence."""

MESSY: Mapping[str, Callable[[], bytes]] = {
    "clean.xlsx": clean,
    "one_sheet.xlsx": one_sheet,
    "two_sided.xlsx": two_sided,
    "typed_by_hand.xlsx": typed_by_hand,
    "merged_heads.xlsx": merged_heads,
    "parent_sheets.xlsx": parent_sheets,
    "year_like_figures.xlsx": year_like_figures,
    "two_units.xlsx": two_units,
    "far_cell.xlsx": far_cell,
}
"""Every one holds the clean company, or its last two years."""

OTHERS: Mapping[str, Callable[[], bytes]] = {
    "english.xlsx": english,
    "missing_year.xlsx": missing_year,
    "half_year.xlsx": half_year,
    "unbalanced.xlsx": unbalanced,
    "formulas.xlsx": lambda: formulas(cached=True),
    "formulas_uncomputed.xlsx": lambda: formulas(cached=False),
    "odd_cells.xlsx": odd_cells,
}
