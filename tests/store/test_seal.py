from __future__ import annotations

import pytest

from hospital_bridge.store.cipher import Algorithm, SealBroken
from hospital_bridge.store.keys import DATA_KEY, Erased, KeyMissing, RootKeys
from hospital_bridge.store.seal import INDEX
from hospital_bridge.store.unit_of_work import Store, Work
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

NAME = "测试病人"
PLACE = ("subject", "name", "row-1")


def opening_with(database: Database, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> Store:
    """The same database as another process, or the next start, would open it."""
    return Store(database.engine, clock, ids, keys)


def sealed_name(work: Work) -> bytes:
    return work.seal.seal("person-1", *PLACE, NAME)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_what_was_sealed_opens_in_its_place(
    database: Database, clock: FakeClock, ids: CountedIds, algorithm: Algorithm
) -> None:
    store = opening_with(database, clock, ids, RootKeys(bytes(32), algorithm=algorithm))
    with store.begin("h1") as work:
        sealed = sealed_name(work)
    with store.read("h1") as work:
        assert work.seal.open("person-1", *PLACE, sealed) == NAME
    assert NAME.encode() not in sealed
    assert sealed[0] == algorithm


@pytest.mark.parametrize(
    "elsewhere", [("subject", "name", "row-2"), ("subject", "phone", "row-1"), ("binding", "name", "row-1")]
)
def test_a_value_moved_to_another_place_is_refused(store: Store, elsewhere: tuple[str, str, str]) -> None:
    with store.begin("h1") as work:
        sealed = sealed_name(work)
        with pytest.raises(SealBroken):
            work.seal.open("person-1", *elsewhere, sealed)


def test_any_flipped_bit_is_refused(store: Store) -> None:
    with store.begin("h1") as work:
        sealed = sealed_name(work)
        opened = 0
        for position in range(len(sealed)):
            flipped = bytearray(sealed)
            flipped[position] ^= 1
            try:
                work.seal.open("person-1", *PLACE, bytes(flipped))
                opened += 1
            except (SealBroken, KeyMissing):
                continue
    assert opened == 0


def test_another_operator_cannot_open_it(store: Store) -> None:
    with store.begin("h1") as work:
        sealed = sealed_name(work)
    with store.begin("h2") as work:
        work.seal.seal("person-1", *PLACE, "somebody else")
        with pytest.raises(KeyMissing):
            work.seal.open("person-1", *PLACE, sealed)


def test_erasing_a_person_shuts_their_values_and_nobody_elses(store: Store) -> None:
    with store.begin("h1") as work:
        gone = sealed_name(work)
        kept = work.seal.seal("person-2", *PLACE, NAME)
    with store.begin("h1") as work:
        assert work.seal.erase("person-1")
    with store.begin("h1") as work:
        with pytest.raises(Erased):
            work.seal.open("person-1", *PLACE, gone)
        with pytest.raises(Erased):
            sealed_name(work)
        assert work.seal.open("person-2", *PLACE, kept) == NAME


def test_an_erasure_holds_within_its_own_unit_of_work(store: Store) -> None:
    with store.begin("h1") as work:
        sealed = sealed_name(work)
        assert work.seal.erase("person-1")
        assert not work.seal.erase("person-1")
        with pytest.raises(Erased):
            work.seal.open("person-1", *PLACE, sealed)


def test_after_a_rotation_old_values_open_and_new_ones_have_the_new_key(store: Store) -> None:
    with store.begin("h1") as work:
        before = work.seal.seal_own("bill", "raw", "row-1", b"bytes")
        work.seal.data_keys.rotate("columns")
        after = work.seal.seal_own("bill", "raw", "row-1", b"bytes")
    with store.read("h1") as work:
        assert work.seal.open_own("bill", "raw", "row-1", before) == b"bytes"
        assert work.seal.open_own("bill", "raw", "row-1", after) == b"bytes"
    assert before[1:17] != after[1:17]


def test_a_new_root_key_takes_over_and_the_old_one_may_be_forgotten(
    database: Database, clock: FakeClock, ids: CountedIds
) -> None:
    old, new = bytes([1]) * 32, bytes([2]) * 32
    with opening_with(database, clock, ids, RootKeys(old)).begin("h1") as work:
        sealed = sealed_name(work)
    with opening_with(database, clock, ids, RootKeys(new, older=(old,))).begin("h1") as work:
        assert work.seal.data_keys.rewrap() > 0
    with opening_with(database, clock, ids, RootKeys(new)).read("h1") as work:
        assert work.seal.open("person-1", *PLACE, sealed) == NAME
    with opening_with(database, clock, ids, RootKeys(old)).read("h1") as work, pytest.raises(KeyMissing):
        work.seal.open("person-1", *PLACE, sealed)


def test_destroying_the_key_of_a_day_ends_that_day_alone(store: Store, clock: FakeClock) -> None:
    today = clock.now().date()
    tomorrow = today.replace(day=today.day + 1)
    with store.begin("h1") as work:
        old = work.seal.raw_sealer("inbox_message", "raw", today)("row-1", b"MSH|1")
        new = work.seal.raw_sealer("inbox_message", "raw", tomorrow)("row-2", b"MSH|2")
    with store.begin("h1") as work:
        assert work.seal.data_keys.destroy(f"raw:{today.isoformat()}") == 1
    with store.read("h1") as work:
        with pytest.raises(KeyMissing):
            work.seal.open_own("inbox_message", "raw", "row-1", old)
        assert work.seal.open_own("inbox_message", "raw", "row-2", new) == b"MSH|2"


def test_a_blind_index_finds_the_same_number_in_any_spelling(store: Store) -> None:
    with store.begin("h1") as work:
        index = work.seal.index("id_number", "99999919900101001X")
        assert work.seal.index("id_number", " 99999919900101001x ") == index
        assert work.seal.index("id_number", "９９９９９９１９９００１０１００１Ｘ") == index
        assert work.seal.index("visit_card", "99999919900101001X") != index
    with store.begin("h2") as work:
        assert work.seal.index("id_number", "99999919900101001X") != index


def test_a_reading_unit_of_work_finds_an_index_key_that_was_made_for_it(store: Store) -> None:
    with store.begin("h1") as work:
        work.seal.data_keys.ensure(INDEX)
    with store.read("h1") as work:
        first = work.seal.index("mrn", "90000000042")
    with store.begin("h1") as work:
        work.seal.data_keys.ensure(INDEX)
        assert work.seal.index("mrn", "90000000042") == first


def test_a_key_of_a_transaction_that_failed_is_never_used(store: Store) -> None:
    def seal_and_fail() -> None:
        with store.begin("h1") as work:
            sealed_name(work)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        seal_and_fail()
    with store.begin("h1") as work:
        sealed = sealed_name(work)
    with store.read("h1") as work:
        assert work.seal.open("person-1", *PLACE, sealed) == NAME


def test_keys_are_stored_wrapped(store: Store, keys: RootKeys) -> None:
    with store.begin("h1") as work:
        sealed_name(work)
        rows = work.table(DATA_KEY).all()
        clear = [work.seal.data_keys.active(row.purpose).material for row in rows]
    assert rows
    assert all(material not in row.wrapped for row, material in zip(rows, clear, strict=True))
    assert repr(keys).count("\\x") == 0
