"""Previews of links to the page in other programs: a title, a sentence, and a picture of the example that it opens."""

import html
import re
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperstyle.photo.card import card
from hyperstyle.web.examples import Examples
from hyperstyle.web.inline_images import decoded, jpeg
from hyperstyle.web.texts import SENTENCE, TITLE

TAGS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')
"""Gradio's own tags, which name Gradio and show its picture."""
PICTURE = re.compile(r"/preview/([\w-]+)\.jpg")


class LinkPreview:
    """ASGI middleware that puts the page's own Open Graph tags in place of Gradio's, and serves their pictures."""

    def __init__(self, app: ASGIApp, examples: Examples) -> None:
        self._app = app
        self._examples = examples

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer requests for pictures, exchange the page's tags, and pass everything else on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif match := PICTURE.fullmatch(scope["path"]):
            await self._picture(match[1])(scope, receive, send)
        elif scope["path"] == "/":
            await self._app(scope, receive, _Exchanging(send, self._tags(Request(scope))).send)
        else:
            await self._app(scope, receive, send)

    def _picture(self, name: str) -> Response:
        found = self._examples.precomputed(name) if name in self._examples.names else None
        if found is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        pixels = card(decoded(found.aligned), decoded(found.pictures[-1]), f"photo and inversion  |  {TITLE}")
        return Response(jpeg(pixels), media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})

    def _tags(self, request: Request) -> bytes:
        """Return the tags for the example that the query names, or else for the first one."""
        wanted = parse_qs(request.url.query).get("example", [""])[0]
        name = wanted if wanted in self._examples.names else next(iter(self._examples.names), None)
        tags = {"og:type": "website", "og:title": TITLE, "og:description": SENTENCE}
        if name:
            host = request.headers.get("x-forwarded-host", request.url.netloc)
            scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
            tags["og:image"] = f"{scheme}://{host}/preview/{name}.jpg"
        lines = [f'<meta property="{key}" content="{html.escape(value)}">' for key, value in tags.items()]
        lines.append('<meta name="twitter:card" content="summary_large_image">')
        return "\n".join(lines).encode()


class _Exchanging:
    """Sends a page with other tags."""

    def __init__(self, send: Send, tags: bytes) -> None:
        self._send = send
        self._tags = tags
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Collect the response, and send it with its new length when it is complete."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body") or self._start is None:
            return
        body = TAGS.sub(b"", self._body).replace(b"</head>", self._tags + b"</head>", 1)
        headers = [(key, value) for key, value in self._start["headers"] if key.lower() != b"content-length"]
        if self._body:
            headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({**message, "body": body})
