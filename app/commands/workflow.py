"""`deskmate workflow draw`: a workflow as a Mermaid diagram, and where a run of it stands."""

from __future__ import annotations

from app.commands.batch import say
from app.core.errors import BadInput
from app.core.settings import Settings
from app.core.workflow import Workflow
from app.core.workflow_drawing import drawn
from app.rooms import build_database, build_runs, build_sealer, load_workflows


async def draw(settings: Settings, *, name: str, run: str | None) -> int:
    """Print the diagram of `name` (`office.business_trip`, or `business_trip` where one assistant has it).

    `run`: the id of a run, or its beginning as the chat shows it; its present steps are marked.
    """
    workflow = _named(settings, name)
    if run is None:
        print(drawn(workflow))
        return 0
    database = build_database(settings)
    await database.open()
    try:
        found = await build_runs(database, build_sealer(settings)).beginning_with(run.lower(), workflow.tool)
    finally:
        await database.close()
    if len(found) != 1:
        raise BadInput("NO_RUN", say("workflow_no_run", id=run))
    print(drawn(workflow, found[0]))
    return 0


def _named(settings: Settings, name: str) -> Workflow:
    workflows = load_workflows(settings)
    found = [one for tool, one in workflows.items() if name in (tool, one.name)]
    if len(found) != 1:
        raise BadInput("NO_WORKFLOW", say("workflow_unknown", name=name, known=", ".join(sorted(workflows))))
    return found[0]
