"""What a hospital said may be shown for so long, longer where it is slow, and never booked from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Busy
from hospital_bridge.facade import OperatorScope
from hospital_bridge.patience import LONGEST, QUICK, Patience
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import memory
from hospital_bridge.verticals.hospital.memory import Memory
from tests.steered import FakeClock

SHOWN_FOR = timedelta(seconds=5)
GENEROUS = 30


class Counter:
    """A hospital that takes its time to say how often it was asked."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.takes = timedelta(0)
        self.asked = 0

    def say(self) -> int:
        self.asked += 1
        self.clock.advance(self.takes)
        return self.asked


@pytest.fixture
def hospital(clock: FakeClock) -> Counter:
    return Counter(clock)


@pytest.fixture
def scope(store: Store, clock: FakeClock, hospital: Counter) -> OperatorScope:
    money = MoneyContext("h1", store, ZoneInfo("Asia/Shanghai"), wallets={}, counters={})
    return OperatorScope(money, {}, clock, {"Port": hospital})


def look(memory: Memory, scope: OperatorScope, question: str = "q") -> int:
    return memory.recall(scope, "Port", (question,), lambda his: int(his.say()))


def test_a_slow_answer_is_kept_in_proportion_to_what_it_cost(
    scope: OperatorScope, clock: FakeClock, hospital: Counter
) -> None:
    kept, hospital.takes = Memory(SHOWN_FOR), timedelta(seconds=1)
    look(kept, scope)
    clock.advance(timedelta(seconds=memory.SLOWNESS - 0.1))
    assert look(kept, scope) == 1
    clock.advance(timedelta(seconds=0.1))
    assert look(kept, scope) == 2


def test_no_answer_is_kept_longer_than_stated(scope: OperatorScope, clock: FakeClock, hospital: Counter) -> None:
    kept, hospital.takes = Memory(SHOWN_FOR), timedelta(minutes=1)
    look(kept, scope)
    clock.advance(memory.LONGEST)
    assert look(kept, scope) == 2


def test_a_page_asks_no_further_question_once_it_waited_long(
    scope: OperatorScope, clock: FakeClock, hospital: Counter
) -> None:
    kept, patience = Memory(SHOWN_FOR), Patience(1, clock)
    hospital.takes = LONGEST
    page = scope.for_page(patience.page())
    look(kept, page, "first")
    with pytest.raises(Busy):
        look(kept, page, "second")
    again = scope.for_page(patience.page())
    assert [look(kept, again, "first"), look(kept, again, "second")] == [1, 2], "the next page goes on from there"


def test_what_is_known_is_shown_although_every_place_is_taken(scope: OperatorScope, clock: FakeClock) -> None:
    kept, patience = Memory(SHOWN_FOR), Patience(1, clock)
    look(kept, scope.for_page(patience.page()), "known")
    with patience.page().place():
        clock.advance(QUICK)
        page = scope.for_page(patience.page())
        assert look(kept, page, "known") == 1
        with pytest.raises(Busy):
            look(kept, page, "unknown")


def test_a_place_is_free_again_after_a_failure(scope: OperatorScope, clock: FakeClock) -> None:
    patience = Patience(1, clock)
    with pytest.raises(AttributeError), patience.page().place():
        scope.for_page(patience.page()).port("Port").say_nothing()
    assert scope.for_page(patience.page()).port("Port").say() == 1


def test_who_asks_the_same_meanwhile_waits_for_the_answer(scope: OperatorScope) -> None:
    kept, asking, speaks = Memory(SHOWN_FOR), Event(), Event()

    def slowly(his: Counter) -> int:
        asking.set()
        assert speaks.wait(GENEROUS)
        return his.say()

    with ThreadPoolExecutor(2) as patients:
        first = patients.submit(kept.recall, scope, "Port", ("q",), slowly)
        assert asking.wait(GENEROUS)
        second = patients.submit(look, kept, scope)
        assert not second.done()
        speaks.set()
        assert (first.result(GENEROUS), second.result(GENEROUS)) == (1, 1)


def test_while_answers_come_quickly_a_page_stands_in_line(scope: OperatorScope, clock: FakeClock) -> None:
    patience = Patience(1, clock)
    with ThreadPoolExecutor(1) as patients:
        with patience.page().place():
            second = patients.submit(scope.for_page(patience.page()).port("Port").say)
            assert not second.done()
        assert second.result(GENEROUS) == 1
