"""A skill's manifest is made from its signature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest

from app.core.errors import Retry
from app.core.skill import Ask, Context, Result, Slot, skill
from app.core.texts import Texts

SAY = Texts(Path(__file__).parents[2] / "app" / "team" / "texts")


@skill("tea.order", texts=SAY, confirm="one")
async def order(
    ctx: Context,
    kind: Annotated[str, Slot("choice", ask="closing", choices={"green": ("绿茶",), "black": ("红茶",)})],
    cups: Annotated[str | None, Slot("number")] = None,
) -> Result | Ask:
    """Order tea."""
    return Result(f"{kind} {cups}")


def test_the_schema_tells_what_is_needed() -> None:
    assert order.required == ("kind",)
    assert order.schema["properties"]["kind"]["enum"] == ["green", "black"]
    assert order.schema["required"] == ["kind"]


def test_arguments_that_fit_pass() -> None:
    assert order.validated({"kind": "green"}) == {"kind": "green"}
    assert order.validated({"kind": "black", "cups": "2"}) == {"kind": "black", "cups": "2"}


@pytest.mark.parametrize(
    "arguments", [{}, {"kind": "coffee"}, {"kind": 3}, {"kind": "green", "sugar": "13800138000"}, {"kind": ["green"]}]
)
def test_arguments_that_do_not_fit_are_told_without_their_values(arguments: dict[str, object]) -> None:
    with pytest.raises(Retry) as raised:
        order.validated(arguments)
    assert "13800138000" not in raised.value.hint and "coffee" not in raised.value.hint


def test_a_parameter_without_a_slot_is_a_defect() -> None:
    @skill("tea.pour", texts=SAY)
    async def pour(ctx: Context, cup: str) -> Result:
        """Pour."""
        return Result(cup)

    with pytest.raises(TypeError, match="cup"):
        _ = pour.slots


def test_only_one_function_runs_after_a_yes() -> None:
    @order.on_confirmed
    async def ordered(ctx: Context, kind: str) -> Result:
        return Result(kind)

    with pytest.raises(TypeError):
        order.on_confirmed(ordered)


def test_a_skill_without_words_for_models_is_refused() -> None:
    with pytest.raises(TypeError, match="docstring"):

        @skill("tea.mute", texts=SAY)
        async def mute(ctx: Context) -> Result:
            return Result("")
