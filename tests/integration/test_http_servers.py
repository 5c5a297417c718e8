# SPDX-License-Identifier: Apache-2.0
"""The http method against nginx over IPv4 and IPv6, and against TLS servers of several tempers: redirect
targets need TLS 1.2 or newer, get SNI, and their certificates are nobody's business (BR 3.2.2.4.19)."""

import ssl

import pytest

from checks import PASSED, REJECTED, UNDETERMINED
from http_world import HttpWorld
from process import answers_tcp, free_port, wait_for
from scripted_http import ScriptedHttp, certificate, redirect, response, server_tls
from servers import Nginx

TOKEN = "token.thumbprint"
SECURE = "https://www.web.test/there"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("certificate"))


# --- TLS at redirect targets ---

@pytest.fixture(params=["ipv4", "ipv6"])
def world(request, tmp_path, files):
    with HttpWorld(tmp_path, request.param, tls=server_tls(files)) as world:
        yield world


def to_tls(location=SECURE, reply=None):
    """http redirects to https, which has the token."""
    def answers(request):
        return (reply or response(200, TOKEN)) if request.tls else redirect(location)
    return answers


def test_a_target_with_another_name_and_an_unknown_issuer_is_fine(world):
    world.say(to_tls())
    code, result = world.check("www.web.test", "/", TOKEN)
    first, second = result["evidence"]["hops"]
    assert code == PASSED and "tls-version" not in first or first["tls-version"] == ""
    assert second["tls-version"] == "TLSv1.3" and second["family"] == world.family
    asked, = world.https.asked
    assert asked.server_name == "www.web.test" and asked.header("Host") == "www.web.test"


def test_an_address_gets_no_server_name(world):
    """RFC 6066 §3: literal addresses are not permitted in it."""
    host = f"[{world.address}]" if ":" in world.address else world.address
    world.say(to_tls(f"https://{host}/there"))
    assert world.check("www.web.test", "/", TOKEN)[0] == PASSED
    assert world.https.asked[0].server_name is None and world.https.asked[0].header("Host") == host


def test_each_hop_has_its_own_server_name(world):
    def answers(request):
        if not request.tls:
            return redirect("https://a.web.test/1")
        return redirect("https://b.web.test/2", 308) if request.target == "/1" else response(200, TOKEN)
    world.say(answers)
    assert world.check("www.web.test", "/", TOKEN)[0] == PASSED
    assert [asked.server_name for asked in world.https.asked] == ["a.web.test", "b.web.test"]


def test_and_back_to_plain_http(world):
    world.say(lambda request: redirect("http://www.web.test/end") if request.tls else
              response(200, TOKEN) if request.target == "/end" else redirect(SECURE))
    assert world.check("www.web.test", "/", TOKEN)[0] == PASSED


def test_a_target_that_speaks_no_tls(world):
    world.https.tls = None
    world.say(lambda request: redirect(SECURE))
    code, result = world.check("www.web.test", "/", TOKEN)
    assert (code, result["code"]) == (UNDETERMINED, "tls-failed")
    assert result["evidence"]["hops"][1]["tried"][0]["phase"] == "tls"


@pytest.mark.parametrize("version,code", [
    (ssl.TLSVersion.TLSv1, UNDETERMINED), (ssl.TLSVersion.TLSv1_1, UNDETERMINED), (ssl.TLSVersion.TLSv1_2, PASSED),
    (ssl.TLSVersion.TLSv1_3, PASSED)], ids=["1.0", "1.1", "1.2", "1.3"])
def test_versions(world, files, version, code):
    world.https.tls = server_tls(files, version, version)
    world.say(to_tls())
    got, result = world.check("www.web.test", "/", TOKEN)
    assert got == code, result
    if code == PASSED:
        assert result["evidence"]["hops"][1]["tls-version"] == version.name.replace("_", ".")
    else:
        assert result["code"] == "tls-failed"


def test_an_end_without_close_notify_is_an_end(world):
    """Many servers send none; the certificate is not validated, so it would protect nothing."""
    body = b"HTTP/1.1 200 OK\r\n\r\n" + TOKEN.encode()
    world.say(to_tls(reply=[body]))
    assert world.check("www.web.test", "/", TOKEN)[0] == PASSED


# --- nginx ---

class Site:
    """nginx on one address, for http and https, behind an HttpWorld's names."""

    def __init__(self, folder, family, files):
        self.world = HttpWorld(folder, family)
        address = self.world.address
        https = free_port(address)
        (folder / "files").mkdir()
        for name, size in (("at-limit", 65536), ("over-limit", 65537), ("large", 5_000_000)):
            (folder / "files" / name).write_text(TOKEN + "\n" * (size - len(TOKEN)))
        host = f"[{address}]" if ":" in address else address
        tls = f"listen {host}:{https} ssl; ssl_certificate {files[0]}; ssl_certificate_key {files[1]};"
        self.nginx = Nginx(folder, [address], f"""
            server {{
                {{listen0}} {tls}
                server_name www.web.test;
                root {folder}/files;
                gzip on; gzip_min_length 1; gzip_types *; default_type text/plain;
                location = /token {{ return 200 "{TOKEN}\\n"; }}
                location = /other {{ return 200 "something else"; }}
                location = /permanent {{ return 301 /token; }}
                location = /found {{ return 302 http://www.web.test/token; }}
                location = /see-other {{ return 303 /token; }}
                location = /temporary {{ return 307 /token; }}
                location = /kept {{ return 308 https://www.web.test/token; }}
                location = /around {{ return 302 /around; }}
                location = /port {{ return 302 http://www.web.test:8080/token; }}
                location = /forbidden {{ return 403; }}
                location = /closed {{ return 444; }}
                location = /slow {{ limit_rate 4096; limit_rate_after 1; try_files /at-limit =404; }}
                location = /host {{ return 200 "$scheme $host $http_host $ssl_server_name $http_accept_encoding"; }}
                location = /to-host {{ return 302 https://www.web.test/host; }}
            }}
            server {{ {{listen0}} server_name other.web.test; location / {{ return 421; }} }}
            """, http="port_in_redirect off; absolute_redirect off; ", name=f"nginx-{family}")
        self.https = https

    def __enter__(self):
        self.world.__enter__()
        self.nginx.start()
        wait_for("nginx for https", lambda: answers_tcp(self.world.address, self.https))
        return self

    def __exit__(self, *_):
        self.nginx.stop()
        self.world.__exit__()

    def check(self, path, expected=TOKEN, host="www.web.test", timeout="10s"):
        return self.world.check(host, path, expected, timeout, http_port=self.nginx.port, https_port=self.https)


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def site(request, tmp_path_factory, files):
    with Site(tmp_path_factory.mktemp(request.param), request.param, files) as site:
        yield site


@pytest.mark.parametrize("path,exit_code,word,statuses", [
    ("/token", PASSED, "ok", [200]), ("/permanent", PASSED, "ok", [301, 200]), ("/found", PASSED, "ok", [302, 200]),
    ("/temporary", PASSED, "ok", [307, 200]), ("/kept", PASSED, "ok", [308, 200]),
    ("/see-other", REJECTED, "http-status", [303]), ("/around", REJECTED, "redirect-loop", [302]),
    ("/port", REJECTED, "redirect-refused", [302]), ("/forbidden", REJECTED, "http-status", [403]),
    ("/missing", REJECTED, "http-status", [404]), ("/other", REJECTED, "body-mismatch", [200]),
    ("/closed", UNDETERMINED, "connection-reset", [None]), ("/at-limit", PASSED, "ok", [200]),
    ("/over-limit", REJECTED, "body-mismatch", [200]), ("/large", REJECTED, "body-mismatch", [200])])
def test_nginx(site, path, exit_code, word, statuses):
    code, result = site.check(path)
    assert (code, result["code"]) == (exit_code, word), result
    assert [hop.get("status") or None for hop in result["evidence"]["hops"]] == statuses
    assert {hop.get("family", "") for hop in result["evidence"]["hops"]} <= {site.world.family, ""}


def test_nginx_sees_the_names(site):
    """Host without the test network's port, SNI at the redirect target, and no coding asked for."""
    assert site.check("/to-host", "https www.web.test www.web.test www.web.test")[0] == PASSED
    assert site.check("/host", "http www.web.test www.web.test")[0] == PASSED
    assert site.check("/token", host="other.web.test")[1]["evidence"]["hops"][0]["status"] == 421


def test_nginx_that_is_slow(site):
    code, result = site.check("/slow", timeout="2s")
    assert (code, result["code"]) == (UNDETERMINED, "timeout")
    assert result["evidence"]["hops"][0]["tried"][0]["phase"] == "body"


def test_a_server_beside_is_not_needed(site):
    """A listener of the other family at the same port is left alone when the name has no address there."""
    other = "127.0.0.1" if site.world.family == "ipv6" else "::1"
    with ScriptedHttp(lambda request: response(200, "wrong"), [other], port=site.nginx.port) as beside:
        assert site.check("/token")[0] == PASSED and not beside.asked
