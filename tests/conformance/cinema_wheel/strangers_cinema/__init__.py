"""A cinema of somebody else's: three adjacent seats held and paid together, and a ticket that opens the door once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hospital_bridge.slot import API, PersonalData, Reaction, Vertical, VerticalManifest

from . import booking, care, pages, rights, sale, store, telling, tickets
from .settings import CinemaSettings

VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="cinema",
        title="影院",
        api=API,
        ports=frozenset({"WalletPayments"}),
        personal_data=(PersonalData("visit", "to let people in and give money back", rights.KEPT),),
        roles=(tickets.USHER,),
    ),
    settings=CinemaSettings,
    sales=(sale.SALE,),
    cards=(tickets.TICKET,),
    pages=pages.PAGES,
    reactions=(Reaction(rights.FORGET, rights.forget_old, every=timedelta(days=1)),),
    messages=telling.NOTICES,
    tables=store.metadata,
    migrations=Path(__file__).parent / "migrations",
    templates="strangers_cinema",
    wording="strangers_cinema.wording",
    export_subject=rights.export,
    erase_subject=rights.forget,
    care=care.CARE,
    guards=(booking.NO_HOARDING,),
)
