"""Reconcile (对账): the wallet's bill, our ledger and the fulfilling system's list of one business day."""

from __future__ import annotations

from hospital_bridge.payment.reconcile.run import ask_again, ask_for_reconciliation, reconcile_day, reconcile_job

__all__ = ["ask_again", "ask_for_reconciliation", "reconcile_day", "reconcile_job"]
