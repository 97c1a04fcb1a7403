"""What a running process has taken of the machine, as Linux tells it."""

from __future__ import annotations

import os
from pathlib import Path


def resident_mib(process_id: int) -> float:
    """Memory that is held now, in MiB."""
    return mib_of(Path(f"/proc/{process_id}/status").read_text())


def highest_mib(process_id: int) -> float:
    """The most memory that was ever held at once, in MiB."""
    return mib_of(Path(f"/proc/{process_id}/status").read_text(), "VmHWM")


def mib_of(status: str, figure: str = "VmRSS") -> float:
    """The resident memory that the lines of a /proc/*/status tell (proc(5): VmRSS now, VmHWM at most, in KiB)."""
    line = next(line for line in status.splitlines() if line.startswith(figure))
    return int(line.split()[1]) / 1024


def processor_seconds(process_id: int) -> float:
    """Processor time since the start, user and system (proc(5): stat, fields 14 and 15)."""
    after_name = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
