"""From a request to its answer: who asks, may they, how often, and which resource answers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from migrator.demo.credentials import BoxCredentialKind, BoxCredentials, Credential
from migrator.demo.faults import RATE_LIMITED
from migrator.demo.limits import BoxLimits
from migrator.demo.messages import Refusal, Request, Response, error, text
from migrator.demo.resources import ROUTES
from migrator.demo.routes import ANYWHERE, Route, RoutedRequest, RouteTable, missing
from migrator.demo.scopes import named
from migrator.demo.state import Workspace
from migrator.demo.store import StoreError

_INSIDE = "/rest/1.0/"
_PROXY_SCOPES = named(("repository", "pipeline:write"), of_api_token=False)


class Api:
    def __init__(self, workspace: Workspace, credentials: BoxCredentials, limits: BoxLimits) -> None:
        self._workspace = workspace
        self._credentials = credentials
        self._limits = limits
        self._table = RouteTable(ROUTES)

    def identify(self, request: Request) -> Credential | None:
        """Who asks; None where nobody, or nobody who is known."""
        if request.proxied and "authorization" not in request.headers:
            return Credential(BoxCredentialKind.PROXY, self._workspace.owner, _PROXY_SCOPES)
        return self._credentials.of_api(request.headers)

    def answer(self, request: Request, credential: Credential | None) -> Response:
        """The whole answer, before `fields` is applied."""
        try:
            return self._answer(request, credential)
        except Refusal as refusal:
            return self._signed(refusal.answer, request, credential, None)
        except StoreError as problem:
            return error(500, f"git: {problem}")

    def _answer(self, request: Request, credential: Credential | None) -> Response:
        if request.path.startswith(_INSIDE):
            raise Refusal(text(401, "Unauthorized"))
        if credential is None:
            raise Refusal(error(401, "Token is invalid, expired, or not supported for this endpoint."))
        if not self._limits.spend(credential, request.path):
            raise Refusal(text(429, RATE_LIMITED))
        route, values = self._table.find(request)
        self._permit(route, credential)
        known = (self._workspace.slug, self._workspace.uuid, *([ANYWHERE] if "repository" in values else []))
        if values.get("workspace", self._workspace.slug) not in known:
            raise Refusal(missing(f"No workspace with identifier '{unquote(values['workspace'])}'."))
        answer = route.function(RoutedRequest(request, self._workspace, credential, values))
        return self._signed(answer, request, credential, route)

    def _permit(self, route: Route, credential: Credential) -> None:
        if credential.kind is BoxCredentialKind.PROXY and not route.by_proxy:
            raise Refusal(error(401, "This needs a credential"))
        lacking = credential.lacks(route.needs)
        if lacking:
            needed = (
                [route.needs.oauth]
                if credential.kind is BoxCredentialKind.ACCESS_TOKEN
                else list(route.needs.api_token)
            )
            detail = {"required": needed, "granted": sorted(credential.scopes)}
            words = "Your credentials lack one or more required privilege scopes."
            refusal = error(403, words, detail=detail)
            raise Refusal(self._with_scopes(refusal, credential, route))

    def _signed(
        self, answer: Response, request: Request, credential: Credential | None, route: Route | None
    ) -> Response:
        if credential is None:
            return answer
        headers = self._limits.headers(credential, request.path)
        answer = replace(answer, headers={**answer.headers, **headers})
        return self._with_scopes(answer, credential, route) if route else answer

    def _with_scopes(self, answer: Response, credential: Credential, route: Route) -> Response:
        if credential.kind is not BoxCredentialKind.ACCESS_TOKEN:
            return answer
        about = {
            "X-OAuth-Scopes": ", ".join(sorted(credential.scopes)),
            "X-Accepted-OAuth-Scopes": route.needs.oauth,
            "X-Credential-Type": "workspace_access_token",  # the name of the header was seen, its values were not
        }
        return replace(answer, headers={**answer.headers, **about})
