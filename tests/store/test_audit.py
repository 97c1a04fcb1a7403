from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from hospital_bridge.audit import ChainHead
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database


@pytest.fixture
def chained(store: Store) -> Store:
    """Five acts of h1, chained."""
    with store.begin("h1") as work:
        for number in range(5):
            work.audit.record("staff-1", "refund.approved", f"refund-{number}", reason="double charge")
        assert work.audit.chain() == 5
    return store


@contextmanager
def tampering(owner: Engine) -> Iterator[Connection]:
    """Somebody with the owner's login who takes the triggers away first."""
    with owner.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in ("audit", "audit_link"):
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
                connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {table}_append_only ON {table}")
        yield connection


def kept_head(store: Store) -> ChainHead:
    with store.read("h1") as work:
        return work.audit.head()


def faults(store: Store, head: ChainHead | None = None) -> list[str]:
    with store.read("h1") as work:
        return work.audit.faults(head)


def test_an_untouched_trail_has_no_faults(chained: Store) -> None:
    assert faults(chained, kept_head(chained)) == []


def test_an_edited_entry_is_found(chained: Store, database: Database) -> None:
    with tampering(database.owner) as connection:
        connection.execute(text("UPDATE audit SET actor = 'staff-2' WHERE target = 'refund-2'"))
    assert len(faults(chained)) == 1
    assert "changed or moved" in faults(chained)[0]


def test_a_deleted_entry_is_found(chained: Store, database: Database) -> None:
    with tampering(database.owner) as connection:
        entry = connection.execute(text("SELECT audit_id FROM audit WHERE target = 'refund-2'")).scalar_one()
        connection.execute(text("DELETE FROM audit_link WHERE audit_id = :id"), {"id": entry})
        connection.execute(text("DELETE FROM audit WHERE audit_id = :id"), {"id": entry})
    assert "links 3 to 3 are missing" in faults(chained)


def test_two_entries_that_changed_places_are_found(chained: Store, database: Database) -> None:
    with tampering(database.owner) as connection:
        for free, seq in ((99, 2), (2, 3), (3, 99)):
            connection.execute(text("UPDATE audit_link SET seq = :to WHERE seq = :seq"), {"to": free, "seq": seq})
    assert any("changed or moved" in fault for fault in faults(chained))


def test_a_cut_off_end_is_found_by_the_kept_head(chained: Store, database: Database) -> None:
    head = kept_head(chained)
    with tampering(database.owner) as connection:
        last = connection.execute(text("SELECT audit_id FROM audit WHERE target = 'refund-4'")).scalar_one()
        connection.execute(text("DELETE FROM audit_link WHERE audit_id = :id"), {"id": last})
        connection.execute(text("DELETE FROM audit WHERE audit_id = :id"), {"id": last})
    assert faults(chained) == []
    assert "cut off" in faults(chained, head)[0]


def test_an_entry_slipped_in_beside_the_chain_is_found(chained: Store, database: Database) -> None:
    copy = (
        "INSERT INTO audit SELECT operator_id, 'f' || substr(audit_id, 2), at, 'staff-9', action, target, detail"
        " FROM audit WHERE target = 'refund-0'"
    )
    with tampering(database.owner) as connection:
        connection.execute(text(copy))
    assert len(faults(chained)) == 1
    assert "outside the chain" in faults(chained)[0]


def test_the_application_can_neither_change_nor_delete_an_entry(chained: Store) -> None:
    for statement in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError), chained.begin("h1") as work:
            work.connection.execute(text(statement))
    assert faults(chained) == []


def test_what_could_be_personal_is_withheld(store: Store) -> None:
    with store.begin("h1") as work:
        work.audit.record(
            "staff-1", "card.bound", "row-1", name="测试病人", number="x 99999919900101001X", code="HB-P001"
        )
        entry = work.audit.of("row-1")[0]
    assert entry.detail == '{"code":"HB-P001","name":"withheld","number":"withheld"}'


def test_an_act_that_was_undone_leaves_no_entry(store: Store) -> None:
    def approve_and_fail() -> None:
        with store.begin("h1") as work:
            work.audit.record("staff-1", "refund.approved", "refund-1")
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        approve_and_fail()
    with store.read("h1") as work:
        assert work.audit.of("refund-1") == []
