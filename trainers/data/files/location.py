"""Where a data set lies: in a file or folder of this machine, at a URL, or within scikit-learn."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

SKLEARN = "sklearn:"
"""What the path of a set within scikit-learn begins with."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>`]+")
_CHAIN = re.compile(r"[a-z0-9]+::")


def is_url(path: str) -> bool:
    """Whether a path is a URL that fsspec opens; one of a file on this machine is a plain path in another spelling.

    >>> is_url("s3://bucket/a.csv"), is_url("file:///data/a.csv"), is_url("a.csv")
    (True, False, False)
    """
    return local_path(path) is None and not path.startswith(SKLEARN)


def is_web(path: str) -> bool:
    """Whether a path is of a web server, which has files but no folders.

    >>> is_web("https://host/a.csv"), is_web("s3://bucket/a.csv")
    (True, False)
    """
    return path.lower().startswith(("http://", "https://"))


def local_path(path: str) -> Path | None:
    """Return the path on this machine; None for a URL of another one, and for a set within scikit-learn.

    >>> local_path("file:///data/a%20b.csv"), local_path("https://host/a.csv"), local_path("sklearn:wine")
    (PosixPath('/data/a b.csv'), None, None)
    """
    if path.lower().startswith("file:///"):
        return Path(unquote(path[len("file://") :]))
    if path.startswith(SKLEARN) or _URL.match(path) or (_CHAIN.match(path) and "://" in path):
        return None
    return Path(path)


def file_name(path: str) -> str:
    """Return the last part of a path or of a URL, which tells the format.

    >>> file_name("https://host/pets.csv.gz?key=1"), file_name("zip://inner.csv::s3://bucket/a.zip"), file_name("a/b/")
    ('pets.csv.gz', 'inner.csv', 'b')
    """
    local = local_path(path)
    if local is not None:
        return local.name or local.absolute().name
    if path.startswith(SKLEARN):
        return path
    # Of a chain of URLs, the first one that names a file does.
    links = [link for link in path.split("::") if "://" in link]
    parts = urlsplit(links[0])
    return PurePosixPath(unquote(parts.path)).name or parts.netloc.rpartition("@")[2]


def shown(path: str) -> str:
    """Return a path as messages show it: without the user, the password and the query of a URL.

    >>> shown("https://ada:secret@host/a.csv?sig=abc"), shown("data/a@b.csv")
    ('https://***@host/a.csv?***', 'data/a@b.csv')
    """
    return "::".join(_masked(link) for link in path.split("::")) if is_url(path) else path


def without_urls(text: str) -> str:
    """Mask the URLs that another library quotes in its message.

    >>> without_urls("404, url='http://ada:secret@host/a.csv'")
    "404, url='http://***@host/a.csv'"
    """
    return re.sub(
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>`]+", lambda found: "::".join(map(_masked, found[0].split("::"))), text
    )


def _masked(link: str) -> str:
    found = _URL.match(link)
    if found is None:
        return link
    rest, mark, _ = link[found.end() :].partition("?")
    # A password may hold an unquoted `/` or `@`.
    _, at, place = rest.rpartition("@")
    return f"{found[0]}{'***@' if at else ''}{place}{'?***' if mark else ''}"
