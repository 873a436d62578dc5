"""Times as people say them. All relative to Thursday 19 November 2026, 10:07 in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.office.when import When, read_when
from tests.skills.context import NOW

DAYS = {
    "今天": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
    "周五": 1,
    "星期四": 0,
    "礼拜天": 3,
    "本周六": 2,
    "下周一": 4,
    "下星期五": 8,
    "下下周三": 13,
    "3天后": 3,
    "两周后": 14,
    "11月25日": 6,
    "十一月二十五号": 6,
    "25号": 6,
    "3号": 14,
    "12/3": 14,
    "2026-11-30": 11,
    "2026年12月1日": 12,
    "下个月3号": 14,
    "tomorrow": 1,
    "the day after tomorrow": 2,
    "on Friday": 1,
    "next Monday": 4,
    "this Saturday": 2,
    "Nov 25": 6,
    "25 November": 6,
    "December 3rd": 14,
    "in 3 days": 3,
}
STARTS = {
    "上午九点": (9, 0),
    "下午三点": (15, 0),
    "三点": (15, 0),
    "九点半": (9, 30),
    "14点": (14, 0),
    "下午2点一刻": (14, 15),
    "早上8点三刻": (8, 45),
    "晚上七点二十": (19, 20),
    "中午十二点": (12, 0),
    "10:30": (10, 30),
    "15：00": (15, 0),
    "3pm": (15, 0),
    "9:30am": (9, 30),
    "at noon": (12, 0),
    "2 p.m.": (14, 0),
}
LENGTHS = {
    "一个小时": 60,
    "一小时": 60,
    "1个半小时": 90,
    "一个半小时": 90,
    "半小时": 30,
    "半个钟头": 30,
    "两个小时": 120,
    "2小时": 120,
    "1.5小时": 90,
    "90分钟": 90,
    "一小时三十分钟": 90,
    "三刻钟": 45,
    "for 2 hours": 120,
    "for an hour": 60,
    "for half an hour": 30,
    "for an hour and a half": 90,
    "for 45 minutes": 45,
}


def read(*lines: str) -> When:
    when = When()
    for line in lines:
        when = read_when(line, NOW, when)
    return when


def spoken(*lines: str) -> str | None:
    """`11-20 15:00–16:00`, or None while something is missing."""
    span = read(*lines).span(NOW)
    return f"{span[0]:%m-%d %H:%M}–{span[1]:%H:%M}" if span else None


@given(st.sampled_from(sorted(DAYS)), st.sampled_from(sorted(STARTS)), st.sampled_from(sorted(LENGTHS)), st.booleans())
def test_day_start_and_length_in_any_words_and_order(day: str, start: str, length: str, turned: bool) -> None:
    parts = [day, start, length]
    text = "，".join(reversed(parts) if turned else parts)
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=DAYS[day])
    begin = midnight + timedelta(hours=STARTS[start][0], minutes=STARTS[start][1])
    assert read(text).span(NOW) == (begin, begin + timedelta(minutes=LENGTHS[length])), text
    assert read(*text.split("，")).span(NOW) == read(text).span(NOW), "the same in pieces"


@given(
    st.integers(8, 19),
    st.sampled_from([0, 15, 30, 45]),
    st.integers(1, 8),
    st.sampled_from(["到", "至", "-", "~", " to "]),
)
def test_a_stretch_in_figures_is_read_exactly(hour: int, minute: int, quarters: int, join: str) -> None:
    end = hour * 60 + minute + quarters * 15
    when = read(f"明天{hour}:{minute:02d}{join}{end // 60}:{end % 60:02d}")
    start = hour if hour > 6 else hour + 12
    assert (when.start, when.length) == (start * 60 + minute, quarters * 15)


@given(
    st.text(max_size=60),
    st.text(alphabet="0123456789一二三十半点刻分号月日周到至-:：apm上下午晚早明后天小时推迟提前 ", max_size=40),
)
def test_any_text_is_read_without_an_error_and_gives_a_time_that_can_be(first: str, second: str) -> None:
    when = read(first, second)
    assert when.start is None or 0 <= when.start <= 24 * 60
    assert when.length is None or 0 < when.length <= 48 * 60
    span = when.span(NOW)
    assert span is None or span[0] < span[1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["明天下午三点到四点"], "11-20 15:00–16:00"),
        (["周五9点半一个小时"], "11-20 09:30–10:30"),
        (["tomorrow 3pm for 2 hours"], "11-20 15:00–17:00"),
        (["明天下午三到五点"], "11-20 15:00–17:00"),
        (["明天3-5pm"], "11-20 15:00–17:00"),
        (["Friday 7-9pm"], "11-20 19:00–21:00"),
        (["between 3 and 5pm on Friday"], "11-20 15:00–17:00"),
        (["明晚七点到九点"], "11-20 19:00–21:00"),
        (["明天11点到1点"], "11-20 11:00–13:00"),
        (["明天9点到下午3点"], "11-20 09:00–15:00"),
        (["明天上午九点到十二点"], "11-20 09:00–12:00"),
        (["明天上午10点开始，11点结束"], "11-20 10:00–11:00"),
        (["下午3点到5点"], "11-19 15:00–17:00"),  # still to come today
        (["现在用一个小时"], "11-19 10:00–11:00"),
        (["大一点的会议室明天三点一个半小时"], "11-20 15:00–16:30"),
        (["明天三点十个人一个小时"], "11-20 15:00–16:00"),
        (["3号会议室明天十点开一小时"], "11-20 10:00–11:00"),
    ],
)
def test_one_sentence(lines: list[str], expected: str) -> None:
    assert spoken(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["明天下午三点", "一个小时", "改成四点"], "11-20 16:00–17:00"),
        (["明天下午三点到五点", "改到后天"], "11-21 15:00–17:00"),
        (["明天下午三点到五点", "改成两点"], "11-20 14:00–16:00"),
        (["明天下午", "三点", "到五点"], "11-20 15:00–17:00"),
        (["明天晚上", "七点，一小时", "改成八点"], "11-20 20:00–21:00"),
        (["明天下午3点一刻，半小时", "推迟半小时"], "11-20 15:45–16:15"),
        (["明天下午3点，一小时", "延长半小时"], "11-20 15:00–16:30"),
        (["明天下午3点，一小时", "提前一个小时"], "11-20 14:00–15:00"),
        (["从三点改到四点，明天，1小时"], "11-20 16:00–17:00"),
        (["后天九点，两小时", "不对，是大后天"], "11-22 09:00–11:00"),
    ],
)
def test_later_lines_correct_earlier_ones(lines: list[str], expected: str) -> None:
    assert spoken(*lines) == expected


@pytest.mark.parametrize("text", ["2月30日三点一小时", "32号十点一小时", "0号十点一小时", "2026-13-01 10:00 1小时"])
def test_a_day_in_no_calendar_is_noticed_and_never_taken_for_today(text: str) -> None:
    assert read(text).no_such_day
    assert spoken(text) is None
    assert spoken(text, "明天") is not None


def test_a_time_that_is_over_today_does_not_mean_today() -> None:
    assert spoken("上午9点，一小时") is None
    assert read("上午9点，一小时").day_or_today(NOW) is None


@pytest.mark.parametrize(
    "text", ["", "大一点的会议室", "早一点", "8个人", "301会议室", "分机8601", "下周", "每个月", "25点", "12345"]
)
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    when = read(text)
    assert (when.day, when.start, when.length) == (None, None, None)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_date_without_a_year_is_the_next_one(today: date, wanted: date) -> None:
    now = datetime(today.year, today.month, today.day, 9, tzinfo=NOW.tzinfo)
    found = read_when(f"{wanted.month}月{wanted.day}日", now).day
    assert found is not None
    assert (found.month, found.day) == (wanted.month, wanted.day)
    assert found >= today
    if (wanted.month, wanted.day) != (2, 29):
        assert found - today <= timedelta(days=366)
