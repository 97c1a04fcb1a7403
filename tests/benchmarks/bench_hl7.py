"""Splitting a message and reading its fields: ours beside hl7apy and python-hl7."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator

import hl7
from hl7apy.parser import parse_message

from adapters.hl7.message import Message

Row = dict[str, object]
Reader = Callable[[bytes], str]

_SECONDS_PER_ROUND = 0.12
_ROUNDS = 3
_FIELDS = (
    "MSH-3",
    "MSH-9.1",
    "MSH-9.2",
    "MSH-10",
    "PID-3.1",
    "PID-3(2).5",
    "PID-5.1",
    "PID-5.2",
    "PID-7",
    "PID-8",
    "PV1-2",
)
_HEADER = "MSH|^~\\&|LIS|H1^1.2.3^ISO|HB|WINDOW|20261123090000+0800||{type}|LIS0001|P|2.5.1|||AL|NE|CHN|UNICODE UTF-8\r"
_PERSON = (
    "PID|1||100234^^^HIS^MR~88001^^^HIS^VN~999999198503120016^^^GA^NI||张^三^^^^^L||19880229|M|||北京市东城区^^北京"
    "^^100000^CHN||13800000000^PRN^PH\rPV1|1|O|D01^12^3^H1||||1001^王^医生^^^^^^H1|||||||||||V0001^^^HIS^VN\r"
)
_ORDER = (
    "ORC|RE|O123^HIS|F123^LIS||CM||||20261123080000|||1001^王\rOBR|1|O123^HIS|F123^LIS|LAB^Chemistry panel^L|||"
    "20261123080000|||||||20261123081500|BLD^Blood^HL70487|1001^王^医生||||||20261123090000||CH|F\r"
)
_RESULT = (
    "OBX|{number}|NM|{loinc}-7^Glucose {number} [Mass/volume] in Serum or Plasma^LN^GLU{number}^血糖 {number}^L||4.1|"
    "mmol/L^millimole per litre^UCUM|3.9-6.1|N^Normal^HL70078|||F|||20261123085900+0800\r"
)
"""Coded and of the length that a laboratory sends: 19 results in 3.7 KB."""


def _results(count: int) -> bytes:
    lines = (_RESULT.format(number=number, loinc=2345 + number) for number in range(1, count + 1))
    return (_HEADER.format(type="ORU^R01^ORU_R01") + _PERSON + _ORDER + "".join(lines)).encode()


MESSAGES = {
    "ADT^A04": (_HEADER.format(type="ADT^A04^ADT_A01") + "EVN||20261123090000\r" + _PERSON).encode(),
    "ORU^R01 with 19 OBX": _results(19),
}


def run() -> list[Row]:
    """Messages per second of processor time, medians of interleaved rounds; `ratio` is ours to theirs."""
    return [*(row for name, raw in MESSAGES.items() for row in _compare(name, raw)), *_growth()]


def _growth() -> Iterator[Row]:
    """What a long message costs beside a short one, and a large document beside its own size."""
    short, long = (MESSAGES["ORU^R01 with 19 OBX"], _results(839))
    times = [1 / _rate(_ours, raw) / count for raw, count in ((short, 19), (long, 839))]
    row: Row = {"name": "HL7 split and read, 839 OBX: an OBX", "value": round(times[1] * 1e6, 2), "unit": "us"}
    yield row | {"ratio": round(times[1] / times[0], 2), "against": "an OBX of 19"}
    document = _results(1) + b"OBX|2|ED|PDF||^application^pdf^Base64^" + b"QUJD" * 50_000 + b"||||||F\r"
    tracemalloc.start()
    Message.parse(document)["OBX(2)-5.5"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    row = {"name": "HL7 split and read, document of 200 KB: memory", "value": round(peak / 1024), "unit": "KiB"}
    yield row | {"ratio": round(peak / len(document), 2), "against": "its size"}


def _compare(name: str, raw: bytes) -> list[Row]:
    readers: dict[str, Reader] = {"ours": _ours, "python-hl7": _python_hl7, "hl7apy": _hl7apy}
    if len({read(raw) for read in readers.values()}) > 1:
        raise RuntimeError(f"the readers disagree on {name}: their speeds mean nothing")
    rates: dict[str, list[float]] = {reader: [] for reader in readers}
    for _ in range(_ROUNDS):
        for reader, read in readers.items():
            rates[reader].append(_rate(read, raw))
    medians = {reader: statistics.median(each) for reader, each in rates.items()}
    return [
        {
            "name": f"HL7 split and read, {name}: {reader}",
            "value": round(rate, 1),
            "unit": "messages/s",
            "ratio": round(medians["ours"] / rate, 1),
            "against": "ours to this",
        }
        for reader, rate in medians.items()
    ]


def _rate(read: Reader, raw: bytes) -> float:
    read(raw)
    count = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < _SECONDS_PER_ROUND:
        read(raw)
        count += 1
    return count / spent


def _ours(raw: bytes) -> str:
    message = Message.parse(raw)
    fields = [message[address] for address in _FIELDS]
    results = [segment["5"] + segment["6.1"] for segment in message.segments("OBX")]
    return "".join(fields) + "".join(results)


def _python_hl7(raw: bytes) -> str:
    message = hl7.parse(raw.decode())
    fields = [str(message.extract_field(*address)) for address in _PYTHON_HL7_ADDRESSES]
    results = [str(each[5]) + str(each[6][0][0]) for each in message if str(each[0]) == "OBX"]
    return "".join(fields) + "".join(results)


def _hl7apy(raw: bytes) -> str:
    message = parse_message(raw.decode(), find_groups=False)
    header, person, visit = message.msh, message.pid, message.pv1
    fields = [
        header.msh_3.to_er7(),
        header.msh_9.msh_9_1.to_er7(),
        header.msh_9.msh_9_2.to_er7(),
        header.msh_10.to_er7(),
        person.pid_3[0].pid_3_1.to_er7(),
        person.pid_3[1].pid_3_5.to_er7(),
        person.pid_5.pid_5_1.to_er7(),
        person.pid_5.pid_5_2.to_er7(),
        person.pid_7.to_er7(),
        person.pid_8.to_er7(),
        visit.pv1_2.to_er7(),
    ]
    results = [each.obx_5.to_er7() + each.obx_6.obx_6_1.to_er7() for each in message.children if each.name == "OBX"]
    return "".join(fields) + "".join(results)


_PYTHON_HL7_ADDRESSES = (
    ("MSH", 1, 3),
    ("MSH", 1, 9, 1, 1),
    ("MSH", 1, 9, 1, 2),
    ("MSH", 1, 10),
    ("PID", 1, 3, 1, 1),
    ("PID", 1, 3, 2, 5),
    ("PID", 1, 5, 1, 1),
    ("PID", 1, 5, 1, 2),
    ("PID", 1, 7),
    ("PID", 1, 8),
    ("PV1", 1, 2),
)
