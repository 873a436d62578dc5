"""What the local model says: templates of the catalogue, sentences of the folder, quotations. Nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.core.model_talk import ModelChunk, ModelRequest, Pending
from app.core.texts import Texts, language, language_of
from app.engines.language.cues import Cue
from app.engines.language.quoting import Passage, Quote, passages_of, quotes
from app.engines.language.templates import is_sentence

say = Texts(Path(__file__).parent / "texts")

MOST_EXAMPLES = 3


def said(text: str, pending: Pending | None = None) -> ModelChunk:
    """One sentence of an answer; an empty one says that there is nothing to add."""
    return ModelChunk("local", text=text + "\n" if text else "", pending=pending)


def courtesy(request: ModelRequest, cue: Cue) -> Iterator[ModelChunk]:
    """The answer to a greeting, thanks, a call for help and their like."""
    if cue.kind in ("greet", "help"):
        yield from introduction(request)
    elif cue.kind == "cancel":
        yield said(say("local_nothing_open"))
    else:
        yield said(say(f"local_{cue.kind}"))


def introduction(request: ModelRequest) -> Iterator[ModelChunk]:
    """Who is only called says what it can do."""
    yield said(say("local_greet"))
    yield from abilities(request)


def abilities(request: ModelRequest) -> Iterator[ModelChunk]:
    """What this assistant can do, and some sentences of its folder to begin with."""
    yield from _skills(request)
    plain = [one for one in request.examples if is_sentence(one.text) and language_of(one.text) == language()]
    plain.sort(key=lambda one: not one.starter)
    if plain:
        yield said("\n" + say("local_for_example") + "\n")
        for example in plain[:MOST_EXAMPLES]:
            yield said(say("local_example", text=example.text))


def quotation(request: ModelRequest, data: Mapping[str, Any], question: str) -> Iterator[ModelChunk]:
    """The passages' own words that answer `question`, each with its mark, question by question; else that none do."""
    passages = passages_of(data)
    if as_of := data.get("as_of"):
        yield said(f"{as_of}\n")
    parts = [part for part in data.get("parts") or () if isinstance(part, dict)]
    answered = False
    for part in parts or [{"question": question}]:
        asked = str(part.get("question") or question)
        wanted = part.get("passages")
        own = [one for one in passages if wanted is None or one.n in wanted]
        # What the search has judged to answer is quoted; it told the owner of what it judged not to.
        found = quotes(asked, own) if wanted is None else quotes(asked, own, enough=0.0)
        answered = answered or bool(found)
        if len(parts) > 1:
            yield said(say("local_part", question=asked) + "\n")
        elif found:
            yield said(say("local_cited_one" if len(found) == 1 else "local_cited_many") + "\n")
        for quote in found:
            yield said(_quoted(quote))
        if not found:
            yield from _nothing(passages, {**data, **part})
    if not answered:
        yield from _skills(request)


def _nothing(passages: Sequence[Passage], part: Mapping[str, Any]) -> Iterator[ModelChunk]:
    """That a question has no answer, what comes near, and whom to ask."""
    yield said(say("local_none"))
    near = _named_near(part) or [passage.title for passage in passages if passage.title]
    if near:
        titles = list(dict.fromkeys(near))[:MOST_EXAMPLES]
        yield said(say("local_none_near", titles=say("local_comma").join(titles)))
    if owner := part.get("owner"):
        yield said(say("local_ask_owner", owner=owner))


def _skills(request: ModelRequest) -> Iterator[ModelChunk]:
    if request.skills_in_words:
        yield said(say("local_can", skills=request.skills_in_words.rstrip("。.")))


def _named_near(data: Mapping[str, Any]) -> list[str]:
    """Titles that a search names where it has no passage."""
    near = data.get("nearest")
    return [title for title in near if isinstance(title, str)] if isinstance(near, list) else []


def _quoted(quote: Quote) -> str:
    """A quotation as a Markdown block: head, the words as they stand, and the mark of their source."""
    passage = quote.passage
    head = say("local_quote", title=passage.title, locator=passage.locator)
    lines = quote.text.splitlines()
    mark = f"\n>\n> [{passage.n}]" if lines[-1].lstrip().startswith("|") else f" [{passage.n}]"
    notes = "".join(f"\n{note}\n" for note in passage.notes)
    return head + "\n\n" + "\n".join(f"> {line}" for line in lines) + mark + "\n" + notes
