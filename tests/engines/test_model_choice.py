"""Which model answers which task: the file, the environment, and no key where it does not belong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.core.assistant import ContentError
from app.core.model_talk import ModelChunk, ModelRequest
from app.core.settings import Settings
from app.engines.models import LitellmModels, build_models, check_content
from app.engines.provider.model_choice import read_choices

CONTENT = Path(__file__).parents[2]


class Local:
    """Stands for the local model; nobody asks it here."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        yield ModelChunk("local", text="本地回答")

    async def warm(self) -> None: ...

    async def ping(self) -> None: ...


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes `config/models.yaml` and returns the content folder."""

    def written(yaml: str) -> Path:
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / "config" / "models.yaml").write_text(yaml, encoding="utf-8")
        return tmp_path

    return written


def settings(model: str | None = None, base_url: str | None = None, key: str | None = None) -> Settings:
    here = Path(".")
    return Settings(here, here, "127.0.0.1", 0, "", model, base_url, key, "secret")


def test_the_shipped_file_is_right_and_names_no_model() -> None:
    check_content(CONTENT)
    local = Local()
    assert build_models(settings(), CONTENT, local) is local


def test_the_environment_names_the_model() -> None:
    assert isinstance(build_models(settings("openai/scripted"), CONTENT, Local()), LitellmModels)


def test_the_environment_wins_over_the_default_and_not_over_a_tasks_own_model(write: Write) -> None:
    content = write(
        "default: {model: openai/a, base_url: http://a/v1, key_variable: KEY_A, temperature: 0.7}\n"
        "tasks:\n  chat: {max_tokens: 50}\n  digest: {model: openai/b, base_url: http://b/v1}\n  plan: {model: local}\n"
    )
    path = content / "config" / "models.yaml"
    own = read_choices(path, settings(), {"KEY_A": "a-key"})
    assert (own.of("chat").model, own.of("chat").max_tokens, own.key_of(own.of("chat"))) == ("openai/a", 50, "a-key")
    assert own.of("anything") == own.default
    choices = read_choices(path, settings("openai/x", "http://x/v1", "x-key"), {})
    chat, digest = choices.of("chat"), choices.of("digest")
    assert (chat.model, chat.base_url, chat.temperature, choices.key_of(chat)) == (
        "openai/x",
        "http://x/v1",
        0.7,
        "x-key",
    )
    assert (digest.model, digest.base_url, choices.key_of(digest)) == ("openai/b", "http://b/v1", None)
    assert choices.of("plan").is_local


@pytest.mark.parametrize(
    ("yaml", "line", "problem"),
    [
        ("default:\n  modell: openai/x\n", 2, "modell"),
        ("default:\n  model: x\n  temperature: hot\n", 3, "temperature"),
        ("default:\n  model: x\n  key: sk-never-in-a-file\n", 3, "key"),
        ("default: {}\ntask: {}\n", 2, "task"),
        ("default: [\n", 1, ""),
        ("tasks:\n  chat:\n    max_tokens: 0\n", 3, "max_tokens"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(write: Write, yaml: str, line: int, problem: str) -> None:
    content = write(yaml)
    with pytest.raises(ContentError) as error:
        check_content(content)
    assert (error.value.line, problem in error.value.problem) == (line, True)
    assert "sk-never-in-a-file" not in str(error.value)


def test_a_key_that_is_not_there_is_named(write: Write) -> None:
    content = write("default: {model: openai/x, key_variable: NO_SUCH_KEY}\n")
    with pytest.raises(ContentError, match="NO_SUCH_KEY"):
        build_models(settings(), content, Local())
