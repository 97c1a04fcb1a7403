"""An import contract that says what a package may import, not what it may not."""

from __future__ import annotations

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

_TYPES_ONLY = "_typeshed"
"""The standard library's types, which exist for type checkers alone."""


class AllowlistContract(Contract):
    """`source` and what is below it import themselves, the standard library and `allowed` only.

    An allowed name opens what is below it too. Only direct imports count: what an allowed
    module imports in its turn is that module's affair.
    """

    source = fields.StringField()
    allowed = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's signature
        source = str(self.source)
        allowed = {source, *self._named(), *sys.stdlib_module_names, _TYPES_ONLY}
        strays = [
            f"{importer} -> {imported}"
            for importer in sorted({source, *graph.find_descendants(source)})
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
        ]
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for stray in check.metadata["strays"]:
            output.print_error(stray, bold=False)

    def _named(self) -> list[str]:
        """The declared names; an absent list is read as an empty one."""
        return cast("list[str] | None", self.allowed) or []
