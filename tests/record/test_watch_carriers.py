"""Carriers watched in the record: which cases are opened, for whom, once, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core_fixtures import House, make_brand, make_operator, make_product, make_site, scope_of
from tests.record.carried import CARRIER, STEADY, carry, made, morning_after

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.cases.actions import NewCase, open_case
from doorstep.core.cases.models import Case
from doorstep.core.cases.queries import count_cases, get_case, list_cases
from doorstep.core.events.models import Fact
from doorstep.core.jobs.actions import Taken
from doorstep.core.jobs.models import Job
from doorstep.core.learned.actions import add_history
from doorstep.core.network.models import Site
from doorstep.core.parcels.models import Parcel, Scan
from doorstep.core.parcels.travelled import travelled
from doorstep.domain.errors import Conflict, NotFound
from doorstep.flows.cases import LONGEST, close_case, note_answer, send_letter
from doorstep.flows.chores import chores
from doorstep.flows.jobs import do
from doorstep.flows.watch_carriers import look, watch_carriers, watch_weekly
from doorstep.kernels.learn.carrier_problem import problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db
MADE = made()
NOW = morning_after(MADE)
WORST = MADE.names[-1]


@pytest.fixture(scope="module")
def sent(kept_rows: None) -> House:  # noqa: ARG001
    """An operator whose brand has sent them, written once for all who ask."""
    operator = make_operator("quay")
    brand, site = make_brand(operator, "tea"), make_site(operator, "north")
    carry(brand, site, MADE.parcels)
    return House(operator, brand, site, make_product(brand, "assam"), scope_of(operator, brand))


def test_a_service_that_worsens_opens_one_case_with_its_evidence(sent: House) -> None:
    assert len(watch_carriers(sent.operator.pk, now=NOW, run=Run())) == 1
    (one,) = list_cases(sent.scope).rows
    assert (one.carrier, one.service, one.brand, one.state) == (CARRIER, WORST, sent.brand.code, "open")
    seen = one.evidence
    assert seen["late"] > 1.5 * seen["expected"]
    assert 0 < len(seen["weeks"]) <= CarrierParams().watch_weeks
    assert 0 < len(seen["parcels"]) <= 50
    assert seen["weeks"][-1][4] > 0
    brand, order, parcel, tracking = seen["parcels"][0]
    assert Parcel.objects.filter(
        brand__code=brand, order__code=order, code=parcel, tracking=tracking, service=WORST
    ).exists()
    assert one.letter.startswith(f"Subject: {CARRIER} {WORST}: {seen['late']} of {seen['due']} parcels late since")
    assert tracking in one.letter
    assert sent.brand.name in one.letter
    fact = Fact.objects.get(kind="CaseOpened")
    assert (fact.subject, fact.operator_id, fact.brand_id) == (f"case:{one.pk}", sent.operator.pk, None)
    assert fact.data["late"] == seen["late"]


def test_the_record_tells_what_the_same_parcels_in_a_folder_tell(sent: House) -> None:
    """Row by row the scans say what history.csv would, so that the kernel opens the same case."""
    seen = look(sent.operator.pk, NOW, Run())
    plain = carriers(problem_of(MADE.parcels, MADE.as_of), CarrierParams(), Run())
    assert seen.record.parcels == plain.parcels
    (ours,), (theirs,) = seen.record.investigations, plain.investigations
    assert (ours.alarm_day, ours.since_day, ours.due, ours.late) == (
        theirs.alarm_day, theirs.since_day, theirs.due, theirs.late,
    )  # fmt: skip


def test_what_is_told_later_changes_nothing(sent: House) -> None:
    early = NOW - timedelta(days=14)
    before = look(sent.operator.pk, early, Run()).record
    Scan.objects.filter(at__gte=early.replace(hour=0)).delete()
    Parcel.objects.filter(left_at__gte=early).update(left_at=None)
    assert look(sent.operator.pk, early, Run()).record == before


def test_the_same_alarm_opens_no_second_case(sent: House) -> None:
    operator = sent.operator.pk
    (pk,) = watch_carriers(operator, now=NOW, run=Run())
    assert watch_carriers(operator, now=NOW, run=Run()) == ()
    one = Case.objects.get(pk=pk)
    alarm = NewCase(sent.brand.pk, one.carrier, one.service, one.alarm_on, one.since_on, {}, "")
    assert open_case(operator, replace(alarm, alarm_on=NOW.date() + timedelta(days=9)), NOW) is None  # looked into
    close_case(sent.scope, pk, "explained", "A strike at their depot.", now=NOW)
    assert open_case(operator, alarm, NOW) is None
    assert open_case(operator, replace(alarm, alarm_on=NOW.date()), NOW) is None  # of before it was closed
    assert open_case(operator, replace(alarm, alarm_on=NOW.date() + timedelta(days=1)), NOW) is not None
    assert open_case(operator, replace(alarm, service="other"), NOW) is not None


def test_the_database_itself_refuses_a_second_case(sent: House) -> None:
    """Whoever looks at the same moment sees none yet; the constraints do."""
    alarm = NewCase(None, CARRIER, WORST, NOW.date(), NOW.date(), {}, "")
    first = open_case(sent.operator.pk, alarm, NOW)
    assert first is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.exists", lambda _: False)
        assert open_case(sent.operator.pk, alarm, NOW) is None
        assert open_case(sent.operator.pk, replace(alarm, alarm_on=NOW.date() + timedelta(days=7)), NOW) is None
        Case.objects.filter(pk=first).update(state="closed", outcome="explained", closed_at=NOW - timedelta(days=30))
        assert open_case(sent.operator.pk, alarm, NOW) is None
    assert Case.objects.count() == 1


def test_a_service_of_several_brands_is_watched_as_one(operator: Operator, brand: Brand, site: Site) -> None:
    sister = make_brand(operator, "cup")
    for number, own in enumerate((brand, sister)):
        carry(own, site, MADE.parcels[number::2])
    (pk,) = watch_carriers(operator.pk, now=NOW, run=Run())
    one = get_case(scope_of(operator, brand, sister), pk)
    assert one is not None
    assert one.brand == ""
    assert one.letter.rstrip().endswith(operator.name)
    assert {row[0] for row in one.evidence["parcels"]} == {"tea", "cup"}
    of_brand = replace(scope_of(operator, brand), role="brand_admin")
    assert get_case(of_brand, pk) is None  # parcels of a sister are nobody else's business
    assert list_cases(of_brand).rows == ()


def test_rows_of_another_operator_are_not_there(sent: House, foreigner: House) -> None:
    (pk,) = watch_carriers(sent.operator.pk, now=NOW, run=Run())
    assert watch_carriers(foreigner.operator.pk, now=NOW, run=Run()) == ()
    assert get_case(foreigner.scope, pk) is None
    assert list_cases(foreigner.scope).rows == ()
    assert sum(count_cases(foreigner.scope).values()) == 0
    with pytest.raises(NotFound):
        send_letter(foreigner.scope, pk, now=NOW)
    with pytest.raises(NotFound):
        note_answer(foreigner.scope, pk, "so", now=NOW)
    with pytest.raises(NotFound):
        close_case(foreigner.scope, pk, "explained", "so", now=NOW)
    assert Case.objects.get().state == "open"


def test_a_case_goes_from_letter_to_outcome(sent: House) -> None:
    (pk,) = watch_carriers(sent.operator.pk, now=NOW, run=Run())
    with pytest.raises(Conflict, match="no letter is out"):
        note_answer(sent.scope, pk, "We are sorry.", now=NOW)
    send_letter(sent.scope, pk, now=NOW)
    with pytest.raises(Conflict, match="sent already"):
        send_letter(sent.scope, pk, now=NOW)
    for answer, why in ((" \0 ", "say what"), ("x" * (LONGEST + 1), "at most")):
        with pytest.raises(Conflict, match=why):
            note_answer(sent.scope, pk, answer, now=NOW)
    note_answer(sent.scope, pk, "We are\n sorry.", now=NOW)
    for outcome, note, why in (("nonsense", "so", "choose"), ("put_right", "", "say in a sentence")):
        with pytest.raises(Conflict, match=why):
            close_case(sent.scope, pk, outcome, note, now=NOW)
    close_case(sent.scope, pk, "put_right", "A new van.", now=NOW + timedelta(days=1))
    with pytest.raises(Conflict, match="closed already"):
        close_case(sent.scope, pk, "no_answer", "again", now=NOW)
    one = get_case(sent.scope, pk)
    assert one is not None
    assert (one.state, one.answer, one.outcome, one.note) == ("closed", "We are sorry.", "put_right", "A new van.")
    assert (one.sent_at, one.closed_at) == (NOW, NOW + timedelta(days=1))
    told = Fact.objects.filter(subject=f"case:{pk}").order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["CaseOpened", "CaseSent", "CaseAnswered", "CaseClosed"]
    assert count_cases(sent.scope) == {"open": 0, "sent": 0, "answered": 0, "closed": 1}


def test_a_carrier_in_control_and_one_untracked_open_none(operator: Operator, brand: Brand, site: Site) -> None:
    carry(brand, site, made(STEADY).parcels)
    carry(make_brand(operator, "cup"), site, MADE.parcels, tracked=False)
    assert watch_carriers(operator.pk, now=NOW, run=Run()) == ()
    assert watch_carriers(operator.pk, now=NOW - timedelta(days=4_000), run=Run()) == ()  # nothing had travelled


def test_what_a_folder_told_of_counts_until_the_record_tells_more(operator: Operator, brand: Brand, site: Site) -> None:
    add_history(brand.pk, MADE.parcels[:1_200])
    carry(brand, site, MADE.parcels[1_000:])  # 200 of them are told twice
    seen = look(operator.pk, NOW, Run())
    assert len(seen.parcels) == len(MADE.parcels)
    assert sum(bool(one.tracking) for one in seen.parcels.values()) == len(MADE.parcels) - 1_000
    assert [one.service for one in seen.record.investigations] == [f"{CARRIER} {WORST}"]


def test_of_very_many_parcels_every_kth_is_read_and_the_letter_says_so(sent: House) -> None:
    rows, one_in = travelled(sent.operator.pk, NOW - timedelta(days=400), NOW, 600)
    assert one_in == 3
    assert len(MADE.parcels) // 3 - 1 <= len(rows) <= 600
    (pk,) = watch_carriers(sent.operator.pk, now=NOW, run=Run(), most=900)
    one = Case.objects.get(pk=pk)
    assert one.evidence["one_in"] == 2
    assert "one of every 2 parcels" in one.letter


def test_reading_takes_as_many_queries_however_much_has_travelled(
    operator: Operator, brand: Brand, site: Site, django_assert_num_queries: object
) -> None:
    carry(brand, site, MADE.parcels[:40])
    with django_assert_num_queries(3):  # type: ignore[operator]
        travelled(operator.pk, NOW - timedelta(days=400), NOW, 1_000)
    carry(make_brand(operator, "cup"), make_site(operator, "south"), MADE.parcels[40:400])
    with django_assert_num_queries(3):  # type: ignore[operator]
        travelled(operator.pk, NOW - timedelta(days=400), NOW, 1_000)


def test_the_weekly_chore_puts_a_job_for_each_operator_and_the_job_opens_the_case(
    sent: House, foreigner: House
) -> None:
    (chore,) = [one for one in chores(None) if one.name == "carriers"]
    assert (chore.every_s, chore.do) == (7 * 24 * 3600, watch_weekly)
    assert chore.do(NOW) == 2
    assert chore.do(NOW) == 2  # one of a key waits already
    jobs = list(Job.objects.order_by("operator_id").values_list("operator_id", "kind", "data"))
    assert [(one, kind) for one, kind, _ in jobs] == [
        (sent.operator.pk, "watch carriers"), (foreigner.operator.pk, "watch carriers"),
    ]  # fmt: skip
    assert jobs[0][2] == {"brand": sent.brand.pk}
    for operator_id, kind, data in jobs:
        do(Taken(1, operator_id, kind, "", data, 1, "w"), NOW)
    assert Case.objects.values_list("operator_id", flat=True).get() == sent.operator.pk
