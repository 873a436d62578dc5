"""Originals as people open them: from an answer to the quoted words, in the version that was cited."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.core.quote_mark import quote_mark
from app.engines.library.importing.following import bank_day
from app.main import opened
from tests.browser.conftest import Server
from tests.conftest import settings_in
from tests.files.library import keys_rule, stocked


@pytest.fixture(scope="module")
async def library(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server on shelves with documents of every kind; `home/kept.json` says which."""
    home = tmp_path_factory.mktemp("library")
    async with opened(settings_in(home)) as house:
        kept = await stocked(house, date.fromisoformat(bank_day()))
    (home / "kept.json").write_text(json.dumps({name: [one.source, one.version] for name, one in kept.items()}))
    running = Server(home, DESKMATE_SECRET="test-secret")
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def kept(library: Server) -> Mapping[str, tuple[str, str]]:
    """Source and version by what they are."""
    return {name: (source, version) for name, (source, version) in json.loads(_kept(library).read_text()).items()}


def _kept(library: Server) -> Path:
    return library.home / "kept.json"


@pytest.fixture
async def visitor(library: Server, browser: Browser) -> AsyncIterator[Page]:
    """A page of somebody who has logged in; it asks for nothing outside."""
    profile = await _profile(library, browser)
    outside: list[str] = []
    profile.on("request", lambda asked: outside.append(asked.url) if not asked.url.startswith(library.url) else None)
    page = await profile.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    await profile.close()
    assert not [url for url in outside if not url.startswith(("data:", "blob:"))]
    assert not faults, "the page breaks its own rules"


async def _profile(library: Server, browser: Browser, person: str = "E1001", **more: object) -> BrowserContext:
    profile = await browser.new_context(base_url=library.url, **{"locale": "zh-CN", **more})  # type: ignore[arg-type]
    profile.set_default_timeout(20_000)
    answer = await profile.request.post("/login", form={"username": person, "password": library.password})
    assert answer.ok
    return profile


def address(document: tuple[str, str], at: str = "", said: str = "") -> str:
    """Of a place in a version, as a citation writes it."""
    source, version = document
    mark = f"&mark={quote_mark(said)}" if said else ""
    return f"/documents/{quote(source)}?at={quote(at, safe='')}&v={version}{mark}"


async def asked(page: Page, text: str) -> None:
    """Send a message and wait for the end of the answer."""
    await page.goto("/")
    await page.fill("#chat-input", text)
    await page.keyboard.press("Escape")
    await page.click("#chat-submit")
    await expect(page.locator(".dm-chip").first).to_be_visible()
    await expect(page.locator("#stop-button")).to_have_count(0)


async def from_chip(page: Page) -> Page:
    """The original behind the first chip, through the side panel."""
    await page.locator(".dm-chip").first.click()
    async with page.context.expect_page() as original:
        await page.click(".dm-passage-link")
    opened_page = await original.value
    await opened_page.wait_for_load_state()
    return opened_page


async def test_from_an_answer_to_the_quoted_words(visitor: Page) -> None:
    await asked(visitor, "@办公 加班超过2小时餐费每人每次最多多少元")
    said = await visitor.locator(".dm-chip").first.get_attribute("aria-label") or ""
    original = await from_chip(visitor)
    await expect(original.locator("h1")).to_have_text("加班餐费管理办法")
    await expect(original.locator(".standing")).to_have_text("现行")
    marked = "".join(await original.locator("mark").all_inner_texts())
    assert "不超过 55 元" in marked and "".join(marked.split()) in "".join(said.replace("**", "").split())
    await expect(original.locator("#at")).to_be_in_viewport()
    assert "餐费" not in unquote(original.url)


async def test_a_pdf_is_its_page_with_the_quote_boxed(visitor: Page, kept: Mapping[str, tuple[str, str]]) -> None:
    await asked(visitor, "@办公 金库备用钥匙多久轮换一次")
    original = await from_chip(visitor)
    picture = original.locator("figure img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("one => one.complete && one.naturalWidth") > 800
    box = await original.locator("figure rect").first.bounding_box()
    frame = await picture.bounding_box()
    assert box and frame and frame["x"] < box["x"] < frame["x"] + frame["width"] and box["width"] > 40
    await expect(original.locator("#at")).to_be_in_viewport()
    await original.click("text=下一页")
    await expect(original.locator(".steps span").first).to_have_text("第 2 页，共 2 页")
    await expect(original.locator(".text")).to_contain_text("更换锁具")
    await expect(original.locator("figure rect")).to_have_count(0)
    async with original.expect_download() as download:
        await original.click("text=下载原件")
    taken = await download.value
    assert taken.suggested_filename == "vault-keys.pdf" and (await taken.path()).read_bytes() == keys_rule()
    served = await original.request.get(f"/document-page/1/{kept['pdf'][0]}?v={kept['pdf'][1]}")
    assert served.headers["content-type"] == "image/png" and served.headers["cache-control"].startswith("private")
    assert served.headers["x-content-type-options"] == "nosniff"


async def test_a_scan_is_shown_and_boxed(visitor: Page, kept: Mapping[str, tuple[str, str]]) -> None:
    await visitor.goto(address(kept["scan"], "¶3", "Keep the register for fifteen years"))
    await expect(visitor.locator("figure rect")).to_have_count(1)
    await expect(visitor.locator("mark")).to_have_text("Keep the register for fifteen years")


async def test_an_old_version_says_so_and_leads_to_the_present_one(
    visitor: Page, kept: Mapping[str, tuple[str, str]]
) -> None:
    await visitor.goto(address(kept["old"], "第二条", "加班餐费每人每次不超过 40 元，凭发票报销。"))
    await expect(visitor.locator(".standing")).to_contain_text("已被本文件的新版本取代（自 ")
    await expect(visitor.locator("mark")).to_have_text("加班餐费每人每次不超过 40 元，凭发票报销。")
    await visitor.click("text=打开现行版本")
    await expect(visitor.locator(".standing")).to_have_text("现行")
    await expect(visitor.locator(".cited")).to_contain_text("不超过 55 元")
    # A link of old, without a version, opens what counts.
    await visitor.goto(f"/documents/{kept['old'][0]}?at={quote('第二条')}")
    await expect(visitor.locator(".cited")).to_contain_text("不超过 55 元")


@pytest.mark.parametrize(("which", "said"), [("retired", "已废止"), ("coming", "尚未生效")])
async def test_what_does_not_count_says_so(
    visitor: Page, kept: Mapping[str, tuple[str, str]], which: str, said: str
) -> None:
    await visitor.goto(address(kept[which], "第一条"))
    await expect(visitor.locator(".standing")).to_contain_text(said)
    await expect(visitor.locator(".banner")).to_be_visible()
    await expect(visitor.locator(".cited")).to_contain_text("第一条")


async def test_a_cell_among_its_rows_and_columns(visitor: Page, kept: Mapping[str, tuple[str, str]]) -> None:
    await visitor.goto(address(kept["sheet"], "公务宴请!A2:C5", "| 乙类城市 | 300 | 0 |"))
    await expect(visitor.locator("td.quoted")).to_have_text(["乙类城市", "300", "0"])
    await expect(visitor.locator(".letters th")).to_have_text(["", "A", "B", "C"])
    await expect(visitor.locator("tr:has(td.quoted) th.row")).to_have_text("4")
    await visitor.click(".sheets a")
    await expect(visitor.locator("td", has_text="含酒水")).to_be_visible()


async def test_a_slide_with_its_notes(visitor: Page, kept: Mapping[str, tuple[str, str]]) -> None:
    await visitor.goto(address(kept["slides"], "slide 1 notes", "提醒学员带工号牌"))
    await expect(visitor.locator(".slide")).to_have_count(2)
    await expect(visitor.locator(".notes mark")).to_have_text("提醒学员带工号牌")


async def test_who_may_not_read_it_learns_nothing(library: Server, browser: Browser) -> None:
    profile = await _profile(library, browser, "E9001")
    said = set()
    for path in ("documents/", "document-page/1/", "document-file/"):
        for source in ("credit/collateral.md", "credit/none.pdf", "nowhere/at/all.md"):
            answer = await profile.request.get(f"/{path}{source}?at=x")
            assert answer.status == 404
            said.add(await answer.text())
    assert len(said) == 1 and "抵质押" not in said.pop()
    await profile.close()


async def test_without_logging_in_nothing_is_shown(library: Server, browser: Browser) -> None:
    profile = await browser.new_context(base_url=library.url, locale="zh-CN")
    for path in ("documents/", "document-page/1/", "document-file/"):
        assert (await profile.request.get(f"/{path}office/seals.md")).status == 401
    page = await profile.new_page()
    await page.goto("/documents/office/seals.md")
    await expect(page.locator("h1")).to_contain_text("登录")
    await profile.close()


async def test_addresses_that_nobody_made_here_are_refused_clearly(library: Server, browser: Browser) -> None:
    profile = await _profile(library, browser)
    hostile = (
        "/documents/..%2f..%2fetc/passwd",
        "/documents/office/a%00.md?at=x",
        f"/documents/office/{'a' * 3000}.md",
        "/documents/office/seals.md?v=000000000000",
        "/documents/office/seals.md?v=%25",
        f"/documents/office/seals.md?at={'x' * 3000}",
        "/document-page/0/office/seals.md",
        "/document-page/x/office/seals.md",
        "/document-page/99999999999999/office/vault-keys.pdf",
        "/document-page/7/office/vault-keys.pdf",
        "/document-file/office/set.yaml",
    )
    for path in hostile:
        answer = await profile.request.get(path)
        assert answer.status in (400, 404), path
        assert "Traceback" not in await answer.text()
    script = await profile.request.get(f"/documents/office/seals.md?at={quote('<script>alert(1)</script>')}")
    assert script.ok and "<script" not in await script.text()
    assert "script-src" not in (policy := script.headers["content-security-policy"]) and "default-src 'none'" in policy
    await profile.close()


async def test_on_a_telephone_in_the_dark_in_english(
    library: Server, browser: Browser, kept: Mapping[str, tuple[str, str]]
) -> None:
    narrow = {"width": 390, "height": 844}
    profile = await _profile(library, browser, locale="en-GB", color_scheme="dark", viewport=narrow)
    page = await profile.new_page()
    for document, at in ((kept["old"], "第二条"), (kept["pdf"], "p.1"), (kept["sheet"], "公务宴请!A2:C5")):
        await page.goto(address(document, at))
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await expect(page.get_by_text("Download original")).to_be_visible()
    await page.goto(address(kept["old"], "第二条"))
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator(".standing")).to_contain_text("Replaced by a newer version")
    await profile.close()
