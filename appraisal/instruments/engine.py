"""From an instrument, its parameters and answers to what is reached, proposed and still missing.

Answers are keyed `domain/question` (`D1/1.2`, `triage/B1`). A question is reached once its condition is certainly
true; a reached question without an answer means no judgement for its domain; an answer to a question that is not
reached is an error, never silently ignored.
"""

from collections.abc import Iterable, Mapping

from appraisal.instruments.answering import (
    Given,
    GivenAnswer,
    GivenParameters,
    Missing,
    Refused,
    Walk,
    settle_parameters,
    shown,
    walk,
)
from appraisal.instruments.conditions import Facts, Number
from appraisal.instruments.findings import Assessment, DomainFinding, OverallFinding, TriageFinding
from appraisal.instruments.model import OVERALL, TRIAGE, Domain, Instrument, Question, Triage, answer_key
from appraisal.instruments.tables import Fired, first_match, judge_domain, judge_overall, level_points
from appraisal.instruments.words import domain_reason, overall_reason, triage_reason


def assess(
    instrument: Instrument,
    parameters: GivenParameters,
    answers: Given,
    *,
    chosen: Mapping[str, str] | None = None,
    inputs: Mapping[str, bool] | None = None,
) -> Assessment:
    """The whole assessment, at any stage of its completion.

    `chosen` holds the assessor's own levels: by domain, `domain/extra judgement`, or `overall`; a manual domain has
    no other. `inputs` are the assessor's yes or no to the inputs of the instrument.
    """
    return _Assessing(instrument, parameters, answers, chosen or {}, inputs or {}).run()


def keep_reached(
    instrument: Instrument, parameters: GivenParameters, answers: Given
) -> tuple[dict[str, GivenAnswer], tuple[Refused, ...]]:
    """The answers that still fit, and why each of the others does not.

    For a changed earlier answer, and for carrying an assessment over to another result or version of the instrument.
    """
    refused = assess(instrument, parameters, answers).errors
    gone = {entry.key for entry in refused}
    dropped = tuple(entry for entry in refused if entry.key in answers)
    return {key: value for key, value in answers.items() if key not in gone}, dropped


class _Assessing:
    def __init__(
        self,
        instrument: Instrument,
        parameters: GivenParameters,
        answers: Given,
        chosen: Mapping[str, str],
        inputs: Mapping[str, bool],
    ) -> None:
        self.instrument = instrument
        self.given, self.chosen, self.inputs = answers, chosen, inputs
        self.parameters, self.missing, self.errors = settle_parameters(instrument, parameters)
        self.known = set(chosen_keys(instrument))
        self.findings: list[DomainFinding] = []
        self.undecided = False  # whether some domain applies cannot be told yet

    def run(self) -> Assessment:
        self._unknown_keys()
        triage = self._triage(self.instrument.triage) if self.instrument.triage else None
        for domain in self.instrument.domains:
            self._domain(domain, triage)
        overall = self._overall(triage)
        return Assessment(
            self.parameters, triage, tuple(self.findings), overall, tuple(self.missing), tuple(self.errors)
        )

    def refuse(self, key: str, message: str) -> None:
        self.errors.append(Refused(key, message))

    def _unknown_keys(self) -> None:
        asked = {answer_key(d.id, q.id) for d in self.instrument.domains for q in d.questions}
        if self.instrument.triage:
            asked |= {answer_key(TRIAGE, q.id) for q in self.instrument.triage.questions}
        for key in self.given:
            if key not in asked:
                self.refuse(key, f"This instrument has no question {key!r}")
        for key in self.chosen:
            if key not in self.known:
                self.refuse(key, f"This instrument has no judgement {key!r} that an assessor can make")

    def _take(self, key: str, found: Walk, questions: Mapping[str, Question]) -> None:
        self.errors.extend(found.refused)
        self.missing.extend(
            Missing("question", answer_key(key, name), questions[name].label) for name in found.missing
        )

    def _triage(self, triage: Triage) -> TriageFinding:
        found = walk(TRIAGE, triage.questions, {}, self.given)
        self._take(TRIAGE, found, triage.by_question)
        reached, missing = tuple(found.reached), tuple(found.missing)
        if not found.complete:
            return TriageFinding(reached, missing, None, None, "")
        facts = Facts(answers=found.answers)
        rule = first_match(triage.rules, facts)
        if rule is None:
            return TriageFinding(reached, missing, True, None, "")
        reason = triage_reason(self.instrument, triage, rule, facts)
        return TriageFinding(reached, missing, False, rule.then, reason)

    def _domain(self, domain: Domain, triage: TriageFinding | None) -> None:
        closed = self._closed(domain, triage)
        if closed:
            for question in domain.questions:
                key = answer_key(domain.id, question.id)
                if key in self.given:
                    self.refuse(key, f"Question {question.id} is not reached: {closed}")
            if domain.id in self.chosen:
                self.refuse(domain.id, f"{domain.label!r} is not judged: {closed}")
            return
        found = walk(domain.id, domain.questions, self.parameters, self.given)
        self._take(domain.id, found, domain.by_question)
        self.findings.append(self._finding(domain, found))

    def _closed(self, domain: Domain, triage: TriageFinding | None) -> str:
        """Why nothing is asked in this domain, or nothing."""
        if triage is not None and not triage.passed:
            return (
                "the assessment stopped before it"
                if triage.passed is False
                else "the first part comes before it"
            )
        if domain.applies_when is None:
            return ""
        applies = domain.applies_when.holds(Facts(self.parameters))
        self.undecided = self.undecided or applies is None
        if applies is None:
            return "a parameter that decides whether its domain applies is not set"
        return "" if applies else "its domain does not apply with these parameters"

    def _finding(self, domain: Domain, found: Walk) -> DomainFinding:
        facts = Facts(self.parameters, found.answers)
        outcome = judge_domain(self.instrument, domain, facts) if found.complete else None
        proposed = outcome.level if outcome else None
        own = self._own(domain.id, domain.judgement.scale)
        level = (own or proposed) if found.complete else None
        if outcome and level is None and domain.judgement.method != "score":
            self.missing.append(Missing("level", domain.id, domain.label))
        return DomainFinding(
            domain=domain.id,
            slot=domain.slot,
            label=domain.label,
            reached=tuple(found.reached),
            missing=tuple(found.missing),
            waiting=tuple(found.waiting),
            proposed=proposed,
            score=outcome.score if outcome else None,
            level=level,
            overridden=bool(own and proposed and own != proposed),
            fired=outcome.fired if outcome else (),
            reason=domain_reason(self.instrument, domain, outcome, facts) if outcome else "",
            may_override_to=_leeway(outcome.fired) if outcome else (),
            extra=self._extra(domain),
        )

    def _own(self, key: str, scale: str) -> str | None:
        own = self.chosen.get(key)
        if own is None or key not in self.known:
            return None
        if own not in self.instrument.scales[scale].by_code:
            self.refuse(key, f"{shown(own)} is not a level of this judgement")
            return None
        return own

    def _extra(self, domain: Domain) -> Mapping[str, str]:
        given: dict[str, str] = {}
        for extra in domain.extra_judgements:
            key = answer_key(domain.id, extra.id)
            own = self._own(key, extra.scale)
            if own is None:
                self.missing.append(Missing("extra", key, extra.label))
            else:
                given[extra.id] = own
        return given

    def _overall(self, triage: TriageFinding | None) -> OverallFinding:
        if triage is not None and triage.passed is False:
            own = self._own(OVERALL, self.instrument.overall.scale)
            overridden = own is not None and own != triage.level
            for name in self._inputs_set():
                self.refuse(name, "This input cannot be set: the assessment stopped before it")
            return OverallFinding(
                triage.level, own or triage.level, None, overridden, (), triage.reason, (), (), ()
            )
        overall = self.instrument.overall
        facts = self._overall_facts()
        ready = self._ready(triage)
        open_inputs = self._open_inputs(facts) if ready else ()
        for name in self._inputs_set():
            if name not in open_inputs:
                self.refuse(name, "This input cannot be set with the present judgements")
        outcome = judge_overall(overall, facts) if ready else None
        own = self._own(OVERALL, overall.scale) if overall.method != "none" else None
        proposed = outcome.level if outcome else None
        level = (own or proposed) if ready else None
        if level is None and overall.method != "none":
            self.missing.append(Missing("level", OVERALL, "Overall"))
        return OverallFinding(
            proposed=proposed,
            level=level,
            score=outcome.score if outcome else None,
            overridden=bool(own and proposed and own != proposed),
            fired=outcome.fired if outcome else (),
            reason=overall_reason(self.instrument, outcome, facts) if outcome else "",
            may_override_to=_leeway(outcome.fired) if outcome else (),
            inputs_open=open_inputs,
            flags=tuple(flag.message for flag in overall.flags if flag.when.holds(facts)) if ready else (),
        )

    def _ready(self, triage: TriageFinding | None) -> bool:
        """Whether every domain that applies has its level or its points."""
        if self.undecided or (triage is not None and not triage.passed):
            return False
        return all(finding.level is not None or finding.score is not None for finding in self.findings)

    def _overall_facts(self) -> Facts:
        levels: dict[str, str] = {}
        scores: dict[str, Number] = {}
        for finding in self.findings:
            if finding.level is not None:
                levels[finding.domain] = finding.level
                points = level_points(
                    self.instrument, self.instrument.by_domain[finding.domain], finding.level
                )
                if points is not None:
                    scores[finding.domain] = points
            elif finding.score is not None:
                scores[finding.domain] = finding.score
        return Facts(self.parameters, levels=levels, scores=scores, inputs=self.inputs)

    def _open_inputs(self, facts: Facts) -> tuple[str, ...]:
        return tuple(
            item.id
            for item in self.instrument.inputs
            if item.enabled_when is None or item.enabled_when.holds(facts)
        )

    def _inputs_set(self) -> list[str]:
        return [name for name, value in self.inputs.items() if value]


def chosen_keys(instrument: Instrument) -> Iterable[str]:
    """The judgements that an assessor can make: domains (but not points), extra judgements, overall."""
    for domain in instrument.domains:
        if domain.judgement.method != "score":
            yield domain.id
        for extra in domain.extra_judgements:
            yield answer_key(domain.id, extra.id)
    if instrument.overall.method != "none":
        yield OVERALL


def _leeway(fired: Iterable[Fired]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(level for entry in fired for level in entry.rule.may_override_to))
