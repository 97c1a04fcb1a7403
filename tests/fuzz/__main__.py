"""`make fuzz MINUTES=20`: atheris looks for bytes of which a rule does not hold; what it finds goes to var/fuzz.

A found input that is put right is kept in fixtures/fuzz/<rule>/ with its reason, and from then on a test's.
Atheris is no dependency of ours: `make fuzz` fetches it into var/fuzz.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fuzz.rules import RULES

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
WORK = ROOT / "var" / "fuzz"
_DICTIONARY = (
    *('"MSH|^~\\\\&|"', '"\\x0d"', '"\\x0a"', '"\\x0b"', '"\\x1c\\x0d"', '"PID|"', '"OBX|"', '"ORU^R01"', '"ADT^A40"'),
    *(
        '"UNICODE UTF-8"',
        '"GB 18030-2000"',
        '"~"',
        '"\\\\X0D\\\\"',
        '"\\\\.br\\\\"',
        '"\\x8f|"',
        '"\\xff\\xfe"',
        '"^AP^"',
    ),
)


def main(minutes: float) -> int:
    """Each rule in turn for its part of the time; the number of rules that were broken."""
    return sum(_run(rule, minutes * 60 / len(RULES)) for rule in RULES)


def _run(rule: str, seconds: float) -> bool:
    corpus, found = WORK / rule, WORK / "found" / rule
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in (*FIXTURES.glob("*hl7/*.hl7"), *FIXTURES.glob(f"fuzz/{rule}/*")):
        lead = b"" if seed.parent.name == rule else b"\0"
        wire = b"\x0b" + seed.read_bytes() + b"\x1c\r" if rule == "framing" and lead else seed.read_bytes()
        (corpus / f"seed-{seed.name}").write_bytes(lead + wire)
    words = WORK / "words.dict"
    words.write_text("\n".join(_DICTIONARY) + "\n")
    command = [sys.executable, "-m", "tests.fuzz.target", rule, str(corpus), f"-max_total_time={int(seconds)}"]
    limits = ["-max_len=4096", "-timeout=20", "-rss_limit_mb=2048", f"-dict={words}", f"-artifact_prefix={found}/"]
    return subprocess.run([*command, *limits], cwd=ROOT, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
