"""Request parameters: Stripe's bracketed forms (v1) and JSON (v2), read by one strict reader."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from tests.tools.fake_stripe.errors import ApiError, invalid_choice, missing, unknown

Tree = dict[str, Any]

BRACKET = re.compile(r"\[([^\]]*)\]")
MAX_METADATA_KEYS = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500
MAX_INTEGER = 99_999_999


def parse_form(text: str) -> Tree:
    """`a[b]=1&c[0]=2` becomes `{"a": {"b": "1"}, "c": ["2"]}`."""
    tree: Tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, *_ = name.split("[", 1)
        keys = [head, *BRACKET.findall(name[len(head) :])]
        _plant(tree, keys, value)
    return {key: _listed(value) for key, value in tree.items()}


def _plant(tree: Tree, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        child = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(child, dict):
            raise ApiError("Invalid request: a parameter is both a value and a hash.", param=keys[0])
        tree = child
    last = keys[-1]
    tree[last or str(len(tree))] = value


def _listed(node: Any) -> Any:
    """Hashes whose keys are 0, 1, 2… are arrays."""
    if not isinstance(node, dict):
        return node
    children = {key: _listed(value) for key, value in node.items()}
    if children and all(key.isdigit() for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children


def parse_json(text: str) -> Tree:
    try:
        tree = json.loads(text or "{}")
    except ValueError as problem:
        raise ApiError("Invalid JSON in the request body.") from problem
    if not isinstance(tree, dict):
        raise ApiError("The request body must be a JSON object.")
    return tree


class Params:
    """One level of the parameters; `at` is the path of this level, for error messages."""

    def __init__(self, tree: Tree, at: str = "") -> None:
        self.tree = tree
        self.at = at

    def path(self, name: str) -> str:
        return f"{self.at}[{name}]" if self.at else name

    def only(self, *names: str) -> None:
        """Refuse what is not named, as Stripe does: a misspelt parameter must not pass silently."""
        for name in self.tree:
            if name not in names:
                raise unknown(self.path(name))

    def has(self, name: str) -> bool:
        return name in self.tree

    def text(self, name: str, *, clearable: bool = False) -> str | None:
        value = self.tree.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {json.dumps(value)}", param=self.path(name))
        if value or clearable:
            return value
        raise ApiError(
            f"You passed an empty string for '{self.path(name)}'. We assume empty values are an attempt to unset a "
            f"parameter; however '{self.path(name)}' cannot be unset. You should remove '{self.path(name)}' from your "
            "request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=self.path(name),
        )

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing(self.path(name))
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise invalid_choice(self.path(name), choices)
        return default if value is None else value

    def integer(self, name: str, *, minimum: int = 0) -> int | None:
        value = self.tree.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=self.path(name))
        number = int(value)
        if number < minimum:
            raise ApiError(
                "Invalid positive integer" if minimum == 1 else f"This value must be at least {minimum}.",
                code="parameter_invalid_integer",
                param=self.path(name),
            )
        return number

    def amount(self, name: str) -> int | None:
        """Cents, at least one."""
        value = self.integer(name, minimum=1)
        if value is not None and value > MAX_INTEGER:
            raise ApiError("Amount must be no more than €999,999.99", code="amount_too_large", param=self.path(name))
        return value

    def required_amount(self, name: str) -> int:
        value = self.amount(name)
        if value is None:
            raise missing(self.path(name))
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.tree.get(name)
        if value is None:
            return default
        if value in (True, "true"):
            return True
        if value in (False, "false"):
            return False
        raise ApiError(f"Invalid boolean: {value}", param=self.path(name))

    def currency(self, name: str = "currency") -> str:
        value = self.required(name).lower()
        if value != "eur":
            raise ApiError(f"Invalid currency: {value}. The fake Stripe plays eur only.", param=self.path(name))
        return value

    def section(self, name: str) -> "Params":
        """A nested hash; an empty one when it is not given."""
        value = self.tree.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=self.path(name))
        return Params(value, self.path(name))

    def sections(self, name: str) -> "list[Params]":
        value = self.tree.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ApiError("Invalid array", param=self.path(name))
        return [Params(item, f"{self.path(name)}[{index}]") for index, item in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        value = self.tree.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ApiError("Invalid array", param=self.path(name))
        return value

    def metadata(self) -> dict[str, str]:
        given = self.tree.get("metadata")
        if given in (None, ""):
            return {}
        if not isinstance(given, dict):
            raise ApiError("Invalid object", param=self.path("metadata"))
        if len(given) > MAX_METADATA_KEYS:
            raise ApiError(f"Metadata can have at most {MAX_METADATA_KEYS} keys.", param=self.path("metadata"))
        for key, value in given.items():
            if len(key) > MAX_METADATA_KEY:
                raise ApiError(
                    f"Metadata keys can be at most {MAX_METADATA_KEY} characters long.", param=self.path("metadata")
                )
            if not isinstance(value, str) or len(value) > MAX_METADATA_VALUE:
                raise ApiError(
                    f"Metadata values are strings of at most {MAX_METADATA_VALUE} characters.",
                    param=f"{self.path('metadata')}[{key}]",
                )
        return dict(given)

    def merge_metadata(self, current: dict[str, str]) -> dict[str, str]:
        """An update: keys given replace, an empty value removes its key, an empty hash removes them all."""
        if not self.has("metadata"):
            return current
        given = self.metadata()
        if not given:
            return {}
        return {key: value for key, value in (current | given).items() if value}
