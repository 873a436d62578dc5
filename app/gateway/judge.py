"""A model as a further judge of a message, only where `config/review_input.yaml` has it.

It can refuse what the layers let pass. What they refused it never sees, and nothing it says opens that again. A judge
that fails, is slow or says neither yes nor no decides nothing, or blocks where the configuration wants it so.
"""

from __future__ import annotations

import asyncio
import re

from app.core.errors import Unavailable
from app.core.model_talk import ModelMessage, ModelRequest
from app.core.ports import Models, Privacy
from app.core.texts import Texts
from app.core.turn import MaskedText
from app.core.verdict import Verdict
from app.gateway.input_rules import JudgeRules

_LONGEST_ANSWER = 200
_ANSWER = re.compile(r"^\W*(attack|harmful|allow)\b", re.IGNORECASE)


class Judge:
    """Asks the model of one task. Sees masked text only."""

    def __init__(self, rules: JudgeRules, models: Models, privacy: Privacy, texts: Texts) -> None:
        self._rules, self._models, self._privacy, self._texts = rules, models, privacy, texts
        self._question = privacy.vouch(texts("judge_question"))

    async def of(self, room: str, text: MaskedText, verdict: Verdict) -> Verdict:
        """`verdict` of the layers on a message in `room`, or a refusal where they allow and the judge does not.

        Raises `Unavailable` where a judge that cannot be heard is to block.
        """
        rules = self._rules
        if not rules.enabled or verdict.verdict != "allow" or verdict.score < rules.from_score:
            return verdict
        word = await self._word(room, text)
        if not word:
            if rules.on_failure == "block":
                raise Unavailable("REVIEW", self._texts("review_failed"))
            return verdict
        if word == "allow":
            return verdict
        return Verdict("refuse", (word, "by_judge"), verdict.score, self._texts(f"refused_{word}"))

    async def _word(self, room: str, text: MaskedText) -> str:
        """`attack`, `harmful` or `allow`; empty when no model said one of them in time, or none may read it."""
        request = ModelRequest(self._rules.task, "", self._question, (ModelMessage("user", text),))
        said = ""
        try:
            sight = await self._privacy.sight(room, "", self._models.serving(request.task))
            asked = await sight.seen(request) if sight else request
            if asked is None:
                return ""
            async with asyncio.timeout(self._rules.seconds):
                async for chunk in self._models.stream(asked):
                    if chunk.mode != "model":
                        return ""  # the local model is no judge
                    said += chunk.text
                    if len(said) > _LONGEST_ANSWER:
                        break
        except Exception:
            return ""  # whatever failed: it decides nothing
        found = _ANSWER.match(said)
        return found[1].lower() if found else ""
