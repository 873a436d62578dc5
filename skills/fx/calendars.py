"""On which days a currency settles: QuantLib's calendars, completed by `config/holidays.yaml`."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.assistant import ContentError, checked_content, read_yaml
from app.core.settings import content_folder

# Currency -> QuantLib's calendar of its settlement centre: class, and market where it has several. The dollar settles
# over Fedwire, which works on a Friday before a Saturday holiday; the yuan with the interbank market's calendar.
_CENTRES: dict[str, tuple[str, str]] = {
    "AUD": ("Australia", ""),
    "BRL": ("Brazil", "Settlement"),
    "CAD": ("Canada", "Settlement"),
    "CHF": ("Switzerland", ""),
    "CNH": ("HongKong", ""),
    "CNY": ("China", "IB"),
    "CZK": ("CzechRepublic", ""),
    "DKK": ("Denmark", ""),
    "EUR": ("TARGET", ""),
    "GBP": ("UnitedKingdom", "Settlement"),
    "HKD": ("HongKong", ""),
    "HUF": ("Hungary", ""),
    "IDR": ("Indonesia", ""),
    "INR": ("India", ""),
    "JPY": ("Japan", ""),
    "KRW": ("SouthKorea", "Settlement"),
    "MXN": ("Mexico", ""),
    "MYR": ("Malaysia", ""),
    "NOK": ("Norway", ""),
    "NZD": ("NewZealand", ""),
    "PHP": ("Philippines", ""),
    "PLN": ("Poland", ""),
    "RUB": ("Russia", "Settlement"),
    "SAR": ("SaudiArabia", ""),
    "SEK": ("Sweden", ""),
    "SGD": ("Singapore", ""),
    "THB": ("Thailand", ""),
    "TRY": ("Turkey", ""),
    "TWD": ("Taiwan", ""),
    "USD": ("UnitedStates", "FederalReserve"),
    "ZAR": ("SouthAfrica", ""),
}
FIRST_YEAR, LAST_YEAR = 2005, 2150
"""China's calendar begins with 2005; QuantLib's dates end with 2199."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CurrencyHolidays(_Strict):
    """What `holidays.yaml` says of one currency."""

    announced_through: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    days: dict[int, tuple[str, ...]] = {}
    """Year -> days as `MM-DD`."""
    same_as: str | None = None


class Holidays(_Strict):
    """`config/holidays.yaml`."""

    source: str
    currencies: dict[str, CurrencyHolidays]

    def closed(self, currency: str) -> frozenset[date]:
        """Every day named for `currency`. Raises ValueError for a day that does not exist."""
        own = self.currencies.get(currency)
        if own is None:
            return frozenset()
        named = {date.fromisoformat(f"{year}-{day}") for year, days in own.days.items() for day in days}
        return frozenset(named) | (self.closed(own.same_as) if own.same_as else frozenset())


class Centre:
    """One currency's settlement centre."""

    def __init__(self, currency: str, holidays: Holidays) -> None:
        library = quantlib()
        kind, market = _CENTRES[currency]
        made = getattr(library, kind)
        self.currency = currency
        self._calendar = made(getattr(made, market)) if market else made()
        self._closed = holidays.closed(currency)
        own = holidays.currencies.get(currency)
        self._announced_through = own.announced_through if own else LAST_YEAR
        self._date = library.Date

    def is_open(self, day: date) -> bool:
        """Whether the currency settles on `day`."""
        return day not in self._closed and bool(self._calendar.isBusinessDay(self._of(day)))

    def is_weekend(self, day: date) -> bool:
        """Whether `day` is a weekend there, not a holiday."""
        return bool(self._calendar.isWeekend(self._of(day).weekday()))

    def is_announced(self, day: date) -> bool:
        """Whether the holidays of the year of `day` are known for certain."""
        return day.year <= self._announced_through

    def _of(self, day: date) -> Any:
        return self._date(day.day, day.month, day.year)


@cache
def centre(currency: str) -> Centre:
    """The settlement centre of `currency` (one of `currencies.NAMES`)."""
    return Centre(currency, read_holidays(content_folder()))


def read_holidays(content: Path) -> Holidays:
    """`config/holidays.yaml`. Raises `ContentError` with file and line."""
    path = content / "config" / "holidays.yaml"
    holidays = checked_content(Holidays, path, read_yaml(path))
    for currency in holidays.currencies:
        _check(holidays, currency, path)
    return holidays


def _check(holidays: Holidays, currency: str, path: Path) -> None:
    if currency not in _CENTRES:
        raise ContentError(path, 1, f"{currency}: no such currency")
    try:
        holidays.closed(currency)
    except (ValueError, RecursionError) as error:
        raise ContentError(path, 1, f"{currency}: {error}") from None


@cache
def quantlib() -> Any:
    """QuantLib, loaded when first asked for: it takes a third of a second, and plain parsing does not need it."""
    import QuantLib

    return QuantLib
