# SPDX-License-Identifier: Apache-2.0
"""Everything that can be wrong with a request: its status, its code, and one shape for every error."""

import json
import socket
import ssl
import subprocess

import pytest

GOOD = {"method": "caa", "domain": "www.mpic.test"}
HTTP = {"method": "http", "domain": "www.mpic.test", "path": "/x", "expected": "x"}
DNS = {"method": "dns", "domain": "www.mpic.test", "record-type": "TXT", "prefix": "", "expected": "x"}
ACME = {"method": "http-acme", "domain_or_ip": "www.mpic.test", "token": "abc", "key_authorization": "abc.def"}


def expect_error(reply, status, code):
    """The one shape of every error answer."""
    assert reply.status == status, reply.text
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store" and reply.headers["X-Content-Type-Options"] == "nosniff"
    answer = reply.json
    assert answer["ok"] is False and answer["success"] is False
    assert answer["code"] == code, answer
    assert isinstance(answer["error"], str) and len(answer["error"]) > 10
    assert answer["request-id"] and answer["request-id"] == reply.headers["X-Request-Id"]
    return answer


def issues(dev, body):
    """{path: message} of a refused request."""
    answer = expect_error(dev.api.call(body), 400, "invalid-request")
    assert answer["issues"], answer
    for issue in answer["issues"]:
        assert set(issue) == {"path", "message"} and issue["path"].startswith("$")
    return {issue["path"]: issue["message"] for issue in answer["issues"]}


@pytest.mark.parametrize("body", [
    "", "{", '{"method":"caa",}', "nonsense", '{"method":"caa" "domain":"a.test"}', '{"a":1}}', "{'a':1}",
    "\x00", '{"method":"caa","domain":"\\ud800"}', "// comment\n{}", b"\xff\xfe{}", b'{"method":"\xff"}',
    "[" * 100 + "]" * 100, "NaN", "[]", "null", "7", '"caa"'])
def test_not_a_json_object(dev, body):
    assert issues(dev, body)


@pytest.mark.parametrize("change,path", [
    ({"domain": 7}, "$.domain"), ({"domain": None}, "$.domain"), ({"domain": ["a.test"]}, "$.domain"),
    ({"method": 7}, "$.method"), ({"caa-policy": []}, "$.caa-policy"),
    ({"caa-policy": {"issuer-domains": "ca.example"}}, "$.caa-policy.issuer-domains"),
    ({"caa-policy": {"issuer-domains": ["ca.example", 7]}}, "$.caa-policy.issuer-domains[1]"),
    ({"caa-policy": {"issuer-domains": ["ca.example"], "wildcard": "no"}}, "$.caa-policy.wildcard"),
    ({"request-id": 7}, "$.request-id"), ({"request-id": "x" * 129}, "$.request-id"),
])
def test_wrong_types(dev, change, path):
    assert path in issues(dev, GOOD | change)


@pytest.mark.parametrize("body,missing", [
    ({}, {"$.method"}), ({"method": "caa"}, {"$.domain"}),
    ({"method": "http"}, {"$.domain", "$.path", "$.expected"}),
    ({"method": "dns"}, {"$.domain", "$.record-type", "$.prefix", "$.expected"}),
    ({"method": "http-acme"}, {"$.domain_or_ip", "$.token", "$.key_authorization"}),
])
def test_missing_fields_are_named_all_at_once(dev, body, missing):
    assert missing <= set(issues(dev, body))


@pytest.mark.parametrize("body,path,meant", [
    (GOOD | {"domian": "x"}, "$.domian", "domain"), (HTTP | {"pathh": "/x"}, "$.pathh", "path"),
    (DNS | {"record_type": "TXT"}, "$.record_type", "record-type"), (GOOD | {"zzz": 1}, "$.zzz", ""),
    (GOOD | {"caa-policy": {"issuer-domains": ["a"], "acount-uri": "x"}}, "$.caa-policy.acount-uri", "account-uri"),
    ({"method": "htpp", "domain": "a.test"}, "$.method", "http"),
])
def test_unknown_fields_name_what_was_meant(dev, body, path, meant):
    assert meant in issues(dev, body)[path]


@pytest.mark.parametrize("body", [
    '{"method":"caa","domain":"a.test","domain":"b.test"}',
    '{"method":"caa","domain":"a.test","caa-policy":{"issuer-domains":["a"],"issuer-domains":["b"]}}'])
def test_duplicate_keys(dev, body):
    assert any("duplicate" in message or "twice" in message for message in issues(dev, body).values())


@pytest.mark.parametrize("domain", [
    "", ".", "a..test", ".a.test", "a.test..", "x" * 64 + ".test", ".".join(["x" * 50] * 6), "x" * 5000,
    "a_b.test", "-a.test", "a-.test", "a b.test", "a.test/x", "http://a.test", "a.test:80", "a.test\n",
    "xn--zzzzzz-.test", "xn--99999999.test", "xn--bcher-kva9.test", "ab--cd.test", "\u2028.test",
    "a.*.test", "*", "*.*.test",
    "127.0.0.1", "::1", "[::1]", "1.2.3.4.", "user@a.test", "a\u0000.test", "x.onion", "1.0.0.127.in-addr.arpa"])
@pytest.mark.parametrize("body", [GOOD, DNS], ids=["caa", "dns"])
def test_domains_that_are_none(dev, body, domain):
    assert "$.domain" in issues(dev, body | {"domain": domain})


@pytest.mark.parametrize("change,path", [
    ({"path": "x"}, "$.path"), ({"path": ""}, "$.path"), ({"path": "/a b"}, "$.path"),
    ({"path": "/x\r\nHost: evil"}, "$.path"), ({"path": "/" + "x" * 5000}, "$.path"),
    ({"expected": ""}, "$.expected"), ({"expected-base64": "eA=="}, "$.expected-base64"),
    ({"domain": "*.mpic.test"}, "$.domain"), ({"caa": "yes"}, "$.caa"),
])
def test_http_fields(dev, change, path):
    found = issues(dev, HTTP | change)
    assert path in found or "$.expected" in found


@pytest.mark.parametrize("text", ["!!!", "eA=", "eA", "eB==", "e A==", ""])
def test_base64_is_strict(dev, text):
    body = {key: value for key, value in HTTP.items() if key != "expected"}
    assert "$.expected-base64" in issues(dev, body | {"expected-base64": text})


@pytest.mark.parametrize("change,path", [
    ({"record-type": "MX"}, "$.record-type"), ({"record-type": "txt "}, "$.record-type"),
    ({"prefix": "a..b"}, "$.prefix"), ({"prefix": "x" * 64}, "$.prefix"), ({"prefix": 1}, "$.prefix"),
    ({"record-type": "A", "expected": "not-an-address"}, "$.expected"),
])
def test_dns_fields(dev, change, path):
    assert path in issues(dev, DNS | change)


@pytest.mark.parametrize("change,path", [
    ({"token": "a/b"}, "$.token"), ({"token": ""}, "$.token"), ({"key_authorization": 1}, "$.key_authorization"),
    ({"domain_or_ip": "a..test"}, "$.domain_or_ip"), ({"caa": True}, "$.caa"),
])
def test_http_acme_fields(dev, change, path):
    assert path in issues(dev, ACME | change)


def test_a_body_over_the_limit(dev):
    body = json.dumps(GOOD | {"request-id": "x" * 70_000})
    expect_error(dev.api.call(body), 413, "payload-too-large")


def test_headers_over_the_limit(dev):
    headers = {"Authorization": f"Bearer {dev.api.token}", "Content-Type": "application/json",
               "X-Large": "x" * 20_000}
    reply = dev.api.request("POST", dev.api.path, json.dumps(GOOD), headers)
    expect_error(reply, 431, "headers-too-large")


@pytest.mark.parametrize("large,status,said", [
    (["--data-binary", json.dumps(GOOD | {"request-id": "x" * 70_000})], 413, ("payload-too-large", "65536 octets")),
    (["-d", json.dumps(GOOD), "-H", "X-Large: " + "x" * 20_000], 431, ("headers-too-large", "16384 octets")),
])
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl_shows_what_is_over_a_limit(dev, version, large, status, said):
    """RFC 9113 8.1: the answer comes before the request's end, and no RST_STREAM may take it away."""
    done = subprocess.run(["curl", "-sS", version, "--max-time", "20", "--cacert", dev.ready["ca-file"],
                           "-H", f"Authorization: Bearer {dev.api.token}", "-H", "Content-Type: application/json",
                           "-w", "\n%{http_code}", *large, dev.ready["url"]],
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    answer, got = done.stdout.rsplit("\n", 1)
    told = json.loads(answer)
    assert (int(got), told["code"]) == (status, said[0])
    assert said[1] in told["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_wrong_content_type(dev, kind):
    headers = {"Authorization": f"Bearer {dev.api.token}", "Content-Type": kind}
    expect_error(dev.api.request("POST", dev.api.path, json.dumps(GOOD), headers), 415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_right_content_type(dev, kind):
    headers = {"Authorization": f"Bearer {dev.api.token}", "Content-Type": kind}
    assert dev.api.request("POST", dev.api.path, json.dumps(GOOD), headers).status == 200


@pytest.mark.parametrize("path", ["/", "/mpic", "/mpic/draft-01", "/mpic/draft-00/", "/mpic/draft-00/x",
                                  "/MPIC/draft-00", "/metrics", "/healthz", "/%6dpic/draft-00"])
def test_wrong_path(dev, path):
    expect_error(dev.api.request("POST", path, json.dumps(GOOD)), 404, "not-found")


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_wrong_verb(dev, verb):
    reply = dev.api.request(verb, dev.api.path, None)
    expect_error(reply, 405, "method-not-allowed")
    assert reply.headers["Allow"] == "POST"


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz",
                                           "bearer-TOKEN", "TOKEN", "Bearer TOKEN x"])
def test_no_or_wrong_token(dev, authorization):
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization.replace("TOKEN", dev.api.token)
    reply = dev.api.request("POST", dev.api.path, json.dumps(GOOD), headers)
    answer = expect_error(reply, 401, "unauthorized")
    assert dev.api.token not in json.dumps(answer)
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_unauthorized_client_learns_nothing_about_its_body(dev):
    reply = dev.api.request("POST", dev.api.path, "{", {"Content-Type": "application/json"})
    answer = expect_error(reply, 401, "unauthorized")
    assert "issues" not in answer


def test_a_connection_survives_an_error(dev):
    link = dev.api.connection()
    try:
        expect_error(dev.api.request("POST", dev.api.path, "{", connection=link), 400, "invalid-request")
        assert dev.api.request("POST", dev.api.path, json.dumps(GOOD), connection=link).status == 200
    finally:
        link.close()


def raw(dev, octets):
    """What comes back, as text, for octets sent over TLS."""
    with socket.create_connection((dev.api.host, dev.api.port), timeout=20) as plain, \
            dev.api.tls.wrap_socket(plain, server_hostname=dev.api.host) as link:
        link.sendall(octets)
        out = b""
        try:
            while piece := link.recv(65536):
                out += piece
        except (ssl.SSLError, ConnectionError):
            pass
        return out.decode(errors="replace")


@pytest.mark.parametrize("octets,status", [
    (b"nonsense\r\n\r\n", 400), (b"POST /mpic/draft-00 HTTP/1.1\r\n\r\n", 400),
    (b"POST /mpic/draft-00 HTTP/3.0\r\nHost: a\r\nConnection: close\r\n\r\n", 505),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"POST /x HTTP/1.1\r\nHost : a\r\n\r\n", 400), (b"POST /x HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
])
def test_what_is_no_http_request(dev, octets, status):
    answer = raw(dev, octets)
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), answer
    error = json.loads(body)
    assert error["ok"] is False and error["code"] and error["error"] and "request-id" in error


def test_the_service_still_serves(dev):
    """Last in the file: none of the above has harmed it."""
    assert dev.api.post(GOOD)["ok"] is True
