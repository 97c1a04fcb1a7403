"""Static files under addresses that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Protocol

from flask import Blueprint, Response, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import OPEN, open_to

NAMES = ("vendor/weui.min.css", "vendor/htmx.min.js", "hb.css", "hb.js", "icon.svg")
FOREVER = "public, max-age=31536000, immutable"


class MissingAsset(Exception):
    """A file of the pages is not there: run `make`, or install the wheel."""


class AssetUrl(Protocol):
    """The address of a file of the pages."""

    def __call__(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and compressed."""

    plain: bytes
    compressed: bytes
    mimetype: str
    digest: str


def load_assets() -> dict[str, Asset]:
    """Every file of the pages; MissingAsset names the first that is not there."""
    return {name: _load(name) for name in NAMES}


def assets_blueprint(assets: dict[str, Asset]) -> Blueprint:
    """The addresses of the files."""
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<digest>/<path:name>")
    @open_to(OPEN)
    def file(digest: str, name: str) -> Response:
        asset = assets.get(name)
        if asset is None or asset.digest != digest:
            raise BridgeError("HB-R002")
        compress = bool(request.accept_encodings["gzip"])
        response = Response(asset.compressed if compress else asset.plain, mimetype=asset.mimetype)
        if compress:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = FOREVER
        return response

    return blueprint


def _load(name: str) -> Asset:
    source = files("hospital_bridge.web") / "static" / name
    if not source.is_file():
        raise MissingAsset(name)
    plain = source.read_bytes()
    mimetype = mimetypes.guess_type(PurePosixPath(name).name)[0] or "application/octet-stream"
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return Asset(plain, gzip.compress(plain, 9, mtime=0), mimetype, digest)
