"""The original behind a citation."""

from pathlib import Path

from app.channels.browser_documents import _marked, _original, document_page, refusal_page
from app.core.ports import Hit


def hit(text: str) -> Hit:
    return Hit("office/a.md", "第一条", text, 1.0, "办法", "/documents/office/a.md")


def test_the_passage_is_marked_in_its_document() -> None:
    html = _marked("前<b>\n第一条 甲。\n后", hit("第一条 甲。"))
    assert html == '前&lt;b&gt;\n<mark id="at">第一条 甲。</mark>\n后'


def test_a_passage_that_is_not_there_word_for_word_comes_first() -> None:
    assert _marked("全文", hit("表格")).startswith('<mark id="at">表格</mark>')


def test_only_documents_of_the_knowledge_folder_are_read(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    (knowledge / "office").mkdir(parents=True)
    (knowledge / "office" / "a.md").write_text("---\ntitle: 办法\n---\n第一条 甲。\n", encoding="utf-8")
    (tmp_path / "secret.md").write_text("密", encoding="utf-8")
    assert _original(knowledge, "office/a.md") == "第一条 甲。"
    assert _original(knowledge, "../secret.md") is None
    assert _original(knowledge, "office/missing.md") is None


def test_a_document_that_came_another_way_shows_its_passage(tmp_path: Path) -> None:
    html = document_page(tmp_path, hit("第一条 甲。"))
    assert '<mark id="at">第一条 甲。</mark>' in html
    assert "<h1>办法</h1>" in html
    assert "&lt;x&gt;" in refusal_page("<x>")
