"""The models as one turn uses them: each sees what the masking policy lets it see, and what it says is masked again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from app.core.model_talk import ModelChunk, ModelRequest
from app.core.ports import Models, Privacy, Restorer, Sight
from app.team.work import Work


class SightedModels:
    """`ports.Models` for one turn. Where the policy says nothing about a model, it adds nothing."""

    def __init__(self, models: Models, privacy: Privacy, work: Work) -> None:
        self._models = models
        self._privacy = privacy
        self._work = work

    def serving(self, task: str) -> str:
        """As the models behind it say."""
        return self._models.serving(task)

    async def warm(self) -> None:
        """As the models behind it do."""
        await self._models.warm()

    async def ping(self) -> None:
        """As the models behind it do."""
        await self._models.ping()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        """Answer `request`: what must not be sent to the model is answered by the local one."""
        model = self._models.serving(request.task)
        sight = await self._privacy.sight(self._work.room.id, request.assistant, model)
        asked = await sight.seen(request) if sight else request
        if asked is None:
            self._work.note("model", "block", assistant=request.assistant, detail={"model": model})
            sight, asked = None, replace(request, local=True)
        if sight is not None and sight.shown:
            detail = {"model": model, "shown": list(sight.shown)}
            self._work.note("model", "allow", assistant=request.assistant, detail=detail)
        answer = self._models.stream(asked)
        async for chunk in _hidden(answer, sight) if sight else answer:
            yield chunk


async def _hidden(answer: AsyncIterator[ModelChunk], sight: Sight) -> AsyncIterator[ModelChunk]:
    """`answer` with the placeholders back in place of the values that the model was shown."""
    hider: Restorer = sight.hider()
    last: ModelChunk | None = None
    async for chunk in answer:
        if last is not None and chunk.mode != last.mode:
            yield replace(last, text=hider.close(), tool_call=None, pending=None)
        call, pending = chunk.tool_call, chunk.pending
        if call is not None:
            call = replace(call, arguments=sight.hidden_value(dict(call.arguments)))
        if pending is not None:
            pending = replace(pending, arguments=sight.hidden_value(dict(pending.arguments)))
        yield replace(chunk, text=hider.feed(chunk.text), tool_call=call, pending=pending)
        last = chunk
    if last is not None and (rest := hider.close()):
        yield replace(last, text=rest, tool_call=None, pending=None)
