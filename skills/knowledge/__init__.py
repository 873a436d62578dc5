"""Passages of the bank's own documents, for a model to answer from."""

from skills.knowledge.search import search

SKILLS = (search,)
