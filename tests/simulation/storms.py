"""Many seeds, played by as many processes as there are cores."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from multiprocessing.util import Finalize
from pathlib import Path
from time import monotonic

from hospital_bridge import logs
from tests.simulation.ground import Ground, ground
from tests.simulation.options import Options
from tests.simulation.simulation import Simulation
from tests.simulation.violation import Violation

PROGRESS_SECONDS = 10
_LOT = 5
"""So many seeds one process plays before it fetches more."""
_COLLECT_AFTER = (20_000, 50, 1_000)
_GROUND: list[Ground] = []
"""Of this process, where it is one of several."""
_ROOT = Path(__file__).parents[2]


def storm(seeds: Sequence[int], database: str, processes: int) -> int:
    """Play the seeds in several processes, telling now and then how far that is; how many broke."""
    started = told = monotonic()
    done = broken = 0
    lots = [seeds[at : at + _LOT] for at in range(0, len(seeds), _LOT)]
    with multiprocessing.get_context("spawn").Pool(processes, _settle_down, (database,)) as pool:
        print(f"code {pool.apply(code_in_play)}", flush=True)
        for played, bad in pool.imap_unordered(_lot, lots):
            done, broken = done + played, broken + bad
            if monotonic() - told >= PROGRESS_SECONDS or done == len(seeds):
                told = monotonic()
                pace = done / (told - started) * 60
                print(f"{done} of {len(seeds)} seeds on {database}, {broken} broken, {pace:.0f} a minute", flush=True)
        pool.close()
        pool.join()
    return broken


def _settle_down(database: str) -> None:
    """A process lays its ground once, and clears it away as it ends."""
    logs.configure(level="critical")
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=1)
    _GROUND.append(stack.enter_context(ground(database)))
    # What is loaded by now lives as long as the process: looking through it again takes a tenth of the time.
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def code_in_play() -> str:
    """A digest of every module of ours that is loaded: where it is the same, several days play one run."""
    files = {Path(file) for module in tuple(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    ours = sorted(file for file in files if file.is_relative_to(_ROOT) and ".venv" not in file.parts)
    digest = sha256()
    for file in ours:
        digest.update(f"{file.relative_to(_ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _lot(seeds: Sequence[int]) -> tuple[int, int]:
    return len(seeds), sum(played(seed, _GROUND[0], told=False) for seed in seeds)


def played(seed: int, base: Ground, *, told: bool) -> int:
    """Play one seed; 1 where it broke an invariant, which is then told."""
    simulation = Simulation(Options.drawn(seed), base)
    try:
        digest = simulation.run()
    except Violation as violation:
        print(violation, flush=True)
        return 1
    if told:
        print(f"seed {seed}: {simulation.steps} steps, trace {digest}\n{simulation.options.told()}")
    return 0
