"""Asking a CRM's API: who asks, how long it waits, and what a refusal means."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from remit.pull.problem import Progress, PullError, RefusedError, pull_error
from remit.terms import Place, Problem

if TYPE_CHECKING:
    import requests

WAITS = (1, 2, 4, 8, 16, 32)
"""Seconds to wait before each further try, where the CRM does not say how long."""
LONGEST_WAIT = 300
"""Seconds beyond which it is of no use to wait: a limit for a day or an hour was reached."""
TIMEOUT = (10, 180)
"""Seconds for a connection to come about, and for the next bytes of an answer."""
OVERLOADED = (429, 500, 502, 503, 504)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    host: str
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            PullError: If it is none, as where a login page or a proxy answered.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            raise pull_error(
                self.host,
                "did not answer as an API does.",
                "Look whether the address is right, and whether a proxy stands in between.",
            ) from None


@dataclass(eq=False)
class Connection:
    """A CRM's API under one address.

    Answers that say "later" (429, 5xx, a request limit) and connections that break are tried
    again; a page is only ever handed over whole.
    """

    crm: str
    url: str
    token: Callable[[Connection], str]
    """Gives the access token; called at the first question, and once more if it is refused."""
    renewable: bool
    """Whether `token` gives a new one when it is called again."""
    renew: str
    """What a person does about an expired token."""
    progress: Progress
    sleep: Callable[[float], None]
    _token: str = ""
    _session: requests.Session | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """The CRM's host, for messages."""
        return urlsplit(self.url).netloc

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Ask for something.

        Raises:
            RefusedError: If the CRM says no.
            PullError: If it cannot be reached, or keeps saying "later".
        """
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, str]) -> Answer:
        """Send a few words as JSON, as for a query job. Raises as `get` does."""
        return self._ask("POST", path, json=body)

    def delete(self, path: str) -> None:
        """Have the CRM throw away what was made by `post`. Raises as `get` does."""
        self._ask("DELETE", path)

    def sign_in(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send credentials as a form, without a token. Raises as `get` does."""
        return self._ask("POST", path, data=form, signed=False)

    def _ask(self, method: str, path: str, *, signed: bool = True, **what: Any) -> Answer:
        renewed = False
        for wait in (*WAITS, None):
            tried = self._try(method, path, signed, what)
            if isinstance(tried, Answer):
                return tried
            if tried.expired and signed and self.renewable and not renewed:
                self._token, renewed = "", True
                continue
            pause = wait if tried.wait is None else tried.wait
            if not tried.passing or wait is None or pause is None or pause > LONGEST_WAIT:
                raise tried.problem
            self.progress(f"{self.crm} {tried.passing}; trying again in {pause:.0f} s")
            self.sleep(pause)
        raise AssertionError("the last try either answers or raises")

    def _try(
        self, method: str, path: str, signed: bool, what: Mapping[str, Any]
    ) -> Answer | _Failure:
        requests = library(self.crm)
        if signed and not self._token:
            self._token = self.token(self)
        if self._session is None:
            self._session = requests.Session()
        try:
            response = self._session.request(
                method,
                self.url + path,
                # a function, because without `auth` the entry of a .netrc would go out instead
                auth=_bearer(self._token if signed else ""),
                timeout=TIMEOUT,
                allow_redirects=False,
                **what,
            )
        except requests.exceptions.RequestException as error:
            return self._broken(requests.exceptions, error)
        if 200 <= response.status_code < 300:
            return Answer(self.host, response.content, response.headers)
        return self._refusal(response)

    def _broken(self, kinds: ModuleType, error: Exception) -> _Failure:
        """What a connection that did not come about, or broke off, means."""
        if isinstance(error, kinds.SSLError):
            wrong, fix = (
                "has no certificate that this machine trusts.",
                "Look whether the address is right; where a proxy looks into connections, set "
                "REQUESTS_CA_BUNDLE to its certificate.",
            )
            return _Failure(pull_error(self.host, wrong, fix))
        if "NameResolution" in repr(error):
            fix = f"Correct the address of {self.crm}, or look at the network."
            return _Failure(pull_error(self.host, "there is no such host.", fix))
        if isinstance(error, kinds.ReadTimeout):
            why = "does not answer"
        elif "Max retries" in str(error):
            why = "cannot be reached"
        else:
            why = "broke off in the middle of an answer"
        fix = f"{AGAIN} If it keeps happening, look at the network."
        return _Failure(pull_error(self.host, f"{why}.", fix), passing=why)

    def _refusal(self, response: requests.Response) -> _Failure:
        """What an answer that says no means."""
        status = response.status_code
        code, said = _said(response.content)
        said = said.replace(self._token, "...") if self._token else said
        quoted = f" ({': '.join(part for part in (code, said) if part)})" if code or said else ""
        passing = ""
        if status == 429 or (status == 403 and code == "REQUEST_LIMIT_EXCEEDED"):
            passing = "limits requests"
            wrong = f"keeps refusing: a limit on requests is reached{quoted}."
            fix = f"Wait until the limit has room again. {AGAIN}"
        elif status in OVERLOADED:
            passing = f"answers with status {status}"
            wrong, fix = f"keeps failing with status {status}{quoted}.", f"Wait a while. {AGAIN}"
        elif status == 401:
            wrong, fix = f"does not accept the credentials{quoted}.", self.renew
        elif 300 <= status < 400:
            wrong = f"answers from another address: {response.headers.get('Location', 'unnamed')}."
            fix = "Use that host as the address."
        else:
            wrong = f"refused with status {status}{quoted}."
            fix = "Look at what the user or the app may do; see the how-to guide on pulling."
        after = response.headers.get("Retry-After", "")
        return _Failure(
            RefusedError(
                Problem(Place(self.host), "", wrong, fix), status=status, code=code, said=said
            ),
            passing=passing,
            wait=float(after) if after.isdigit() else None,
            expired=status == 401,
        )


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try that gave no answer."""

    problem: PullError
    passing: str = ""
    """What happened, where it may pass; "" where it is of no use to try again."""
    wait: float | None = None
    """Seconds the CRM asks to wait."""
    expired: bool = False
    """Whether a new token may help."""


AGAIN = "Run the same command again: finished objects are kept."


def address(variable: str, stated: str) -> str:
    """The address of an API as stated by a person: a scheme and a host, over HTTPS.

    Args:
        variable: The environment variable it is from, for messages.
        stated: What it says.

    Raises:
        PullError: If it is no address, or one that a token must not be sent to.

    >>> address("SALESFORCE_INSTANCE_URL", "https://acme.my.salesforce.com/lightning/page")
    'https://acme.my.salesforce.com'
    """
    parts = urlsplit(stated if "://" in stated else f"https://{stated}")
    example = "Say it as https://HOST."
    if not parts.hostname or parts.username is not None:
        raise pull_error(variable, "is not the address of a host.", example)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise pull_error(variable, "is not an https address; a token would be readable.", example)
    return f"{parts.scheme}://{parts.netloc}"


def library(crm: str) -> ModuleType:
    """The library that speaks HTTP, which comes with the extra of a CRM.

    Raises:
        PullError: If the extra is not installed.
    """
    try:
        return importlib.import_module("requests")
    except ImportError:
        extra = f"remit[{crm.lower()}]"
        raise pull_error(
            "remit pull", "needs a library that is not installed.", f"pip install '{extra}'"
        ) from None


def _bearer(token: str) -> Callable[[Any], Any]:
    """Signs a request with a token; leaves it as it is where there is none."""

    def sign(request: Any) -> Any:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _said(body: bytes) -> tuple[str, str]:
    """The code and the sentence of a refusal, as Salesforce, its sign-in and HubSpot write them."""
    try:
        stated = json.loads(body)
    except ValueError:
        return "", ""
    if isinstance(stated, list):
        stated = stated[0] if stated else {}
    if not isinstance(stated, dict):
        return "", ""
    codes = (stated.get(key) for key in ("errorCode", "policyName", "category", "error"))
    words = (stated.get(key) for key in ("message", "error_description"))
    code, said = (next(filter(None, found), "") for found in (codes, words))
    return str(code), " ".join(str(said).split()).rstrip(".")[:300]
