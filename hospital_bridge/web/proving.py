"""Somebody of the staff proves once more who they are, at the moment of what weighs much."""

from __future__ import annotations

import hashlib

from flask import request

from hospital_bridge.store.staff import StaffAccounts, folded
from hospital_bridge.web.client_address import address_bucket
from hospital_bridge.web.forms import PASSWORD
from hospital_bridge.web.limits import STAFF_LOGIN_FAILURES, count_against, refuse_if_exceeded
from hospital_bridge.web.visit import site, visit


def failures_of(login_name: str) -> str:
    """The bucket in which wrong passwords of one login name are counted, wherever they are typed."""
    return f"staff:{hashlib.sha256(folded(login_name).encode()).hexdigest()[:32]}"


def note_failure(operator_id: str, bucket: str, kind: str) -> None:
    """Count a wrong password and keep it as a security event of that kind."""
    count_against(operator_id, bucket, STAFF_LOGIN_FAILURES)
    with site().store.begin(operator_id) as work:
        work.security_events.record(kind, address_bucket(), bucket)


def proves_again() -> bool:
    """Whether the form holds the password of who is signed in; HB-A005 after too many wrong ones."""
    typed = request.form.get(PASSWORD, "")
    if not typed:
        return False
    operator_id, staff_id = visit().operator.id, visit().principal
    with site().store.read(operator_id) as work:
        login_name = StaffAccounts(work).login_name(staff_id)
    bucket = failures_of(login_name)
    refuse_if_exceeded(operator_id, bucket, STAFF_LOGIN_FAILURES)
    if site().authenticate(operator_id, login_name, typed) == staff_id:
        return True
    note_failure(operator_id, bucket, "staff.proof_failed")
    return False
