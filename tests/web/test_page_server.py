from __future__ import annotations

import http.client
from contextlib import closing

from flask import Flask

from hospital_bridge.web.serving import PageServer


def test_a_browser_that_keeps_its_connection_does_not_keep_the_server() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "well")
    server = PageServer(app, "127.0.0.1", 0, 2)
    server.start()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as browser:
        browser.request("GET", "/")
        assert browser.getresponse().read() == b"well"
        server.stop()
        assert not server._thread.is_alive()
