"""A contract of ours for import-linter (`[tool.importlinter]` in pyproject.toml)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter.application import output
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck

if TYPE_CHECKING:
    from grimp import ImportGraph


class EdgesContract(Contract):
    """Only modules that are edges, by their name, import what belongs to the edges.

    A module is one if it or a package around it is called by one of the `edges`, alone or after an
    underscore: `routes`, `extension_routes`, `routes.sessions`.
    """

    type_name = "edges"

    source_packages = fields.ListField(subfield=fields.StringField())
    free_packages = fields.ListField(subfield=fields.StringField())
    guarded_packages = fields.ListField(subfield=fields.StringField())
    edges = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at the direct imports of every module that is no edge."""
        offences = sorted(
            (importer, imported)
            for importer in graph.modules
            if _within(importer, self.source_packages)
            and not _within(importer, [*self.free_packages, *self.guarded_packages])
            and not self._is_edge(importer)
            for imported in graph.find_modules_directly_imported_by(importer)
            if _within(imported, self.guarded_packages)
        )
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that is not allowed."""
        for importer, imported in check.metadata["offences"]:
            output.print_error(f"{importer} is no edge and imports {imported}", bold=False)

    def _is_edge(self, module: str) -> bool:
        return any(part.rpartition("_")[2] in self.edges for part in module.split("."))


def _within(module: str, packages: list[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages)
