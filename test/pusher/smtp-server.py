"""A mail server on loopback for a test: python3 smtp-server.py CERT KEY tls|starttls. Takes mail of `me` with `a-password`.

Prints its port, then each mail as one line of JSON. It ends when its stdin does.
"""
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "nobody@example.org":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        told = {"to": envelope.rcpt_tos, "user": session.auth_data, "mail": envelope.content.decode()}
        print(json.dumps(told), flush=True)
        return "250 OK"


def login(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"me", b"a-password")
    return AuthResult(success=right, auth_data=data.login.decode() if right else None, handled=right)


cert, key, security = sys.argv[1:4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)


def session():
    """A server of one connection. With TLS from the first byte aiosmtpd does not see that the line is encrypted."""
    starttls = {"require_starttls": True, "tls_context": context} if security == "starttls" else {}
    login_rules = {"authenticator": login, "auth_required": True, "auth_require_tls": security == "starttls"}
    return SMTP(Keep(), **login_rules, **starttls)


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if security == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
