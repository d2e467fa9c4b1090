"""A mail server on a port of the kernel's choice, Debian's aiosmtpd: STARTTLS and AUTH.

    with Mailbox(context, users={"slad": "secret"}) as box:
        box.wait(1)[0]["Subject"]
"""
import email
import email.policy
import logging
import threading
import warnings

from slad import PATIENCE

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword
except ImportError:
    Controller = None

logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # a handshake that fails is no news
warnings.simplefilter("ignore", DeprecationWarning)

MISSING = None if Controller else "there is no aiosmtpd: sh tests/packages installs python3-aiosmtpd"


class Mailbox:
    """Keeps what was sent, with `envelope` of each. `refuse` are answers to the next recipients, in
    turn; None takes one."""

    def __init__(self, context=None, users=None, require_starttls=True):
        self.messages, self.refuse, self.logins = [], [], []
        self.users = users
        self.heard = threading.Condition()
        how = {}
        if context is not None:
            how.update(tls_context=context, require_starttls=require_starttls)
        if users is not None:
            how.update(authenticator=self._login, auth_required=True)
        self.controller = Controller(self, hostname="127.0.0.1", port=0, **how)

    def __enter__(self):
        # aiosmtpd looks for itself at the port that it was given: it is told the one that it has
        look = self.controller._trigger_server

        def look_there():
            self.port = self.controller.port = self.controller.server.sockets[0].getsockname()[1]
            look()

        self.controller._trigger_server = look_there
        self.controller.start()
        return self

    def __exit__(self, *exception):
        self.controller.stop()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def wait(self, count, patience=PATIENCE):
        with self.heard:
            if not self.heard.wait_for(lambda: len(self.messages) >= count, patience):
                raise AssertionError(f"{len(self.messages)} of {count} messages came")
            return list(self.messages)

    def _login(self, server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        fine = self.users.get(data.login.decode()) == data.password.decode()
        self.logins.append(fine)
        return AuthResult(success=fine, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.refuse.pop(0) if self.refuse else None
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message.envelope = envelope
        message.encrypted = session.ssl is not None
        with self.heard:
            self.messages.append(message)
            self.heard.notify_all()
        return "250 OK"
