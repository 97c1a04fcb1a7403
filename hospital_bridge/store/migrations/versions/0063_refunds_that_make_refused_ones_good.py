"""Of a refund: how much that the wallet had refused it makes good, and what of it is wanted no more."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_REASONS = (
    "reason IN ('not_done', 'paid_twice', 'wrong_charge', 'goods_returned', 'by_insurance', 'payer_asks', "
    "'refused_before')"
)
_REFUND = sa.table(
    "refund",
    *map(sa.column, ("operator_id", "refund_no", "payment_id", "amount_fen", "state", "reason", "place")),
    *map(sa.column, ("reserved_at", "sent_at", "command_key", "makes_good_fen")),
)


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("makes_good_fen", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("forgone_fen", sa.BigInteger(), server_default="0", nullable=False))
    name = op.f("ck_refund_request_reason")
    with op.batch_alter_table("refund_request", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _REASONS)
    _fill()


def _fill() -> None:
    """A refund that was begun after a refused one had been sent stands in its place, as it was reckoned until now.

    One that a page of a vertical asked for, by its key, is another matter.
    """
    refused = sa.select(_REFUND.c.payment_id).where(_REFUND.c.state == "void")
    rows = op.get_bind().execute(
        sa.select(_REFUND)
        .where(_REFUND.c.payment_id.in_(refused), _REFUND.c.reason != "made at the wallet")
        .order_by(_REFUND.c.operator_id, _REFUND.c.payment_id, _REFUND.c.place, _REFUND.c.refund_no)
    )
    for _, refunds in groupby(rows.all(), key=lambda row: (row.operator_id, row.payment_id)):
        _fill_of_one(list(refunds))


def _fill_of_one(refunds: list[sa.Row[Any]]) -> None:
    owed = 0
    sent = [one.sent_at for one in refunds if one.state == "void" and one.sent_at is not None]
    for one in refunds:
        is_later = not one.command_key and any(at <= one.reserved_at for at in sent)
        makes_good = min(owed, one.amount_fen) if is_later else 0
        owed += (one.amount_fen if one.state == "void" else 0) - makes_good
        if makes_good:
            mine = (_REFUND.c.operator_id == one.operator_id, _REFUND.c.refund_no == one.refund_no)
            op.get_bind().execute(sa.update(_REFUND).where(*mine).values(makes_good_fen=makes_good))
