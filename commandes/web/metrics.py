"""Figures for operators in Prometheus' text format; nothing of anybody's in them."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import func, select

from commandes.backups import history
from commandes.store import journal, tables
from commandes.ui.house import open_house

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# When a figure was first counted tells nobody anything.
disable_created_metrics()  # type: ignore[no-untyped-call]

_LATENCIES = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
MESSAGE_STATES = ("queued", "sending", "sent", "failed", "uncertain")


class Metrics:
    """The figures of one process.

    Args:
        sessions: how many browser sessions there are now.
    """

    def __init__(self, sessions: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "commandes_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "commandes_request_seconds",
            "Seconds from a request to the end of its answer.",
            ("route",),
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.sockets = Gauge(
            "commandes_sockets", "Open WebSockets.", registry=self.registry
        )
        self.events = Counter(
            "commandes_events",
            "What happened: actions, by name, and the work in the background.",
            ("event", "name"),
            registry=self.registry,
        )
        self.registry.register(_OfTheHouse(sessions))

    def text(self) -> bytes:
        """All figures now."""
        return generate_latest(self.registry)


class CountEvents(logging.Handler):
    """Counts what the log says happened."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.INFO)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count one event; requests are counted where they are answered."""
        facts = getattr(record, "facts", None)
        if facts is not None and record.msg != "request":
            name = str(facts.get("name", ""))
            self._metrics.events.labels(str(record.msg), name).inc()


class _OfTheHouse:
    """What store, mirror and backups say when one asks."""

    def __init__(self, sessions: Callable[[], int]) -> None:
        self._sessions = sessions

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures, read now."""
        house = open_house()
        m = tables.messages.c
        with house.store.reading() as connection:
            head = journal.head(connection)
            counted = select(m.state, func.count()).where(m.direction == "out")
            found: dict[str, int] = dict(
                map(tuple, connection.execute(counted.group_by(m.state)))
            )
            made = history.last(connection)
        messages = GaugeMetricFamily(
            "commandes_messages", "Messages to customers by state.", labels=["state"]
        )
        for state in MESSAGE_STATES:
            messages.add_metric([state], found.get(state, 0))
        yield messages
        yield _gauge("journal_head", "Entries of the journal.", head.seq)
        seq = house.mirror.status().seq
        yield _gauge("mirror_seq", "The last of them that the mirror has.", seq or 0)
        yield _gauge("sessions", "Browser sessions.", self._sessions())
        if made is not None:
            age = time.time() - made.at.timestamp()
            yield _gauge("backup_age_seconds", "Since the last backup.", age)
            yield _gauge("backup_bytes", "Size of the last backup.", made.size)
            yield _gauge("backup_seq", "Journal's end in the last backup.", made.seq)

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is read before one asks."""
        return []


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:  # noqa: A002 (the library's word)
    return GaugeMetricFamily(f"commandes_{name}", help, value)
