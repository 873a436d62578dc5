"""How long documents take to come in, what is lost on the way, and how many characters of a scan are read wrong.

Own files throughout: two hundred pages of rules with tables, scans with known text (`bench/scans.py`; they need a
Chinese font). Where `DESKMATE_BENCH_DATA` (default `../shared/data`) holds FinanceBench, its filings come in too, and
the text of its evidence pages is looked for on those pages.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from rapidfuzz.distance import Levenshtein

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.core.texts import Texts
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.passages import passages_of
from app.engines.library.reading import ocr, read_document
from app.engines.library.reading.layout.assembling import reading_of
from bench.scans import fonts_there, pages
from bench.short_documents import ShortDocument, short_documents
from bench.table import Row, show
from tests.files.pdf import PdfPage, pdf_file

DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data")
SAY = Texts(ROOT / "app" / "engines" / "library" / "texts")
PAGES = 200
SCANS = 36
SHORT = 1_000
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def own_texts() -> list[str]:
    """The shipped documents without their marks: prose as a bank writes it."""
    found = []
    for path in sorted((ROOT / "knowledge").glob("*/*.md")):
        text = re.sub(r"[#*|`>-]", "", _FRONT_MATTER.sub("", path.read_text(encoding="utf-8")))
        found.append("\n".join(line.strip() for line in text.splitlines() if len(line.strip()) > 6))
    return found


def rule_book(count: int) -> bytes:
    """A PDF of `count` pages: running heads, numbers, clauses over 34 lines, every fifth page with a ruled table."""
    prose = "".join(re.sub(r"\s", "", text) for text in own_texts())
    made = []
    at = clause = 0
    for number in range(1, count + 1):
        page = PdfPage().text(220, 40, "示例银行规章汇编", 9).text(290, 815, f"- {number} -", 9)
        y = 80.0
        if number % 10 == 1:
            page.text(220, y, f"第{number // 10 + 1}章　业务管理规定", 16)
            y += 40
        for line in range(34 if number % 5 else 20):
            lead = ""
            if line % 6 == 0:
                clause += 1
                lead = f"　　第{clause}条　"
            page.text(70, y, (lead + prose[at : at + 42])[:42])
            at = (at + 42 - len(lead)) % (len(prose) - 100)
            y += 19
        if number % 5 == 0:
            rows = [("机构", "存款余额", "贷款余额", "不良率")]
            rows += [
                (f"示例支行{n}", f"{number * n},000.00", f"{number * n * 7 % 991},500.00", f"1.{n}%")
                for n in range(1, 9)
            ]
            page.table(70, y + 10, [120, 110, 110, 110], rows)
        made.append(page)
    return pdf_file(made, "示例银行规章汇编")


async def imported(content: bytes, name: str, folder: Path) -> tuple[float, int]:
    """Seconds from `deskmate index` to the last passage in the index, and how many passages there are."""
    knowledge = ChromaKnowledge(folder / "content", folder / "home")
    await knowledge.open()
    path = folder / name
    path.write_bytes(content)
    started = time.perf_counter()
    summary = await knowledge.index([path], into="bench", progress=lambda _: None)
    took = time.perf_counter() - started
    if summary["failed"]:
        raise SystemExit(f"{name}: {summary['failed']}")
    return took, int(summary["passages"])


def of_rule_book() -> list[Row]:
    content = rule_book(PAGES)
    with tempfile.TemporaryDirectory() as folder:
        took, passages = asyncio.run(imported(content, "rules.pdf", Path(folder)))
    document = read_document("rules.pdf", content, SAY)
    clauses = sum(bool(re.match(r"第\d+条", one.text)) for one in passages_of(document))
    tables = sum(block.kind == "table" for block in document.blocks)
    whole = sum(1 for number in range(1, PAGES + 1) for line in range(34 if number % 5 else 20) if line % 6 == 0)
    heads = document.text.count("规章汇编")
    return [
        Row(f"text PDF of {PAGES} pages: import", f"{took:.1f} s, {passages} passages", "<= 20 s", took <= 20),
        Row("its clauses that are passages of their own", f"{clauses} of {whole}", "all", clauses == whole),
        Row("its tables that are tables", f"{tables} of {PAGES // 5}", "all", tables == PAGES // 5),
        Row("running heads left in the text", str(heads), "0", heads == 0),
    ]


def of_short_documents() -> list[Row]:
    """A folder of a thousand short documents in ten formats; each has one sentence or row to be found at its place."""
    prose = [line for text in own_texts() for line in text.splitlines() if 20 < len(line) < 200 and line[0] != "第"]
    documents = list(short_documents(SHORT, prose))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shared").mkdir()
        for one in documents:
            (folder / "shared" / one.name).write_bytes(one.content)
        took, passages, right = asyncio.run(_short(folder, documents))
    return [
        Row(f"{SHORT} short documents: import", f"{took:.1f} s, {passages} passages", "<= 60 s", took <= 60),
        Row("their one sentence or row at its place", f"{right} of {SHORT}", "all", right == SHORT),
    ]


async def _short(folder: Path, documents: list[ShortDocument]) -> tuple[float, int, int]:
    knowledge = ChromaKnowledge(folder / "content", folder / "home")
    await knowledge.open()
    started = time.perf_counter()
    summary = await knowledge.index([folder / "shared"], into="bench", progress=lambda _: None)
    took = time.perf_counter() - started
    if summary["failed"]:
        raise SystemExit(f"short documents: {summary['failed'][:3]}")
    right = 0
    for one in documents:
        source = f"bench/{one.name}/办法.md" if one.name.endswith(".zip") else f"bench/{one.name}"
        hit = await knowledge.passage(source, one.locator)
        right += hit is not None and one.said in hit.text
        if hit is None or one.said not in hit.text:
            print(f"  not at its place: {source} {one.locator}")
    return took, int(summary["passages"]), right


def of_filings() -> list[Row]:
    """The filings, and the words of the evidence pages that are there and stand on the page named."""
    folder = DATA / "qa_financebench__nc"
    if not folder.is_dir():
        return [Row("FinanceBench: skipped", "no data here (DESKMATE_BENCH_DATA)")]
    evidence: dict[str, dict[int, str]] = defaultdict(dict)
    for path in sorted(folder.glob("*/financebench.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for one in json.loads(line)["evidence"]:
                evidence[one["doc_name"]][int(one["evidence_page_num"]) + 1] = one["evidence_text_full_page"]
    rows = []
    there = asked = 0
    for path in sorted((folder / "pdfs").glob("*.pdf")):
        content = path.read_bytes()
        started = time.perf_counter()
        document = read_document(path.name, content, SAY)
        took = time.perf_counter() - started
        on_page: dict[int, Counter[str]] = defaultdict(Counter)
        for block in document.blocks:
            on_page[int(block.place[2:])].update(_words(document.text[block.start : block.end]))
        for page, text in evidence.get(path.stem, {}).items():
            wanted = Counter(_words(text))
            # A paragraph that began on the page before has that page's number.
            there += sum((wanted & (on_page[page] + on_page[page - 1])).values())
            asked += sum(wanted.values())
        tables = sum(block.kind == "table" for block in document.blocks)
        figure = f"{took:.1f} s, {len(passages_of(document))} passages, {tables} tables"
        rows.append(Row(f"{path.stem}, {max(on_page)} pages: reading", figure))
    if asked:
        rows.append(
            Row("words of evidence pages found there", f"{there / asked:.4f}", ">= 0.98", there / asked >= 0.98)
        )
    return rows


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+|\d[\d,.]*\d|\d", text)


def of_scans() -> list[Row]:
    """Characters wrong: Levenshtein distance over the page's text, blanks left out."""
    if not fonts_there():
        return [Row("scanned pages: skipped", "no Chinese font here (tests/setup.sh installs fonts-noto-cjk)")]
    texts = own_texts()
    wrong: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    tables = [0, 0]
    took = 0.0
    for page in pages([texts[number % len(texts)] for number in range(SCANS)]):
        started = time.perf_counter()
        sheet = ocr.sheet_of(page.image, 1, 595, 842)
        took += time.perf_counter() - started
        found = reading_of([sheet])
        wrong[page.kind] += Levenshtein.distance(_bare(found.text), _bare(page.text))
        letters[page.kind] += len(_bare(page.text))
        if page.kind == "table":
            tables[0] += sum(block.kind == "table" for block in found.blocks) == 1
            tables[1] += 1
    share = wrong.total() / letters.total()
    return [
        Row(f"{SCANS} scanned pages: characters wrong", f"{share:.4f}", "<= 0.02", share <= 0.02),
        *(Row(f"  {kind}", f"{wrong[kind] / letters[kind]:.4f}") for kind in letters),
        Row("tables among them found", f"{tables[0]} of {tables[1]}"),
        Row("one scanned page", f"{took / SCANS:.1f} s"),
    ]


def _bare(text: str) -> str:
    return re.sub(r"[\s|]|---", "", text)


def main() -> int:
    return show([*of_rule_book(), *of_short_documents(), *of_filings(), *of_scans()])


if __name__ == "__main__":
    sys.exit(main())
