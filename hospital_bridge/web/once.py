"""A POST runs once for each idempotency key; the same request again is told what the first one was told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, request
from werkzeug.datastructures import FileStorage

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.idempotency import Claim, ClaimLost, OtherContent, Requests, StillRunning, StoredReply
from hospital_bridge.web.access import Access, Area
from hospital_bridge.web.caller import Caller, caller
from hospital_bridge.web.forms import KEY, UNKEPT
from hospital_bridge.web.open_requests import open_requests
from hospital_bridge.web.visit import site

HEADER = "Idempotency-Key"
WAIT_SECONDS = 0.1
WAITS = 100
"""Ten seconds: longer than the claim of a process that died holds (`store.idempotency.LEASE`)."""

LONGEST_KEY = 100
FIRST_ERROR_STATUS = 400
FIRST_FAULT_STATUS = 500
View = Callable[..., Any]


def once(view: View, access: Access) -> View:
    """The view, run at most once for each key of a caller.

    A reply that changed nothing (a page with errors) is not kept: the form may be sent again, and put right.
    """

    @wraps(view)
    def run(**values: Any) -> Response:
        key, who = _key(access.area), caller()
        g.command_key = key
        claim = _claim(who, key, _request_hash(forgets=access.asks_position))
        if isinstance(claim, StoredReply) and access.shows_again:
            g.is_repeat = True
            return make_response(view(**values))
        if isinstance(claim, StoredReply):
            return Response(status=claim.status, headers={"Location": claim.location})
        reply = None
        try:
            with open_requests(current_app).running(claim):
                reply = make_response(view(**values))
        except ClaimLost:
            raise BridgeError("HB-S002") from None
        finally:
            # What was done stands, and is told; the claim lapses by itself.
            with suppress(DatabaseBusy):
                _settle(claim, reply, keeps=access.shows_again)
        return reply

    return run


def command_key() -> str:
    """The idempotency key of the request that is run; empty for one that needs none."""
    return str(g.get("command_key", ""))


def is_repeat() -> bool:
    """Whether this request was done before; only of a view that `shows_again`."""
    return bool(g.get("is_repeat"))


def _key(area: Area) -> str:
    key = request.headers.get(HEADER, "") if area is Area.API else request.form.get(KEY, "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise BridgeError("HB-R007" if area is Area.API else "HB-A003")
    return key


def _claim(who: Caller, key: str, request_hash: str) -> Claim | StoredReply:
    """A claim: ours to run. A request that is still running is waited for."""
    for _ in range(WAITS):
        try:
            with site().store.begin(who.operator_id) as work:
                return Requests(work).claim(who.actor, key, request_hash)
        except StillRunning:
            site().clock.sleep(WAIT_SECONDS)
        except OtherContent:
            raise BridgeError("HB-R003") from None
    raise BridgeError("HB-S002")


def _settle(claim: Claim, reply: Response | None, *, keeps: bool) -> None:
    """Keep what the request was told: an address to go to, or with `keeps` that it was done."""
    with site().store.begin(claim.operator_id) as work:
        requests = Requests(work)
        if reply is not None and (keeps or reply.location) and reply.status_code < FIRST_ERROR_STATUS:
            requests.finish(claim, StoredReply(reply.status_code, reply.location or ""))
        elif reply is not None and FIRST_ERROR_STATUS <= reply.status_code < FIRST_FAULT_STATUS:
            requests.forget(claim)
        else:
            requests.release(claim)


def _request_hash(*, forgets: bool) -> str:
    """A digest of the request; of one that `forgets` what it was sent, of its address alone."""
    if forgets:
        return hashlib.sha256(request.path.encode()).hexdigest()
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name not in UNKEPT)
    sent = sorted((name, _digest_of(file)) for name, file in request.files.items(multi=True))
    content = repr((request.path, typed, sent)).encode() if request.form or sent else request.get_data()
    return hashlib.sha256(request.path.encode() + b"\n" + content).hexdigest()


def _digest_of(file: FileStorage) -> str:
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest
