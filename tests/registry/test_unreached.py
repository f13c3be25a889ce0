"""Why nobody answered, as the network of this machine itself has it, and as a command tells it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from migrator.registry.unreached import why
from tests.cli.conftest import Patless, patless  # noqa: F401

NOBODY = "127.0.0.1:9"
SECRET = "s3cret-of-the-proxy"


def told(url: str, authority: Path | None = None) -> str:
    with pytest.raises(requests.RequestException) as raised:
        requests.get(url, timeout=20, verify=str(authority) if authority else True)
    return why(raised.value, "HOST")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def answering(text: bytes = b"", context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A host that says this to whoever comes, or only shakes hands."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    came, _ = server.accept()
                    with came, context.wrap_socket(came, server_side=True) if context else came as talk:
                        talk.recv(4096)
                        talk.sendall(text)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def certificate(folder: Path, name: str, days: int = 1) -> tuple[Path, ssl.SSLContext]:
    """Of a host, good for some days from now; the file is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, both = folder / "authority.pem", folder / "both.pem"
    text = made.public_bytes(serialization.Encoding.PEM)
    file.write_bytes(text)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    both.write_bytes(text + key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return file, context


def test_a_name_without_an_address_is_told_from_a_host_that_is_silent() -> None:
    dns = "cannot reach HOST: its name has no address (DNS); check the name, and the network of this machine"
    assert told("https://nobody.invalid/") == dns
    assert told(f"https://{NOBODY}/").startswith("cannot reach HOST: no connection; check the network, set HTTPS_PROXY")


@pytest.mark.parametrize(
    ("variable", "status", "what"),
    [
        ("HTTPS_PROXY", "", "the proxy does not answer; correct or unset HTTPS_PROXY"),
        ("all_proxy", "", "the proxy does not answer; correct or unset all_proxy"),
        ("HTTPS_PROXY", "407 No", "the proxy needs a user name and a password (407); put them into HTTPS_PROXY"),
        ("HTTPS_PROXY", "403 No", "the proxy refuses (403); ask whoever runs it to let this host through"),
        ("HTTPS_PROXY", "name", "the name of the proxy has no address (DNS); correct HTTPS_PROXY"),
    ],
)
def test_a_proxy_is_told_from_the_host(monkeypatch: pytest.MonkeyPatch, variable: str, status: str, what: str) -> None:
    with answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as proxy:
        place = {"": NOBODY, "name": "nobody.invalid:3128"}.get(status, proxy)
        monkeypatch.setenv(variable, f"http://ada:{SECRET}@{place}")
        assert told("https://nobody.invalid/") == f"cannot reach HOST: {what}"


def test_what_is_wrong_with_a_certificate_is_told(tmp_path: Path) -> None:
    for name, days, known, what in (
        ("127.0.0.1", 1, False, "this machine does not know who signed it; name the file of your company's authority"),
        ("elsewhere.example", 1, True, "it is for another name; check the address"),
        ("localhost", -1, True, "it has expired; check the clock of this machine"),
    ):
        file, context = certificate(tmp_path, name, days)
        with answering(context=context) as host:
            url = f"https://localhost:{host.rpartition(':')[2]}/"
            said = told(url, file if known else None)
            assert said.startswith(f"patless does not accept the certificate of HOST: {what}")
    with answering(b"HTTP/1.1 200 OK\r\n\r\n") as host:
        assert "TLS failed; check which program" in told(f"https://{host}/")


def test_doctor_says_that_nobody_was_asked_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    patless: Patless,  # noqa: F811
) -> None:
    monkeypatch.setenv("PATLESS_API_URL", "https://nobody.invalid/2.0")
    monkeypatch.setenv("PATLESS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BITBUCKET_ACCESS_TOKEN", "token-of-nobody")
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:{SECRET}@{NOBODY}")
    run = patless("doctor")
    assert run.code == 4
    assert "https://nobody.invalid/2.0, not reached" in run.out
    assert "credential  access token, not checked" in run.out
    assert "cannot reach nobody.invalid: the proxy does not answer; correct or unset HTTPS_PROXY" in run.out
    assert SECRET not in run.out + run.err
