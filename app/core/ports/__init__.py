"""The contracts between floors.

`engines/` implements them, `team/` and `gateway/` are typed against them, `main` joins them.
"""

from __future__ import annotations

from app.core.ports.bus import Bus, RoomListener
from app.core.ports.documents import (
    Box,
    Documents,
    DocumentStanding,
    OpenDocument,
    PagePicture,
    PlacedText,
)
from app.core.ports.durable import Durable, DurableTask
from app.core.ports.happenings import Happenings, News, Runs, news_of
from app.core.ports.imports import Import, ImportFailure, ImportProgress, Imports, ImportState
from app.core.ports.knowledge import ANSWERS_FROM, LIKELY, DocumentState, Hit, Knowledge, Original
from app.core.ports.listening import Delta, Listener, Progress, nobody_listens
from app.core.ports.metrics import Metrics
from app.core.ports.models import Fit, Models, Understanding
from app.core.ports.notices import ImportEnded, Notice, NoticeListener, Notices
from app.core.ports.privacy import Entity, Masking, Privacy, Restorer, Sight, Vault
from app.core.ports.records import Actions, AuditLog, AuditWatcher, Database, Files, Records, Sealing, StoredTurn
from app.core.ports.review import Classifier, MaterialReview
from app.core.ports.rights import Decision, Rights
from app.core.ports.shared_rooms import SharedRooms
from app.core.ports.shelf import Disliked, Gap, Gaps, Likeness, Placing, Shelf, Version

__all__ = [
    "ANSWERS_FROM",
    "LIKELY",
    "Actions",
    "AuditLog",
    "AuditWatcher",
    "Box",
    "Bus",
    "Classifier",
    "Database",
    "Decision",
    "Delta",
    "Disliked",
    "DocumentStanding",
    "DocumentState",
    "Documents",
    "Durable",
    "DurableTask",
    "Entity",
    "Files",
    "Fit",
    "Gap",
    "Gaps",
    "Happenings",
    "Hit",
    "Import",
    "ImportEnded",
    "ImportFailure",
    "ImportProgress",
    "ImportState",
    "Imports",
    "Knowledge",
    "Likeness",
    "Listener",
    "Masking",
    "MaterialReview",
    "Metrics",
    "Models",
    "News",
    "Notice",
    "NoticeListener",
    "Notices",
    "OpenDocument",
    "Original",
    "PagePicture",
    "PlacedText",
    "Placing",
    "Privacy",
    "Progress",
    "Records",
    "Restorer",
    "Rights",
    "RoomListener",
    "Runs",
    "Sealing",
    "SharedRooms",
    "Shelf",
    "Sight",
    "StoredTurn",
    "Understanding",
    "Vault",
    "Version",
    "news_of",
    "nobody_listens",
]
