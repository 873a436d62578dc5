"""How people steer a talk."""

from __future__ import annotations

import pytest

from app.engines.language.cues import Cue, cue_of


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("算了", Cue("cancel")),
        ("那算了吧", Cue("cancel")),
        ("cancel that please", Cue("cancel")),
        ("Never mind.", Cue("cancel")),
        ("谢谢！", Cue("thanks")),
        ("thank you very much", Cue("thanks")),
        ("你好", Cue("greet")),
        ("请问你能做什么", Cue("help")),
        ("what can you do?", Cue("help")),
        ("好的", Cue("agree")),
        ("再见", Cue("bye")),
        ("改成300万", Cue("correct", "300万")),
        ("不对，改成300万吧", Cue("correct", "300万")),
        ("换成欧元", Cue("correct", "欧元")),
        ("那欧元呢", Cue("correct", "欧元")),
        ("make it 3 mio", Cue("correct", "3 mio")),
        ("what about EUR?", Cue("correct", "EUR")),
        ("把份数改成五份", Cue("correct", "五份", "份数")),
        ("change the date to Friday", Cue("correct", "Friday", "date")),
    ],
)
def test_a_cue_is_the_whole_message(text: str, cue: Cue) -> None:
    assert cue_of(text) == cue


@pytest.mark.parametrize(
    "text",
    [
        "取消明天的会议室",
        "你好，我想借一本书",
        "谢谢，另外派一辆车",
        "订三份套餐",
        "",
        "改" * 300,
        "help me order lunch",
    ],
)
def test_a_message_with_a_matter_of_its_own_is_no_cue(text: str) -> None:
    assert cue_of(text) is None
