"""Approvals as people see them: told on an open page and in the room, and every card follows what was decided."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server
from tests.houses import content_in, with_payments

PROPOSER, APPROVER, OTHER, STRANGER = "E1001", "E2001", "E3001", "E6001"


@pytest.fixture(scope="module")
async def bank(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server whose FX assistant transfers money, with four eyes."""
    folder = tmp_path_factory.mktemp("bank")
    content = with_payments(content_in(folder / "content"))
    (folder / "home").mkdir()
    running = Server(folder / "home", "tests.serving_payments", DESKMATE_CONTENT=str(content))
    await running.start()
    yield running
    await running.stop()


async def opened(browser: Browser, bank: Server, person: str) -> Page:
    """A page of somebody who has logged in."""
    profile: BrowserContext = await browser.new_context(base_url=bank.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    profile.set_default_timeout(20_000)
    page = await profile.new_page()
    await page.goto("/")
    await page.fill("#email", person)
    await page.fill("#password", bank.password)
    await page.click("button[type=submit]")
    await expect(page.locator("#chat-input")).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    """Send a message."""
    await page.fill("#chat-input", text)
    await page.keyboard.press("Escape")
    await page.click("#chat-submit")


async def test_what_waits_reaches_the_approver_and_the_decision_reaches_everybody(
    browser: Browser, bank: Server
) -> None:
    proposer, approver, stranger = [await opened(browser, bank, id) for id in (PROPOSER, APPROVER, STRANGER)]
    await expect(approver.locator("#starters button").first).to_be_enabled()
    await say(proposer, "@外汇 划转5000000 USD到备付金账户")
    mine, card = proposer.locator(".dm-action"), approver.locator(".dm-action")
    await expect(mine).to_contain_text("等待审批")
    await expect(mine.get_by_role("button", name="撤回")).to_be_visible()
    await expect(mine.get_by_role("button", name="确认")).to_have_count(0)
    await expect(card).to_contain_text("待您审批")
    await expect(card).to_contain_text("USD 5,000,000")
    await expect(card).to_contain_text("张伟")

    late = await opened(browser, bank, OTHER)
    await expect(late.locator("[data-step-type=assistant_message]")).to_contain_text("有 1 件事等您审批")
    await expect(late.locator(".dm-action")).to_contain_text("待您审批")

    await card.get_by_role("button", name="确认").click()
    for page in (approver, proposer, late):
        await expect(page.locator(".dm-action-executed")).to_contain_text("王芳")
        await expect(page.locator(".dm-action footer")).to_have_count(0)
    await expect(proposer.locator("[data-step-type=assistant_message]").last).to_contain_text("已由 王芳 审批并办理")
    await expect(stranger.locator(".dm-action")).to_have_count(0)

    await proposer.reload()
    await expect(proposer.locator(".dm-action-executed")).to_contain_text("王芳")
    for page in (proposer, approver, stranger, late):
        await page.context.close()


async def test_the_list_is_decided_from_and_a_refusal_says_why(browser: Browser, bank: Server) -> None:
    proposer, approver = [await opened(browser, bank, id) for id in (PROPOSER, OTHER)]
    await say(proposer, "@外汇 划转20000000 USD到备付金账户")
    await expect(proposer.locator(".dm-action")).to_contain_text("总行外汇交易员，以及交易主管")
    await say(approver, "待我审批")
    listed = approver.locator("[data-step-type=assistant_message]", has_text="请核对后回复")
    await expect(listed).to_contain_text("USD 20,000,000")
    card = approver.locator(".dm-action").last
    await card.get_by_role("button", name="确认").click()
    await expect(card).to_contain_text("等待审批")
    await expect(card).to_contain_text("陈杰")
    await expect(card.get_by_role("button")).to_have_count(0)
    await expect(proposer.locator(".dm-action")).to_contain_text("陈杰")
    await expect(proposer.locator("[data-step-type=assistant_message]").last).to_contain_text("还须：交易主管")
    await proposer.locator(".dm-action").get_by_role("button", name="撤回").click()
    await expect(card).to_contain_text("已拒绝")
    for page in (proposer, approver):
        await page.context.close()
