"""Prices against QuantLib, and what a price and a fresh market cost.

Every pair of the shipped market is priced for every day of a year from its points; the same market with interest rates
instead of points is priced with our curves and with QuantLib's `FxForward` and `DiscountingFxForwardEngine`. The data
system is a real server on this machine. `blocked` is the longest time for which the event loop did nothing else while
markets came in.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.table import Row, show
from skills.fx import market_source
from skills.fx.calendars import quantlib
from skills.fx.clients import read_clients
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.deal import Deal, Said
from skills.fx.market import Market, market_of, read_market
from skills.fx.market_source import current_market
from skills.fx.offer import offered
from skills.fx.price import indicative
from skills.fx.value_dates import value_date
from tests.skills.context import CONTENT, ZONE, FakeDatabase, context

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=ZONE)
TENORS = ("1W", "2W", "1M", "2M", "3M", "6M", "9M", "1Y", "18M")
PERCENT = {"EUR": 1.95, "USD": 3.65, "GBP": 3.9, "JPY": 0.7, "CNY": 1.5, "AUD": 3.8, "CHF": 0.1, "TRY": 38.0}
PAIRS = ("EUR/USD", "GBP/USD", "USD/JPY", "USD/CNY", "EUR/CNY", "AUD/USD", "USD/CHF", "USD/TRY")
YEAR = {"GBP": "act/365", "AUD": "act/365"}


def main() -> int:
    """Print the table."""
    quoted = read_market(CONTENT).model_copy(update={"as_of": NOW})
    rated = with_rates()
    quantlib().Settings.instance().evaluationDate = ql_day(TODAY)
    differences, prices = against_quantlib(rated)
    crossed = crossed_prices(quoted) + crossed_prices(rated)
    by_points = milliseconds(lambda day: indicative(quoted, "EUR", "CNY", day, TODAY))
    by_cross = milliseconds(lambda day: indicative(quoted, "GBP", "CHF", day, TODAY))
    by_rates = milliseconds(lambda day: indicative(rated, "EUR", "CNY", day, TODAY))
    client = milliseconds(lambda day: client_price(quoted, day))
    asked, kept, blocked = asyncio.run(over_http())
    return show(
        [
            Row("difference to QuantLib's FX forward, largest, pips", f"{max(differences):.1e}", "<= 1e-3",
                max(differences) <= 1e-3),
            Row(f"… over {prices:,} prices of {len(PAIRS)} pairs, median", f"{statistics.median(differences):.1e}"),
            Row("bid above offer, all pairs and crosses, each day of a year", f"{crossed}", "0", crossed == 0),
            Row("a price from points, ms", f"{by_points[0]:.2f} (p99 {by_points[1]:.2f})", "<= 2", by_points[0] <= 2),
            Row("a cross by the dollar, ms", f"{by_cross[0]:.2f} (p99 {by_cross[1]:.2f})", "<= 2", by_cross[0] <= 2),
            Row("a price from two curves, ms", f"{by_rates[0]:.2f} (p99 {by_rates[1]:.2f})", "<= 5", by_rates[0] <= 5),
            Row("a client's price (side, tier, rounding), ms", f"{client[0]:.2f} (p99 {client[1]:.2f})", "<= 5",
                client[0] <= 5),
            Row("a fresh market over HTTP, judged, 16 pairs, ms", f"{asked:.1f}", "<= 50", asked <= 50),
            Row("the market within its second, ms", f"{kept:.3f}", "<= 0.1", kept <= 0.1),
            Row("the loop blocked while markets came in, longest, ms", f"{blocked:.1f}", "<= 20", blocked <= 20),
        ]
    )  # fmt: skip


def with_rates() -> Market:
    """Pairs with two-sided interest rates of both currencies, each with its own year."""
    spots = {"USD/TRY": ["41.9000", "41.9500"]}
    pairs = {}
    shipped = read_market(CONTENT)
    for name in PAIRS:
        known = shipped.pairs.get(name)
        sides = spots.get(name) or [str(one) for one in known.spot]  # type: ignore[union-attr]
        curves = {side: curve(code) for side, code in zip(("base", "quote"), name.split("/"), strict=True)}
        pip, decimals = (known.pip, known.decimals) if known else (Decimal("0.0001"), 4)
        pairs[name] = {"spot": sides, "decimals": decimals, "pip": str(pip), "curves": curves}
    return market_of({"as_of": NOW.isoformat(), "source": "bench", "stale_after_minutes": 15, "pairs": pairs})


def curve(code: str) -> dict[str, Any]:
    """Rates that fall a little with the tenor; 6 basis points between the sides."""
    rates = {tenor: [PERCENT[code] - place * 0.02, PERCENT[code] - place * 0.02 + 0.06]
             for place, tenor in enumerate(("ON", "TN", *TENORS))}  # fmt: skip
    return {"basis": YEAR.get(code, "act/360"), "compounding": "simple", "rates": rates}


def against_quantlib(market: Market) -> tuple[list[float], int]:
    """How far our forwards lie from QuantLib's, in pips, on every third day of a year and on both sides."""
    library, found = quantlib(), []
    for name in PAIRS:
        base, _, quote = name.partition("/")
        pair, spot = market.pairs[name], value_date(base, quote, "SPOT", TODAY).day
        curves = {
            (code, side): ql_curve(curve(code), base, quote, spot, side) for code in (base, quote) for side in (0, 1)
        }
        for days in range(1, 365, 3):
            day = spot + timedelta(days=days)
            points = indicative(market, base, quote, day, TODAY).points
            assert points is not None
            for side in (0, 1):
                engine = library.DiscountingFxForwardEngine(
                    curves[base, 1 - side], curves[quote, side],
                    library.QuoteHandle(library.SimpleQuote(float(pair.spot[side]))),
                )  # fmt: skip
                deal = library.FxForward(
                    1.0, currency(base), 1.0, currency(quote), ql_day(day), True, (spot - TODAY).days
                )
                deal.setPricingEngine(engine)
                ours = float(pair.spot[side]) + float(points[side] * pair.pip)
                found.append(abs(ours - deal.fairForwardRate()) / float(pair.pip))
    return found, len(found)


def ql_curve(said: dict[str, Any], base: str, quote: str, spot: date, side: int) -> Any:
    """QuantLib's own curve, of the discount factors that the same rates give."""
    library = quantlib()
    counter = library.Actual365Fixed() if said["basis"] == "act/365" else library.Actual360()
    days, factors = [ql_day(spot)], [1.0]
    for tenor in TENORS:
        days.append(ql_day(value_date(base, quote, tenor, TODAY).day))
        share = counter.yearFraction(days[0], days[-1])
        factors.append(1 / (1 + said["rates"][tenor][side] / 100 * share))
    return library.YieldTermStructureHandle(library.DiscountCurve(days, factors, counter))


def currency(code: str) -> Any:
    """QuantLib's currency."""
    return getattr(quantlib(), f"{code}Currency")()


def crossed_prices(market: Market) -> int:
    """How many prices have a bid above the offer: every pair of every two currencies, every tenth day of a year."""
    codes = sorted({code for name in market.pairs for code in name.split("/")})
    wrong = 0
    for place, one in enumerate(codes):
        for other in codes[:place]:
            spot = value_date(one, other, "SPOT", TODAY).day
            for days in (-2, -1, *range(0, 350, 10)):
                price = indicative(market, one, other, max(TODAY, spot + timedelta(days=days)), TODAY)
                wrong += not 0 < price.bid <= price.offer
    return wrong


def client_price(market: Market, day: date) -> None:
    """A price as a client gets it."""
    values = {"side": "buy", "base": "USD", "quote": "CNY", "product": "forward", "value_date": day.isoformat()}
    elements = {name: Said(value, "E1002", "t1", NOW) for name, value in values.items()}
    made = Deal("FX20261201-0001", "r1", "checked", 3, "E1002", "城东支行", NOW, NOW, elements)  # type: ignore[arg-type]
    offered(market, made, read_clients(CONTENT)[0], read_dealing_rules(CONTENT), now=NOW, by="fx")


def milliseconds(work: Callable[[date], object]) -> tuple[float, float]:
    """Median and 99th percentile over the days of most of a year."""
    times: list[float] = []
    for _ in range(2):  # the first round also finds the value dates
        times = []
        for days in range(3, 340):
            began = time.perf_counter()
            work(TODAY + timedelta(days=days))
            times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99)]


async def over_http() -> tuple[float, float, float]:
    """A fresh market, the market within its second, and the longest time without a turn of the event loop; in ms."""
    body = read_market(CONTENT).model_copy(update={"as_of": NOW}).model_dump_json(exclude={"refused"}).encode()
    body = json.dumps(without_empty(json.loads(body))).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config").mkdir()
        (folder / "config" / "dealing.yaml").write_bytes((CONTENT / "config" / "dealing.yaml").read_bytes())
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/market"
        rules = {"source": "http", "http": {"url": url}}
        (folder / "config" / "market_source.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        database = await FakeDatabase(folder / "bench.db").open()
        ctx = replace(context(folder, database, now=NOW), content=folder)
        await current_market(ctx)
        within = []
        for _ in range(1000):
            began = time.perf_counter()
            await current_market(ctx)
            within.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(market_source._FRESH)
        market_source._FRESH = 0.0
        beating = asyncio.create_task(longest_gap())
        fresh = []
        for _ in range(100):
            began = time.perf_counter()
            market = await current_market(ctx)
            assert len(market.pairs) == 16 and not market.refused
            fresh.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        server.close()
        await database.close()
    return statistics.median(fresh), statistics.median(within), GAPS[0] * 1000


GAPS = [0.0]
"""The longest time between two turns of the loop, in seconds."""


async def longest_gap() -> None:
    """Turn with the loop, until it is cancelled."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0)
        now = time.perf_counter()
        GAPS[0] = max(GAPS[0], now - last)
        last = now


def without_empty(market: dict[str, Any]) -> dict[str, Any]:
    """As a data system would write it."""
    market["pairs"] = {name: {key: one for key, one in pair.items() if one} for name, pair in market["pairs"].items()}
    return market


def ql_day(day: date) -> Any:
    """QuantLib's date."""
    return quantlib().Date(day.day, day.month, day.year)


if __name__ == "__main__":
    sys.exit(main())
