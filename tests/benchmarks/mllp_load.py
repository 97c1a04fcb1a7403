"""A load of MLLP senders in a process of its own: `python -m tests.benchmarks.mllp_load PORT CONNECTIONS SECONDS`.

Each sends a message of 1.5 KB, waits for its answer, checks it and sends the next; with the further word `results`
every second message is a result of a laboratory. Prints the number answered, the seconds that took, and the median and
the 99th percentile of the time to an answer in milliseconds.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import time

PATIENTS = 5000
_BODY = (
    "EVN||20261123090000\rPID|1||{patient}^^^HIS^MR||张^三||19880229|M\rPV1|1|O|D01^12^3^H1||||1001^王^医生\r"
    + "".join(f"OBX|{number}|NM|GLU{number}^血糖||5.1|mmol/L|3.9-6.1|N|||F\r" for number in range(1, 6))
    + "NTE|1||"
    + "x" * 1000
    + "\r"
)
_VISIT = (
    "EVN||20261123090000\rPID|1||{patient}^^^HIS^MR||张^三||19880229|M\r"
    f"PV1|1|O|D01^12^3^H1{'|' * 16}V{{visit}}\r"
    f"NTE|1||{'x' * 1100}\r"
)
_RESULT = (
    "PID|1||{patient}^^^HIS^MR||张^三||19880229|M\rOBR|1||R{visit}|BLD^血常规|||20261123080000|||||||||||||||"
    "20261123085900||CH|F\r"
    + "".join(f"OBX|{number}|NM|GLU{number}^血糖||5.1|mmol/L|3.9-6.1|N|||F\r" for number in range(1, 9))
    + "NTE|1||"
    + "x" * 700
    + "\r"
)
_END = b"\x1c\r"


class Sender:
    """One connection, one message under way."""

    def __init__(self, port: int, number: int, *, with_results: bool) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = number
        self.count = 0
        self._with_results = with_results
        self._heard = b""
        self._sent_at = 0.0

    def send(self) -> None:
        """The next message, of another patient each time."""
        # Of another process too no message is the same: a repeat costs no commit.
        control_id = f"{os.getpid()}-{self.number}-{self.count}"
        kind, body = "ADT^A04^ADT_A01", _BODY
        if self._with_results:
            kind, body = (("ORU^R01^ORU_R01", _RESULT), (kind, _VISIT))[self.count % 2]
        header = f"MSH|^~\\&|HIS|H1|HB|W|20261123090000||{kind}|{control_id}|P|2.5.1||||||UNICODE UTF-8\r"
        patient = 100000 + (self.number * 101 + self.count) % PATIENTS
        self._wanted = f"MSA|AA|{control_id}\r".encode()
        wire = b"\x0b" + (header + body.format(patient=patient, visit=control_id)).encode() + _END
        self._sent_at = time.perf_counter()
        self.socket.sendall(wire)

    def hear(self) -> float | None:
        """Seconds to the answer once it is whole; RuntimeError where it accepts nothing."""
        self._heard += self.socket.recv(65536)
        if not self._heard.endswith(_END):
            return None
        if self._wanted not in self._heard:
            raise RuntimeError(f"message {self.number}-{self.count} was not accepted")
        self._heard = b""
        self.count += 1
        return time.perf_counter() - self._sent_at


def main(port: int, connections: int, seconds: float, *, with_results: bool) -> None:
    """Send for so long, and let what is under way be answered."""
    made = (Sender(port, number, with_results=with_results) for number in range(connections))
    senders = {sender.socket.fileno(): sender for sender in made}
    polling = select.epoll()
    took: list[float] = []
    begun = time.perf_counter()
    for file, sender in senders.items():
        polling.register(file, select.EPOLLIN)
        sender.send()
    open_ones = len(senders)
    while open_ones:
        for file, _ in polling.poll():
            answered = senders[file].hear()
            if answered is None:
                continue
            took.append(answered)
            if time.perf_counter() - begun < seconds:
                senders[file].send()
            else:
                open_ones -= 1
    spent = time.perf_counter() - begun
    took.sort()
    figures = (len(took), spent, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000)
    sys.stdout.write(" ".join(map(str, figures)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), with_results="results" in sys.argv)
