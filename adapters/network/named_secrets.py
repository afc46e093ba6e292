"""Which secrets a manifest names, and at which keys; none of them is read."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from adapters.manifest.auth import Secret
from adapters.manifest.toml_places import TomlKey


def secrets_in(value: object, key: TomlKey = ()) -> Iterator[tuple[TomlKey, Secret]]:
    """Every secret that a manifest names, with its key."""
    match value:
        case Secret():
            yield key, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from secrets_in(getattr(value, name), (*key, name))
        case Mapping():
            for name, each in value.items():
                yield from secrets_in(each, (*key, str(name)))
        case list() | tuple():
            for place, each in enumerate(value):
                yield from secrets_in(each, (*key, place))
