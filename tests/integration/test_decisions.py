# SPDX-License-Identifier: Apache-2.0
"""What the coordinator decides, seen from outside: the cases that tell a corroboration from a vote."""

import concurrent.futures
import signal
import time

from lab import CA
from mpicd import PLACES, coordinator_config

TXT = {"method": "dns", "domain": "www.mpic.test", "prefix": "_proof", "record-type": "TXT", "expected": "right"}
PERMIT = {"issuer-domains": [CA]}


def caa(dev, value, perspectives=None):
    named = {} if perspectives is None else {"perspectives": perspectives}
    dev.put("/dns", name="www.mpic.test", type="CAA", values=[value], **named)


def test_record_sets_that_differ_but_each_permit(dev):
    """BR 4.2.2.1.1: what is corroborated is the permission, not the bytes."""
    caa(dev, f'0 issue "{CA}"')
    caa(dev, f'0 issue "{CA}; policy=ev"', ["iad", "nrt"])
    asked = {"method": "caa", "domain": "www.mpic.test"}
    refused = dev.api.post(asked)
    assert refused["ok"] is False and refused["code"] == "caa-not-corroborated"
    assert "IAD" in refused["error"] and "NRT" in refused["error"]
    assert dev.api.post(asked | {"caa-policy": PERMIT})["ok"] is True


def test_domain_control_passes_and_caa_forbids(dev):
    dev.put("/dns", name="_proof.www.mpic.test", type="TXT", values=["right"])
    caa(dev, '0 issue "other.example"')
    answer = dev.api.post(TXT | {"caa-policy": PERMIT})
    assert answer["ok"] is False and answer["code"] == "caa-forbids"
    assert '0 issue "other.example"' in answer["error"]
    assert answer["caa"]["domain"] == "www.mpic.test"
    for seen in answer["perspectives"].values():
        assert seen["dcv"]["verdict"] == "passed"
        assert seen["caa"]["verdict"] == "rejected" and seen["caa"]["permits"] is False


def test_caa_that_only_two_remotes_see_forbids_too(dev):
    dev.put("/dns", name="_proof.www.mpic.test", type="TXT", values=["right"])
    caa(dev, '0 issue ";"', ["fra", "gru"])
    answer = dev.api.post(TXT | {"caa-policy": PERMIT})
    assert answer["ok"] is False
    assert '0 issue ";"' in answer["error"] and "FRA" in answer["error"] and "GRU" in answer["error"]
    assert answer["quorum"]["corroborated"] == 3


def one_region_config(lab, folder):
    """Four remotes in ARIN's region, one in AFRINIC's."""
    urls = lab.urls()
    config = coordinator_config(lab.pki, "", "", urls, "", folder)
    for entry in config["perspectives"]:
        if entry["role"] == "remote" and entry["rir"] != "AFRINIC":
            entry["rir"] = entry["resolver"]["rir"] = "ARIN"
    return config["perspectives"]


def test_four_that_corroborate_from_one_region_are_not_enough(lab, tmp_path):
    """BR 3.2.2.9: the corroborating remotes lie in at least two RIR regions."""
    lone = next(place.id for place in PLACES if place.rir == "AFRINIC")
    made = lab.make_coordinator("coordinator-one-region", perspectives=one_region_config(lab, tmp_path)).start()
    asked = {"method": "caa", "domain": "www.plain.test", "caa-policy": PERMIT}
    try:
        assert made.api.post(asked)["ok"] is True
        lab.agents[lone].process.stop()
        try:
            answer = made.api.post(asked)
        finally:
            lab.agents[lone].launch().ready()
    finally:
        made.stop()
    assert answer["ok"] is False and answer["code"] == "rir-diversity"
    assert answer["quorum"]["corroborated"] == 4 and answer["quorum"]["rirs"] == ["ARIN"]
    assert "ARIN" in answer["error"], answer["error"]


def test_an_agent_that_dies_in_the_middle_is_unreachable_and_counted(lab):
    """Two die while their lookups hang: a refusal, with both named."""
    names = ("gru", "jnb")
    resolvers = [lab.unbounds[name].process for name in names]
    asked = {"method": "caa", "domain": "www.plain.test", "caa-policy": PERMIT}
    for resolver in resolvers:
        resolver.signal(signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pending = pool.submit(lab.coordinator.api.post, asked)
            time.sleep(0.4)  # the questions have reached the agents, whose resolvers are silent
            for name in names:
                lab.agents[name].process.kill()
            answer = pending.result(timeout=30)
    finally:
        for resolver in resolvers:
            resolver.signal(signal.SIGCONT)
        for name in names:
            lab.agents[name].launch().ready()
    assert answer["ok"] is False
    assert answer["quorum"] | {"result": "3/5", "required": 4} == answer["quorum"]
    for name in names:
        assert answer["perspectives"][name]["outcome"] == "unreachable"
        assert name.upper() in answer["error"]


def test_compliance_is_said_in_every_answer(lab, dev):
    real = lab.post({"method": "caa", "domain": "www.plain.test"})["quorum"]
    assert real["policy"].startswith("cabf-br-") and real["compliant"] is True
    demo = dev.api.post({"method": "caa", "domain": "www.mpic.test"})["quorum"]
    assert demo["policy"].startswith("demo-") and demo["compliant"] is False


def test_every_code_is_explained_by_the_admin_listener(lab):
    status, text = lab.coordinator.admin("/errors/rir-diversity")
    assert status == 200 and "region" in text
    assert lab.coordinator.admin("/errors/no-such-code")[0] == 404
