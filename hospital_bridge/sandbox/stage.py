"""The town and a real bridge in it, as a process of its own that is installed the way a hospital would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, ClassVar, Protocol, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from adapters.hl7.sender import MllpClient
from hospital_bridge.sandbox.api_client import ApiClient
from hospital_bridge.sandbox.calling_system import CallingSystem
from hospital_bridge.sandbox.companies import HOSPITAL
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.hospital.courier import Courier
from hospital_bridge.sandbox.town import Town, free_ports, is_free
from hospital_bridge.sandbox.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.companies import Company

OPERATOR = "demo"
STAFF_NAME = "admin"
AUDITOR_NAME = "auditor"
"""Login names that every company's staff has; who acts must not be who watches the acts."""

START_SECONDS = 60
STOP_SECONDS = 20
PAUSE_SECONDS = 0.1

_DIRECT = build_opener(ProxyHandler({}))
"""Everything here is on this machine, whatever proxy the environment names."""


class Launched(Protocol):
    """What is needed of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class StageFailed(Exception):
    """A command of the bridge failed; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where things listen; 0 takes any free port."""

    web: int = 0
    listener: int = 0
    gateway: int = 0
    his: int = 0


DEMO_PORTS = Ports(web=8080, listener=2575, gateway=8090, his=2576)


def where_free(wanted: Ports) -> Ports:
    """The same ports, any other one in place of those that somebody listens on."""
    return Ports(**{name: port if is_free(port) else 0 for name, port in asdict(wanted).items()})


class Stage:
    """A context manager: the town serves and the bridge runs while it is entered."""

    roles: ClassVar[Sequence[str]] = ()
    """What `serve` is told besides; by default one process does everything."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        charset: str,
        ports: Ports,
        database_urls: tuple[str, str] = ("", ""),
        output: IO[bytes] | None = None,
        company: Company = HOSPITAL,
        his: str = "hl7v2",
    ) -> None:
        """The bridge writes what it has to say into `output`, by default to our own streams; `his` names a door."""
        self._folder = folder
        self._clock = clock
        self._database_urls = database_urls
        self._output = output
        self.company = company
        self.town = Town(
            clock,
            charset=charset,
            gateway_port=ports.gateway,
            his=his,
            his_port=ports.his,
            merchant=company.name,
        )
        spare_web, spare_listener = free_ports(2)
        self._web_port = ports.web or spare_web
        self._listener_port = ports.listener or spare_listener
        self.password = ""
        self._bridge: Launched | None = None

    def __enter__(self) -> Self:
        self.town.__enter__()
        try:
            self._install()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.town.__exit__(kind, error, trace)

    @property
    def public_url(self) -> str:
        """The bridge's own address."""
        return f"http://127.0.0.1:{self._web_port}"

    @property
    def window(self) -> str:
        """The patients' service window."""
        return f"{self.public_url}/p/{OPERATOR}"

    @property
    def listener(self) -> MllpClient:
        """A connection of the hospital to the bridge's listener."""
        return MllpClient(*self.listener_address)

    @property
    def courier(self) -> Courier:
        """The hospital's sender to the bridge's listener, with what may go wrong on the way."""
        return Courier(*self.listener_address)

    @property
    def listener_address(self) -> tuple[str, int]:
        """Where the bridge hears HL7."""
        return "127.0.0.1", self._listener_port

    @property
    def process_id(self) -> int:
        """The bridge's process; 0 while it does not run."""
        return self._bridge.pid if self._bridge else 0

    def worker(self, name: str) -> Worker:
        """Somebody of the staff, signed in."""
        someone = Worker(self.public_url, OPERATOR, name, self.password)
        someone.sign_in()
        return someone

    def issue_key(self, name: str, scope: str) -> str:
        """A key of the API for the system of that name, with one scope."""
        return self.run("keys", "add", name, "--scope", scope).split()[-1]

    def system(self, name: str, scope: str) -> CallingSystem:
        """A doctor's own system of that name, with a key of one scope."""
        return CallingSystem(self.public_url, OPERATOR, self.issue_key(name, scope))

    def api(self, name: str, scope: str) -> ApiClient:
        """Any other system of the operator, with a key of one scope."""
        return ApiClient(self.public_url, OPERATOR, self.issue_key(name, scope))

    def run(self, *words: str, typed: str = "", **environment: str) -> str:
        """Run a command of the bridge to its end and return what it printed; StageFailed on any exit but 0."""
        return self._finished(self._command(words), f"hospital-bridge {' '.join(words)}", typed, environment)

    def _finished(self, command: Sequence[str], called: str, typed: str, environment: dict[str, str]) -> str:
        done = subprocess.run(  # noqa: S603 - our own command, and words of our own
            command,
            env=self._environment() | environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StageFailed(f"{called}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def ask(self, *words: str) -> Any:
        """The last line of what a command printed, read as JSON."""
        return json.loads(self.run(*words, "--json").splitlines()[-1])

    def start(self) -> None:
        """Start the bridge and wait until it is ready."""
        self._bridge = self._launched(["serve", *self.roles])
        for _ in range(int(START_SECONDS / PAUSE_SECONDS)):
            if self._bridge.poll() is not None:
                raise StageFailed("the bridge did not start; it said why above")
            if self._is_ready():
                return
            self._clock.sleep(PAUSE_SECONDS)
        raise StageFailed(f"the bridge was not ready after {START_SECONDS} seconds")

    def stop(self) -> None:
        """Let the bridge finish what it is at, and end it."""
        if self._bridge is None:
            return
        self._bridge.terminate()
        try:
            self._bridge.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._bridge.kill()
            self._bridge.wait(STOP_SECONDS)
        self._bridge = None

    def _install(self) -> None:
        addresses = self.town.addresses(self._web_port, self._listener_port)
        serving, owning = self._database_urls
        self.configuration = write_configuration(
            self._folder,
            addresses,
            self.town.credentials,
            operator_id=OPERATOR,
            database_url=serving,
            owner_database_url=owning,
            company=self.company,
        )
        self.password = self.town.wallet.ids.secret()[:16]
        commands = json.dumps([["migrate"], *self._employing()])
        account = {"HOSPITAL_BRIDGE_STAFF_PASSWORD": self.password}
        self._finished([sys.executable, "-m", "hospital_bridge.sandbox.commands"], "installing", commands, account)

    def _employing(self) -> Iterator[list[str]]:
        """The commands that open the staff's accounts."""
        for login_name, (roles, display_name) in self.company.staff.items():
            held = [word for role in roles.split() for word in ("--role", role)]
            yield ["staff", "add", login_name, "--name", display_name, *held]

    def _launched(self, words: Sequence[str]) -> Launched:
        return subprocess.Popen(  # noqa: S603 - as above
            self._command(words), env=self._environment(), stdout=self._output, stderr=self._output
        )

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "hospital_bridge", *words]

    def _environment(self) -> dict[str, str]:
        return os.environ | {"HOSPITAL_BRIDGE_CONFIG": str(self.configuration)}

    def _is_ready(self) -> bool:
        try:
            with _DIRECT.open(f"{self.public_url}/ready", timeout=2) as reply:
                return bool(reply.status)
        except (URLError, OSError):
            return False
