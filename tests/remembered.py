"""What is compiled or read anew for each application, remembered for a whole test process."""

from __future__ import annotations

from collections.abc import Callable
from gettext import GNUTranslations
from io import BytesIO
from typing import Any, ClassVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class RememberedTemplates(BytecodeCache):
    """Compiled templates by their source, which Jinja compares before it believes them."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get(bucket.key)
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


class RememberedRule(Rule):
    """Builders of addresses by the rule that they are built from; each is handed the rule that it works for."""

    _builders: ClassVar[dict[str, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - werkzeug's
        key = repr((self._trace, self.defaults, append_unknown))
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


class RememberedCatalogue(GNUTranslations):
    """Read catalogues by their bytes."""

    _read: ClassVar[dict[bytes, dict[str, Any]]] = {}

    def _parse(self, fp: Any) -> None:
        content = fp.read()
        if content not in self._read:
            super()._parse(BytesIO(content))
            self._read[content] = dict(vars(self))
        vars(self).update(self._read[content])
