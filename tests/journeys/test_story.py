"""The whole story of the demo: on SQLite in UTF-8, and on PostgreSQL in the hospital's other character set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from adapters.hl7.build import GB18030
from adapters.money import yuan_from_fen
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Stage
from hospital_bridge.sandbox.story import PLAYS, World
from tests.journeys.conftest import standing_stage
from tests.journeys.engineer import ask, run


@pytest.fixture(scope="module")
def gb18030_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from standing_stage(request, "postgresql", tmp_path_factory, GB18030)


@pytest.fixture(params=["embedded_stage", "gb18030_stage"])
def town_stage(request: pytest.FixtureRequest) -> Stage:
    standing: Stage = request.getfixturevalue(request.param)
    return standing


# Servers that start, and a whole day of a hospital: a busy machine takes its time over it.
@pytest.mark.timeout(400)
def test_the_story_ends_well_and_all_books_agree(town_stage: Stage) -> None:
    with closing(town_stage.listener) as line:
        world = World(town_stage, SystemClock(), line)
        facts = {step.name: step.play() for step in PLAYS["hospital"].story(world)}

    assert facts["register"]["payment"]["amount_fen"] == 12_000
    assert facts["free"]["amount_fen"] == 0
    assert facts["cancel"]["refunded_fen"] == facts["cancel"]["payment"]["amount_fen"]
    assert facts["hospital_refuses"]["refunded_fen"] == 8_000
    assert len({facts[step]["refund_no"] for step in ("cancel", "hospital_refuses", "called_off")}) == 3
    assert facts["unknown"]["payment"]["amount_fen"] == 8_000
    assert facts["bill"]["payment"]["amount_fen"] == facts["bill"]["self_pay_fen"] == 2_700
    assert facts["bill"]["insurance_fen"] == 600
    assert (facts["bill_at_window"]["payable"], facts["bill_withdrawn"]["charged_fen"]) == (False, 0)
    assert (facts["deposit"]["amount_fen"], facts["stay_settled"]["returned_fen"]) == (100_000, 30_000)
    assert facts["stay_due"]["amount_fen"] == 50_000
    assert len(facts["window"]["line"]) == 3
    assert sorted(facts["window"]["line"]) == sorted(facts["call_by_api"]["seen"])
    assert facts["missed"]["line"][0] == facts["missed"]["missed"]
    assert facts["examination"]["line"][0] == facts["examination"]["examined"] != facts["missed"]["missed"]
    assert facts["result"]["seen"] == ["preliminary", "final"]
    assert facts["result_corrected"]["stands"] == "corrected"
    assert (facts["result_critical"]["acknowledged_by"], facts["result_of_nobody"]["matched_by"]) == (
        "doctor",
        "records",
    )
    assert (facts["clinic"]["state"], "report.critical" in facts["clinic"]["events"]) == ("acknowledged", True)
    assert facts["check_in"]["number"] in facts["call_by_api"]["wallet_says"].values()
    assert facts["result_document"]["bytes"] > 0
    assert facts["departments"]["charset"] == town_stage.town.charset
    assert ask(town_stage, "ledger", "verify")["discrepancies"] == []
    day = town_stage.town.wallet.today()
    town_stage.town.wallet.close_day(day)
    (told,) = ask(town_stage, "reconcile", day.isoformat())
    assert (told["state"], told["unexplained_fen"], told["wallet_fen"]) == ("done", 0, told["sale_fen"])
    the_bank_is_held_against_the_bill(town_stage, day, told["wallet_fen"] - told["fee_fen"])


def the_bank_is_held_against_the_bill(stage: Stage, day: date, net_fen: int) -> None:
    file = stage.configuration.parent / "bank.csv"
    wrong = "第 2 行：不是金额（元，最多两位小数）：much\n未保存任何内容：请改正文件后重新读入。\n"
    for amount, exit_code, said, language in (
        ("much", 1, wrong, "zh_CN.UTF-8"),
        (yuan_from_fen(net_fen + 1), 1, "0.01 yuan differ", "C.UTF-8"),
        (yuan_from_fen(net_fen), 0, "yuan credited, as the bill less fees", "C.UTF-8"),
    ):
        file.write_text(f"交易日期,贷方金额,交易流水号,摘要\n{day},{amount},B1,支付宝\n{day},1.00,B2,房租\n", "gbk")
        told = run(stage, "bank", str(file), "--settled-after", "0", "--from", "支付宝", LC_ALL=language)
        assert (told.exit_code, said in told.output, "B2" in told.output) == (exit_code, True, False), told.output
        assert ("line 3:" in told.output, "第 3 行" in told.output) == (
            language != "zh_CN.UTF-8",
            language == "zh_CN.UTF-8",
        )
