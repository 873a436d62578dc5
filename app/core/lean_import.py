"""Importing a package without the optional libraries that it imports but that we never call.

Presidio imports spaCy, tldextract, phonenumbers and the tables of recognisers of its own that are not used here: 1.4
of its 1.6 seconds. While `without(…)` is open, those names are stand-ins that accept to be named, also in
annotations, or used as a decorator. Afterwards the stand-ins are gone from `sys.modules`, so whoever needs the true
library gets it, and one that is still held refuses to be used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _StandIn(ModuleType):
    """Stands for a module left out, and for anything named in it."""

    def __init__(self, name: str, finder: _Finder) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__["_finder"] = finder

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        finder: _Finder = self.__dict__["_finder"]
        if not finder.open:
            raise ImportError(f"{self.__name__} was left out on purpose; import it yourself")
        return _StandIn(f"{self.__name__}.{name}", finder)

    def __call__(self, *arguments: Any, **_: Any) -> Any:
        """As a decorator: what is decorated stays as it is."""
        if not self.__dict__["_finder"].open:
            raise ImportError(f"{self.__name__} was left out on purpose; import it yourself")
        return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else self


class _Finder(MetaPathFinder, Loader):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self.open = True

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if _below(fullname, self._names):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name, self)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


@contextmanager
def without(*names: str) -> Iterator[None]:
    """While open, importing one of `names` or a module below gives a stand-in. What is loaded already stays."""
    missing = frozenset(name for name in names if name not in sys.modules)
    finder = _Finder(missing)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        finder.open = False
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _below(name, missing)]:
            del sys.modules[name]


def _below(name: str, names: frozenset[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in names)
