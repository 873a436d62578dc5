"""The bank's own documents: passages to answer from, and the life of a document from draft to retired."""

from skills.knowledge.adding import add
from skills.knowledge.coming_in import progress, stop_import
from skills.knowledge.moves import put_in_force, retire, review
from skills.knowledge.overview import list_documents, report
from skills.knowledge.search import search

SKILLS = (search, add, progress, stop_import, review, put_in_force, retire, list_documents, report)
