"""`deskmate serve` with the skill of the tests that needs four eyes: `python -m tests.serving_payments`."""

from __future__ import annotations

import asyncio
import os

from app.commands.serve import serve
from app.core.settings import read_settings
from tests.houses import fixture_skills

if __name__ == "__main__":
    with fixture_skills():
        asyncio.run(serve(read_settings(dict(os.environ))))
