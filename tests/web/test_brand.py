"""A brand's look: colours that can be read, a logo that is a picture, contacts, channels, and who sees it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled, png
from tests.web.test_tenancy import entered

from doorstep.core.accounts.models import Logo
from doorstep.core.events.models import Fact
from doorstep.domain.look import LEAST_CONTRAST, contrast, png_size, text_on

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def send_logo(client: Client, content: bytes, name: str = "logo.png") -> tuple[int, str]:
    sent = client.post(reverse("change_logo", args=("tea",)), {"logo": SimpleUploadedFile(name, content, "image/png")})
    return sent.status_code, sent.content.decode()


def changes() -> list[list[str]]:
    return [fact.data["changed"] for fact in Fact.objects.filter(kind="BrandChanged").order_by("pk")]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "black") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)  # the known grey that just fails
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)
    for red in range(0, 256, 15):
        for green in range(0, 256, 15):
            for blue in range(0, 256, 15):
                colour = f"#{red:02x}{green:02x}{blue:02x}"
                assert contrast(colour, text_on(colour)) >= LEAST_CONTRAST


def test_the_look_is_changed_and_shown_at_the_top(filled: Filled) -> None:
    client = entered(filled.brand_admin)
    Logo.objects.all().delete()
    said = {"name": "Tea & Co", "colour": "#204060", "accent": "#602040", "text_colour": "white"}
    assert client.post(reverse("change_brand", args=("tea",)), said).status_code == 302
    top = client.get(reverse("today")).content.decode().split("<main")[0]
    assert "Tea &amp; Co" in top
    assert 'fill="#204060"' in top
    assert ">T</text>" in top
    assert "Nord Logistik" in top
    assert "Tea &amp; Co" in entered(filled.viewer).get(reverse("today")).content.decode().split("<main")[0]
    for other in (filled.admin, filled.sister_admin):
        assert "Tea" not in entered(other).get(reverse("brands")).content.decode().split("<main")[0]
    assert changes() == [["accent", "colour", "name"]]
    assert "contrast 10." in client.get(reverse("brands")).content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"colour": "#ffd000", "text_colour": "white"}, "its contrast is 1.5"),
        ({"colour": "#204060", "accent": "#ffd000", "text_colour": "white"}, "cannot be read on #ffd000"),
        ({"colour": "red"}, "colour: red is not one"),
        ({"accent": ""}, "a colour is missing"),
        ({"text_colour": "pink"}, "pink is not one"),
        ({"support_url": "javascript:alert(1)"}, "support url"),
        ({"support_url": "//tea.example"}, "support url"),
        ({"support_email": "nobody"}, "support email"),
        ({"returns_country": "France"}, "returns country"),
        ({"city": "Kassel\nBerlin"}, "more than a line"),
        ({"company": "x" * 201}, "longer than 200"),
        ({"company": "a\0b"}, "more than a line"),
    ],
)
def test_what_cannot_be_is_refused_and_told(filled: Filled, said: dict[str, str], why: str) -> None:
    refused = entered(filled.brand_admin).post(reverse("change_brand", args=("tea",)), said)
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert changes() == []


def test_text_that_is_read_better_is_chosen(filled: Filled) -> None:
    said = {"colour": "#ffd000", "accent": "#eeeeee", "text_colour": ""}
    entered(filled.brand_admin).post(reverse("change_brand", args=("tea",)), said)
    filled.brand.refresh_from_db()
    assert filled.brand.text_colour == "black"


def test_fields_that_are_not_of_the_look_stay(filled: Filled) -> None:
    before = filled.brand.currency, filled.brand.late_cost_micros
    said = {"currency": "USD", "late_cost_micros": "0", "returns_city": "Lille", "support_url": "https://tea.example/"}
    assert entered(filled.admin).post(reverse("change_brand", args=("tea",)), said).status_code == 302
    filled.brand.refresh_from_db()
    assert (filled.brand.currency, filled.brand.late_cost_micros) == before
    assert changes() == [["returns_city", "support_url"]]


def test_a_logo_is_put_served_and_removed(filled: Filled) -> None:
    client, picture = entered(filled.brand_admin), png(120, 40)
    assert send_logo(client, picture)[0] == 302
    served = client.get(reverse("brand_logo", args=("tea",)))
    assert served.content == picture
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "/brands/tea/logo.png?" in client.get(reverse("today")).content.decode()
    assert send_logo(client, picture)[0] == 302  # the same again is no change
    assert client.post(reverse("change_logo", args=("tea",)), {"remove": "yes"}).status_code == 302
    assert client.get(reverse("brand_logo", args=("tea",))).status_code == 404
    assert changes() == [["logo"], ["logo"]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not a PNG"),
        (SVG, "is not a PNG"),
        (b"\x89PNG\r\n\x1a\n" + SVG, "is damaged"),
        (png()[:-4], "is damaged"),
        (png() + SVG, "is damaged"),  # hides something behind its end
        (png().replace(b"IDAT", b"IDAX"), "is damaged"),
        (png(8, 8), "measures 8 × 8"),
        (png(2_001, 20), "measures 2001 × 20"),
        (png() + b"\0" * 200_000, "larger than 200 kB"),
    ],
)
def test_what_is_no_picture_is_refused(filled: Filled, content: bytes, why: str) -> None:
    status, page = send_logo(entered(filled.brand_admin), content)
    assert status == 422
    assert why in page
    assert Logo.objects.get().digest == "1" * 64


def test_every_byte_of_a_picture_counts() -> None:
    whole = png(20, 20)
    assert png_size(whole) == (20, 20)
    for at in range(len(whole)):
        broken = bytearray(whole)
        broken[at] ^= 1
        with pytest.raises(ValueError, match="is"):
            png_size(bytes(broken))


def test_channels_are_added_and_renamed(filled: Filled) -> None:
    client = entered(filled.brand_admin)
    add, rename = reverse("add_channel", args=("tea",)), reverse("rename_channel", args=("tea", "a/b"))
    said = {"code": "a/b", "name": "Bazaar", "kind": "marketplace"}
    assert client.post(add, said).status_code == 302
    assert client.post(add, said).status_code == 422
    assert client.post(add, {**said, "code": "c", "kind": "stall"}).status_code == 422
    assert client.post(add, {**said, "code": " "}).status_code == 422
    assert client.post(rename, {"name": " "}).status_code == 422
    assert client.post(rename, {"name": "Grand bazaar"}).status_code == 302
    assert client.post(reverse("rename_channel", args=("tea", "none")), {"name": "x"}).status_code == 404
    row = filled.brand.channels.get(code="a/b")
    assert (row.name, row.kind) == ("Grand bazaar", "marketplace")
    facts = Fact.objects.filter(kind__startswith="Channel").order_by("pk").values_list("kind", "data")
    assert list(facts) == [
        ("ChannelAdded", {"channel": "a/b", "channel_kind": "marketplace"}),
        ("ChannelRenamed", {"channel": "a/b"}),
    ]


def test_the_page_of_a_brand_costs_the_same_with_many_channels(filled: Filled) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = entered(filled.admin), []
    for number in (1, 40):
        for one in range(number):
            filled.brand.channels.create(code=f"{number}-{one}", name="x")
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("brand", args=("tea",)))
        counts.append(len(asked))
    assert counts[0] == counts[1]
