"""Documents of every kind on the shelves of a house, in every state of their life: invented, like all in it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta

from PIL import Image, ImageDraw
from pptx.util import Cm

from app.core.ports import Version
from app.main import Deskmate
from tests.files.office import deck, saved, workbook
from tests.files.pdf import PdfPage, pdf_file

ADDS, REVIEWS, RELEASES = "E6001", "E5001", ("E5001", "E6001")


def keys_rule() -> bytes:
    """A PDF of two pages about keys of a vault."""
    first = PdfPage().text(150, 90, "金库钥匙保管实施细则", 18, bold=True)
    first.text(90, 140, "第一条 金库备用钥匙由两名管库员分别封存，封条上写明日期。")
    first.text(90, 165, "第二条 备用钥匙每 18 个月轮换一次，轮换须有两人在场。")
    first.table(
        90,
        200,
        (160, 120, 120),
        [("钥匙", "保管人", "轮换周期"), ("正钥匙", "管库员甲", "6 个月"), ("备用钥匙", "管库员乙", "18 个月")],
    )
    second = PdfPage().text(90, 90, "第三条 钥匙遗失的，应当立即停用该库门并更换锁具。")
    return pdf_file([first, second], title="金库钥匙保管实施细则")


def register_scan() -> bytes:
    """A scanned sheet: a picture of lines and nothing to copy."""
    image = Image.new("RGB", (1240, 900), "white")
    draw = ImageDraw.Draw(image)
    lines = ("Vault visit register", "Visitors sign before they enter the vault", "Keep the register for fifteen years")
    for number, line in enumerate(lines):
        draw.text((110, 110 + 110 * number), line, fill="black", font_size=46)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def ceilings() -> bytes:
    """A workbook: what parties may cost, with a change that is negative."""
    rows = [
        ("宴请标准", None, None),
        ("城市", "每人上限（元）", "比上年"),
        ("甲类城市", 380, -20),
        ("乙类城市", 300, 0),
        ("丙类城市", 240, 15),
    ]
    return saved(workbook({"公务宴请": rows, "说明": [("项目", "内容"), ("口径", "含酒水"), ("起算", "自然年度")]}))


def training() -> bytes:
    """Slides with a note."""
    show = deck()
    for title, text, note in (
        ("新柜员培训安排", "培训共 25 个课时，分五天完成", "提醒学员带工号牌"),
        ("考核", "闭卷考试 80 分合格", ""),
    ):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = title
        slide.shapes.add_textbox(Cm(2), Cm(5), Cm(20), Cm(3)).text_frame.text = text
        if note:
            slide.notes_slide.notes_text_frame.text = note
    return saved(show)


def meals(limit: int, since: str, title: str = "加班餐费管理办法") -> bytes:
    """The rule for meals of those who work late, in a version."""
    about = f"---\ntitle: {title}\nnumber: 示银办〔2026〕{limit}号\nvalid_from: {since}\n---\n\n"
    return (
        f"{about}# {title}\n\n## 第一章 标准\n\n第一条 本办法适用于**总行和各分支机构**的员工。\n\n"
        f"第二条 员工加班超过 2 小时的，加班餐费每人每次不超过 {limit} 元，凭发票报销。周末加班的，另计一餐。\n\n"
        "## 第二章 报销\n\n第三条 发票应当在 30 日内提交，材料如下：\n\n- 发票原件\n- 加班审批单\n\n"
        "| 环节 | 时限 |\n|---|---|\n| 部门审核 | 2 个工作日 |\n| 财务付款 | 5 个工作日 |\n"
    ).encode()


def phones() -> bytes:
    """A rule that is taken back."""
    head = "---\ntitle: 固定电话管理办法\nnumber: 示银办〔2019〕8号\n---\n\n"
    return f"{head}第一条 每个工位配一部固定电话，月租 28 元由办公室统付。\n".encode()


async def stocked(house: Deskmate, today: date) -> Mapping[str, Version]:
    """Puts them into the set `office`; returns the versions by what they are here."""
    day = today.isoformat()
    early, later = (today - timedelta(days=200)).isoformat(), (today + timedelta(days=40)).isoformat()
    kept = {
        "pdf": await released(house, "vault-keys.pdf", keys_rule(), today),
        "scan": await released(house, "vault-register.png", register_scan(), today),
        "sheet": await released(house, "parties.xlsx", ceilings(), today),
        "slides": await released(house, "training.pptx", training(), today),
        "old": await released(house, "meals.md", meals(40, early), today),
        "new": await released(house, "meals.md", meals(55, day), today),
        "coming": await released(house, "meals-2027.md", meals(60, later, title="夜间餐补办法"), today),
        "retired": await released(house, "phones.md", phones(), today),
    }
    gone = kept["retired"]
    await house.shelf.move(gone.source, gone.version, to="retired", by=RELEASES, today=today)
    return kept


async def released(house: Deskmate, name: str, content: bytes, today: date) -> Version:
    """A document that two people put in force."""
    draft = await house.shelf.add(name, content, into="office", by=ADDS)
    await house.shelf.move(draft.source, draft.version, to="reviewed", by=[REVIEWS], today=today)
    return await house.shelf.move(draft.source, draft.version, to="in_force", by=RELEASES, today=today)
