from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.http import HttpClient, Request, Response
from hospital_bridge.logs import logger
from tests.kept_logs import logging_kept

CANARY = "测试病人 99999919900101001X"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    with logging_kept() as stream:
        yield stream


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_allowed_field_is_written(written: io.StringIO) -> None:
    logger("m").warning("job.failed", job_id="j1", topic="his.fulfil")
    assert [(line["event"], line["job_id"], line["level"]) for line in lines(written)] == [
        ("job.failed", "j1", "warning")
    ]


def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(written: io.StringIO) -> None:
    logger("m").warning("patient.found", name=CANARY, id_number=CANARY)
    assert lines(written)[0]["dropped"] == 2
    assert CANARY not in written.getvalue()


def test_of_an_exception_only_its_kind_is_written(written: io.StringIO) -> None:
    logger("m").error("form.refused", exc_info=ValueError(CANARY))
    assert lines(written)[0]["error"] == "ValueError"
    assert "99999919900101001X" not in written.getvalue()


def test_a_library_that_warns_is_heard_but_not_quoted(written: io.StringIO) -> None:
    logging.getLogger("waitress").warning("could not reach %s", CANARY, exc_info=KeyError(CANARY))
    assert [(line["target"], line["error"]) for line in lines(written)] == [("waitress", "KeyError")]
    assert "99999919900101001X" not in written.getvalue()


def test_a_call_to_the_outside_is_written_without_its_query_or_content(written: io.StringIO) -> None:
    class Wallet:
        def send(self, request: Request) -> Response:
            return Response(200, {}, CANARY.encode())

    asked = Request("POST", f"https://wallet.example/gateway.do?name={CANARY}", {"X-Name": CANARY}, CANARY.encode())
    HttpClient(Wallet()).send(asked)
    [line] = lines(written)
    assert (line["event"], line["target"], line["level"]) == ("outside.called", "adapters.http", "info")
    assert (line["method"], line["host"], line["path"], line["status"]) == (
        "POST",
        "wallet.example",
        "/gateway.do",
        "200",
    )
    assert "99999919900101001X" not in written.getvalue()


def test_an_adapter_that_says_more_of_a_call_is_not_quoted(written: io.StringIO) -> None:
    logging.getLogger("adapters.vendor").info("for %s", CANARY, extra={"host": "his", "patient": CANARY})
    [line] = lines(written)
    assert (line["event"], line["host"]) == ("outside.called", "his")
    assert "99999919900101001X" not in written.getvalue()


def test_a_higher_level_leaves_calls_out() -> None:
    with logging_kept("warning") as stream:
        logging.getLogger("adapters.http").info("outside.called", extra={"host": "his"})
    assert stream.getvalue() == ""
