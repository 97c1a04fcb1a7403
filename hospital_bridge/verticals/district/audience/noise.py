"""Exact noise in whole numbers: the discrete Laplace distribution from random bits alone.

The sampler is that of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020), section 5.
No float takes part, for the rounding of floats gives away what the noise should hide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Bits: TypeAlias = Callable[[int], int]
"""So many random bits as one whole number, as `secrets.randbits` gives them."""

MILLI = 1_000
"""An epsilon of 1 in the unit of the budget."""


def laplace(milli_epsilon: int, bits: Bits) -> int:
    """A whole number x with a probability in proportion to exp(-|x| * epsilon); ValueError for an epsilon not above 0.

    That hides one person more or less in a count.
    """
    if milli_epsilon <= 0:
        raise ValueError("an epsilon is above 0")
    while True:
        size = _geometric(bits) // milli_epsilon
        is_negative = bits(1) == 1
        # Zero has one sign only, or it would come up twice as often as it should.
        if not (is_negative and size == 0):
            return -size if is_negative else size


def _geometric(bits: Bits) -> int:
    """A whole number x from 0 with a probability in proportion to exp(-x / MILLI)."""
    while True:
        part = _below(MILLI, bits)
        if _decays(part, MILLI, bits):
            break
    whole = 0
    while _decays(1, 1, bits):
        whole += 1
    return part + MILLI * whole


def _decays(numerator: int, denominator: int, bits: Bits) -> bool:
    """True with the probability exp(-numerator / denominator), for a fraction from 0 to 1."""
    step = 1
    while _below(denominator * step, bits) < numerator:
        step += 1
    return step % 2 == 1


def _below(limit: int, bits: Bits) -> int:
    """A whole number from 0 to just below the limit, each as likely."""
    width = (limit - 1).bit_length()
    while True:
        if (drawn := bits(width) if width else 0) < limit:
            return drawn
