"""The audit trail: what one entry says, and how entries are chained so that no change goes unseen.

Each link hashes the entry together with the link before it (SHA-256 over canonical JSON). Cutting
off the end is seen only by comparing with a head that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

GENESIS = "0" * 64
WITHHELD = "withheld"

_PLAIN = re.compile(r"[ -~]{0,120}")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which row; opaque ids and codes only, `detail` is canonical JSON."""

    operator_id: str
    audit_id: str
    at: datetime
    actor: str
    action: str
    target: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain; `entry` is None when the row that it hashed is gone."""

    seq: int
    audit_id: str
    hash: str
    entry: AuditEntry | None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the chain at one time, to be kept outside the database."""

    seq: int
    hash: str


def opaque(value: str) -> str:
    """The value, or `withheld` where it could be personal: long, not plain ASCII, or with an ID number in it."""
    return value if _PLAIN.fullmatch(value) and not _ID_NUMBER.search(value) else WITHHELD


def detail_text(detail: dict[str, str]) -> str:
    """The details as canonical JSON, with what could be personal withheld."""
    return json.dumps({key: opaque(value) for key, value in detail.items()}, sort_keys=True, separators=(",", ":"))


def link_hash(seq: int, previous: str, entry: AuditEntry) -> str:
    """The hash of the entry in its place after `previous`: 64 hex digits."""
    at = entry.at.isoformat()
    told = [seq, previous, entry.operator_id, entry.audit_id, at, entry.actor, entry.action, entry.target, entry.detail]
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def faults_of(chain: Iterable[Link], kept_head: ChainHead | None = None) -> list[str]:
    """What is wrong with the chain, in words; empty when every entry stands unchanged in its place."""
    faults: list[str] = []
    previous, expected = GENESIS, 1
    kept_seen = kept_head is None or kept_head.seq == 0
    for link in chain:
        faults += _faults_of_link(link, previous, expected)
        if kept_head is not None and link.seq == kept_head.seq:
            kept_seen = link.hash == kept_head.hash
        previous, expected = link.hash, link.seq + 1
    if kept_head is not None and not kept_seen:
        faults.append(f"the kept head {kept_head.seq} is not in the chain: its end was cut off or rewritten")
    return faults


def _faults_of_link(link: Link, previous: str, expected: int) -> list[str]:
    if link.seq != expected:
        return [f"links {expected} to {link.seq - 1} are missing"]
    if link.entry is None:
        return [f"entry {link.audit_id} at {link.seq} was deleted"]
    if link_hash(link.seq, previous, link.entry) != link.hash:
        return [f"entry {link.audit_id} at {link.seq} was changed or moved"]
    return []
