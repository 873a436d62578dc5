"""What a researcher asks for: a digest of what the library says on a topic, and an outline to write from."""

from skills.research.digest import digest
from skills.research.outline import outline

SKILLS = (digest, outline)
