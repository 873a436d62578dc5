"""Houses with a content of their own, and a home whose index is built already."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).parents[1]


def content_in(folder: Path) -> Path:
    """A copy of the shipped content that a test may change."""
    for name in ("assistants", "knowledge", "config"):
        shutil.copytree(SHIPPED / name, folder / name)
    shutil.copy(SHIPPED / "chainlit.md", folder)
    return folder


def with_model_limits(content: Path, **limits: Any) -> Path:
    """Other limits for the model in `content`, e.g. `first_token_timeout_s=0.5`."""
    path = content / "config" / "models.yaml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["default"].update(limits)
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return content


def copied_index(home: Path, new: Path) -> Path:
    """A new home with the knowledge index of `home`: the house opens without reading every document again."""
    new.mkdir(parents=True)
    shutil.copy(home / "knowledge.db", new)
    return new


# --- a skill that needs four eyes, with limits ---

FIXTURE_SKILLS = Path(__file__).parent / "fixture_skills"
PAYMENT_RULES = """\
worth: {USD: 1, CNY: 0.14}
rules:
  - skills: office.*
    limits:
      - approvals: [{by: [self]}]
  - skills: payments.*
    lifetime_minutes: 30
    limits:
      - up_to: 1000000
        approvals: [{by: [branch_dealer, regional_dealer, head_office_dealer], place: [same, above]}]
      - up_to: 10000000
        approvals: [{by: [regional_dealer, head_office_dealer]}]
      - approvals: [{by: [head_office_dealer]}, {by: [dealing_supervisor]}]
"""


@contextmanager
def fixture_skills() -> Iterator[None]:
    """The domains in `tests/fixture_skills` come in by the public door, like anyone's, for as long as this lasts."""
    import skills

    skills.__path__.append(str(FIXTURE_SKILLS))
    try:
        yield
    finally:
        skills.__path__.remove(str(FIXTURE_SKILLS))


def with_payments(content: Path, rules: str = PAYMENT_RULES, delegations: str = "[]\n") -> Path:
    """`content` whose FX assistant also transfers money, by these approval rules."""
    fx, config = content / "assistants" / "fx", content / "config"
    declared = (fx / "assistant.yaml").read_text(encoding="utf-8")
    (fx / "assistant.yaml").write_text(declared.replace("skills: [", "skills: [payments.transfer, "), encoding="utf-8")
    with (fx / "examples.yaml").open("a", encoding="utf-8") as examples:
        for said in ("划转500000 USD到备付金账户", "向备付金账户划转3000000 USD", "划款2000000 CNY到备付金"):
            examples.write(f"\n- {{text: {said}, skill: payments.transfer}}")
    with (config / "permissions.csv").open("a", encoding="utf-8") as rights:
        rights.write("\np, dealers, *, fx, payments.*, allow\np, relationship_manager, *, fx, payments.*, allow\n")
    (config / "approvals.yaml").write_text(rules, encoding="utf-8")
    (config / "delegations.yaml").write_text(delegations, encoding="utf-8")
    return content
