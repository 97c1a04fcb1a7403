"""Transit: a ride code that gates check offline, taps made into journeys, and the best fare of a day as one order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hospital_bridge.slot import API, Care, PersonalData, Reaction, Vertical, VerticalManifest
from hospital_bridge.verticals.transit import dispatching, looking_after, rights, store, tidying
from hospital_bridge.verticals.transit.api import RESOURCES
from hospital_bridge.verticals.transit.boarding import line_rules
from hospital_bridge.verticals.transit.boarding import pages as boarding_pages
from hospital_bridge.verticals.transit.charging import closing, sale, telling
from hospital_bridge.verticals.transit.pages import PAGES
from hospital_bridge.verticals.transit.settings import TransitSettings

VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="transit",
        title="公交",
        api=API,
        ports=frozenset({"WalletPayments"}),
        personal_data=(
            PersonalData("journey", "to charge what was ridden", tidying.KEPT),
            PersonalData("ride code", "to show a code that gates open for", tidying.KEPT),
        ),
        roles=(dispatching.DISPATCHER,),
    ),
    settings=TransitSettings,
    sales=(sale.SALE,),
    pages=(*PAGES, *boarding_pages.PAGES, *dispatching.PAGES),
    resources=RESOURCES,
    reactions=(
        Reaction(closing.CLOSE, closing.close),
        Reaction(closing.RECOUNT, closing.recount),
        Reaction(dispatching.TELL, dispatching.tell),
        Reaction(tidying.TIDY, tidying.forget_taps, every=timedelta(days=1)),
    ),
    lines=line_rules.LINE_RULES,
    messages=(*telling.NOTICES, *line_rules.NOTICES, *dispatching.NOTICES),
    tables=store.metadata,
    templates="hospital_bridge.verticals.transit",
    migrations=Path(__file__).parent / "migrations",
    export_subject=rights.export_journeys,
    erase_subject=rights.forget_journeys,
    care=Care(doctor=looking_after.doctor, chores=(closing.CLOSE_ALL,)),
)
