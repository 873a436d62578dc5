"""Each kind of audit entry as OCSF 1.3.0 asks for it: required attributes, their types, and what hangs together.

The schema below is written from https://schema.ocsf.io/1.3.0 (classes 2004, 3002, 3004, 6003 and the objects that
they require); it holds what is required, not every attribute that may be there.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from app.commands.ocsf import as_ocsf
from app.core.audit import GENESIS, AuditEntry, linked

TEXT = {"type": "string", "minLength": 1}
USER = {
    "type": "object",
    "anyOf": [{"required": ["uid"]}, {"required": ["name"]}],
    "properties": {"uid": TEXT, "name": TEXT},
}
BASE: dict[str, Any] = {
    "type": "object",
    "required": ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
    "properties": {
        "activity_id": {"type": "integer"},
        "category_uid": {"type": "integer"},
        "class_uid": {"type": "integer"},
        "type_uid": {"type": "integer"},
        "time": {"type": "integer", "minimum": 10**12},
        "severity_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
        "status_id": {"enum": [0, 1, 2, 99]},
        "message": {"type": "string"},
        "metadata": {
            "type": "object",
            "required": ["product", "version"],
            "properties": {
                "version": {"const": "1.3.0"},
                "uid": TEXT,
                "sequence": {"type": "integer"},
                "product": {"type": "object", "required": ["name", "vendor_name"]},
            },
        },
        "actor": {
            "type": "object",
            "anyOf": [{"required": ["user"]}, {"required": ["app_name"]}],
            "properties": {"user": USER, "app_name": TEXT},
        },
        "unmapped": {"type": "object"},
    },
}
OWN: dict[int, dict[str, Any]] = {
    6003: {
        "required": ["actor", "api", "src_endpoint"],
        "properties": {
            "activity_id": {"enum": [0, 1, 2, 3, 4, 99]},
            "category_uid": {"const": 6},
            "api": {"type": "object", "required": ["operation"], "properties": {"operation": TEXT}},
            "src_endpoint": {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
        },
    },
    3002: {
        "required": ["user", "service"],
        "properties": {
            "activity_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 7, 99]},
            "category_uid": {"const": 3},
            "user": USER,
        },
    },
    3004: {
        "required": ["entity"],
        "properties": {
            "activity_id": {"enum": [0, *range(1, 14), 99]},
            "category_uid": {"const": 3},
            "entity": {"type": "object", "anyOf": [{"required": ["name"]}, {"required": ["uid"]}]},
        },
    },
    2004: {
        "required": ["finding_info"],
        "properties": {
            "activity_id": {"enum": [0, 1, 2, 3, 99]},
            "category_uid": {"const": 2},
            "finding_info": {
                "type": "object",
                "required": ["title", "uid"],
                "properties": {"title": TEXT, "uid": TEXT},
            },
        },
    },
}
KINDS = [
    ("turn", "answer", {"assistants": ["fx"], "mode": "local", "channel": "browser"}, 600301, 1),
    ("turn", "refuse", {"channel": "http"}, 600301, 2),
    ("turn.failed", "TOO_LONG", {}, 600399, 2),
    ("refused", "NOT_A_MEMBER", {}, 600399, 2),
    ("skill", "run", {"skill": "fx.quote", "arguments": {}}, 600399, 1),
    ("output", "replaced", {"reasons": ["promise"]}, 600399, 2),
    ("action.proposed", "ask", {"action": "ABCDEF"}, 600301, 1),
    ("action.approved", "done", {}, 600399, 1),
    ("action.executing", "allow", {}, 600303, 1),
    ("action.failed", "done", {}, 600399, 2),
    ("feedback", "down", {}, 600399, 1),
    ("unmask", "allow", {}, 600399, 1),
    ("login", "allow", {"channel": "browser"}, 300201, 1),
    ("login", "refuse", {"channel": "browser"}, 300201, 2),
    ("token.made", "allow", {}, 300401, 1),
    ("room.deleted", "done", {}, 300404, 1),
    ("file.stored", "done", {"file": "ab"}, 300401, 1),
    ("file.read", "done", {"file": "ab"}, 300402, 1),
    ("config.changed", "noted", {"path": "config/people.yaml"}, 300403, 1),
    ("config.recorded", "noted", {"files": {}}, 300401, 1),
    ("knowledge.indexed", "done", {"set": "fx"}, 300403, 1),
    ("data.erased", "done", {}, 300404, 1),
    ("secret.rotated", "done", {}, 300403, 1),
    ("alarm", "raised", {"alarm": "refusal_rate"}, 200401, 1),
    ("audit.broken", "failed", {}, 200401, 2),
    ("something.new", "done", {}, 600399, 1),
]


@pytest.mark.parametrize(
    ("what", "decision", "detail", "type_uid", "status"), KINDS, ids=[f"{one[0]} {one[1]}" for one in KINDS]
)
@pytest.mark.parametrize(("person", "operator"), [("E1001", ""), ("E1001", "ops"), ("", "ops"), ("", "")])
def test_every_kind_has_what_its_class_requires(
    what: str, decision: str, detail: dict[str, Any], type_uid: int, status: int, person: str, operator: str
) -> None:
    at = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
    entry = linked(AuditEntry(what, person, operator, "fx", "r", "t" * 16, decision, detail, at), 6, GENESIS)
    event = json.loads(json.dumps(as_ocsf(entry, "0.1.0")))
    jsonschema.validate(event, BASE)
    jsonschema.validate(event, OWN[event["class_uid"]])
    assert event["type_uid"] == type_uid == event["class_uid"] * 100 + event["activity_id"]
    assert event["category_uid"] == event["class_uid"] // 1000
    assert event["activity_id"] != 99 or event["activity_name"] == what
    assert event["status_id"] == status
    assert event["time"] == 1795399200123
    assert event["metadata"]["uid"] == entry.hash and event["metadata"]["sequence"] == 7


def test_the_export_holds_all_that_the_chain_hashes() -> None:
    entry = linked(AuditEntry("turn", "E1001", "ops", "fx", "r", "t", "answer", {"mode": "local"}), 0, GENESIS)
    event = as_ocsf(entry, "0.1.0")
    own = event["unmapped"]
    again = AuditEntry(
        own["what"],
        own["person"],
        own["operator"],
        own["assistant"],
        own["room"],
        event["metadata"]["correlation_uid"],
        own["decision"],
        own["detail"],
        datetime.fromisoformat(event["metadata"]["original_time"]),
    )
    assert linked(again, 0, own["previous"]).hash == own["hash"]
