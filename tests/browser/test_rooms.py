"""Rooms of several people, each in a browser of his own: nothing lost, nothing doubled, everybody sees one order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect

from app.rooms import BANK_TIME
from tests.browser.conftest import Server
from tests.houses import content_in

LI_NA, WANG_FANG, CHEN_JIE = "E1002", "E2001", "E3001"
_SAID = "[data-step-type=user_message] .message-content, .dm-said .message-content"
Opened = Callable[..., Awaitable[Page]]


@pytest.fixture
async def opened(browser: Browser, server: Server) -> AsyncIterator[Opened]:
    """Opens a page of somebody in a browser profile of his own. Fails the test when a page broke."""
    profiles: list[BrowserContext] = []
    broken: list[str] = []

    async def open(person: str, at: Server = server) -> Page:
        profile = await browser.new_context(
            base_url=at.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}
        )
        profiles.append(profile)
        profile.set_default_timeout(20_000)
        page = await profile.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        await page.goto("/")
        await page.fill("#email", person)
        await page.fill("#password", at.password)
        await page.click("button[type=submit]")
        await expect(page.locator("#chat-input")).to_be_visible()
        await expect(page.locator("#starters button").first).to_be_enabled()
        return page

    yield open
    for profile in profiles:
        await profile.close()
    assert not broken


async def say(page: Page, text: str) -> None:
    """Send a message. While an answer runs, or the page connects, it takes none: what fell into that is done again."""
    composer = page.locator("#chat-input")
    for _ in range(20):  # a page that is just connecting forgets what is typed meanwhile
        await composer.fill(text)
        await page.keyboard.press("Escape")
        try:
            await expect(page.locator("#chat-submit")).to_be_enabled(timeout=1_000)
            break
        except AssertionError:
            continue
    for _ in range(20):
        await page.click("#chat-submit")
        try:
            await expect(composer).to_have_value("", timeout=1_000)
            break
        except AssertionError:
            continue
    await expect(page.locator(_SAID, has_text=text.split("\n")[0]).last).to_be_visible()


async def new_room(page: Page, title: str, *people: str) -> str:
    """Open a room by a sentence, and go there by the link of the answer. Its id."""
    await say(page, f"@外汇 开房间 {title}，邀请 {' '.join(people)}")
    link = page.locator("[data-step-type=assistant_message] a[href*='/thread/']").last
    await link.click()
    await expect(page.locator("#dm-room-head")).to_contain_text(title)
    return page.url.rsplit("/", 1)[1]


async def enter(page: Page, title: str) -> None:
    """By the list of rooms."""
    await page.locator(".dm-room", has_text=title).click()
    await expect(page.locator("#dm-room-head")).to_contain_text(title)


async def said(page: Page) -> list[str]:
    """What people said, as the page has it."""
    return [text.strip() for text in await page.locator(_SAID).all_inner_texts()]


async def test_two_people_talk_in_a_room_that_one_of_them_opened(opened: Opened) -> None:
    li_na, wang_fang = await opened(LI_NA), await opened(WANG_FANG)
    await new_room(li_na, "华星科技询价", "王芳")
    invited = wang_fang.locator("[data-step-type=assistant_message]", has_text="邀请您进入房间")
    await expect(invited).to_contain_text("李娜")  # without reloading
    await expect(wang_fang.locator(".dm-room", has_text="华星科技询价")).to_be_visible()

    await say(li_na, "王芳您好，客户*华星*要询价_today_：# 不是标题")
    await expect(wang_fang.locator(".dm-room .dm-unread")).to_have_text("1")
    await invited.get_by_role("link").click()
    await expect(wang_fang.locator("#dm-room-head")).to_contain_text("华星科技询价")
    heard = wang_fang.locator(".dm-said")
    await expect(heard).to_contain_text("王芳您好，客户*华星*要询价_today_：# 不是标题")
    await expect(heard.locator(".dm-by")).to_contain_text("李娜")
    await expect(heard.locator(".dm-by")).to_contain_text("支行外汇交易员")
    await expect(wang_fang.locator(".dm-room .dm-unread")).to_have_count(0)

    await say(wang_fang, "收到，多少金额？\n什么期限？")
    await expect(li_na.locator(".dm-said")).to_contain_text("收到，多少金额？")
    # What is only heard is answered by nothing: no bubble, no thumbs, nothing that turns.
    for page in (li_na, wang_fang):
        await expect(page.locator("[data-step-type=assistant_message]:not(:has(.dm-said))")).to_have_count(0)
        await expect(page.locator(".loading-cursor, #stop-button")).to_have_count(0)

    await say(li_na, "@外汇 房间里有谁")
    for page in (li_na, wang_fang):
        answer = page.locator("[data-step-type=assistant_message]", has_text="管理房间")
        await expect(answer).to_have_count(1)
        await expect(answer).to_contain_text("王芳")


async def test_three_people_at_once_and_one_of_them_reloads_then(opened: Opened) -> None:
    pages = [await opened(id) for id in (LI_NA, WANG_FANG, CHEN_JIE)]
    await new_room(pages[0], "日元询价", "王芳", "陈杰")
    for page in pages[1:]:
        await enter(page, "日元询价")
    rounds = 5

    async def talk(number: int, page: Page) -> None:
        for count in range(rounds):
            await say(page, f"第{number}人第{count}句")

    await asyncio.gather(*(talk(number, page) for number, page in enumerate(pages)))
    wanted = {f"第{number}人第{count}句" for number in range(3) for count in range(rounds)}
    for page in pages:
        await expect(page.locator(_SAID)).to_have_count(len(wanted))
    orders = [await said(page) for page in pages]
    assert set(orders[0]) == wanted
    assert orders[1] == orders[0] and orders[2] == orders[0], "each sees another order"
    await pages[1].reload()
    await expect(pages[1].locator(_SAID)).to_have_count(len(wanted))
    assert await said(pages[1]) == orders[0], "the history has another order than the talk"


async def test_a_page_whose_connection_was_lost_misses_nothing(opened: Opened) -> None:
    li_na, wang_fang = await opened(LI_NA), await opened(WANG_FANG)
    lines: list[WebSocketRoute] = []
    cut = False

    async def through(line: WebSocketRoute) -> None:
        if cut:
            await line.close()
            return
        line.connect_to_server()
        lines.append(line)

    async def fetched(route: Route) -> None:
        await (route.abort() if cut else route.continue_())

    await wang_fang.route_web_socket(re.compile("/ws/"), through)
    await wang_fang.route("**/ws/**", fetched)  # where a socket fails, the page polls
    await wang_fang.reload()
    await new_room(li_na, "断线重连", "王芳")
    await enter(wang_fang, "断线重连")
    await say(li_na, "第一句")
    await expect(wang_fang.locator(_SAID)).to_have_count(1)
    cut = True
    for line in lines:
        await line.close()
    await say(li_na, "断线时的一句")
    await say(li_na, "@外汇 房间里有谁")
    await expect(li_na.locator("[data-step-type=assistant_message]", has_text="管理房间")).to_be_visible()
    await asyncio.sleep(1)
    assert len(await said(wang_fang)) == 1, "the connection was not cut"
    cut = False
    await expect(wang_fang.locator(_SAID)).to_have_count(3)
    await expect(wang_fang.locator("[data-step-type=assistant_message]", has_text="管理房间")).to_have_count(1)
    await say(wang_fang, "我回来了")
    await say(li_na, "最后一句")
    for page in (li_na, wang_fang):
        await expect(page.locator(_SAID)).to_have_count(5)
    assert await said(wang_fang) == await said(li_na)


async def test_who_comes_and_goes_is_told_to_everybody(opened: Opened) -> None:
    li_na, wang_fang, chen_jie = [await opened(id) for id in (LI_NA, WANG_FANG, CHEN_JIE)]
    await new_room(li_na, "来来往往", "王芳")
    await enter(wang_fang, "来来往往")
    await say(li_na, "@外汇 邀请陈杰进房间")
    lines = wang_fang.locator("[data-step-type=system_message]")
    await expect(lines).to_have_text(re.compile("李娜邀请陈杰加入了房间"))
    await enter(chen_jie, "来来往往")
    await say(li_na, "@外汇 把房间交给王芳")
    await expect(lines.nth(1)).to_contain_text("李娜把房间交给了王芳")
    await say(li_na, "@外汇 我退出房间")
    await expect(lines.nth(2)).to_contain_text("李娜离开了房间")
    await expect(li_na.locator(".dm-room", has_text="来来往往")).to_have_count(0)
    await say(wang_fang, "她走了")
    await expect(chen_jie.locator(".dm-said", has_text="她走了")).to_be_visible()
    await expect(li_na.locator(".dm-said", has_text="她走了")).to_have_count(0)
    await say(wang_fang, "@外汇 关闭房间")
    for page in (wang_fang, chen_jie):
        await expect(page.locator("[data-step-type=system_message]").last).to_contain_text("王芳关闭了房间")
        await expect(page.locator(".dm-room", has_text="来来往往")).to_contain_text("已关闭")
    await chen_jie.reload()
    await expect(chen_jie.locator("[data-step-type=system_message]")).to_have_count(4)


@pytest.fixture(scope="module")
async def dealing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server whose market is of this minute."""
    folder = tmp_path_factory.mktemp("dealing")
    content = content_in(folder / "content")
    market = content / "config" / "market.yaml"
    now = datetime.now(BANK_TIME).isoformat(timespec="seconds")
    market.write_text(re.sub(r"(?m)^as_of: .*$", f"as_of: {now}", market.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "home").mkdir()
    running = Server(folder / "home", DESKMATE_CONTENT=str(content))
    await running.start()
    yield running
    await running.stop()


async def test_the_ticket_fills_up_beside_the_talk_and_is_edited_in_place(opened: Opened, dealing: Server) -> None:
    li_na, wang_fang = [await opened(id, dealing) for id in (LI_NA, WANG_FANG)]
    await new_room(li_na, "华星科技询价", "王芳")
    await enter(wang_fang, "华星科技询价")
    await say(li_na, "客户华星科技要买美元，即期")
    for page in (li_na, wang_fang):
        ticket = page.locator(".dm-ticket")
        await expect(ticket).to_contain_text("华星科技有限公司")
        await expect(ticket.locator(".dm-element-missing")).to_contain_text("金额")
        await expect(ticket.locator(".dm-step-now")).to_contain_text("询价")
    await expect(wang_fang.locator(".dm-element-by").first).to_contain_text("李娜")

    await say(wang_fang, "金额500万")
    amount = li_na.locator(".dm-element", has_text="金额")
    await expect(amount).to_contain_text("USD 5,000,000.00")
    await expect(amount).to_contain_text("王芳")
    await expect(li_na.locator(".dm-check-passed").first).to_be_visible()

    # By the keyboard alone; what is changed is said in the room.
    await amount.get_by_role("button", name=re.compile("金额")).focus()
    await li_na.keyboard.press("Enter")
    field = amount.get_by_role("textbox")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("5,000,000 美元")
    await li_na.keyboard.press("Escape")
    await expect(amount.get_by_role("button", name=re.compile("金额"))).to_be_focused()
    await li_na.keyboard.press("Enter")
    await field.fill("3,000,000 美元")
    await li_na.keyboard.press("Enter")
    for page in (li_na, wang_fang):
        await expect(page.locator(".dm-element", has_text="金额")).to_contain_text("USD 3,000,000.00")
    await expect(wang_fang.locator(".dm-said").last).to_contain_text("金额改为 3,000,000 美元")

    await li_na.reload()
    await expect(li_na.locator(".dm-ticket")).to_contain_text("USD 3,000,000.00")
    await li_na.locator("#side-view-title button").click()
    await expect(li_na.locator(".dm-ticket")).to_have_count(0)
    await say(wang_fang, "我问一下客户")
    await expect(li_na.locator(".dm-said").last).to_contain_text("我问一下客户")
    await expect(li_na.locator(".dm-ticket")).to_have_count(0)  # closed by hand it stays closed
    await li_na.locator("#dm-room-head button").click()
    await expect(li_na.locator(".dm-ticket")).to_contain_text("USD 3,000,000.00")


async def test_three_browsers_deal_from_enquiry_to_booking(opened: Opened, dealing: Server) -> None:
    branch, region, head_office = [await opened(id, dealing) for id in (LI_NA, WANG_FANG, CHEN_JIE)]
    await new_room(branch, "购汇成交", "王芳", "陈杰")
    for page in (region, head_office):
        await enter(page, "购汇成交")
    everybody = (branch, region, head_office)
    await say(branch, "两位好，客户华星科技要买200万美元，即期，背景资料：合同、发票")
    for page in everybody:
        await expect(page.locator(".dm-price-holds")).to_contain_text("剩余")
    await region.reload()
    await expect(region.locator(".dm-price-holds")).to_contain_text("剩余")
    await say(branch, "成交")
    for page in everybody:
        await expect(page.locator(".dm-step-now")).to_contain_text("成交")
        await expect(page.locator(".dm-confirmations")).to_contain_text("等待确认")
    await say(branch, "@外汇 确认成交")
    for page in everybody:
        await expect(page.locator(".dm-confirmations .dm-given")).to_contain_text("李娜")
        await expect(page.locator(".dm-action")).to_have_count(1)
    await expect(region.locator(".dm-action").get_by_role("button", name="确认")).to_have_count(0)
    await head_office.locator(".dm-action").get_by_role("button", name="确认").click()
    for page in everybody:
        await expect(page.locator(".dm-action-executed")).to_contain_text("陈杰")
        await expect(page.locator(".dm-state")).to_have_text("入账")
        await expect(page.locator(".dm-confirmations .dm-given")).to_have_count(2)
        await expect(page.locator("button.dm-element-value")).to_have_count(0)  # what is booked is not edited
    await head_office.reload()
    await expect(head_office.locator(".dm-state")).to_have_text("入账")
    await expect(head_office.locator(".dm-action-executed")).to_have_count(1)
