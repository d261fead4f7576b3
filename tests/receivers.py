"""Real receivers on loopback: an HTTP robot whose answers are scripted, and a mail server."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Received:
    """One request as the robot got it."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted answer. `pause` seconds pass before it, `trickle` between its bytes."""

    status: int = 200
    body: bytes = b'{"errcode":0,"errmsg":"ok"}'
    content_type: str = "application/json"
    pause: float = 0.0
    trickle: float = 0.0
    location: str = ""


@dataclass(slots=True)
class Robot:
    """What was received, and the answers still to be given; the last one is repeated."""

    url: str
    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    received: list[Received] = field(default_factory=list)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def robot(answer: Callable[[Received], Reply] | None = None) -> Iterator[Robot]:
    """A robot server on a free port of loopback; `answer` replaces the scripted replies."""
    state = Robot("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            received = Received(self.path, dict(self.headers), self.rfile.read(length))
            state.received.append(received)
            reply = answer(received) if answer else state.next_reply()
            time.sleep(reply.pause)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            if reply.location:
                self.send_header("Location", reply.location)
            self.end_headers()
            try:
                for byte in reply.body if reply.trickle else ():
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(reply.trickle)
                if not reply.trickle:
                    self.wfile.write(reply.body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quiet: the test reads `received`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/robot"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


@dataclass(slots=True)
class Mailbox:
    """A running mail server and what it took. `answer` is its reply to a mail's content."""

    port: int = 0
    answer: str = "250 OK"
    refuse: frozenset[str] = frozenset()
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, _s: Any, _n: Any, envelope: Any, address: str, _o: Any) -> str:
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return self.answer


@contextmanager
def mailbox(
    certificate: tuple[Path, Path] | None = None, *, implicit: bool = False, password: str = ""
) -> Iterator[Mailbox]:
    """A mail server on loopback; with a certificate it demands TLS, with a password a log-in."""
    box = Mailbox()
    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*certificate)

    def authenticate(_s: Any, _n: Any, _e: Any, _m: str, data: LoginPassword) -> AuthResult:
        box.logins.append(data.login)
        return AuthResult(success=data.password == password.encode(), handled=False)

    class Server(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                self.handler,
                hostname="localhost",
                enable_SMTPUTF8=True,
                tls_context=None if implicit else tls,
                require_starttls=tls is not None and not implicit,
                auth_required=bool(password),
                auth_require_tls=False,
                authenticator=authenticate if password else None,
            )

        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    server = Server(box, hostname="127.0.0.1", port=0, ssl_context=tls if implicit else None)
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop(no_assert=True)


def self_signed(folder: Path, now: datetime | None = None) -> tuple[Path, Path]:
    """A certificate for localhost and 127.0.0.1, valid for a day: (certificate, key)."""
    start = (now or datetime.now(UTC)) - timedelta(hours=1)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
