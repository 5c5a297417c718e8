# SPDX-License-Identifier: Apache-2.0
"""A coordinator and six perspectives against Knot, Unbound and nginx: every check passing, and failing for
a real reason."""

import base64
import json

import pytest

from lab import CA, PROOF
from mpicd import REMOTES, run
from process import free_port

PERMITS = {"issuer-domains": [CA]}


def caa(domain, **more):
    return {"method": "caa", "domain": domain, **more}


def http(domain, path="/proof", **more):
    return {"method": "http", "domain": domain, "path": path, "expected": PROOF, **more}


def dns(domain, expected, **more):
    return {"method": "dns", "domain": domain, "prefix": "_acme-challenge", "record-type": "TXT",
            "expected": expected, **more}


def outcomes(answer):
    return {name: seen["outcome"] for name, seen in answer["perspectives"].items()}


def codes(answer, part="dcv"):
    return {name: seen[part]["code"] for name, seen in answer["perspectives"].items() if part in seen}


def test_caa_is_found_where_it_is(lab):
    for domain in ("plain.test", "www.plain.test", "nothing.here.plain.test", "signed.test", "www.signed.test"):
        answer = lab.post(caa(domain))
        assert answer["ok"] is True, answer
        zone = ".".join(domain.split(".")[-2:])
        assert answer["caa"] == {"domain": zone,
                                 "records": [base64.b64encode(b"\x00\x05issue" + CA.encode()).decode()]}


def test_caa_of_an_alias_is_its_targets(lab):
    answer = lab.post(caa("alias.plain.test"))
    assert answer["ok"] is True and answer["caa"]["domain"] == "plain.test"


def test_no_caa_anywhere(lab):
    answer = lab.post(caa("www.open.test"))
    assert answer["ok"] is True
    assert answer["caa"] == {"domain": "", "records": []}


def test_the_roster_is_compliant(lab):
    quorum = lab.post(caa("plain.test"))["quorum"]
    assert quorum["compliant"] is True and quorum["policy"].startswith("cabf-br-")
    assert (quorum["remotes"], quorum["required"]) == (5, 4)


def test_caa_permission(lab):
    assert lab.post(caa("www.plain.test", **{"caa-policy": PERMITS}))["ok"] is True
    assert lab.post(caa("www.open.test", **{"caa-policy": PERMITS}))["ok"] is True
    for domain, policy in (("www.locked.test", PERMITS), ("www.plain.test", {"issuer-domains": ["x.example"]})):
        answer = lab.post(caa(domain, **{"caa-policy": policy}))
        assert answer["ok"] is False and answer["code"] == "caa-forbids"
        assert domain.removeprefix("www.") in answer["error"]
        assert answer["caa"]["domain"] == domain.removeprefix("www.")  # determined, though it forbids


def test_caa_that_differs_at_one_server(lab):
    answer = lab.post(caa("www.split1.test"))
    assert answer["ok"] is True
    assert outcomes(answer).get("iad", "disagrees") == "disagrees"
    assert answer["quorum"]["corroborated"] == 4


def test_caa_that_differs_at_two_servers(lab):
    answer = lab.post(caa("www.split2.test"))
    assert answer["ok"] is False and answer["code"] == "caa-not-corroborated"
    assert {name for name, outcome in outcomes(answer).items() if outcome == "disagrees"} == {"iad", "nrt"}
    assert "evil.example" in answer["error"]


def test_http_passes(lab):
    answer = lab.post(http("www.plain.test"))
    assert answer["ok"] is True, answer
    hop = answer["perspectives"]["cdg"]["dcv"]["hops"][0]
    assert hop["address"] == lab.web and hop["family"] == "ipv4" and hop["status"] == 200


def test_http_follows_a_redirect(lab):
    answer = lab.post(http("www.plain.test", "/moved"))
    assert answer["ok"] is True, answer
    assert [hop["status"] for hop in answer["perspectives"]["cdg"]["dcv"]["hops"]] == [302, 200]


@pytest.mark.parametrize("domain,path,code,verdict", [
    ("www.plain.test", "/missing", "http-status", "rejected"),
    ("www.plain.test", "/broken", "http-status", "rejected"),
    ("www.plain.test", "/other", "body-mismatch", "rejected"),
    ("www.plain.test", "/around", "redirect-loop", "rejected"),
    ("www.plain.test", "/away", "redirect-refused", "rejected"),
    ("refused.plain.test", "/proof", "connection-refused", "undetermined"),
    ("looping.plain.test", "/proof", "dns-servfail", "undetermined"),
])
def test_http_fails_everywhere(lab, domain, path, code, verdict):
    answer = lab.post(http(domain, path, caa=False))
    assert answer["ok"] is False
    assert answer["code"].startswith("primary-")
    seen = answer["perspectives"]["cdg"]["dcv"]
    assert (seen["code"], seen["verdict"]) == (code, verdict), seen


def test_http_file_missing_at_the_servers_that_two_see(lab):
    answer = lab.post(http("www.split2.test", caa=False))
    assert answer["ok"] is False and answer["code"] == "dcv-not-corroborated"
    for name in ("iad", "nrt"):
        assert answer["perspectives"][name]["dcv"]["code"] == "http-status"
        assert answer["perspectives"][name]["dcv"]["hops"][0]["address"] == lab.other_web
    assert lab.post(http("www.split1.test", caa=False))["ok"] is True


def test_http_blocked_by_region(lab):
    answer = lab.post(http("geo.plain.test", "/", expected=PROOF.strip()))
    assert answer["ok"] is False and answer["code"] == "dcv-not-corroborated"
    assert {name for name, code in codes(answer).items() if code == "http-status"} == {"gru", "jnb"}
    assert any(cause["code"] in ("geo-blocking", "selective-blocking", "filtered-by-server")
               and set(cause["perspectives"]) >= {"gru", "jnb"} for cause in answer["diagnosis"]), answer


def test_dns_passes(lab):
    for zone, value in (("plain", "token-plain"), ("signed", "token-signed"), ("open", "token-open")):
        answer = lab.post(dns(f"www.{zone}.test", value))
        assert answer["ok"] is True, answer


def test_dns_with_another_value(lab):
    answer = lab.post(dns("www.plain.test", "token-wrong"))
    assert answer["ok"] is False and answer["code"] == "primary-rejected"
    assert set(codes(answer).values()) == {"record-mismatch"}
    assert "token-wrong" not in json.dumps(answer)
    assert answer["caa"]["domain"] == "plain.test"  # CAA is decided beside, and shown


def test_dns_without_a_record(lab):
    for domain, allowed in (("plain.test", {"record-absent", "dns-nxdomain"}),
                            ("nothing.signed.test", {"record-absent", "dns-nxdomain"})):
        answer = lab.post(dns(domain, "anything"))
        assert answer["ok"] is False
        assert set(codes(answer).values()) <= allowed, answer


def test_dns_that_differs_at_two_servers(lab):
    answer = lab.post(dns("www.split2.test", "token-right", caa=False))
    assert answer["ok"] is False and answer["code"] == "dcv-not-corroborated"
    assert {name for name, code in codes(answer).items() if code == "record-mismatch"} == {"iad", "nrt"}
    assert "IAD" in answer["error"].upper() and "NRT" in answer["error"].upper()
    assert lab.post(dns("www.split1.test", "token-right", caa=False))["ok"] is True


def test_dnssec_secure_is_reported(lab):
    answer = lab.post(dns("www.signed.test", "token-signed"))
    for name, seen in answer["perspectives"].items():
        assert seen["dcv"]["dnssec"] == "secure", name
        assert seen["caa"]["dnssec"] == "secure", name


def test_dnssec_of_an_unsigned_zone_is_not_secure(lab):
    answer = lab.post(dns("www.plain.test", "token-plain"))
    for name, seen in answer["perspectives"].items():
        assert seen["dcv"]["dnssec"] in ("insecure", "indeterminate"), name


@pytest.mark.parametrize("body", [caa("www.bogus.test"), dns("www.bogus.test", "token-bogus", caa=False),
                                  http("www.bogus.test", caa=False)], ids=["caa", "dns", "http"])
def test_a_bogus_zone_fails(lab, body):
    answer = lab.post(body)
    assert answer["ok"] is False and answer["code"] == "dnssec-bogus"
    assert "caa" not in answer  # not asked for, or not determined
    part = "caa" if body["method"] == "caa" else "dcv"
    assert set(codes(answer, part).values()) == {"dns-bogus"}
    for seen in answer["perspectives"].values():
        assert seen["outcome"] == "failed"
        assert seen[part]["dnssec"] == "bogus"


def test_the_primary_refuses_a_resolver_that_does_not_validate(lab, tmp_path):
    file = tmp_path / "perspective.json"
    config = json.loads((lab.agents["cdg"].folder / "perspective.json").read_text())
    config["resolvers"] = [f"{lab.knot.address}:{lab.knot.port}"]  # answers, and validates nothing
    config["listen"] = f"{lab.sources['cdg']}:{free_port(lab.sources['cdg'])}"
    file.write_text(json.dumps(config))
    done = run("perspective", "--config", file)
    assert done.returncode == 3
    assert "does not validate" in done.stderr


def test_nothing_is_cached_between_requests(lab):
    def asked():
        return (lab.nginx.folder / "access.log").read_text().count("GET /proof ")
    before = asked()
    for _ in range(2):
        assert lab.post(http("www.plain.test", caa=False))["ok"] is True
    assert asked() - before >= 2 * (1 + 4)


def test_admin_inventory(lab):
    status, text = lab.coordinator.admin("/perspectives")
    assert status == 200
    assert all(name in text for name in ("cdg", *REMOTES))
    status, text = lab.coordinator.admin("/metrics")
    assert status == 200 and "mpic" in text


def test_the_audit_record_is_there_before_the_answer(lab):
    for order in ("for-the-auditor-1", "for-the-auditor-2"):
        lab.post(caa("plain.test", **{"request-id": order}))
        segments = (lab.coordinator.folder / "audit").glob("journal-*.jsonl")
        assert order in "".join(segment.read_text() for segment in segments)
