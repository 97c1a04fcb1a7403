"""What Prometheus scrapes: gauges by operator, read from the database at each scrape, and this process's counters."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hospital_bridge import activity
from hospital_bridge.store.figures import Figures, figures
from hospital_bridge.store.unit_of_work import Store

_SINGLE = {
    "oldest_due_job_seconds": "How long the oldest due job has been waiting.",
    "waiting_messages": "Received messages that are not applied yet.",
    "quarantined_messages": "Messages whose control id was used before with other content.",
    "long_unknown_effects": "Changes at outside systems whose outcome is unknown for more than 10 minutes.",
    "undone_deliveries": "Events that a system did not take and that wait for a person.",
    "disabled_endpoints": "Endpoints that want nothing any more, until a person enables them.",
    "unchained_audit_entries": "Audit entries that the chain does not hold yet.",
}


class StoreFigures(Collector):
    """The figures of every operator as gauges; all of them come from the database, so any process may tell them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge for each figure."""
        by_operator = {operator_id: self._figures(operator_id) for operator_id in self._store.operator_ids()}
        jobs = GaugeMetricFamily("hb_jobs", "Jobs that are not done.", labels=["operator", "lane", "state"])
        for operator_id, told in by_operator.items():
            for (lane, state), count in sorted(told.jobs.items()):
                jobs.add_metric([operator_id, lane, state], count)
        yield jobs
        for name, meaning in _SINGLE.items():
            gauge = GaugeMetricFamily(f"hb_{name}", meaning, labels=["operator"])
            for operator_id, told in by_operator.items():
                gauge.add_metric([operator_id], getattr(told, name))
            yield gauge

    def _figures(self, operator_id: str) -> Figures:
        with self._store.read(operator_id) as work:
            return figures(work)


def exposition(store: Store) -> str:
    """The figures of now in Prometheus' text format 0.0.4: those of the database, and those of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StoreFigures(store))
    return (generate_latest(registry) + generate_latest(activity.REGISTRY)).decode()
