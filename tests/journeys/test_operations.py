"""What the hospital's engineer asks the bridge: is the trail whole, is everything well?"""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from hospital_bridge.installed import installed
from hospital_bridge.sandbox.stage import Stage
from hospital_bridge.settings import load
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import JOB, JobState
from tests.journeys.engineer import ask, run, writing


def findings(stage: Stage) -> dict[str, str]:
    """Remedy by what was looked at; empty where it is well."""
    return {finding["about"]: finding["remedy"] for finding in json.loads(run(stage, "doctor", "--json").stdout)}


@pytest.fixture(autouse=True)
def nobody_left_a_dead_job(stage: Stage) -> None:
    """The stage is shared: what another test let die is not what these look for."""
    with writing(stage) as work:
        work.table(JOB).change(JOB.c.state == JobState.DEAD, state=JobState.DONE.value)


def test_a_bridge_that_is_well(stage: Stage) -> None:
    told = run(stage, "doctor")
    assert (told.exit_code, told.stderr) == (0, "")
    assert [line[0] for line in told.stdout.splitlines()] == ["✓"] * len(told.stdout.splitlines())
    for about in ("Configuration", "Database", "Disk", "demo: Clock", "demo: his", "demo: wallet main"):
        assert about in told.stdout


def test_each_thing_that_is_wrong_comes_with_a_remedy(stage: Stage) -> None:
    with stage.town.without_hospital(), stage.town.without_wallet():
        told = run(stage, "doctor")
        wrong = {about for about, remedy in findings(stage).items() if remedy}
    assert told.exit_code == 1
    assert wrong == {"demo: his", "demo: wallet main"}
    assert told.stdout.count("→ Check address, firewall and certificate") == 2


def test_jobs_that_gave_up_are_found(stage: Stage) -> None:
    with writing(stage) as work:
        job_id = work.jobs.add("nobody.handles_this", "0" * 32)
    _as_owner(stage, "UPDATE job SET state = 'dead' WHERE job_id = :job", job=job_id)
    wrong = [about for about, remedy in findings(stage).items() if remedy]
    _as_owner(stage, "DELETE FROM job WHERE job_id = :job", job=job_id)
    assert wrong == ["demo: Jobs that gave up"]


def test_the_trail_is_whole_until_somebody_changes_it(stage: Stage) -> None:
    before = ask(stage, "audit", "verify")
    assert before["intact"]
    assert run(stage, "audit", "verify", "--head", before["head"]).exit_code == 0
    assert run(stage, "audit", "verify", "--head", f"{before['head'].split(':')[0]}:{'0' * 64}").exit_code == 1
    assert run(stage, "audit", "verify", "--head", "rubbish").exit_code == 2


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'somebody'", "DELETE FROM audit"])
def test_the_bridges_own_login_cannot_change_the_trail(stage: Stage, change: str) -> None:
    engine = make_engine(load(stage.configuration, installed()).bridge.database_url)
    with pytest.raises(Exception, match=r"append|permission denied"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert ask(stage, "audit", "verify")["intact"]


def _as_owner(stage: Stage, statement: str, **values: str) -> None:
    """A statement of the one who owns the tables."""
    engine = make_engine(load(stage.configuration, installed()).bridge.owner_database_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
