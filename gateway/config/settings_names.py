"""What each setting is called: in the file, as a variable, and before the settings had tables."""

import difflib
from collections.abc import Collection, Mapping
from typing import Final

from pydantic import BaseModel

SettingKey = tuple[str, ...]  # in TOML: ("log", "dsn")
PREFIX: Final = "TEAMAROUND_"
DELIMITER: Final = "__"
_CLOSE: Final = 0.6

# Before 0.2 the settings stood flat. A flat name is refused, and the message says its new place.
NEW_PLACE: Final[Mapping[str, str]] = {
    "host": "server.host",
    "port": "server.port",
    "public_url": "server.public_url",
    "browser_origins": "browser.origins",
    "state": "files.state",
    "manifests": "files.manifests",
    "secrets": "files.secrets",
    "operator": "files.operator",
    "token_keys": "tokens.keys",
    "issuer": "tokens.issuer",
    "audience": "tokens.audience",
    "may_assert": "tokens.may_assert",
    "issuers": "tokens.issuers",
    "revocations": "tokens.revocations",
    "log_dsn": "log.dsn",
    "key_service": "keys.service",
    "key_service_credential": "keys.credential",
    "key_service_authority": "keys.authority",
    "witnesses": "witnesses.trusted",
    "witness_quorum": "witnesses.quorum",
    "witness_every": "witnesses.every",
    "witness_alarm_after": "witnesses.alarm_after",
    "witness_stop_after": "witnesses.stop_after",
    "staff_children": "alerts.staff_children",
    "tls_certificate": "tls.certificate",
    "tls_key": "tls.key",
    "client_authorities": "tls.client_authorities",
    "tls_ends_at_proxy": "tls.ends_at_proxy",
    "bulk_role": "roles.bulk",
    "shield_cleared_role": "roles.shield_cleared",
    "registrar_role": "roles.registrar",
    "governance_role": "roles.governance",
    "operator_role": "roles.operator",
    "lease": "replicas.lease",
    "look_every": "replicas.look_every",
    "limits_url": "replicas.valkey",
    "deadline": "questions.deadline",
    "questions_under_way": "questions.under_way",
    "children_at_once": "questions.children_at_once",
    "max_body": "questions.max_body",
    "questions_per_minute": "limits.questions_per_minute",
    "questions_per_minute_organisation": "limits.questions_per_minute_organisation",
    "children_per_hour": "limits.children_per_hour",
    "children_per_hour_organisation": "limits.children_per_hour_organisation",
    "unfound_per_hour": "limits.unfound_per_hour",
    "out_of_area_per_day": "limits.out_of_area_per_day",
    "break_glass_per_hour": "limits.break_glass_per_hour",
    "max_tokens": "documents.max_tokens",
    "max_depth": "documents.max_depth",
    "max_fields": "documents.max_fields",
    "max_aliases": "documents.max_aliases",
    "documents_kept": "documents.kept",
}


def variable_of(key: SettingKey) -> str:
    """The variable of a setting: TEAMAROUND_LOG__DSN of ("log", "dsn")."""
    return PREFIX + DELIMITER.join(key).upper()


def settings_of(root: type[BaseModel]) -> tuple[SettingKey, ...]:
    """Every setting of the file that `root` describes, by its key in TOML."""
    found: list[SettingKey] = []
    for name, field in root.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += [(name, key) for key in inner.model_fields]
        else:
            found.append((name,))
    return tuple(found)


def unknown_key(root: type[BaseModel], key: SettingKey) -> str:
    """What to write in place of a key that no table of the settings has there."""
    name = key[-1]
    if len(key) == 1 and name in NEW_PLACE:
        table, _, now = NEW_PLACE[name].partition(".")
        return f"the settings are in tables now: write it as {now} below [{table}]"
    known = settings_of(root)
    if len(key) > 1 and (name,) in known:
        return "unknown key; it belongs to no table: write it above the first heading"
    if len(key) > 1 and name not in NEW_PLACE and any(name == one[0] for one in known):
        return f"unknown key; [{name}] is a table of its own: write it below no other"
    here = {one[len(key) - 1]: one for one in known if one[: len(key) - 1] == key[:-1]}
    before = {old: tuple(new.split(".")) for old, new in NEW_PLACE.items()}
    for names in (here, {one[-1]: one for one in known} | before):
        near = nearest(name, names)
        if near is not None:
            return f"unknown key; did you mean {_said(names[near], near, key)}?"
    return f"unknown key; known here: {', '.join(sorted(here))}"


def _said(place: SettingKey, near: str, key: SettingKey) -> str:
    if len(key) == 1 and near == place[0]:
        return f"[{near}]" if len(place) > 1 else near
    return near if place[:-1] == key[:-1] else f"{place[-1]} below [{place[0]}]"


def nearest(name: str, names: Collection[str]) -> str | None:
    """The known name that this one is most like; None where it is like none."""
    return next(iter(difflib.get_close_matches(name, names, 1, _CLOSE)), None)
