"""The sandbox's people at their phones, one thread each, who register and pay again and again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from hospital_bridge.clock import Clock
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.browser import Browser
from hospital_bridge.sandbox.phone import Phone

# Each goes to a department of their own, so that no two race for the last seat of a slot.
WHO_GOES_WHERE = (
    (people.WANG_TAO, "0101"),
    (people.LI_QI, "0102"),
    (people.CHEN_XIAOMING, "0201"),
    (people.ZHAO_MINHUA, "0301"),
    (people.WU_TONG, "0401"),
    (people.ZHENG_GUOQIANG, "0501"),
)


class Patients:
    """Six at one service window."""

    def __init__(self, window: str, clock: Clock) -> None:
        self._going = [(Phone(Browser(), clock, window, who), where) for who, where in WHO_GOES_WHERE]

    def arrive(self) -> None:
        """Sign in, bind a card and register once, so that nothing is done for the first time afterwards."""
        for phone, _ in self._going:
            phone.sign_in()
            phone.bind_card()
        self.register(1)

    def register(self, times: int, together: int = len(WHO_GOES_WHERE)) -> float:
        """So many of them register and pay that often, all at the same time; how many seconds that took."""
        started = time.perf_counter()
        with ThreadPoolExecutor(together) as threads:
            list(threads.map(lambda going: _register(*going, times=times), self._going[:together]))
        return time.perf_counter() - started


def _register(phone: Phone, department: str, *, times: int) -> None:
    for _ in range(times):
        phone.wait_for(phone.pay(phone.book(department)), "done")
