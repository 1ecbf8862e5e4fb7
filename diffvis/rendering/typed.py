"""Whether the values that a file gives for a record are of the types that its fields declare."""

import json
from collections.abc import Mapping
from typing import Any


def check_types(record: type, values: Mapping[str, Any]) -> None:
    """Find what would go wrong only when it is drawn, such as 1.5 samples.

    Args:
        record: a dataclass, which may itself raise UserError for a value.
        values: of its fields, from JSON.

    Raises:
        ValueError: a value is of another type; it says which.
    """
    from pydantic import TypeAdapter, ValidationError  # takes its time

    try:
        TypeAdapter(record).validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{first['loc'][0]} is not possible ({first['msg']})") from None
