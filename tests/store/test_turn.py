from __future__ import annotations

from threading import Thread

import pytest

from hospital_bridge.store import busy
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.turn import Turn


def test_threads_take_turns() -> None:
    shared, inside, most = Turn(), [0], [0]

    def work() -> None:
        for _ in range(200):
            with shared:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_unit_of_work_inside_another_is_told_and_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "WAIT_SECONDS", 0.01)
    shared = Turn()
    with shared, pytest.raises(DatabaseBusy, match="inside another"), shared:
        pass
    with shared:
        assert shared is not None
