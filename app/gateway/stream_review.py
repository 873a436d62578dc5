"""The review of one speaker's words as they come.

What waits: a tail of digits from the fifth on, a row of Latin letters longer than any word, a run of a prompt from its
eighth character on, a phrase from its first character on; nothing else. Once it is a long number, a phrase that nothing
before it denies, or a word that may insult, the sentence waits from there to its end, because only the whole sentence
shows what it means. A sentence that breaks a rule is cut where it waited and a fixed one follows; in what is stored the
whole sentence is replaced.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from app.gateway.ciphered import CipherWatch
from app.gateway.leaks import LeakWatch
from app.gateway.long_numbers import NumberWatch
from app.gateway.one_script import in_one_script
from app.gateway.phrases import Candidate

if TYPE_CHECKING:
    from app.gateway.output_review import OutputReview

OFFENSIVE = "offensive"
CUES = "offensive_cue"
"""Words whose sentence is judged whole."""
_ENDS = re.compile(r"[。！？!?\n]|(?<=[.])[ \t]")
_CLOSING = "。！？!?…”’\"'）)】」』"
_TRAIL = re.compile(rf"(?:\[\d{{1,2}}\]|[{re.escape(_CLOSING)}])*")
"""What still belongs to a sentence that has ended: closing brackets, a citation's mark."""
_CONTEXT = 120  # characters before a sentence that its judge reads too


class Source(Protocol):
    """What a model was given to answer from."""

    def verified(self, sentence: str) -> bool:
        """True where every figure that `sentence` states stands there."""
        ...

    def quoted(self, sentence: str) -> bool:
        """True where `sentence` stands verbatim in one of the bank's documents."""
        ...


class StreamReview:
    """Lets words through as they come. What comes out does not depend on how they were cut."""

    def __init__(self, rules: OutputReview, *, written: bool, source: Source | None) -> None:
        self._rules = rules
        self._written = written
        self._source = source
        self._leaks = LeakWatch(rules.secrets)
        self._before = ""
        self._kept: list[str] = []
        self._replaced = False
        """The last sentence was replaced: its closing marks go with it, and no second fixed sentence follows."""
        self._mark_due = False
        """A mark follows as soon as nothing more belongs to the sentence before."""
        self._begin()
        self.hits: list[str] = []
        """Codes of the rules that were hit."""
        self.score = 0.0
        """How sure the trained layer was, where it said yes."""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        last = self._sentence[-1:]  # a full stop ends a sentence only with the blank behind it
        text, done = last + text, len(last)
        shown = []
        for end in _ENDS.finditer(text, done):
            shown.append(self._read(text[done : end.end()], ended=True))
            done = end.end()
        if done < len(text):
            shown.append(self._read(text[done:], ended=False))
        return "".join(shown)

    def close(self) -> str:
        """The rest, once no more words come."""
        rest = self._ended() if self._sentence else ""
        if self._mark_due:
            rest += self._keep(self._rules.figure_mark)
            self._mark_due = False
        return rest

    @property
    def text(self) -> str:
        """What is stored: the sentences let out, in place of others the fixed one."""
        return "".join(self._kept) + self._sentence[: self._shown]

    def _begin(self) -> None:
        self._sentence, self._plain, self._shown = "", "", 0
        self._phrases = self._rules.phrases.watch()
        self._numbers, self._ciphers = NumberWatch(), CipherWatch()
        self._leaks.next_sentence()

    def _keep(self, text: str) -> str:
        self._kept.append(text)
        return text

    def _read(self, piece: str, *, ended: bool) -> str:
        lead = ""
        if not self._sentence:
            lead, piece = self._behind_the_last(piece)
            if not piece:
                return lead
        self._leaks.read(piece, len(self._sentence))
        self._sentence += piece
        self._plain += in_one_script(piece)
        if ended:
            return lead + self._ended()
        if self._written:
            self._phrases.read(self._plain, ended=False)
            self._numbers.read(self._sentence, ended=False)
            self._ciphers.read(self._sentence, ended=False)
        watches = (self._leaks, self._phrases, self._numbers, self._ciphers)
        held = [watch.held_from for watch in watches]
        upto = max(self._shown, min((start for start in held if start is not None), default=len(self._sentence)))
        shown, self._shown = self._sentence[self._shown : upto], upto
        return lead + shown

    def _behind_the_last(self, piece: str) -> tuple[str, str]:
        """What of `piece` still belongs to the last sentence, as it is shown; and the rest."""
        if self._replaced:
            return "", piece.lstrip(_CLOSING)
        if not self._mark_due:
            return "", piece
        trail = _TRAIL.match(piece)
        assert trail, "it may be empty"
        lead, rest = self._keep(trail[0]), piece[trail.end() :]
        if rest:
            lead += self._keep(self._rules.figure_mark)
            self._mark_due = False
        return lead, rest

    def _ended(self) -> str:
        sentence, shown = self._sentence, self._shown
        hits = self._judged()
        end = len(sentence) - sentence[-1].isspace()  # a mark stands before the blank that ends a sentence
        if hits:
            first = min(hits, key=lambda hit: hit.start)
            self.hits += [hit.code for hit in hits]
            instead = self._keep(("" if self._replaced else self._rules.instead(first.code)) + sentence[end:])
            out = sentence[shown : first.start] + instead
        elif self._unverified() and end < len(sentence):
            mark = self._rules.figure_mark
            self._keep(sentence[:end] + mark + sentence[end:])
            out = sentence[shown:end] + mark + sentence[end:]
        else:
            self._mark_due = self._unverified()
            out = self._keep(sentence)[shown:]
        self._replaced = bool(hits) or (self._replaced and not sentence.strip())
        self._before = "" if hits else (self._before + sentence)[-_CONTEXT:]
        self._begin()
        return out

    def _unverified(self) -> bool:
        return self._written and self._source is not None and not self._source.verified(self._sentence)

    def _judged(self) -> list[Candidate]:
        """What is wrong with the sentence."""
        hits = []
        if self._leaks.leak_at is not None:
            hits.append(Candidate("prompt", self._leaks.leak_at, len(self._sentence)))
        if self._written:
            hits += self._phrases_meant()
            self._ciphers.read(self._sentence, ended=True)
            if self._ciphers.found is not None and not hits:
                hits.append(Candidate("ciphered", self._ciphers.found, len(self._sentence)))
            self._numbers.read(self._sentence, ended=True)
            if self._numbers.found is not None and self._rules.personal(self._sentence):
                hits.append(Candidate("personal_data", self._numbers.found, len(self._sentence)))
        return hits

    def _phrases_meant(self) -> list[Candidate]:
        self._phrases.read(self._plain, ended=True)
        meant = self._phrases.meant(self._plain)
        named = [one for one in meant if one.code not in (OFFENSIVE, CUES)]
        if named and self._source is not None and self._source.quoted(self._sentence):
            named = []
        hits = [*named, *(one for one in meant if one.code == OFFENSIVE)]
        cues = [one for one in meant if one.code == CUES]
        if cues and (score := self._rules.offends(self._sentence, self._before)):
            hits.append(Candidate(OFFENSIVE, cues[0].start, cues[0].end))
            self.score = max(self.score, score)
        return hits
