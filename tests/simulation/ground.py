"""What every run stands on and none changes: keys, configuration, a migrated template database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from adapters import registry
from hospital_bridge import loading
from hospital_bridge.bootstrap import prepare_database
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from hospital_bridge.sandbox.configuration import Addresses, write_configuration
from hospital_bridge.settings import Settings, load
from tests.postgresql_server import running_server
from tests.simulation.databases import Database, PostgresqlDatabase, SqliteDatabase
from tests.simulation.names import GATEWAY, OPERATOR

COUNTS_FOR_ITSELF = "[operator.his.pace]\nacross_processes = false\nwait_seconds = 0\n"
"""One process plays, and both databases see the same commits: a death may strike at each of them.

Who finds no place at the hospital is turned away at once, for waiting would stop the only thread in true time.
"""
SMALL_SUMS_NEED_TWO = '[operator.refunds]\nsecond_person_from = "20.00"\n'


@dataclass(frozen=True)
class Ground:
    """`keys` are the merchant's and the wallet's, the same in every run."""

    settings: Settings
    keys: tuple[RSAPrivateKey, RSAPrivateKey]
    database: Database

    def wallet_keys(self) -> Iterator[RSAPrivateKey]:
        """The keys in the order in which a wallet's world asks for them."""
        return cycle(self.keys)


def laid(folder: Path, database: Database) -> Ground:
    """Write the configuration as the demo does, read it as the bridge does, migrate the template."""
    keys = (_key(), _key())
    in_turn = cycle(keys)
    credentials = AlipayWorld(SystemClock(), new_key=lambda: next(in_turn)).new_app()
    addresses = Addresses(gateway=f"http://{GATEWAY}", his_port=2575, web_port=8080, listener_port=2576)
    main = write_configuration(
        folder,
        addresses,
        credentials,
        operator_id=OPERATOR,
        database_url=database.template.application,
        owner_database_url=database.template.owner,
    )
    operator = folder / "operators.d" / f"{OPERATOR}.toml"
    told = operator.read_text().replace("horizon_days = 7", "horizon_days = 2")
    operator.write_text(f"{told}\n{COUNTS_FOR_ITSELF}{SMALL_SUMS_NEED_TWO}")
    settings = load(main, installed())
    prepare_database(settings)
    return Ground(settings, keys, database)


def _key() -> RSAPrivateKey:
    """Short, for nobody attacks a simulation and every call signs twice."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505


@contextmanager
def ground(kind: str) -> Iterator[Ground]:
    """Ground on `sqlite` or on a `postgresql` of our own, gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hb-simulation-")))
        if kind == "sqlite":
            yield from _standing(folder, SqliteDatabase(folder))
            return
        server = stack.enter_context(running_server())
        server.make_template()
        yield from _standing(folder, PostgresqlDatabase(server))


def _standing(folder: Path, database: Database) -> Iterator[Ground]:
    with installed_once():
        yield laid(folder, database)
    database.close()


@contextmanager
def installed_once() -> Iterator[None]:
    """Installed packages are listed and keys checked once: a restarted process finds the same ones."""
    listed = cache(entry_points)
    read_key = cache(load_der_private_key)
    with (
        patch.object(registry, "entry_points", listed),
        patch.object(loading, "entry_points", listed),
        patch("adapters.alipay.keys.load_der_private_key", read_key),
    ):
        yield
