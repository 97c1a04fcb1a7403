"""The second layer of `check`: keys that are right one by one, and do not fit together.

A fault keeps some part of the configuration from ever working; a hint is what somebody should have decided on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import registry
from adapters.ports import HisFeeds, HisNews
from hospital_bridge.bootstrap import build, verticals_of
from hospital_bridge.errors import BridgeError
from hospital_bridge.loading import missing_ports
from hospital_bridge.settings import Fault, SettingsFaults
from hospital_bridge.settings.load import written_sections
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.systems import HIS

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.settings import AdapterChoice, OperatorSettings, Peer, Settings
    from hospital_bridge.settings.model import Network
    from hospital_bridge.settings.section import Section
    from hospital_bridge.settings.toml_lines import KeyPath
    from hospital_bridge.slot import Vertical

NEVER_HEARD, LEFT_OPEN = "HB-C021", "HB-C022"


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit together, at its line; only a hint does not keep anything from working."""

    fault: Fault
    hint: bool = False


def misfits(main: Path, settings: Settings) -> list[Misfit]:
    """Every misfit of a configuration whose keys are right; nobody is asked."""
    sections = written_sections(main)
    verticals = verticals_of(settings)
    found = list(_never_heard(settings, sections))
    for operator in settings.operators:
        found += _of_operator(operator, sections[operator.id], verticals)
    return sorted(found, key=lambda each: (each.hint, str(each.fault.file), each.fault.line))


def unfed(main: Path, bridge: Bridge) -> list[Misfit]:
    """Systems that could be fetched from and name no list of theirs, while nobody sends for them either."""
    sections, found = written_sections(main), []
    for operator_id, parts in bridge.operators.items():
        heard = {peer.system for peer in parts.settings.peers}
        for name, system in parts.systems.items():
            if HisFeeds.__name__ in system.provides and name not in heard and not system.feeds:
                fault = sections[operator_id].fault(_table_of(name), LEFT_OPEN, _no_news())
                found.append(Misfit(fault, hint=True))
    return found


def built(main: Path, settings: Settings) -> Bridge:
    """The bridge put together and not started; SettingsFaults where an adapter or vertical cannot be."""
    try:
        return build(settings)
    except BridgeError as fault:
        raise SettingsFaults([Fault(main, 0, "", Sentence(fault.detail or fault.entry.title), fault.code)]) from fault


def refuse(found: Sequence[Misfit]) -> None:
    """Raise SettingsFaults where more than hints were found."""
    faults = [each.fault for each in found if not each.hint]
    if faults:
        raise SettingsFaults(faults)


def _of_operator(operator: OperatorSettings, section: Section, verticals: Mapping[str, Vertical]) -> Iterator[Misfit]:
    provided = _provided(operator)
    every = frozenset[str]().union(*provided.values())
    for name in operator.verticals:
        if missing := missing_ports(verticals[name], every):
            sentence = Sentence("no adapter of this operator provides {ports}", {"ports": ", ".join(missing)})
            yield Misfit(section.fault(("verticals", name), "HB-C016", sentence))
    yield from _news_without_a_way(operator, section, provided)
    yield from _left_out(operator, section)
    yield from _peers_left_open(operator, section, provided)


def _provided(operator: OperatorSettings) -> Mapping[str, frozenset[str]]:
    """The ports of each wallet account and system."""
    chosen = {**operator.wallets, **operator.systems, **({HIS: operator.his} if operator.his else {})}
    return {name: frozenset(registry.manifest(choice.adapter).provides) for name, choice in chosen.items()}


def _news_without_a_way(
    operator: OperatorSettings, section: Section, provided: Mapping[str, frozenset[str]]
) -> Iterator[Misfit]:
    """A system that reads news and from which none can come."""
    heard = {peer.system for peer in operator.peers}
    for name in [*([HIS] if operator.his else []), *operator.systems]:
        if HisNews.__name__ in provided[name] and HisFeeds.__name__ not in provided[name] and name not in heard:
            yield Misfit(section.fault(_table_of(name), LEFT_OPEN, _no_news()), hint=True)


def _left_out(operator: OperatorSettings, section: Section) -> Iterator[Misfit]:
    """What a system's adapter could do, and its settings say nothing of."""
    chosen: list[tuple[KeyPath, AdapterChoice]] = [((HIS,), operator.his)] if operator.his else []
    chosen += [(("systems", name), choice) for name, choice in operator.systems.items()]
    for place, choice in chosen:
        if missing := registry.manifest(choice.adapter).left_out(choice.settings):
            told = Sentence("nothing is written for {names}: who asks for it is refused", {"names": ", ".join(missing)})
            yield Misfit(section.fault(place, LEFT_OPEN, told), hint=True)


def _no_news() -> Sentence:
    return Sentence("no peer sends for it, and it is not fetched from: its news never arrives")


def _table_of(system: str) -> tuple[str, ...]:
    return (HIS,) if system == HIS else ("systems", system)


def _peers_left_open(
    operator: OperatorSettings, section: Section, provided: Mapping[str, frozenset[str]]
) -> Iterator[Misfit]:
    for number, peer in enumerate(operator.peers):
        if HisNews.__name__ not in provided.get(peer.system, ()):
            told = Sentence(
                "what it sends is kept and tells nothing: its system {system} reads no news", {"system": peer.system}
            )
            yield Misfit(section.fault(("peers", number), LEFT_OPEN, told), hint=True)
        if not peer.charset:
            told = Sentence("no charset: where MSH-18 does not say what the bytes are, it is guessed from them")
            yield Misfit(section.fault(("peers", number), LEFT_OPEN, told), hint=True)


def _never_heard(settings: Settings, sections: Mapping[str, Section]) -> Iterator[Misfit]:
    """Peers whose addresses are an earlier peer's: whoever connects is taken for the first one that has the address."""
    earlier: list[tuple[str, Peer]] = []
    for operator in settings.operators:
        for number, peer in enumerate(operator.peers):
            owners = [f"{other}/{each.name}" for other, each in earlier if _shares(peer, each)]
            covered = all(any(_inside(mine, each) for _, each in earlier) for mine in peer.addresses)
            if owners:
                told = _never if covered else _sometimes
                fault = sections[operator.id].fault(
                    ("peers", number, "addresses"), NEVER_HEARD, told(", ".join(owners))
                )
                yield Misfit(fault, hint=not covered)
            earlier.append((operator.id, peer))


def _never(owners: str) -> Sentence:
    return Sentence("its addresses belong to {owners} already: it is never heard", {"owners": owners})


def _sometimes(owners: str) -> Sentence:
    return Sentence("some of its addresses belong to {owners}: there it is taken for that peer", {"owners": owners})


def _shares(peer: Peer, other: Peer) -> bool:
    return any(mine.overlaps(theirs) for mine in peer.addresses for theirs in other.addresses)


def _inside(mine: Network, other: Peer) -> bool:
    return any(_subnet(mine, theirs) for theirs in other.addresses)


def _subnet(mine: Network, theirs: Network) -> bool:
    if isinstance(mine, IPv4Network) and isinstance(theirs, IPv4Network):
        return mine.subnet_of(theirs)
    return isinstance(mine, IPv6Network) and isinstance(theirs, IPv6Network) and mine.subnet_of(theirs)
