"""Stripe's form encoding and its published request schemas: what the stand-in checks every request with."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

MOST_PAIRS = 1_000
MOST_DEPTH = 10
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_WHOLE = re.compile(r"-?\d{1,18}")


class BadRequest(Exception):
    """The request breaks the schema; `param` names the place in Stripe's way: line_items[0][quantity]."""

    def __init__(self, message: str, param: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.param = param


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """line_items[0][price_data][currency]=idr, as the tree it stands for."""
    if len(pairs) > MOST_PAIRS:
        raise BadRequest("Too many parameters.")
    tree: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        steps = [match.group(1), *_PART.findall(match.group(2))] if match else []
        if not steps or len(steps) > MOST_DEPTH:
            raise BadRequest(f"Invalid parameter name: {key[:80]}", key[:80])
        at = tree
        for step in steps[:-1]:
            at = at.setdefault(step or str(len(at)), {})
            if not isinstance(at, dict):
                raise BadRequest(f"Invalid object: {key[:80]}", key[:80])
        last = steps[-1] or str(len(at))
        if last in at:
            raise BadRequest(f"Parameter given twice: {key[:80]}", key[:80])
        at[last] = value
    return tree


def typed(value: Any, schema: dict[str, Any]) -> Any:
    """Form text as the types the schema names; what does not fit stays as it is, for the validator to refuse."""
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            fitted = typed(value, choice)
            if Draft202012Validator(choice).is_valid(fitted):
                return fitted
        return value
    if isinstance(value, dict):
        if schema.get("type") == "array" and all(_WHOLE.fullmatch(key) for key in value):
            return [typed(value[key], schema.get("items", {})) for key in sorted(value, key=int)]
        known = schema.get("properties", {})
        other = schema.get("additionalProperties")
        return {key: typed(inner, known.get(key) or (other if isinstance(other, dict) else {})) for key, inner in value.items()}
    if schema.get("type") == "integer" and _WHOLE.fullmatch(value):
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def checked(name: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The request's parameters, checked against Stripe's schema of `name` ("POST /v1/checkout/sessions"). Raises `BadRequest`."""
    schema, validator = _schema(name)
    params = typed(nested(pairs), schema)
    for error in validator.iter_errors(params):
        path = [str(step) for step in error.absolute_path]
        param = path[0] + "".join(f"[{step}]" for step in path[1:]) if path else ""
        raise BadRequest(f"Invalid {param or 'request'}: {error.message[:300]}", param)
    if not isinstance(params, dict):
        raise BadRequest("Invalid request.")
    return params


@cache
def _schema(name: str) -> tuple[dict[str, Any], Draft202012Validator]:
    slice_ = json.loads(Path(__file__).with_name("openapi_slice.json").read_text(encoding="utf-8"))
    schema: dict[str, Any] = slice_["requests"][name]
    return schema, Draft202012Validator(schema)
