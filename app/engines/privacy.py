"""Masking and restoring personal data: Presidio with our own recognisers, over the vault of a room.

Fails closed: where recognition breaks, `Unavailable` is raised and nothing passes. Nothing of a text gets into an error
or a log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from app.core.errors import AssistantError, Unavailable, place_of
from app.core.lean_import import without
from app.core.ports import Entity, Masking, Vault
from app.core.texts import Texts
from app.core.turn import MaskedText, Person
from app.engines.masking.finding import Finding, Recognizer, View
from app.engines.masking.known_values import KnownValues
from app.engines.masking.labels import Context
from app.engines.masking.marks import Marks
from app.engines.masking.numbers import Numbers
from app.engines.masking.placeholders import (
    LITERAL,
    PLACEHOLDER,
    Lookup,
    StreamRestorer,
    restored,
    texts_in,
    type_of,
    with_texts,
)
from app.engines.masking.policy import check_names, read_policy
from app.engines.masking.rooms import KnownRoom, MemoryVault, RoomCache
from app.engines.masking.shortened import shortened
from app.engines.masking.sight import RoomSight
from app.engines.masking.stretches import filled_up, found_in_stretches, without_overlaps
from app.engines.masking.trained_names import Names, Weights, read_weights

with without("spacy", "tldextract", "phonenumbers", "presidio_analyzer.predefined_recognizers"):
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

__all__ = ["MemoryVault", "PresidioPrivacy", "check_content"]

_log = logging.getLogger(__name__)
_texts = Texts(Path(__file__).parent / "masking" / "texts")
_LANGUAGE = "zh"  # Presidio wants one; our recognisers read Chinese and English side by side
_THRESHOLD = 0.5
_LONG = 2000  # characters (some 10 ms) from which on recognition leaves the event loop


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `config/masking.yaml`, or weights that cannot be read."""
    read_weights()
    check_names(content / "config" / "masking.yaml", content / "assistants")


_VIEWED = 4096
"""Texts of rooms' views whose analysis is remembered."""


class PresidioPrivacy:
    """`ports.Privacy`. Build it once: the recognisers are compiled then."""

    def __init__(self, vault: Vault, policy_file: Path, weights: Weights | None = None) -> None:
        """`weights` for names: the shipped ones, unless others are measured. Raises `ContentError`."""
        self._vault = vault
        self._policy = read_policy(policy_file)
        self._rooms = RoomCache()
        self._analyzer = _analyzer((Numbers(), Marks(), Names(weights)))
        # A view of a room is drawn anew for each of its members at each event, and nearly all of it is as it was.
        self._analysed = lru_cache(_VIEWED)(self.analyse)

    async def mask(self, room: str, text: str) -> Masking:
        """Replace personal data by the room's placeholders. Raises `Unavailable` rather than let data pass.

        `entities` names what was recognised in the order of the text; `placeholder` is empty where the policy lets it
        stand.
        """
        try:
            known = await self._known(room)
            if len(text) > _LONG:
                findings = await asyncio.to_thread(self._findings, text, known, self._policy.masks)
            else:
                findings = self._findings(text, known, self._policy.masks)
            return await self._replaced(room, text, known, findings)
        except AssistantError:
            raise
        except Exception as error:
            raise _failed(error) from None

    async def unmask(self, room: str, text: str, viewer: Person | None = None) -> str:
        """Restore exactly the placeholders of this room; what is restored is not looked at again.

        `viewer` sees shortened what the policy hides from his role; without one everything is restored.
        """
        return str(await self.unmask_value(room, text, viewer))

    async def unmask_value(self, room: str, value: Any, viewer: Person | None = None) -> Any:
        """JSON `value` with the placeholders of this room restored in all its texts."""
        known = await self._known(room)
        named = (found[0] for text in texts_in(value) for found in PLACEHOLDER.finditer(text))
        if any(known.value(placeholder) is None for placeholder in named):
            known.take(await self._vault.load(room))  # another process may have added it
        lookup = self._visible(known, viewer)
        return with_texts(value, lambda text: restored(text, lookup))

    async def shown_value(self, room: str, value: Any, viewer: Person) -> Any:
        """JSON `value` with true texts as this viewer may see them."""
        known = await self._known(room)
        hidden = {}
        for text in set(texts_in(value)):
            try:
                findings = self._findings(text, known, self._policy.masks, self._analysed)
                hidden[text] = (await self._replaced(room, text, known, findings)).masked.text
            except AssistantError:
                raise
            except Exception as error:
                raise _failed(error) from None
        return await self.unmask_value(room, with_texts(value, hidden.__getitem__), viewer)

    async def restorer(self, room: str, viewer: Person | None = None) -> StreamRestorer:
        """Restores a stream of this room, wherever a placeholder is cut.

        A placeholder that another process adds at this very moment stays as it is in the stream; the whole reply,
        which replaces it, is restored by `unmask`, and that looks again.
        """
        return StreamRestorer(self._visible(await self._known(room), viewer))

    def refused_by(self, assistant: str, text: MaskedText) -> tuple[str, ...]:
        """Types in `text` that this assistant does not take."""
        types = dict.fromkeys(type_of(found[0]) for found in PLACEHOLDER.finditer(text.text))
        return tuple(type for type in types if self._policy.refuses(assistant, type))

    async def sight(self, room: str, assistant: str, model: str) -> RoomSight | None:
        """What `model` may see there for `assistant`; None where it sees just what the records keep.

        The local model is part of the house: it reads the records' words.
        """
        if not model:
            return None
        treatment = self._policy.sight(assistant, model)
        if treatment == self._policy.types:
            return None
        known = await self._known(room)
        concealed = {type for type, how in treatment.items() if how != "allow" and not self._policy.masks(type)}

        async def conceal(text: str) -> str:
            try:
                findings = self._findings(text, known, concealed.__contains__)
                kept = [one for one in findings if one.type != LITERAL]  # the text is masked: its placeholders are ours
                return (await self._replaced(room, text, known, kept, concealed.__contains__)).masked.text
            except AssistantError:
                raise
            except Exception as error:
                raise _failed(error) from None

        return RoomSight(treatment, known.value, conceal if concealed else None, self.vouch)

    def vouch(self, text: str) -> MaskedText:
        """For texts of the project itself (prompts, catalogue, manifests): never for what people or files said."""
        return MaskedText(text)

    def forget(self, room: str | None = None) -> None:
        """Drop what is remembered of a room whose vault was erased, or of all rooms."""
        self._rooms.drop(room)
        self._analysed.cache_clear()

    def analyse(self, text: str) -> tuple[Finding, ...]:
        """What stands in `text` by itself, without any room's knowledge, in order and without overlaps."""
        return tuple(found_in_stretches(text, lambda stretch: self._best(_found(self._analyzer, stretch))))

    async def _known(self, room: str) -> KnownRoom:
        known = self._rooms.get(room)
        if known is None:
            known = KnownRoom()
            known.take(await self._vault.load(room))
            known = self._rooms.put(room, known)
        return known

    def _visible(self, known: KnownRoom, viewer: Person | None) -> Lookup:
        """The values of a room as `viewer` may see them."""

        def value(placeholder: str) -> str | None:
            true, type = known.value(placeholder), type_of(placeholder)
            hidden = true is not None and viewer is not None and self._policy.hides(viewer.role, type)
            return shortened(type, true) if hidden and true is not None else true

        return value if viewer is not None else known.value

    def _findings(
        self,
        text: str,
        known: KnownRoom,
        hides: Callable[[str], bool],
        analyse: Callable[[str], tuple[Finding, ...]] | None = None,
    ) -> list[Finding]:
        """What stands in `text`, the typed placeholders, and what the room or the text itself made known."""
        found = (analyse or self.analyse)(text)
        hidden = [one for one in found if hides(one.type)]
        shown = [one for one in found if not hides(one.type)]
        repeated = KnownValues()
        for one in hidden:
            repeated.learn(one.type, text[one.start : one.end])
        literals = [Finding(LITERAL, match.start(), match.end(), 1.0) for match in PLACEHOLDER.finditer(text)]
        return filled_up(literals, [*hidden, *known.known.find(text), *repeated.find(text), *shown])

    def _best(self, findings: Sequence[Finding]) -> list[Finding]:
        return without_overlaps(findings, self._policy.masks)

    async def _replaced(
        self,
        room: str,
        text: str,
        known: KnownRoom,
        findings: Sequence[Finding],
        hides: Callable[[str], bool] | None = None,
    ) -> Masking:
        masks = hides or self._policy.masks

        def is_hidden(one: Finding) -> bool:
            return one.type == LITERAL or masks(one.type)

        await self._learn(room, known, [(one.type, text[one.start : one.end]) for one in findings if is_hidden(one)])
        pieces, entities, done = [], [], 0
        for one in findings:
            value = text[one.start : one.end]
            placeholder = ""
            if is_hidden(one):
                placeholder = known.placeholder(one.type, value) or ""
                assert placeholder, "what is hidden was learnt"
                pieces += [text[done : one.start], placeholder]
                done = one.end
            if one.type != LITERAL:
                entities.append(Entity(one.type, one.start, one.end, value, placeholder, round(one.score, 2)))
        blocked = dict.fromkeys(one.type for one in entities if self._policy.blocks(one.type))
        return Masking(MaskedText("".join([*pieces, text[done:]])), tuple(entities), tuple(blocked))

    async def _learn(self, room: str, known: KnownRoom, values: Iterable[tuple[str, str]]) -> None:
        """Give each value that the room does not know yet a placeholder, all in one go."""
        new = [pair for pair in dict.fromkeys(values) if known.placeholder(*pair) is None]
        if new:
            for (type, value), placeholder in zip(new, await self._vault.add(room, new), strict=True):
                known.learn(type, value, placeholder)


def _failed(error: Exception) -> Unavailable:
    """Masking broke: nothing passes, and nothing of the text gets into the error."""
    _log.error("masking failed: %s", place_of(error))
    return Unavailable("MASKING", _texts("masking_failed"))


def _analyzer(recognizers: Sequence[Recognizer]) -> AnalyzerEngine:
    """Presidio over our recognisers and nothing of its own."""
    registry = RecognizerRegistry([_Adapter(one) for one in recognizers], supported_languages=[_LANGUAGE])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=_OneWidth(),
        context_aware_enhancer=_Weighed(),
        default_score_threshold=_THRESHOLD,
        supported_languages=[_LANGUAGE],
    )


def _found(analyzer: AnalyzerEngine, text: str) -> list[Finding]:
    results = analyzer.analyze(text, language=_LANGUAGE)
    return [one for result in results for one in cast(_Result, result).findings]


class _Seen(NlpArtifacts):  # type: ignore[misc]
    """What Presidio hands from one step to the next: here the text in one width and its neighbourhoods."""

    def __init__(self, text: str, engine: NlpEngine, language: str) -> None:
        super().__init__([], [], [], [], engine, language)
        self.view = View(text)
        self.context = Context(self.view)


class _OneWidth(NlpEngine):  # type: ignore[misc]
    """Presidio's language engine without a model: our recognisers need characters, not words."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        return _Seen(text, self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, *_: Any, **__: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [_LANGUAGE]


class _Result(RecognizerResult):  # type: ignore[misc]
    """All that one recogniser found. Presidio compares its results each with each, which takes the square of their
    number; ours overlap, and are settled afterwards."""

    def __init__(self, type: str, end: int, findings: Sequence[Finding]) -> None:
        super().__init__(type, 0, end, 1.0)
        self.findings = findings


class _Adapter(EntityRecognizer):  # type: ignore[misc]
    """One of our recognisers as one of Presidio's. Context is weighed here, so that what falls below is gone early."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        super().__init__(list(recognizer.types), type(recognizer).__name__, _LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        seen = cast(_Seen, nlp_artifacts)
        found = (seen.context.weighed(one) for one in self._recognizer.find(seen.view))
        findings = [one for one in found if one.score >= _THRESHOLD]
        return [_Result(self._recognizer.types[0], len(text), findings)] if findings else []


class _Weighed(ContextAwareEnhancer):  # type: ignore[misc]
    """Instead of Presidio's own weighing, which needs words: ours is done already."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *_: Any, **__: Any
    ) -> list[RecognizerResult]:
        return raw_results
