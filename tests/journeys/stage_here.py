"""The stage of a story whose bridge runs in this process."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from argon2 import PasswordHasher

from hospital_bridge.bootstrap import Bridge
from hospital_bridge.sandbox.api_client import ApiClient
from hospital_bridge.sandbox.calling_system import CallingSystem
from hospital_bridge.sandbox.companies import HOSPITAL
from hospital_bridge.sandbox.town import Town
from hospital_bridge.sandbox.worker import Worker
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.staff import NameTaken, RoleGrant, StaffAccounts

PASSWORD = "a quiet waiting hall"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class StageHere:
    """One operator of the bridge, and its town."""

    bridge: Bridge
    town: Town
    operator: str = "demo"

    @property
    def public_url(self) -> str:
        return self.bridge.settings.bridge.public_url

    @property
    def window(self) -> str:
        return f"{self.public_url}/p/{self.operator}"

    def worker(self, name: str) -> Worker:
        roles, display_name = HOSPITAL.staff[name]
        with suppress(NameTaken), self.bridge.store.begin(self.operator) as work:
            StaffAccounts(work).add(name, display_name, QUICK.hash(PASSWORD), frozenset(map(RoleGrant, roles.split())))
        someone = Worker(self.public_url, self.operator, name, PASSWORD)
        someone.sign_in()
        return someone

    def issue_key(self, name: str, scope: str) -> str:
        with self.bridge.store.begin(self.operator) as work:
            return ApiKeys(work).issue(name, frozenset({scope}))

    def system(self, name: str, scope: str) -> CallingSystem:
        return CallingSystem(self.public_url, self.operator, self.issue_key(name, scope))

    def api(self, name: str, scope: str) -> ApiClient:
        return ApiClient(self.public_url, self.operator, self.issue_key(name, scope))

    def run(self, *words: str) -> str:
        raise NotImplementedError(words)
