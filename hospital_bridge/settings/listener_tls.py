"""The files with which the listener speaks TLS: looked at when the configuration is, not at the first connection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from adapters.hl7.tls import server_context
from hospital_bridge.settings.faults import Fault
from hospital_bridge.settings.model import ListenerSettings, ListenerTls
from hospital_bridge.settings.section import Section
from hospital_bridge.settings.sentence import Sentence

_FILES = ("certificate_file", "key_file", "client_authority_file")


def with_tls(listener: ListenerSettings, section: Section, faults: list[Fault]) -> ListenerSettings:
    """The listener with the paths of its files absolute; what is wrong with them goes to `faults`."""
    written = section.below("listener", "tls")
    if not written.table:
        return listener
    files = {name: (section.base / written.table[name]).resolve() for name in _FILES if name in written.table}
    unread = [written.fault((name,), "HB-C010", why) for name, file in files.items() if (why := _obstacle(file))]
    authority = files.get("client_authority_file")
    tls = ListenerTls(
        certificate_file=files["certificate_file"], key_file=files["key_file"], client_authority_file=authority
    )
    if not unread and not _fit(tls):
        reason = Sentence("these files are no certificate and key in PEM, or do not belong together")
        unread = [written.fault((), "HB-C005", reason)]
    faults.extend(unread)
    return replace(listener, tls=tls)


def _obstacle(file: Path) -> Sentence | None:
    try:
        file.read_bytes()
    except OSError as error:
        why = {"file": str(file), "reason": error.strerror or type(error).__name__}
        return Sentence("{file} cannot be read: {reason}", why)
    return None


def _fit(tls: ListenerTls) -> bool:
    try:
        server_context(tls.certificate_file, tls.key_file, tls.client_authority_file)
    except OSError:  # ssl.SSLError is one
        return False
    return True
