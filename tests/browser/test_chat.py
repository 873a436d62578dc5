"""The chat as a person uses it: real server, real browser, nothing else reachable."""

from __future__ import annotations

import re
from io import BytesIO

from openpyxl import Workbook
from playwright.async_api import BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.conftest import Server

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ENTER_WHILE_COMPOSING = """area => {
    const event = new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true});
    area.dispatchEvent(event);
    return event.defaultPrevented;
}"""


async def log_in(page: Page, server: Server, person: str = "E1002") -> None:
    """Through the form, as everybody."""
    await page.goto("/")
    await page.fill("#email", person)
    await page.fill("#password", server.password)
    await page.click("button[type=submit]")
    await expect(page.locator("#chat-input")).to_be_visible()
    await expect(page.locator("#starters button").first).to_be_enabled()


async def say(page: Page, text: str) -> None:
    """Send a message and wait for the end of the answer."""
    answers = page.locator("[data-step-type=assistant_message]")
    before = await answers.count()
    await page.fill("#chat-input", text)
    await page.keyboard.press("Escape")
    await page.click("#chat-submit")
    await expect(answers.nth(before)).to_be_visible()
    await expect(page.locator("#stop-button")).to_have_count(0)


def last_answer(page: Page) -> Locator:
    """The answer at the end of the talk."""
    return page.locator("[data-step-type=assistant_message]").last


def statement() -> FilePayload:
    """A balance sheet and an income statement of an invented company, two years."""
    book = Workbook()
    sheets = {
        "资产负债表": [
            ("项目", "2024年", "2025年"),
            ("货币资金", 820, 760),
            ("应收账款", 1500, 1900),
            ("存货", 1100, 1450),
            ("流动资产合计", 3420, 4110),
            ("固定资产", 2600, 2500),
            ("资产总计", 6020, 6610),
            ("短期借款", 1200, 1800),
            ("应付账款", 900, 1000),
            ("流动负债合计", 2100, 2800),
            ("长期借款", 1000, 900),
            ("负债合计", 3100, 3700),
            ("所有者权益合计", 2920, 2910),
        ],
        "利润表": [
            ("项目", "2024年", "2025年"),
            ("营业收入", 8200, 7900),
            ("营业成本", 6300, 6400),
            ("利润总额", 640, 210),
            ("净利润", 480, 150),
        ],
        "现金流量表": [("项目", "2024年", "2025年"), ("经营活动产生的现金流量净额", 520, 90)],
    }
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return FilePayload(name="华星科技报表.xlsx", mimeType=_XLSX, buffer=content.getvalue())


async def test_nobody_gets_in_without_the_password(page: Page, server: Server) -> None:
    await page.goto("/")
    await page.fill("#email", "E1002")
    await page.fill("#password", "wrong")
    await page.click("button[type=submit]")
    await expect(page.locator("form")).to_contain_text("员工号或密码不对")
    assert (await page.request.get("/mentions")).status == 401
    assert (await page.request.get("/project/file/some-file")).status == 401
    assert (await page.request.get("/documents/office/seals.md")).status == 401


async def test_nothing_of_the_framework_shows(page: Page, server: Server) -> None:
    await page.goto("/")
    await expect(page).to_have_title("同桌 Deskmate")
    await expect(page.locator("form")).to_contain_text("员工号")
    await log_in(page, server)
    assert "chainlit" not in (await page.inner_text("body")).lower()
    await page.click("#readme-button")
    await expect(page.get_by_role("dialog")).to_contain_text("同桌能帮您做什么")


async def test_english_by_the_language_of_the_browser(page: Page, server: Server) -> None:
    english = await page.context.browser.new_context(base_url=server.url, locale="en-GB")  # type: ignore[union-attr]
    tab = await english.new_page()
    await tab.goto("/")
    await expect(tab.locator("form")).to_contain_text("Staff number")
    await log_in(tab, server)
    await tab.locator("#chat-input").press_sequentially("@")
    await expect(tab.locator(".dm-mention").first).to_contain_text(re.compile("[a-z]{3}"))
    await english.close()


async def test_the_mention_menu_by_keyboard(page: Page, server: Server) -> None:
    await log_in(page, server)
    composer, menu, rows = page.locator("#chat-input"), page.locator("#dm-mentions"), page.locator(".dm-mention")
    await composer.press_sequentially("@")
    await expect(rows).to_have_count(4)
    await page.keyboard.press("ArrowDown")
    await expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(rows.nth(3)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await page.keyboard.press("Backspace")
    await composer.press_sequentially("@waihui")  # pinyin
    await expect(rows).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(composer).to_have_value("@外汇 ")
    await composer.press_sequentially("你好 mail@yan")
    await expect(menu).to_be_hidden()  # an e-mail address mentions nobody
    await expect(page.locator(".dm-ground mark")).to_have_text("@外汇")


async def test_the_mention_menu_beside_an_input_method(page: Page, server: Server) -> None:
    await log_in(page, server)
    composer, rows = page.locator("#chat-input"), page.locator(".dm-mention")
    await composer.press_sequentially("@")
    typing = await page.context.new_cdp_session(page)
    await typing.send("Input.imeSetComposition", {"text": "xin'dai", "selectionStart": 7, "selectionEnd": 7})
    await expect(rows).to_have_count(1)  # filtered by the pinyin that is being composed
    assert await composer.evaluate(_ENTER_WHILE_COMPOSING) is False  # Enter belongs to the input method
    await expect(rows).to_have_count(1)
    await typing.send("Input.insertText", {"text": "信贷"})
    await page.keyboard.press("Enter")
    await expect(composer).to_have_value("@信贷 ")
    await expect(page.locator("[data-step-type=user_message]")).to_have_count(0)


async def test_the_mention_menu_by_mouse(page: Page, server: Server) -> None:
    await log_in(page, server)
    composer = page.locator("#chat-input")
    await composer.press_sequentially("请 @xd")  # initials of 信贷
    row = page.locator(".dm-mention", has_text="信贷")
    await row.hover()
    await row.click()
    await expect(composer).to_have_value("请 @信贷 ")
    await composer.press_sequentially("@没有这个人")
    await expect(page.locator(".dm-nobody")).to_be_visible()


async def test_a_conversation_survives_log_out_and_restart(page: Page, context: BrowserContext, server: Server) -> None:
    await log_in(page, server, "E1001")

    # A statement is uploaded and read.
    sent = statement()
    await page.set_input_files("#upload-button-input", files=[sent])
    await expect(page.locator("#message-composer")).to_contain_text("华星科技报表")
    await say(page, "@信贷 分析这份报表")
    await expect(last_answer(page)).to_contain_text("流动比率")
    await expect(page.locator(".js-plotly-plot").first).to_be_visible()
    await page.locator(".dm-chip").first.click()
    await expect(page.locator("#side-view-content")).to_contain_text("资产负债表!")
    assert "/files/" in (await page.get_attribute(".dm-passage-link", "href") or "")

    # An answer from the rules; its source opens beside the talk, the quoted words marked.
    await say(page, "@办公 会议室最多可以提前几天预订")
    await expect(last_answer(page)).to_contain_text("30 天")
    await expect(page.locator(".dm-mark").last).to_have_text("规则")
    chip = page.locator(".dm-chip").last
    await chip.hover()
    await expect(page.locator(".dm-quote blockquote")).to_be_visible()
    quote = await page.inner_text(".dm-quote blockquote")
    await chip.click()
    await expect(page.locator("#side-view-content mark")).to_have_text(quote)
    async with context.expect_page() as opened:
        await page.click(".dm-passage-link")
    await expect((await opened.value).locator("mark")).to_contain_text(quote)

    # A room is booked only after the yes.
    await say(page, "@办公 预订明天下午3点到4点的会议室，6个人，主题：季度计划")
    card = page.locator(".dm-action")
    await expect(card).to_contain_text("剩余")
    await expect(card).to_contain_text("季度计划")
    await card.get_by_text("修改").click()
    await expect(page.locator("#chat-input")).to_have_value(re.compile("预订明天下午3点"))
    await page.fill("#chat-input", "")
    await card.get_by_text("确认", exact=True).click()
    await expect(page.locator(".dm-action-executed")).to_contain_text("张伟")

    # A thumb.
    await page.locator(".positive-feedback-off").last.click()
    await page.fill("[role=dialog] textarea", "很快")
    await page.click("#submit-feedback")
    await expect(page.locator(".positive-feedback-on")).to_have_count(1)
    room = page.url
    assert "/thread/" in room

    # Log out, stop the server, start it again, log in.
    await page.click("#user-nav-button")
    await page.get_by_role("menuitem").last.click()
    await expect(page.locator("#email")).to_be_visible()
    await server.stop()
    await server.start()
    await log_in(page, server, "E1001")
    await page.locator("#thread-history a").first.click()
    await expect(page).to_have_url(room)
    await expect(page.locator("[data-step-type=user_message]")).to_have_count(3)
    await expect(page.locator(".dm-action-executed")).to_contain_text("张伟")
    await expect(page.locator(".js-plotly-plot").first).to_be_visible()
    await expect(page.locator(".positive-feedback-on")).to_have_count(1)
    async with page.expect_download() as download:
        await page.locator("a[download='华星科技报表.xlsx']").first.click()
    assert (await (await download.value).path()).read_bytes() == sent["buffer"]

    # It can be found by what was said in it, and renamed.
    thread = room.rsplit("/", 1)[1]
    renamed = await page.request.put("/project/thread", data={"threadId": thread, "name": "季度安排"})
    assert renamed.ok
    for words in ("季度安排", "提前几天"):
        asked = {"pagination": {"first": 5}, "filter": {"search": words}}
        found = await (await page.request.post("/project/threads", data=asked)).json()
        assert [one["name"] for one in found["data"]] == ["季度安排"]

    # Nobody else can read it, and it can be forgotten.
    other = await context.browser.new_context(base_url=server.url, locale="zh-CN")  # type: ignore[union-attr]
    stranger = await other.new_page()
    await log_in(stranger, server, "E1002")
    await stranger.goto(room)
    await expect(stranger.locator("[data-sonner-toast]")).to_contain_text("这段对话打不开")
    await expect(stranger.locator("#starters")).to_be_visible()
    await expect(stranger.locator("[data-step-type]")).to_have_count(0)
    assert (await stranger.request.get(f"/project/thread/{thread}")).status == 404
    assert (await stranger.request.delete("/project/thread", data={"threadId": thread})).status == 404
    await other.close()
    assert (await page.request.delete("/project/thread", data={"threadId": thread})).ok
    assert (await page.request.get(f"/project/thread/{thread}")).status == 404


async def test_an_error_is_a_sentence_with_a_number(page: Page, server: Server) -> None:
    await log_in(page, server)
    await page.set_input_files(
        "#upload-button-input", files=[FilePayload(name="坏.xlsx", mimeType=_XLSX, buffer=b"not a workbook")]
    )
    await say(page, "@信贷 分析这份报表")
    await expect(page.locator(".dm-problem code").last).to_have_text(re.compile("^[0-9a-f]{16}$"))
    await expect(page.locator("body")).not_to_contain_text("Traceback")


async def test_an_empty_file_is_refused_in_words(page: Page, server: Server) -> None:
    await log_in(page, server)
    await page.set_input_files("#upload-button-input", files=[FilePayload(name="空.xlsx", mimeType=_XLSX, buffer=b"")])
    await expect(page.locator("[data-sonner-toast]")).to_contain_text("空.xlsx")


async def test_the_page_works_on_a_telephone(page: Page, server: Server) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await log_in(page, server)
    await say(page, "@办公 李娜的电话")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.reload()
    await expect(page.locator("[data-step-type=user_message]")).to_contain_text("李娜")
