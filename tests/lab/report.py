# SPDX-License-Identifier: Apache-2.0
"""What came of the scenarios: a table for people, JSON, and JUnit XML for the suite that counts."""

import json
import xml.etree.ElementTree as ET

WORDS = {"corroborates": "yes", "disagrees": "no", "failed": "fail", "timeout": "late", "unreachable": "gone",
         "misconfigured": "bad", "pending": "?"}
LEGEND = """\
yes   corroborates: it saw what the applicant should show     no    saw something else
fail  could not determine                                     late  its agent did not report in time
gone  its agent could not be reached                          *     its packets end at the attacker's servers
remotes: how many corroborated by the time of the decision; a pass does not wait for the rest."""
QUESTION, CELL, DECISION = 38, 6, 22


def table(results, names):
    head = f"{'':<{QUESTION}} " + "".join(f"{name:<{CELL}}" for name in names) + \
        f"remotes  {'decision':<{DECISION}} diagnosis"
    lines = [head, "-" * len(head)]
    for result in results:
        mark = "" if not result.problems else "   NOT AS EXPECTED"
        lines.append(f"{result.scenario.name}: {result.scenario.story}{mark}")
        before = None
        for row in result.rows:
            if row.situation != before:
                lines.append(f"  {row.situation}")
                before = row.situation
            lines.append(_line(row, names))
        lines.append("")
    return "\n".join([*lines, LEGEND])


def _line(row, names):
    cells = "".join(f"{WORDS[row.outcomes[name]] + ('*' if name in row.captured else ''):<{CELL}}" for name in names)
    decision = "OK" if row.answer.ok else row.answer.code or f"HTTP {row.answer.status}"
    quorum = row.answer.body.get("quorum", {}).get("result", "")
    if row.problems:
        decision += " (!)"
    return f"{'    ' + row.order.title:<{QUESTION}} {cells}{quorum:<8} {decision:<{DECISION}} " \
           f"{', '.join(row.answer.diagnoses)}".rstrip()


def as_json(results, about):
    return json.dumps(about | {"scenarios": [_scenario(result) for result in results]}, indent=2) + "\n"


def _scenario(result):
    return {"name": result.scenario.name, "story": result.scenario.story, "as-expected": not result.problems,
            "problems": result.problems, "seconds": round(result.seconds, 1),
            "questions": [_question(row) for row in result.rows]}


def _question(row):
    body = row.answer.body
    return {"situation": row.situation, "applicant": row.order.applicant or None, "method": row.order.method,
            "domain": row.order.domain, "captured": sorted(row.captured), "outcomes": row.outcomes,
            "ok": row.answer.ok, "code": row.answer.code, "error": body.get("error"),
            "diagnosis": body.get("diagnosis", []), "quorum": body.get("quorum"),
            "seconds": round(row.answer.seconds, 3), "problems": row.problems}


def junit(results):
    suite = ET.Element("testsuite", name="hijack-lab", tests=str(len(results)))
    for result in results:
        case = ET.SubElement(suite, "testcase", classname="hijack-lab", name=result.scenario.name,
                             time=f"{result.seconds:.1f}")
        if result.problems:
            ET.SubElement(case, "failure", message=result.problems[0]).text = "\n".join(result.problems)
    return ET.tostring(suite, encoding="unicode") + "\n"


def junit_skipped(scenarios, reason):
    suite = ET.Element("testsuite", name="hijack-lab", tests=str(len(scenarios)), skipped=str(len(scenarios)))
    for scenario in scenarios:
        case = ET.SubElement(suite, "testcase", classname="hijack-lab", name=scenario.name)
        ET.SubElement(case, "skipped", message=reason)
    return ET.tostring(suite, encoding="unicode") + "\n"
