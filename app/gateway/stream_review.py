"""The review of one speaker's words as they come.

What waits: a tail of digits from the fifth on, a row of Latin letters longer than any word, a run of a prompt from its
eighth character on, a phrase from its first character on, a citation's mark until its sentence is there. Once it is a
long number, a phrase that nothing before it denies, or a word that may insult, the sentence waits from there to its
end, because only the whole sentence shows what it means. A sentence that breaks a rule is cut where it waited and a
fixed one follows; in what is stored the whole sentence is replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_ENDS = re.compile(r"[。！？!?\n]|(?:(?<=[.])|(?<=[.]\[\d\])|(?<=[.]\[\d\]\[\d\]))[ \t]")
_SEEN_AGAIN = 7
"""Characters before a blank that tell whether it ends a sentence."""
_CLOSING = "。！？!?…”’\"'）)】」』"
_TRAIL = re.compile(rf"(?:[ \t]*\[\d{{1,2}}\]|[{re.escape(_CLOSING)}])*")
"""What still belongs to a sentence that has ended: closing brackets, a citation's mark."""
_MAY_GO_ON = re.compile(r"[ \t]*(?:\[\d{0,2})?")
_MARK = re.compile(r"\[\d{0,2}(?:\]|$)")
_CONTEXT = 120  # characters before a sentence that its judge reads too


@dataclass(frozen=True, slots=True)
class Settled:
    """A sentence as it is said."""

    text: str
    """Up to its first mark of a citation as it was."""
    mark: str = ""
    """What stands behind it where it is doubted."""


class Source(Protocol):
    """What a model was given to answer from."""

    def settled(self, sentence: str) -> Settled:
        """`sentence` with the marks of citations that hold, and the doubt about what it says."""
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
        self._open = ""
        """A sentence that has ended, while marks and closing brackets may still follow."""
        self._open_shown = 0
        self._after = ""
        """What may become a mark behind it."""
        self._begin()
        self.hits: list[str] = []
        """Codes of the rules that were hit."""
        self.score = 0.0
        """How sure the trained layer was, where it said yes."""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        last = self._sentence[-_SEEN_AGAIN:]  # a full stop ends a sentence only with the blank behind it
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
        rest = self._concluded()
        if self._after:
            self._sentence, self._after = self._after, ""
        if self._sentence:
            rest += self._ended() + self._concluded()
        return rest

    @property
    def text(self) -> str:
        """What is stored: the sentences let out, in place of others the fixed one."""
        return "".join(self._kept) + self._open[: self._open_shown] + self._sentence[: self._shown]

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
        if self._checked and (mark := _MARK.search(self._sentence)):
            held.append(mark.start())
        upto = max(self._shown, min((start for start in held if start is not None), default=len(self._sentence)))
        shown, self._shown = self._sentence[self._shown : upto], upto
        return lead + shown

    @property
    def _checked(self) -> bool:
        return self._written and self._source is not None

    def _behind_the_last(self, piece: str) -> tuple[str, str]:
        """What of `piece` still belongs to the last sentence, as it is shown; and the rest."""
        if self._replaced:
            return "", piece[_TRAIL.match(piece).end() :]  # type: ignore[union-attr]
        if not self._open:
            return "", piece
        text, self._after = self._after + piece, ""
        trail = _TRAIL.match(text)
        assert trail, "it may be empty"
        rest = text[trail.end() :]
        self._open += trail[0]
        if not _MAY_GO_ON.fullmatch(rest):
            return self._concluded(), rest
        self._after = rest
        return self._of_open(), ""

    def _of_open(self) -> str:
        """What of the ended sentence can be shown before it is settled: up to its first mark, to a blank at its end."""
        mark = _MARK.search(self._open)
        upto = mark.start() if mark else len(self._open.rstrip(" \t\n"))
        shown, self._open_shown = self._open[self._open_shown : upto], max(self._open_shown, upto)
        return shown

    def _concluded(self) -> str:
        """The rest of the ended sentence, once nothing more belongs to it."""
        if not self._open:
            return ""
        body = self._open.rstrip(" \t\n")  # a mark stands before the blank that ends a sentence
        assert self._source, "only a sentence that is checked stays open"
        settled = self._source.settled(body)
        whole = settled.text + settled.mark + self._open[len(body) :]
        shown, self._open, self._open_shown = self._open_shown, "", 0
        return self._keep(whole)[shown:]

    def _ended(self) -> str:
        sentence, shown = self._sentence, self._shown
        hits = self._judged()
        end = len(sentence) - sentence[-1].isspace()
        if hits:
            first = min(hits, key=lambda hit: hit.start)
            self.hits += [hit.code for hit in hits]
            instead = self._keep(("" if self._replaced else self._rules.instead(first.code)) + sentence[end:])
            out = sentence[shown : first.start] + instead
        elif self._checked and sentence.strip():
            self._open, self._open_shown = sentence, shown
            out = self._concluded() if sentence.endswith("\n") else self._of_open()
        else:
            out = self._keep(sentence)[shown:]
        self._replaced = bool(hits) or (self._replaced and not sentence.strip())
        self._before = "" if hits else (self._before + sentence)[-_CONTEXT:]
        self._begin()
        return out

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
