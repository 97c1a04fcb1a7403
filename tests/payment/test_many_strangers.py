"""Most of a bill is other tills': they are a channel's by rule or one matter for finance, and never pages of them."""

from __future__ import annotations

from pathlib import Path

from hospital_bridge.store.differences import Clue, Finding
from hospital_bridge.store.unit_of_work import Store
from tests.benchmarks.bench_strangers import KIOSK, fill, play
from tests.payment.world import OPERATOR

COUNTS = (40, 60)


def test_strangers_are_one_matter_that_one_word_settles(store: Store, tmp_path: Path) -> None:
    fill(store, OPERATOR, COUNTS[0])
    played = play(store, OPERATOR, tmp_path, COUNTS, [])
    [row] = played.open
    assert (row.finding, row.count, row.clue) == (Finding.WALLET_ONLY, 60, Clue.STRANGER)
    assert (played.run.matched, played.run.unexplained_fen) == (40, row.theirs_fen)
    assert [one["count"] for one in played.told] == [60]
    assert (played.channels, played.left) == ({"bridge": 40, "": 60}, [])


def test_strangers_that_a_rule_names_are_their_channels_and_nobodys_work(store: Store, tmp_path: Path) -> None:
    fill(store, OPERATOR, COUNTS[0])
    played = play(store, OPERATOR, tmp_path, COUNTS, [KIOSK])
    assert (played.run.matched, played.run.unexplained_fen, played.open, played.told) == (40, 0, [], [])
    assert played.channels == {"bridge": 40, "kiosk": 60}
