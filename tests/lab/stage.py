# SPDX-License-Identifier: Apache-2.0
"""On which a scenario is played: it changes the lab, measures where packets go, asks mpicd, and says what it expects.
What is not as expected is noted, and the play goes on, so that one run shows everything."""

import textwrap
from dataclasses import dataclass, field

from orders import Applicant
from routing import Announcement
from running import wait_for
from zones import ATTACKER_TOKEN, VICTIM_TOKEN

RECORDS_SECONDS = 30  # until the journal has what every perspective said; more than the coordinator's straggler-ms
ATTACKER = Applicant("attacker", ATTACKER_TOKEN)
VICTIM = Applicant("victim", VICTIM_TOKEN)

# What the victim announces, and the halves that a hijacker can announce more specifically.
PREFIXES = {"web": ("30.109.0.0/22", "3000:109:10::/44"), "dns": ("30.109.4.0/22", "3000:109:20::/44")}
SUB_PREFIXES = {"web": ("30.109.0.0/24", "3000:109:10::/48"), "dns": ("30.109.4.0/24", "3000:109:20::/48")}
VICTIM_AS = 64509


@dataclass
class Row:
    """One question in one situation, and what became of it."""

    situation: str
    order: object
    answer: object
    captured: frozenset
    outcomes: dict  # perspective -> outcome, also of those that the decision did not wait for
    codes: dict  # perspective -> code of its domain control check
    expected: dict = field(default_factory=dict)
    expected_codes: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)


class Stage:
    def __init__(self, net, tell):
        self.net, self.tell = net, tell
        self.zones = net.topology.zones
        self.names = [host.name for host in net.topology.perspectives]
        self.remotes = self.names[1:]
        self.rows, self.problems = [], []
        self.situation, self.captured = "", frozenset()

    # ---- the story

    def enter(self, situation):
        """A new situation begins."""
        self.situation, self.captured = situation, frozenset()
        self.tell(f"  {situation}")

    def say(self, text):
        self.tell(textwrap.indent(text, "    "))

    def check(self, holds, problem):
        """Notes the problem unless the condition holds."""
        if not holds:
            self.problems.append(f"{self.situation}: {problem}")
            self.tell(f"    WRONG: {problem}")
        return holds

    # ---- the attacker

    def hijack(self, prefixes, to=(), **how):
        """The attacker announces these prefixes, and nothing else from then on."""
        forged = ", as if they came from AS " + " ".join(map(str, how["forged_path"])) if "forged_path" in how else ""
        self.say(f"the attacker announces {' and '.join(prefixes)} to {', '.join(to) or 'all'}"
                 + forged + (", with NO_EXPORT" if how.get("no_export") else ""))
        self.net.routing.announce("attacker-gw", [Announcement(prefix, tuple(to), **how) for prefix in prefixes])

    # ---- measuring

    def expect_captured(self, kind, expected):
        """Once routes have settled: whose packets to the victim's "web" or "dns" address end at the attacker."""
        self.net.routing.settle()
        landed = self.net.who_serves(kind)
        both = {name: set(ends) for name, ends in landed.items()}
        self.captured = frozenset(name for name, ends in both.items() if "attacker" in ends)
        self.say(f"probes to {kind} land at: " + ", ".join(
            f"{name} {'/'.join(sorted(str(end) for end in ends))}" for name, ends in both.items()))
        self.check(self.captured == frozenset(expected),
                   f"captured are {listed(self.captured)}, and not {listed(expected)}")
        self.check(all(len(ends) == 1 and None not in ends for ends in both.values()),
                   f"IPv4 and IPv6 do not lead to the same place: {landed}")
        self.net.forget()
        return landed

    def expect_landing(self, kind, some, others):
        """Without an attacker: at which host each perspective's packets arrive."""
        landed = self.net.who_serves(kind)
        for name, ends in landed.items():
            wanted = some.get(name, others)
            self.check(set(ends) == {wanted}, f"{name}'s probes to {kind} land at {ends}, and not at {wanted}")

    # ---- asking

    def ask(self, *orders):
        """All at once. A Row for each."""
        answers = self.net.ask([order.question for order in orders])
        rows = []
        for order, answer in zip(orders, answers):
            rows.append(self._row(order, answer))
            self.say(f"{order.title}: {summary(answer)}")
            if not answer.ok:
                self.say(textwrap.fill(answer.body.get("error", ""), 110, initial_indent="  ",
                                       subsequent_indent="  ", break_on_hyphens=False))
        self.rows += rows
        return rows

    def _row(self, order, answer):
        return Row(self.situation, order, answer, self.captured, {name: answer.outcome(name) for name in self.names},
                   {name: answer.dcv(name).get("code") for name in self.names})

    def expect(self, row, code, outcomes=None, diagnosis=None, dnssec=None, codes=None):
        """The decision's code ("ok" for a pass); each perspective's outcome, and the code of its domain control check,
        now or later; a diagnosis among those that were given; the DNSSEC state of that check, of those in the answer.
        A tuple allows several."""
        answer = row.answer
        self._check_row(row, answer.status == 200, f"HTTP status {answer.status}: {answer.body}")
        self._check_row(row, answer.code == code, f"{answer.code}, and not {code}")
        row.expected, row.expected_codes = dict(outcomes or {}), dict(codes or {})
        if diagnosis:
            self._check_row(row, diagnosis in answer.diagnoses, f"no diagnosis {diagnosis} in {answer.diagnoses}")
        quorum = answer.body.get("quorum", {})
        self._check_row(row, quorum.get("compliant") is True, f"not compliant: {quorum}")
        for name, state in (dnssec or {}).items():
            if row.outcomes[name] != "pending":
                self._check_one(row, f"{name}'s dnssec", answer.dcv(name).get("dnssec"), state)

    def note(self, order, answer):
        """A row for the table, of a question that was not asked by ask()."""
        self.rows.append(self._row(order, answer))

    def wait(self, what, condition, seconds=60):
        wait_for(what, condition, seconds, every=0.05)

    def _check_row(self, row, holds, problem):
        if not self.check(holds, f"{row.order.title}: {problem}"):
            row.problems.append(problem)

    def _check_one(self, row, what, got, expected):
        allowed = expected if isinstance(expected, tuple) else (expected,)
        self._check_row(row, got in allowed, f"{what}: {got}, and not {' or '.join(allowed)}")

    def finish(self):
        """Looks up in the journal what came too late for the decisions, and checks all outcomes."""
        try:
            wait_for("late records", self._all_complete, RECORDS_SECONDS, every=0.25)
        except AssertionError:
            pass  # those without a record stay pending, which no expectation allows
        for row in self.rows:
            self.situation = row.situation
            for name, outcome in row.expected.items():
                self._check_one(row, name, row.outcomes[name], outcome)
            for name, code in row.expected_codes.items():
                self._check_one(row, f"{name}'s finding", row.codes[name], code)

    def _all_complete(self):
        waiting = [row for row in self.rows if "pending" in row.outcomes.values()]
        late = self.net.service.late_reports() if waiting else {}
        for row in waiting:
            for name, record in late.get(row.answer.body.get("request-id"), {}).items():
                row.outcomes[name] = record["outcome"]
                row.codes[name] = record.get("dcv", {}).get("code")
        return not any("pending" in row.outcomes.values() for row in waiting)


def listed(names):
    return ", ".join(sorted(names)) or "nobody"


def summary(answer):
    if answer.status != 200:
        return f"HTTP status {answer.status}: {answer.body.get('error', answer.body)}"
    quorum = answer.body["quorum"]
    text = f"{'OK' if answer.ok else 'refused, ' + answer.code}, {quorum['result']} (needs {quorum['required']}), " \
           f"{answer.seconds:.1f} s"
    if answer.diagnoses:
        text += f"; diagnosis {', '.join(answer.diagnoses)}"
    return text
