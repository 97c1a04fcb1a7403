"""Schema changes by Alembic: expand, backfill, contract (docs/decisions)."""
