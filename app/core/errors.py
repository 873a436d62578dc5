"""What can go wrong, in words a bank employee understands.

An `AssistantError` always ends in a `Reply`: `code` is for programs and stays stable,
`message` is for people and comes from a catalogue.
"""

import traceback


def place_of(error: BaseException) -> str:
    """Type and place of a defect, for the log. Its message is left out: vendors quote what they were given."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


class AssistantError(Exception):
    """Base of every error that a person is shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class BadInput(AssistantError):
    """What the person sent cannot be read: empty, too large, wrong type, broken."""


class Refused(AssistantError):
    """A rule says no: identity, rights, review. Never retried."""


class SkillFailed(AssistantError):
    """A skill could not do its work. Final for this turn."""


class Unavailable(AssistantError):
    """A part of Deskmate cannot work now (disk full, database of a newer version, engine missing)."""


class Retry(Exception):
    """Not a failure: the model's arguments do not fit; `hint` tells it what would."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint
