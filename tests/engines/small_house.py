"""Small assistants that have nothing to do with banking: only their folders can route and drive them."""

from __future__ import annotations

from pathlib import Path

import yaml

from app.core.assistant import Assistant, load_assistants
from app.core.model_talk import SlotSpec, ToolSpec

LIBRARY = {
    "number": "D9001",
    "title": "图书助手",
    "title_en": "Library assistant",
    "post": "图书管理员",
    "level": "L1",
    "brief": "借书还书、查馆藏、答借阅规定",
    "brief_en": "lends books and knows the lending rules",
    "face": "书",
    "aliases": ["图书", "library"],
    "skills": ["library.lend"],
    "knowledge": ["library"],
    "topics": ["借书", "还书", "馆藏", "借阅", "borrow", "book"],
}
LIBRARY_EXAMPLES = [
    {"text": "借一本《红楼梦》", "skill": "library.lend", "starter": True},
    {"text": "[帮我|我要|我想]借[一本|一下]{title}", "skill": "library.lend"},
    {"text": "把{title}借给{reader}", "skill": "library.lend"},
    {"text": "(lend|borrow) [me] the book {title}", "skill": "library.lend"},
    {"text": "I want to borrow a novel", "skill": "library.lend"},
    {"text": "这本书还有没有馆藏，我想借走", "skill": "library.lend"},
    {"text": "给读者办一下借阅", "skill": "library.lend"},
    {"text": "借出一册词典", "skill": "library.lend"},
    {"text": "图书逾期不还怎么罚", "skill": None},
    {"text": "借阅证怎么办理", "skill": None},
    {"text": "一次最多能借几本", "skill": None},
    {"text": "借期有多长，可以续借吗", "skill": None},
    {"text": "图书馆的开放时间", "skill": None},
    {"text": "what are the lending rules", "skill": None},
    {"text": "how long may I keep a book", "skill": None},
]
CANTEEN = {
    **LIBRARY,
    "number": "D9002",
    "title": "订餐助手",
    "title_en": "Lunch assistant",
    "post": "订餐员",
    "brief": "订工作餐、改份数",
    "brief_en": "orders lunches",
    "face": "餐",
    "aliases": ["订餐", "lunch"],
    "skills": ["lunch.order"],
    "knowledge": [],
    "topics": ["工作餐", "盒饭", "套餐", "份数", "lunch"],
}
CANTEEN_EXAMPLES = [
    {"text": "订三份素套餐", "skill": "lunch.order", "starter": True},
    {"text": "[帮我]订{count}份(荤|素)套餐", "skill": "lunch.order"},
    {"text": "明天中午要十份盒饭", "skill": "lunch.order"},
    {"text": "给培训班订工作餐", "skill": "lunch.order"},
    {"text": "加两份荤的套餐，下午一点送到", "skill": "lunch.order"},
    {"text": "开会要订盒饭", "skill": "lunch.order"},
    {"text": "order five vegetarian lunches", "skill": "lunch.order"},
    {"text": "lunch for twelve people on Friday", "skill": "lunch.order"},
    {"text": "订餐，后天的，八份", "skill": "lunch.order"},
    {"text": "工作餐再要一份", "skill": "lunch.order"},
    {"text": "给客人预订午餐套餐", "skill": "lunch.order"},
    {"text": "周五团队的盒饭订一下", "skill": "lunch.order"},
    {"text": "I would like to order lunch boxes", "skill": "lunch.order"},
    {"text": "order a meat lunch for tomorrow", "skill": "lunch.order"},
    {"text": "预订今天的套餐", "skill": "lunch.order"},
]
FLEET = {
    **LIBRARY,
    "number": "D9003",
    "title": "车队助手",
    "title_en": "Fleet assistant",
    "post": "调度员",
    "brief": "派车、登记行程",
    "brief_en": "sends cars",
    "face": "车",
    "aliases": ["车队", "派车", "fleet"],
    "skills": ["fleet.send"],
    "knowledge": [],
    "topics": ["用车", "派车", "司机", "车辆", "car", "driver"],
}
FLEET_EXAMPLES = [
    {"text": "派一辆车去机场接人", "skill": "fleet.send", "starter": True},
    {"text": "明天下午用车，三个人", "skill": "fleet.send"},
    {"text": "申请一辆商务车", "skill": "fleet.send"},
    {"text": "安排司机送文件", "skill": "fleet.send"},
    {"text": "要一台面包车拉桌椅", "skill": "fleet.send"},
    {"text": "公务用车登记", "skill": "fleet.send"},
    {"text": "派车到火车站", "skill": "fleet.send"},
    {"text": "叫司机九点在门口等", "skill": "fleet.send"},
    {"text": "send a car to the airport", "skill": "fleet.send"},
    {"text": "I need a driver at nine", "skill": "fleet.send"},
    {"text": "a van for tomorrow please", "skill": "fleet.send"},
    {"text": "接客户去工厂参观，要车", "skill": "fleet.send"},
    {"text": "车辆调度", "skill": "fleet.send"},
    {"text": "下周一用中巴车", "skill": "fleet.send"},
    {"text": "有空车吗，送我们去会场", "skill": "fleet.send"},
]
WEATHER = {
    **LIBRARY,
    "number": "D9004",
    "title": "天气助手",
    "title_en": "Weather assistant",
    "post": "气象员",
    "brief": "报天气",
    "brief_en": "tells the weather",
    "face": "云",
    "aliases": ["天气", "weather"],
    "skills": ["weather.tell"],
    "knowledge": [],
    "topics": ["天气", "气温", "下雨", "weather"],
}
WEATHER_EXAMPLES = [
    {"text": text, "skill": "weather.tell"}
    for text in (
        "明天会下雨吗",
        "今天天气好不好",
        "北京后天的气温",
        "周末有没有大风",
        "这几天冷不冷",
        "台风到哪里了",
        "上海天气预报",
        "外面下雪了吗",
        "空气质量怎么样",
        "要不要带雨伞",
        "will it rain tomorrow",
        "what is the weather in Paris",
        "how cold will it be tonight",
        "is a storm coming",
        "temperature this weekend",
    )
]

TITLE = SlotSpec("text", "借哪一本书？", True, {})
READER = SlotSpec("person", "借给哪一位？", True, {})
COUNT = SlotSpec("number", "订几份？", True, {})
MENU = SlotSpec(
    "choice", "荤的还是素的？", True, {"meat": ("荤", "荤套餐", "meat"), "green": ("素", "素食", "vegetarian")}
)
DAY = SlotSpec("date", "哪一天？", True, {})
HOUR = SlotSpec("time", "", False, {})
PASSAGES = SlotSpec("text", "", True, {})
REQUEST = SlotSpec("utterance", "用车的时间和去处？", True, {})


def _tool(name: str, doc: str, slots: dict[str, SlotSpec], *, material: bool = False) -> ToolSpec:
    properties = {name: {"type": "integer" if slot.kind == "number" else "string"} for name, slot in slots.items()}
    return ToolSpec(name, doc, {"type": "object", "properties": properties}, slots, material)


LEND = _tool("library.lend", "Lend a book to a reader.", {"title": TITLE, "reader": READER})
ORDER = _tool("lunch.order", "Order lunches.", {"menu": MENU, "count": COUNT, "day": DAY, "hour": HOUR})
SEND = _tool("fleet.send", "Send a car.", {"request": REQUEST})
SEARCH = _tool("knowledge.search", "Search the documents.", {"query": PASSAGES}, material=True)
TOOLS = {"library": (LEND, SEARCH), "canteen": (ORDER,), "fleet": (SEND,)}


def write_folder(folder: Path, values: dict[str, object], examples: list[dict[str, object]]) -> Path:
    """An assistant's folder as a person would write it."""
    folder.mkdir(parents=True)
    (folder / "assistant.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    (folder / "examples.yaml").write_text(yaml.safe_dump(examples, allow_unicode=True), encoding="utf-8")
    (folder / "prompt.md").write_text("你是助手。", encoding="utf-8")
    return folder


def small_house(content: Path) -> dict[str, Assistant]:
    """The three assistants, loaded from folders under `content`."""
    write_folder(content / "assistants" / "library", LIBRARY, LIBRARY_EXAMPLES)
    write_folder(content / "assistants" / "canteen", CANTEEN, CANTEEN_EXAMPLES)
    write_folder(content / "assistants" / "fleet", FLEET, FLEET_EXAMPLES)
    return load_assistants(content / "assistants")
