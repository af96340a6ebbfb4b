"""Rules for the addresses to which a driver is sent back (RFC 9700, section 2.1; RFC 8252, section 7.3). Pure."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from forecourt.consent.errors import RedirectUriRefusedError

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_LENGTH: Final = 400  # characters


def check(uri: str) -> str:
    """Refuse an address that could leak a code; answers it unchanged.

    Raises:
        RedirectUriRefusedError: not https (or http on loopback), or with a fragment, credentials, `*` or blanks.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise RedirectUriRefusedError(f"{uri[:80]!r} is not an address.") from error
    if not (parts.scheme == "https" and host) and not is_loopback(uri):
        raise RedirectUriRefusedError(f"{uri[:80]!r} is neither https nor on a loopback address.")
    if _has_extras(uri) or "@" in parts.netloc:
        raise RedirectUriRefusedError(f"{uri[:80]!r} has a fragment, credentials, a wildcard or blanks.")
    return uri


def check_all(uris: Sequence[str]) -> str:
    """Check each of at least one address; answers them as the toolkit keeps them, separated by blanks.

    Raises:
        RedirectUriRefusedError: there is none, or one is refused.
    """
    if not uris:
        raise RedirectUriRefusedError("An app needs at least one redirect address.")
    return " ".join(check(uri) for uri in uris)


def is_loopback(uri: str) -> bool:
    """Whether the address is plain http on this computer itself."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def origin(uri: str) -> str:
    """Scheme, host and port: what a content security policy names."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def with_issuer(uri: str, issuer: str) -> str:
    """The address with exactly one `iss`, ours (RFC 9207)."""
    parts = urlsplit(uri)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "iss"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("iss", issuer)])))


def _has_extras(uri: str) -> bool:
    printable = uri.isascii() and all("!" <= character <= "~" for character in uri)
    return not printable or len(uri) > MAX_LENGTH or "#" in uri or "*" in uri or "\\" in uri
