"""E-mail: UTF-8, a Message-ID made from the key, TLS unless the server is this machine."""

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import localtime
from pathlib import Path

from alerts.channels.http import TIMEOUT
from alerts.channels.message import Channel, Delivered, Message, Refused
from alerts.channels.options import Options, Secret, is_loopback

_PORTS = {"starttls": 587, "ssl": 465, "plain": 25}


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """One mailbox that sends to fixed recipients. `security` is starttls, ssl or plain."""

    host: str
    port: int
    security: str
    user: str
    password: Secret
    sender: str
    recipients: tuple[str, ...]
    ca_certs: Path | None = None

    def send(self, message: Message) -> Delivered | Refused:
        mail = self.mail(message)
        try:
            refused = self._hand_over(mail)
        except smtplib.SMTPException as error:
            return _refusal(error)
        except ssl.SSLError:
            return Refused(
                "邮件服务器的 TLS 证书不可信，请检查主机名或设置 ca_certs", retryable=False
            )
        except TimeoutError:
            return Refused(f"邮件服务器超过 {TIMEOUT:.0f} 秒没有应答", retryable=True)
        except OSError:
            return Refused("连接不上邮件服务器，请检查主机、端口和网络", retryable=True)
        left_out = f"，未收：{'、'.join(refused)}" if refused else ""
        return Delivered(f"{mail['Message-ID']}{left_out}")

    def mail(self, message: Message) -> EmailMessage:
        """The message as it travels; the same key gives the same Message-ID."""
        mail = EmailMessage(policy=SMTP_POLICY)
        # A header holds one line, whatever a post's title holds.
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.recipients)
        mail["Date"] = localtime()
        digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{digest}@{Address(addr_spec=self.sender).domain}>"
        if message.urgent:
            mail["Importance"] = "high"
            mail["X-Priority"] = "1"
        signing = f"签收：{message.acknowledge}" if message.acknowledge else ""
        parts = (message.text, message.link, signing)
        mail.set_content("\n\n".join(part for part in parts if part) + "\n")
        if message.attachment:
            mail.add_attachment(message.attachment, subtype="html", filename="强制报告草稿.html")
        return mail

    def _hand_over(self, mail: EmailMessage) -> Mapping[str, object]:
        client = self._connect()
        try:
            if self.security == "starttls":
                client.starttls(context=self._tls())
            if self.user:
                client.login(self.user, self.password.value)
            refused: Mapping[str, object] = client.send_message(mail)
            # The mail is taken: a server that fails to say goodbye must not make it count as lost.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()
        return refused

    def _connect(self) -> smtplib.SMTP:
        if self.security == "ssl":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self._tls())
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_certs)


def build(options: Options) -> Channel:
    """Options are the fields of SmtpChannel; the password is a secret."""
    host = options.text("host")
    security = options.choice("security", tuple(_PORTS), "starttls")
    if security == "plain" and not is_loopback(host):
        raise options.error("security", "plain 只能用于本机邮件服务，请改用 starttls 或 ssl")
    user = options.text("user", "")
    password = options.secret("password", required=bool(user))
    if not (user + password.value).isascii():
        raise options.error("password", "用户名和密码只能是英文字母、数字和符号，请改用授权码")
    channel = SmtpChannel(
        host=host,
        port=options.port("port", _PORTS[security]),
        security=security,
        user=user,
        password=password,
        sender=_address(options, "sender", options.text("sender")),
        recipients=tuple(_address(options, "recipients", a) for a in options.texts("recipients")),
        ca_certs=options.optional_path("ca_certs"),
    )
    if channel.ca_certs is not None and not channel.ca_certs.is_file():
        raise options.error("ca_certs", f"找不到证书文件 {channel.ca_certs}，请检查路径")
    options.finish()
    return channel


def _address(options: Options, key: str, value: str) -> str:
    try:
        address = Address(addr_spec=value)
    except (HeaderParseError, IndexError, ValueError) as error:
        raise options.error(key, f"{value} 不是邮件地址") from error
    if not address.domain or not value.isascii():
        raise options.error(key, f"{value} 不是可用的邮件地址，应为 name@example.com 的形式")
    return value


def _refusal(error: smtplib.SMTPException) -> Refused:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        retryable = any(code < 500 for code, _ in error.recipients.values())
        return Refused(f"收件地址被拒：{'、'.join(error.recipients)}，请核对地址", retryable)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        code = error.smtp_code
        return Refused(f"邮箱登录失败（{code}），请核对 user 和 password（授权码）", code < 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused("邮件服务器不支持所设的加密或登录方式，请改 security", retryable=False)
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return Refused(f"邮件服务器拒收（{error.smtp_code} {text[:200]}）", error.smtp_code < 500)
    return Refused("邮件服务器中断了连接，稍后重试", retryable=True)
