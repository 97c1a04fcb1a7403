"""A load of MLLP senders in a process of its own: `python -m tests.benchmarks.mllp_load PORT CONNECTIONS SECONDS`.

Each sends a message, waits for its answer, checks it and sends the next. Prints the number answered
and the time that took.
"""

from __future__ import annotations

import asyncio
import sys
import time

_BODY = "EVN||20261123090000\rPID|1||100234^^^HIS^MR||张^三||19880229|M\rPV1|1|O\rNTE|1||" + "x" * 1000 + "\r"


async def _send(port: int, sender: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        control_id = f"{sender}-{count}"
        header = f"MSH|^~\\&|HIS|H1|HB|W|20261123090000||ADT^A04^ADT_A01|{control_id}|P|2.5.1||||||UNICODE UTF-8\r"
        writer.write(b"\x0b" + (header + _BODY).encode() + b"\x1c\r")
        answer = await reader.readuntil(b"\x1c\r")
        if f"MSA|AA|{control_id}\r".encode() not in answer:
            raise RuntimeError(f"message {control_id} was not accepted")
        count += 1
    writer.close()
    await writer.wait_closed()
    return count


async def _load(port: int, connections: int, seconds: float) -> None:
    start = time.perf_counter()
    counts = await asyncio.gather(*(_send(port, sender, start + seconds) for sender in range(connections)))
    sys.stdout.write(f"{sum(counts)} {time.perf_counter() - start}\n")


if __name__ == "__main__":
    asyncio.run(_load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
