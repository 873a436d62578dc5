"""Turns and replies as what Chainlit's page draws: steps (its word for messages) and elements (chips, cards, files).

The live talk and the history are drawn by the same functions, so a conversation looks the same after a restart.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from app.channels.browser_people import as_typed, face_of
from app.core.assistant import Assistant
from app.core.errors import AssistantError, BadInput
from app.core.quote_mark import marked_url
from app.core.texts import Texts, language
from app.core.turn import Action, Approval, Attachment, Chart, Citation, Mode, Part, Reply

if TYPE_CHECKING:
    from app.gateway.desk import Told
    from app.gateway.gateway import Gateway

say = Texts(Path(__file__).parent / "texts")

Json = dict[str, Any]

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
FILES = "/files/"
"""Where the url of a citation of an uploaded file begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is drawn: whose screen, which room, which turn."""

    person: str
    room: str
    turn_id: str

    @property
    def run(self) -> str:
        """Id of the step that holds all answers of this turn; thumbs go to it."""
        return f"run:{self.turn_id}"

    def message(self, number: int) -> str:
        """Id of the `number`-th answer of this turn."""
        return f"reply:{self.turn_id}:{number}"


def turn_of_run(id: str) -> str:
    """The turn id in the id of its run."""
    return id.removeprefix("run:")


class Cards:
    """Draws turns and replies for one viewer."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._titles: dict[tuple[str, str], str] = {}

    def question(self, place: Place, told: Told) -> Json:
        """What was said: by the viewer himself, or by somebody else, with his name and face."""
        if told.person.id == place.person:
            return self.own(place, told.text, told.at, told.person.name)
        said = told.person
        return {
            **_step(place.turn_id, place.room, told.at),
            "type": "assistant_message",
            "name": said.name,
            "output": as_typed(told.text),
            "metadata": {"avatarName": face_of(said)},
        }

    def own(self, place: Place, text: str, at: datetime, name: str = "") -> Json:
        """What the viewer said."""
        return {**_step(place.turn_id, place.room, at), "type": "user_message", "name": name, "output": text}

    def run(
        self, place: Place, at: datetime, *, over: bool, feedback: str | None = None, unasked: bool = False
    ) -> Json:
        """The bracket around the answers of one turn. Chainlit shows copy and thumbs only inside one.

        `unasked`: an assistant spoke by itself, so there is no message to hang it on.
        """
        parent = None if unasked else place.turn_id
        step = {**_step(place.run, place.room, at), "type": "run", "name": "on_message", "parentId": parent}
        if not over:
            step["end"] = None
        if feedback:
            step["feedback"] = {"forId": place.run, "value": 1 if feedback == "up" else 0}
        return step

    def message(self, place: Place, number: int, part: Part, at: datetime) -> Json:
        """One assistant's answer."""
        return {
            **_step(place.message(number), place.room, at),
            "type": "assistant_message",
            "name": self.title(part.speaker),
            "parentId": place.run,
            "output": displayed(part.text),
            "metadata": {"avatarName": f"{self.title(part.speaker)} · {self.mark(part.mode, part.model)}"},
        }

    def progress(self, place: Place, text: str, at: datetime) -> Json:
        """What is happening right now."""
        step = _step(f"progress:{place.turn_id}", place.room, at)
        icon = {"icon": "loader-circle"}
        return {**step, "type": "tool", "name": text, "parentId": place.run, "end": None, "metadata": icon}

    def title(self, speaker: str) -> str:
        """The name people know an assistant by."""
        assistant = self._gateway.assistants.get(speaker)
        return assistant.title if assistant else say("deskmate")

    def mark(self, mode: Mode, model: str) -> str:
        """How an answer was made, in one word."""
        return say("mark_local") if mode == "local" else model.rsplit("/", 1)[-1] or say("mark_model")

    async def elements(self, place: Place, reply: Reply, sentence: str) -> list[Json]:
        """Everything that hangs on the messages of `reply`. `sentence` is what the person had said."""
        parts = parts_of(reply)
        drawn = []
        for number, part in enumerate(parts):
            if part.citations:
                drawn.append(await self._citations(place, number, part.citations))
        last = max(0, len(parts) - 1)
        for index, chart in enumerate(reply.charts):
            drawn.append(_chart(place, place.message(last), index, chart))
        for file in reply.files:
            drawn.append(file_element(place, place.message(last), file))
        for action in reply.actions:
            number = next((n for n, part in enumerate(parts) if part.speaker == action.assistant), last)
            drawn.append(self.action(place, place.message(number), action, sentence))
        if reply.error or reply.refused:
            drawn.append(_problem(place, place.message(last), reply))
        return drawn

    def action(self, place: Place, for_id: str, action: Action, sentence: str) -> Json:
        """The confirmation card of an action, or its receipt, as this viewer may use it."""
        props = self.action_props(place.person, action, for_id, sentence)
        return _custom(place, f"action:{action.id}", "ActionCard", for_id, props)

    def action_props(self, viewer: str, action: Action, for_id: str, sentence: str) -> Json:
        """What the card shows. Its buttons are those of the viewer: to decide, to withdraw, or none."""
        outlook = self._gateway.outlook(viewer, action)
        return {
            "id": action.id,
            "digest": action.digest,
            "state": action.state,
            "summary": action.summary,
            "arguments": [{"name": _label(name), "value": _value(value)} for name, value in action.arguments.items()],
            "amount": str(action.amount) if action.amount else "",
            "proposed_by": say(
                "action_on_behalf", assistant=self._called(action.assistant), person=self.name(action.proposed_by)
            ),
            "approvals": [{"by": self._approver(one), "at": one.at.isoformat()} for one in action.approvals],
            "expires_at": action.expires_at.isoformat(),
            "outcome": displayed(action.outcome),
            "sentence": sentence,
            "for_id": for_id,
            "may": outlook.may_approve,
            "mine": outlook.mine,
            "needed": outlook.needed,
            "labels": labels("action"),
        }

    async def passage(self, place: Place, source: str, locator: str, quote: str, url: str) -> Json:
        """The place that a citation points to, for the side panel. Raises `AssistantError`."""
        if url.startswith(FILES):
            return await self._cell(place, locator, quote, url)
        try:
            hit = await self._gateway.desk.passage(place.person, source, locator, version_in(url))
        except BadInput as error:  # it was cut differently since: the quote is kept, and its page finds it again
            props = _passage(Path(source).stem, locator, "", quote, quote, marked_url(url, quote), error.message)
        else:
            table = "\n|" in hit.text
            text, said = (displayed(hit.text), displayed(quote)) if table else (hit.text, quote)
            note = say(f"passage_{hit.state}") if hit.state in ("superseded", "retired") else ""
            props = _passage(hit.title, hit.locator, hit.dated, text, said, marked_url(hit.url, quote), note)
        return _custom(place, f"passage:{source}:{locator}", "Passage", "", props)

    async def _cell(self, place: Place, locator: str, quote: str, url: str) -> Json:
        """A place in a file of the room: what stands there, and the file itself."""
        file = await self._gateway.desk.file(place.person, url.removeprefix(FILES).partition("?")[0])
        props = _passage(file.name, locator, "", quote, quote, f"{FILES}{file.id}")
        return _custom(place, f"passage:{file.id}:{locator}", "Passage", "", props)

    async def _citations(self, place: Place, number: int, citations: Sequence[Citation]) -> Json:
        items = []
        for index, one in enumerate(citations, start=1):
            title = await self._title_of(place.person, one)
            place_of = {"source": one.source, "locator": one.locator, "quote": one.quote, "url": one.url}
            items.append({"n": index, "title": title, **place_of})
        props = {"items": items, "label": say("sources")}
        return _custom(place, f"citations:{place.turn_id}:{number}", "Citations", place.message(number), props)

    async def _title_of(self, person: str, citation: Citation) -> str:
        """The document's title; its file name where the document is gone or no longer open to this person."""
        if citation.url.startswith(FILES):
            return Path(citation.source).stem
        version = version_in(citation.url)
        known = (citation.source, version)
        if known not in self._titles:
            try:
                hit = await self._gateway.desk.passage(person, citation.source, citation.locator, version)
            except AssistantError:
                return Path(citation.source).stem
            if len(self._titles) > 10_000:
                self._titles.clear()
            self._titles[known] = hit.title
        return self._titles[known]

    def _called(self, speaker: str) -> str:
        assistant = self._gateway.assistants.get(speaker)
        return assistant.title_en if assistant and language() == "en" else self.title(speaker)

    def _approver(self, approval: Approval) -> str:
        if not approval.on_behalf_of:
            return self.name(approval.by)
        return say("action_in_place_of", by=self.name(approval.by), absent=self.name(approval.on_behalf_of))

    def name(self, id: str) -> str:
        """What a person is called; the staff number of somebody who is gone."""
        try:
            return self._gateway.identity.person(id).name
        except AssistantError:
            return id


def parts_of(reply: Reply) -> Sequence[Part]:
    """The reply by speaker; one of Deskmate itself (an error, a refusal) is one part without a speaker.

    Empty where what was said in a shared room was only heard.
    """
    if not reply.parts and not reply.text:
        return ()
    return reply.parts or (Part("", reply.text, reply.mode, citations=reply.citations),)


def room_line(id: str, room: str, text: str, at: datetime) -> Json:
    """A line across a shared room: somebody came or went."""
    return {**_step(id, room, at), "type": "system_message", "name": say("deskmate"), "output": as_typed(text)}


def notice_step(id: str, room: str, text: str, at: datetime) -> Json:
    """A line of Deskmate itself that no turn has asked for."""
    name = say("deskmate")
    metadata = {"avatarName": f"{name} · {say('mark_local')}"}
    return {**_step(id, room, at), "type": "assistant_message", "name": name, "output": text, "metadata": metadata}


def spoken_name(assistant: Assistant) -> str:
    """What stands behind the "@" when the page writes a mention: one word, in the language of the page."""
    words = [alias for alias in assistant.aliases if not alias.isascii() and " " not in alias]
    return words[0] if words and language() == "zh" else assistant.name


def file_element(place: Place, for_id: str, file: Attachment) -> Json:
    """A file of the room, to look at or to download."""
    picture = file.mime in _PICTURES
    return {
        **_element(place, f"file:{file.id}", "image" if picture else "file", file.name, for_id),
        "url": file_url(file.id),
        "mime": file.mime,
        "size": "medium" if picture else None,
    }


def version_in(url: str) -> str:
    """The version of the document that a citation's address opens; empty where it names none."""
    return parse_qs(urlsplit(url).query).get("v", [""])[0]


def file_url(id: str) -> str:
    """Where the browser gets a file."""
    return f"/project/file/{id}"


def displayed(text: str) -> str:
    """`text` so that Chainlit's Markdown shows all of it.

    Its renderer takes `:name` for a directive and drops it, and strikes out what stands between two single tildes:
    a word joiner behind the colon and the wide tilde of Chinese ranges leave both as they were meant.
    """
    text = re.sub(r":(?=[A-Za-z])", ":\u2060", text)
    return re.sub(r"(?<![~/])~(?!~)", "～", text)


def _step(id: str, room: str, at: datetime) -> Json:
    moment = _utc(at)
    return {
        "id": id,
        "threadId": room,
        "parentId": None,
        "createdAt": moment,
        "start": moment,
        "end": moment,
        "input": "",
        "output": "",
        "streaming": False,
        "isError": False,
        "waitForAnswer": False,
        "metadata": {},
    }


def _utc(at: datetime) -> str:
    """As Chainlit writes times: UTC with a final Z. A time without a zone is UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _element(place: Place, id: str, type: str, name: str, for_id: str) -> Json:
    return {
        "id": id,
        "threadId": place.room,
        "type": type,
        "name": name,
        "display": "inline",
        "forId": for_id,
        "url": None,
        "chainlitKey": None,
        "mime": "application/json",
    }


def _custom(place: Place, id: str, name: str, for_id: str, props: Json) -> Json:
    """One of our own elements: `name` is its file in `web/public/elements`."""
    return {**_element(place, id, "custom", name, for_id), "props": props}


def _passage(title: str, locator: str, dated: str, text: str, quote: str, url: str, note: str = "") -> Json:
    """What the side panel shows; `note` is what the reader has to know of it."""
    at = f"{url}#at" if url.startswith("/documents/") else url
    about = {"title": title, "locator": locator, "dated": dated, "note": note}
    return {**about, "text": text, "quote": quote, "url": at, "labels": labels("passage")}


def _chart(place: Place, for_id: str, index: int, chart: Chart) -> Json:
    """A Plotly figure that fits light and dark, sent along as data: nothing to store and nothing to fetch."""
    figure = json.loads(json.dumps(chart.figure, default=str))
    layout = figure.setdefault("layout", {})
    layout.pop("template", None)
    layout.setdefault("title", {"text": chart.title})
    layout.setdefault("colorway", ["#1f7fa3", "#d98a2b", "#5b9a68", "#8a6fb0", "#c25b56"])
    layout.setdefault("height", 340)
    layout.setdefault("margin", {"l": 64, "r": 56, "t": 56, "b": 48})
    layout |= {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": "#7a8699", "family": "system-ui, 'Noto Sans CJK SC', sans-serif", "size": 13},
    }
    for name in ("yaxis", *(key for key in layout if key.startswith("yaxis"))):
        # Thousands in full: "15k" is nobody's way to write an amount here.
        layout[name] = {"tickformat": ",", "gridcolor": "rgba(122,134,153,.22)", **layout.get(name, {})}
    figure["config"] = {"displayModeBar": False, "displaylogo": False, "responsive": True}
    url = f"data:application/json;base64,{base64.b64encode(json.dumps(figure).encode()).decode()}"
    return {**_element(place, f"chart:{place.turn_id}:{index}", "plotly", chart.title, for_id), "url": url}


def _problem(place: Place, for_id: str, reply: Reply) -> Json:
    code = reply.error.code if reply.error else ""
    props = {"code": code, "trace": reply.trace_id, "labels": labels("problem")}
    return _custom(place, f"problem:{place.turn_id}", "Problem", for_id, props)


def labels(prefix: str) -> Mapping[str, str]:
    """The catalogue's texts for one kind of element."""
    return {key.removeprefix(f"{prefix}_"): say(key) for key in sorted(say.keys("zh")) if key.startswith(f"{prefix}_")}


def _label(name: str) -> str:
    """What people call an argument; its own name where the catalogue has no word for it."""
    key = f"argument_{name}"
    return say(key) if key in say.keys("zh") else name


def _value(value: Any) -> str:
    """An argument as a person reads it: exact, nothing left out."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:00)?", r"\1 \2", value)
    if isinstance(value, list | tuple):
        return "、".join(_value(one) for one in value)
    if isinstance(value, dict):
        return "\n".join(f"{_label(name)}：{_value(one)}" for name, one in value.items())
    return json.dumps(value, ensure_ascii=False)
