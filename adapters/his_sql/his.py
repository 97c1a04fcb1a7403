"""A hospital's information system behind its database: directory, scheduling, billing, and what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.errors import Reason, Refused
from adapters.feed import Feed, Fetched
from adapters.his_sql import news
from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.desk import SqlDesk
from adapters.his_sql.failures import Judge
from adapters.his_sql.feeds import Look
from adapters.his_sql.settings import SqlHisSettings
from adapters.news import News, Preview
from adapters.records.his import RecordsHis
from adapters.time import Now


class SqlHis(RecordsHis):
    """Every port over one database; a method whose operation the site does not have is Refused(NOT_ALLOWED)."""

    def __init__(
        self, database: HospitalDatabase, settings: SqlHisSettings, now: Now, new_id: Callable[[], str]
    ) -> None:
        self._sql = SqlDesk(database, settings, new_id)
        super().__init__(self._sql, now)
        self._database = database
        self._settings = settings

    def close(self) -> None:
        """Close every idle connection; nobody waits for an answer any more."""
        self._sql.close()
        self._database.close()

    def feeds(self) -> Sequence[Feed]:
        return [Feed(feed.name, feed.every) for feed in self._settings.feeds]

    def fetch(self, feed: str, mark: str) -> Fetched:
        found = next((each for each in self._settings.feeds if each.name == feed), None)
        if found is None:
            raise Refused("the settings have no feed of that name", reason=Reason.NOT_ALLOWED)
        judge = Judge(errors={}, retry_after=self._settings.retry_after)
        look = Look(
            found,
            lambda asked: self._database.read(asked, {}, judge),
            self._settings.charset,
            self._now(),
            self._settings.conventions.time_zone,
        )
        return look.fetched(mark)

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        return news.read(raw, self._settings).news

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        return news.preview(raw, self._settings)
