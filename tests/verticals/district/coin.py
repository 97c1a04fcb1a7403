"""Random bits that are the same in every run."""

from __future__ import annotations

from hashlib import sha256


class Coin:
    """Bits drawn from SHA-256 over a counter."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.drawn = 0
        self.left = 0
        self.pool = 0

    def __call__(self, count: int) -> int:
        while self.left < count:
            block = sha256(f"{self.seed}/{self.drawn}".encode()).digest()
            self.pool = self.pool << 256 | int.from_bytes(block, "big")
            self.left += 256
            self.drawn += 1
        self.left -= count
        bits = self.pool >> self.left
        self.pool &= (1 << self.left) - 1
        return bits
