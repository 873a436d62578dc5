"""Workflow files for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from app.core.workflow import Workflow, load_workflow


def workflow_file(folder: Path, text: str, name: str = "trip") -> Path:
    """Write a workflow of the office assistant; returns its path."""
    path = folder / "office" / "workflows" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def workflow_of(folder: Path, text: str, name: str = "trip") -> Workflow:
    """The workflow that `text` says."""
    return load_workflow(workflow_file(folder, text, name), "office")
