"""Masks passwords and keys in addresses wherever they are shown or stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

MASK = "***"

DATABASES = ("sqlite", "postgres", "postgresql", "mysql", "mariadb", "mssql", "oracle", "redis")
"""Schemes whose user name is not secret; in other addresses it may be a token or a key."""

SECRET_NAME = re.compile(r"pass|pwd|secret|token|key|cred|sig|auth|sas", re.IGNORECASE)
"""Matches names of query parameters whose value is secret."""

# A password may contain unquoted `/`, `?` and `@`: everything up to the last `@` is treated as one.
ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)(?P<colon>:/{2,})(?P<rest>.*)", re.DOTALL)
QUERY = re.compile(r"(?P<mark>[?&;])(?P<name>[^=&;?\s]+)=(?P<value>.*?)(?=[&;][\w.%-]+=|\Z)", re.DOTALL)

# An address in a sentence ends at a space, or at a quotation mark that does not belong to it.
IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/{2,}[^\s`<>\"']+(?:['\"][^\s`<>\"']*[@=][^\s`<>\"']*)*")


def without_secrets(address: str) -> str:
    """Mask the secrets of an address.

    >>> without_secrets("postgresql://ada:secret@localhost/mlflow?sslpassword=other&sslmode=require")
    'postgresql://ada:***@localhost/mlflow?sslpassword=***&sslmode=require'
    >>> without_secrets("s3://key:secret@bucket/results"), without_secrets("sqlite:////home/a@b/mlflow.db")
    ('s3://***@bucket/results', 'sqlite:////home/a@b/mlflow.db')
    """
    found = ADDRESS.fullmatch(address)
    if found is None:
        return address
    rest = found["rest"]
    kept, secret, place = _split_user(rest)
    if secret or (kept and found["scheme"].partition("+")[0].lower() not in DATABASES):
        rest = f"{kept}:{MASK}@{place}" if _keeps_its_user(found["scheme"]) else f"{MASK}@{place}"
    return f"{found['scheme']}{found['colon']}{QUERY.sub(_mask_parameter, rest)}"


def hide_secrets(text: str) -> str:
    """Mask the secrets of all addresses in a text.

    >>> hide_secrets("override `tracking.uri=postgres://ada:secret@db/x`: no such store")
    'override `tracking.uri=postgres://ada:***@db/x`: no such store'
    """
    return IN_TEXT.sub(_mask_word, text) if "://" in text else text


def hide_in(value: Any) -> Any:
    """Mask the secrets of all addresses in a structure of mappings, lists and strings."""
    if isinstance(value, Mapping):
        return {key: hide_in(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [hide_in(inner) for inner in value]
    if isinstance(value, str):
        return without_secrets(value) if ADDRESS.fullmatch(value) else hide_secrets(value)
    return value


def hide_parts(text: str, address: str) -> str:
    """Mask the secrets of ``address`` in a text by another library, which may quote only parts of it.

    >>> hide_parts("could not translate host name 's@localhost'", "postgresql://ada:pas@s@localhost/mlflow")
    "could not translate host name '***@localhost'"
    """
    text = text.replace(address, without_secrets(address))
    for secret in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(secret, MASK)
        # A parser that splits at the first `@` treats the rest of the password as part of the host.
        for part in secret.split("@")[1:]:
            text = text.replace(f"{part}@", f"{MASK}@")
    return hide_secrets(text)


def _secrets(address: str) -> set[str]:
    """Return the secrets of an address, quoted and unquoted."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        return set()
    kept, secret, place = _split_user(found["rest"])
    whole = {secret, *(each["value"] for each in QUERY.finditer(place) if SECRET_NAME.search(unquote(each["name"])))}
    if kept and not _keeps_its_user(found["scheme"]):
        whole.add(kept)
    return {form for each in whole if each for form in (each, unquote(each), unquote_plus(each))}


def _keeps_its_user(scheme: str) -> bool:
    return scheme.partition("+")[0].lower() in DATABASES


def _split_user(rest: str) -> tuple[str, str, str]:
    """Split the part after ``://`` into user, password and rest; user and password may be empty."""
    user, colon, after = rest.partition(":")
    if colon and not re.search(r"[/?#@]", user):
        secret, at, place = after.rpartition("@")
        if at:
            return user, secret, place
    user, at, place = rest.partition("@")
    return (user, "", place) if at and not re.search(r"[/?#]", user) else ("", "", rest)


def _mask_parameter(found: re.Match[str]) -> str:
    value = MASK if SECRET_NAME.search(unquote(found["name"])) else found["value"]
    return f"{found['mark']}{found['name']}={value}"


def _mask_word(found: re.Match[str]) -> str:
    word = found[0]
    shown = word.rstrip(".,:;)]}!")
    return without_secrets(shown) + word[len(shown) :]
