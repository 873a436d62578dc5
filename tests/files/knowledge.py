"""Documents that people upload in the dialogues: an invented rule, its next version, and one that nobody may add."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def _rule(number: str, since: str, limit: int, more: str = "") -> bytes:
    head = f"---\ntitle: 值班夜宵补助办法\nnumber: {number}\nvalid_from: {since}\n{more}---\n\n# 值班夜宵补助办法\n\n"
    return f"{head}第一条 通宵值班的员工，夜宵补助每人每晚 {limit} 元，按月汇总发放。\n".encode()


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    "夜宵补助.md": lambda: _rule("示银办〔2026〕71号", "2026-03-01", 31),
    "夜宵补助第二版.md": lambda: _rule("示银办〔2026〕88号", "2026-11-20", 47, "supersedes: 示银办〔2026〕71号\n"),
    "仅部分人可看.md": lambda: _rule("示银办〔2026〕90号", "2026-11-20", 52, "audience: [dealers]\n"),
    "空白.md": lambda: b"\n\n",
}
