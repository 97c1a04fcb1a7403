"""`python -m tests.workers.other_listeners hl7apy|python-hl7`: a server as its documentation shows it, to be probed.

Writes its port, then serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable

from hl7.mllp import HL7StreamReader, HL7StreamWriter, start_hl7_server
from hl7apy.mllp import AbstractHandler, MLLPServer


class _Acknowledging(AbstractHandler):  # type: ignore[misc]
    def reply(self) -> str:
        control_id = self.incoming_message.split("|")[9]
        return f"\x0bMSH|^~\\&|||||20260101||ACK|1|P|2.5.1\rMSA|AA|{control_id}\r\x1c\r"


def _hl7apy() -> None:
    server = MLLPServer("127.0.0.1", 0, {"ADT^A28^ADT_A05": (_Acknowledging,)}, timeout=5)
    _ready(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


def _python_hl7() -> None:
    async def acknowledge(reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()

    async def serve() -> None:
        server = await start_hl7_server(acknowledge, "127.0.0.1", 0, encoding="utf-8")
        _ready(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(serve())


def _ready(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


SERVERS: dict[str, Callable[[], None]] = {"hl7apy": _hl7apy, "python-hl7": _python_hl7}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
