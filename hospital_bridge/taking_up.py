"""Taking up what has come in: messages are applied in the order of their coming, many of them in one commit.

Only what cannot be applied at once gets a job of its own, and with it everything behind it in one of its streams.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hospital_bridge.logs import logger
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.inbox import APPLY, BESIDE
from hospital_bridge.store.inbox_search import Kept, applying_key
from hospital_bridge.store.job_claims import Took
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.waiting import Waiting, leave_to_jobs, mark_applied, rows_of, waiting

if TYPE_CHECKING:
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Work

AT_ONCE = 32
MOST_BYTES = 1 << 20
"""Messages and bytes that are taken up together: one message of any size, or as many as fit."""
ASIDE = ".aside"
"""How a stream ends in which messages wait that let others of their patient go ahead."""

_log = logger(__name__)

IsIdle = Callable[[str], bool]
Read = Callable[["Work", Sequence[Kept]], Sequence[Any]]
"""What the messages of those rows tell, as it is given to `Apply`; asks at once for what applying them will ask for."""
Apply = Callable[["Work", Any, str, IsIdle], str]
"""Changes what the message that was read, in that stream, must, and tells what it did; raises where it cannot, or where
it must wait."""


def _as_it_is(_work: Work, messages: Sequence[Kept]) -> Sequence[Kept]:
    return messages


@dataclass(frozen=True, slots=True)
class TakingUp:
    """The handler of TAKE_UP; messages are read under the configuration of that digest."""

    apply: Apply
    config_digest: str
    read: Read = _as_it_is

    def __call__(self, work: Work, job: Job) -> Took:
        """Take up everything up to the job's own batch, and what of later ones comes with it."""
        count, through = 0, job.stream_seq
        while (waits := waiting(work, AT_ONCE)) and waits[0].place <= job.stream_seq:
            found = _together(waits)
            # One that broke the transaction itself must not do so again: each is then tried in its own.
            did = {} if job.attempts else self._applied(work, found)
            mark_applied(work, did, self.config_digest)
            _leave(work, [each for each in found if each.message_id not in did])
            count += len(found)
            # Batches become visible in the order of their places, each as a whole; the last may go on in the next part.
            is_all = len(found) == len(waits) < AT_ONCE
            through = max(through, found[-1].place - (0 if is_all else 1))
            if is_all or found[-1].place > job.stream_seq:
                break
        return Took(count, through)

    def _applied(self, work: Work, found: Sequence[Waiting]) -> dict[str, str]:
        """What each did that could be applied."""
        asked = [name for each in found for stream in each.streams for name in (stream, stream + ASIDE)]
        busy = work.jobs.streams.busy(asked)
        free = list(_free(found, set(busy)))
        rows = rows_of(work, [each.message_id for each in free])
        try:
            with work.savepoint() as part:
                return self._apply(part, free, rows, busy)
        except DatabaseBusy:
            raise
        except Exception as failure:  # noqa: BLE001  whichever it was, its neighbours are applied without it
            _log.info("hl7.applied_one_by_one", count=len(free), error=type(failure).__name__)
        did: dict[str, str] = {}
        for each in _free(free, busy):
            try:
                with work.savepoint() as part:
                    did |= self._apply(part, [each], rows, busy)
            except DatabaseBusy:
                raise
            except Exception:  # noqa: BLE001  its own job tries again, and tells why it cannot
                busy.update(each.streams)
        return did

    def _apply(self, part: Work, some: Sequence[Waiting], rows: Any, busy: Collection[str]) -> dict[str, str]:
        told = self.read(part, [rows[each.message_id] for each in some])
        return {
            each.message_id: self.apply(part, one, each.streams[0], lambda stream: stream not in busy)
            for each, one in zip(some, told, strict=True)
        }


def _together(found: Sequence[Waiting]) -> Sequence[Waiting]:
    """As many as may be in memory at once."""
    size = 0
    for count, each in enumerate(found):
        size += each.size
        if count and size > MOST_BYTES:
            return found[:count]
    return found


def _free(found: Sequence[Waiting], busy: set[str]) -> Iterator[Waiting]:
    """Those with nothing before them in any of their streams that is not applied with them."""
    for each in found:
        if busy.isdisjoint(each.streams):
            yield each
        else:
            busy.update(each.streams)


def _leave(work: Work, left: Sequence[Waiting]) -> None:
    jobs: list[tuple[str, str, str, str | None]] = []
    for each in left:
        own, *others = each.streams
        jobs.append((APPLY, each.message_id, own, applying_key(each.message_id)))
        jobs += [(BESIDE, each.message_id, other, None) for other in others]
    work.jobs.add_all(jobs, lane=Lane.TX)
    leave_to_jobs(work, [each.message_id for each in left])
