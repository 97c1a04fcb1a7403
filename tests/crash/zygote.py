"""`python -m tests.crash.zygote`: imports the bridge once; each bridge that it is asked for is a fork, to die alone.

A thousand deaths need two thousand starts, and nine tenths of a start is importing. The zygote reads JSON lines:
`{"argv": [...], "environment": {...}}` starts a bridge and is answered with its `pid`, `{"look": pid}` with its
`code`, None while it lives and negative where a signal ended it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import hospital_bridge.cli.serve
import hospital_bridge.running  # noqa: F401  what a start imports
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from tests.crash.mortal import run

LOOK_SECONDS = 0.02


class Zygote:
    """The other end of the lines."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, argv: Sequence[str], environment: dict[str, str]) -> Forked:
        """A new bridge with that command line and environment."""
        return Forked(self, self.ask({"argv": list(argv), "environment": environment})["pid"])

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """One line there and one back."""
        lines, answers = self._process.stdin, self._process.stdout
        assert lines is not None
        assert answers is not None
        print(json.dumps(question), file=lines, flush=True)
        answer: dict[str, Any] = json.loads(answers.readline())
        return answer

    def end(self) -> None:
        """No more bridges; those that live go on."""
        self._process.communicate()


class Forked:
    """A process that somebody else forked, with what is needed of `subprocess.Popen`."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._zygote.ask({"look": self.pid})["code"]
        return self._code

    def wait(self, timeout: float = 60.0) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("forked bridge", timeout)
            SystemClock().sleep(LOOK_SECONDS)
        return code

    def terminate(self) -> None:
        self._signal(15)

    def kill(self) -> None:
        self._signal(9)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def main() -> None:
    """Answer the lines until they end."""
    installed()
    for line in sys.stdin:
        asked = json.loads(line)
        if "look" in asked:
            print(json.dumps({"code": _ended(asked["look"])}), flush=True)
        elif pid := os.fork():
            print(json.dumps({"pid": pid}), flush=True)
        else:
            _become(asked["argv"], asked["environment"])


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(argv: Sequence[str], environment: dict[str, str]) -> None:
    """This process is the bridge from here on, and leaves the zygote's lines alone."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = argv
    run()
    sys.exit()


if __name__ == "__main__":
    main()
