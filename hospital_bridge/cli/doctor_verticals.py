"""What `doctor` asks each vertical of an operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hospital_bridge.cli.language import translate, translate_of

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge, OperatorParts
    from hospital_bridge.slot import Finding, Scope, Vertical


def vertical_lines(bridge: Bridge, parts: OperatorParts) -> Iterator[tuple[str, str, str]]:
    """About, seen and remedy of each thing; a vertical that cannot look is itself a finding."""
    for name, scope in parts.scopes.items():
        vertical = bridge.verticals[name]
        try:
            lines = list(_asked(vertical, scope))
        except Exception as fault:  # noqa: BLE001 - foreign code: whatever it raises, the others are still asked
            remedy = translate("Ask the author of this vertical: it could not look after itself.")
            lines = [(translate("Vertical"), type(fault).__name__, remedy)]
        yield from ((f"{parts.settings.id}: {name}: {about}", seen, remedy) for about, seen, remedy in lines)


def _asked(vertical: Vertical, scope: Scope) -> Iterator[tuple[str, str, str]]:
    if vertical.care.doctor is not None:
        yield from (_line(vertical.templates, finding) for finding in vertical.care.doctor(scope))


def _line(package: str, finding: Finding) -> tuple[str, str, str]:
    def said(sentence: str) -> str:
        return translate_of(package, sentence) if sentence and package else sentence

    return said(finding.about), said(finding.seen).format(**finding.said), said(finding.remedy)
