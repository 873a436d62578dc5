"""Deals as those see them who watch over dealing: blotter, positions and limits, progress, open enquiries, quality."""

from app.core.skill import Skill
from skills.fx.oversight.blotter import blotter
from skills.fx.oversight.open_enquiries import open_enquiries
from skills.fx.oversight.positions import positions
from skills.fx.oversight.progress import progress
from skills.fx.oversight.quality import quality

__all__ = ["SKILLS"]

SKILLS: tuple[Skill, ...] = (blotter, positions, progress, open_enquiries, quality)
