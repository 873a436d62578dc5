"""Check digits and ranges of numbers that carry them. Arguments hold no separators."""

from __future__ import annotations

import ipaddress
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_OLDEST = 1880
_IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28},
    **{"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18},
    **{"FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22},
    **{"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20},
    **{"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18},
    **{"NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24},
    **{"SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24},
    **{"XK": 20},
}
"""Length by country, as in the IBAN registry kept by SWIFT (ISO 13616)."""


def id_card_form(number: str) -> bool:
    """Region and date of birth of an 18- or 15-digit identity number are possible (GB 11643-1999, -1989)."""
    if len(number) == 18:
        digits, birth = number[:17], number[6:14]
    elif len(number) == 15:
        digits, birth = number, "19" + number[6:12]
    else:
        return False
    return digits.isdecimal() and number[:2] in _PROVINCES and number[4:6] != "00" and _is_birth(birth)


def id_card(number: str) -> bool:
    """An 18-character identity number with the right check character (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if len(number) != 18 or not id_card_form(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == number[17].upper()


def luhn(number: str) -> bool:
    """The last digit is the check digit of ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def card_range(number: str) -> bool:
    """Issuer prefix and length of a bank card: UnionPay, Visa, Mastercard, Amex, JCB, Discover, Diners, Maestro."""
    length, two, four = len(number), int(number[:2]), int(number[:4])
    if two == 62 or 8100 <= four <= 8171:
        return 16 <= length <= 19
    if number[0] == "4":
        return length in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return length == 16
    if two in (34, 37):
        return length == 15
    if 3528 <= four <= 3589 or two in (60, 64, 65):
        return 16 <= length <= 19
    if two in (30, 36, 38, 39):
        return length in (14, 16)
    # Debit cards of Chinese banks from before UnionPay's prefix: 9558 and its like, 16 to 19 digits.
    return (two in (50, 56, 57, 58, 67, 68, 90, 94, 95, 98)) and 16 <= length <= 19


def social_credit_code(code: str) -> bool:
    """An 18-character unified social credit code with the right check character (GB 32100-2015)."""
    if len(code) != 18 or any(character not in _USCC_ALPHABET for character in code):
        return False
    total = sum(_USCC_ALPHABET.index(one) * weight for one, weight in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == code[17]


def iban(code: str) -> bool:
    """Country's length and the check digits of ISO 13616 (mod 97)."""
    if _IBAN_LENGTHS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(character, 36)) for character in code[4:] + code[:4])) % 97 == 1


def iban_length(country: str) -> int:
    """Characters of an IBAN of `country` (two capital letters); 0 where there are none."""
    return _IBAN_LENGTHS.get(country, 0)


def social_security(number: str) -> bool:
    """Nine digits that the US Social Security Administration gives out: no area 000, 666, 9xx; no zero group."""
    area, group, serial = number[:3], number[3:5], number[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def internet_address(text: str) -> bool:
    """An IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_birth(day: str) -> bool:
    try:
        born = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return date(_OLDEST, 1, 1) <= born <= date.today()
