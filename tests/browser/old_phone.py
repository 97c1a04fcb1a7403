"""Chromium 70, the kernel of wallets that were never updated (reference/ux.md section 3), on a phone's screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.architecture.tree import ROOT

SCRIPT = ROOT / "tests/browser/kernel70/phone.js"
MODULES = ROOT / "node_modules"


class OldPhone:
    """A page in the old kernel; `complaints` are the errors of scripts, of the policy and of missing files."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.complaints: list[str] = []
        self.version: str = self._answer()

    def open(self, url: str) -> int:
        """Go to an address; the status of its answer."""
        return int(self._do("open", url=url))

    def press(self, selector: str) -> str:
        """Press what leads to another page; its address."""
        return str(self._do("press", selector=selector))

    def tick(self, selector: str) -> None:
        """Press what leads nowhere."""
        self._do("tick", selector=selector)

    def ask(self, expression: str) -> Any:
        """What an expression is worth in the page."""
        return self._do("ask", expression=expression)

    def wait_until(self, expression: str) -> None:
        """Until the expression is true in the page."""
        self._do("await", expression=expression)

    def headline(self) -> str:
        """What the page says first."""
        return str(self.ask("document.querySelector('main h1').innerText.trim()"))

    def picture(self, file: Path) -> None:
        """Write a picture of the page."""
        self._do("picture", file=str(file))

    def _do(self, act: str, **asked: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **asked}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline() or '{"fault": "the old browser ended"}')
        self.complaints += told.get("complaints", ())
        assert "fault" not in told, told["fault"]
        return told["value"]


@contextmanager
def old_phone(folder: Path) -> Iterator[OldPhone]:
    """A started phone; `make test` installs the kernel from npm, and Node where the machine has none."""
    node = shutil.which("node", path=f"{os.environ['PATH']}:{ROOT / '.venv/bin'}")
    assert node, "no Node.js on the PATH nor in .venv: run `make test`, which sees to one"
    assert (MODULES / "chrome-aws-lambda").is_dir(), "the old kernel is not installed: run `make test`"
    command = [node, str(SCRIPT), str(MODULES), str(folder / "chromium70")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield OldPhone(process)
        assert process.stdin is not None
        process.stdin.close()
