"""The last good price of each pair, in `fx_last_price`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from pydantic import ValidationError
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.core.ports import Database
from skills.fx.market import Market
from skills.fx.pricing_tables import LastPriceRow


async def last_prices(database: Database) -> dict[str, Market]:
    """Pair -> the market of it alone, when it was last good."""
    async with database.session() as session:
        rows = (await session.exec(select(LastPriceRow))).all()
    found = {}
    for row in rows:
        try:
            found[row.pair] = Market.model_validate_json(row.body)
        except ValidationError:
            continue  # of a version with another shape: the next good price takes its place
    return found


async def keep_last(database: Database, last: Mapping[str, Market]) -> None:
    """Keep these, each where nothing newer is kept: other processes keep theirs too."""
    async with database.session() as session:
        for pair, market in sorted(last.items()):
            said = {"at": _at(market), "body": market.model_dump_json()}
            mine = col(LastPriceRow.pair) == pair
            changed = await session.execute(
                update(LastPriceRow).where(mine, col(LastPriceRow.at) < said["at"]).values(**said)
            )
            if changed.rowcount or await session.get(LastPriceRow, pair):
                continue
            try:
                async with session.begin_nested():
                    await session.execute(insert(LastPriceRow).values(pair=pair, **said))
            except IntegrityError:
                pass  # another process has just made the row, with a price of the same second
        await session.commit()


def _at(market: Market) -> str:
    return market.as_of.astimezone(UTC).isoformat(timespec="microseconds")
