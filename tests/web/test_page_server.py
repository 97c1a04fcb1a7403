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


def test_a_server_that_somebody_woke_to_its_end_already_stops_quietly() -> None:
    server = PageServer(Flask(__name__), "127.0.0.1", 0, 2)
    server.start()
    trigger = server._server.trigger
    wake = trigger._physical_pull

    def wake_too_late() -> None:
        wake()  # As the thread that ends an answer does, between our noting what to do and our waking.
        server._thread.join()
        wake()

    trigger._physical_pull = wake_too_late
    server.stop()
    assert not server._thread.is_alive()
