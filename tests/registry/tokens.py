"""The far end: a token server that grants by name, signing what Debian's registry verifies.

https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

SERVICE, ISSUER = "packages", "tokens of the tests"


@dataclass
class Tokens:
    """`users` are names and passwords; `grants` say what each may do with a repository, by user and name."""

    users: Mapping[str, str]
    grants: Mapping[str, Mapping[str, frozenset[str]]]
    asked: list[str] = field(default_factory=list)
    realm: str = ""

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def auth(self, folder: Path) -> dict[str, object]:
        """The `auth` section of a registry that believes this server."""
        folder.mkdir(parents=True, exist_ok=True)
        bundle = folder / "certificate.pem"
        bundle.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return {
            "token": {"realm": self.realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": str(bundle)},
        }

    def answer(self, authorization: str, query: Mapping[str, list[str]]) -> tuple[int, dict[str, object]]:
        kind, _, value = authorization.partition(" ")
        user, _, word = base64.b64decode(value).decode().partition(":") if kind == "Basic" else ("", "", "")
        if not user or self.users.get(user) != word:
            return 401, {"errors": [{"code": "UNAUTHORIZED", "message": f"not {user}:{word}"}]}
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":")
            granted = self.grants.get(user, {}).get(name, frozenset())
            access.append({"type": kind, "name": name, "actions": sorted(granted & set(actions.split(",")))})
        return 200, {"token": self.sign(user, access)}

    def sign(self, user: str, access: list[dict[str, object]]) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": user,
            "aud": SERVICE,
            "exp": now + 300,
            "nbf": now - 60,
            "iat": now,
            "jti": uuid.uuid4().hex,
            "access": access,
        }
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{_encoded(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@contextlib.contextmanager
def running(tokens: Tokens) -> Iterator[Tokens]:
    """Answer at `tokens.realm` until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tokens.asked.append(self.path)
            status, document = tokens.answer(self.headers.get("Authorization", ""), parse_qs(urlsplit(self.path).query))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tokens.realm = f"http://127.0.0.1:{server.server_port}/token"
        yield tokens
        server.shutdown()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
