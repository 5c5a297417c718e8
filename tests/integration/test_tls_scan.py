# SPDX-License-Identifier: Apache-2.0
"""What testssl.sh has to say about the public listener: no weakness of medium severity or above."""

import json
import shutil
import subprocess

import pytest

from mpicd import LONG

TESTSSL = shutil.which("testssl") or "/usr/bin/testssl"
# WARN is none of them: so testssl says that a check of its own did not work, as now and then that of resumption.
BAD = ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
# Protocols, cipher categories, forward secrecy, the server's defaults and certificate, HTTP headers, and the
# weaknesses that hang on no cipher list; the long run has everything that testssl knows.
SHORT = ("--protocols", "--standard", "--fs", "--server-defaults", "--heartbleed", "--ccs-injection", "--robot",
         "--renegotiation", "--compression", "--tls-fallback", "--sweet32", "--headers")
LONGER = ("--full", "--vulnerable")
NOT_THE_LISTENERS = {
    "cert_revocation": "a private CA without CRL and OCSP: the certificate is the operator's choice",
}


def scan(made, ca, folder, checks):
    """Findings by id."""
    out = folder / "findings.json"
    done = subprocess.run(
        [TESTSSL, "--warnings", "off", "--quiet", "--color", "0", "--nodns", "none", "--connect-timeout", "10",
         "--openssl-timeout", "10", "--ip", made.address, "--add-ca", ca, "--jsonfile", str(out), *checks,
         f"https://{made.address}:{made.port}{made.api.path}"],
        capture_output=True, text=True, timeout=1500, check=False, stdin=subprocess.DEVNULL)
    assert out.exists(), done.stdout + done.stderr
    findings = {}
    for finding in json.loads(out.read_text()):
        findings.setdefault(finding["id"], []).append(finding)
    return findings, done


def weaknesses(findings):
    return [f"{name}: {one['severity']}: {one['finding']}" for name, ones in findings.items() for one in ones
            if one["severity"] in BAD and name not in NOT_THE_LISTENERS]


@pytest.fixture
def scanned(lab, tmp_path):
    assert shutil.which(TESTSSL), "testssl.sh is missing: config/install-packages.sh --tests"
    return scan(lab.coordinator, lab.pki.ca, tmp_path, LONGER if LONG else SHORT)


def test_testssl_finds_no_weakness(scanned):
    findings, done = scanned
    assert not weaknesses(findings), "\n".join(weaknesses(findings)) + "\n" + done.stdout
    # And it did look: these are what a scan that did not reach anything would lack.
    assert "FS" in findings or "PFS" in findings, done.stdout  # 3.2 or 3.0 of testssl
    for name, severity in (("SSLv2", "OK"), ("SSLv3", "OK"), ("TLS1", "INFO"), ("TLS1_1", "INFO"), ("TLS1_2", "OK"),
                           ("TLS1_3", "OK"), ("heartbleed", "OK"), ("CRIME_TLS", "OK"),
                           ("secure_renego", "OK"), ("secure_client_renego", "OK"), ("cipherlist_NULL", "OK"),
                           ("cipherlist_EXPORT", "OK"), ("cipherlist_LOW", "OK")):
        assert name in findings, f"testssl did not look for {name}:\n{done.stdout}"
        assert findings[name][0]["severity"] == severity, findings[name]
