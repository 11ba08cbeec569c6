"""Names of regions in three languages, and the areas that they stood for at a time."""

from datetime import date

import pandas as pd
import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edstats.codebook import read_table
from edstats.places import Place, UnknownPlace, read_place, read_places, territories_on, territory_on

SOUTH = "KZ-61+KZ-79"

KNOWN = [
    ("KZ-15", "KZ-15"),
    ("kz-15", "KZ-15"),
    ("Aktobe region", "KZ-15"),
    ("Актюбинская", "KZ-15"),
    ("в Актюбинской области", "KZ-15"),
    ("по Актюбинской обл.", "KZ-15"),
    ("Ақтөбе облысында", "KZ-15"),
    ("АҚТӨБЕ ОБЛЫСЫ", "KZ-15"),
    ("Актобе", "KZ-15"),
    ("Aqtobe oblysy", "KZ-15"),
    ("Түркістан облысының", "KZ-61"),
    ("Túrkistan", "KZ-61"),
    ("Turkestan", "KZ-61"),
    ("Turkistan region", "KZ-61"),
    ("города Астаны", "KZ-71"),
    ("in the city of Astana", "KZ-71"),
    ("Nur-Sultan", "KZ-71"),
    ("Нур\u2011Султан", "KZ-71"),
    ("Нұр-Сұлтан қаласында", "KZ-71"),
    ("Шымкент қаласында", "KZ-79"),
    ("г.Шымкент", "KZ-79"),
    ("Almaty", "KZ-75"),
    ("Алматы", "KZ-75"),
    ("город Алматы", "KZ-75"),
    ("Алматы қаласы", "KZ-75"),
    ("Alma-Ata", "KZ-75"),
    ("Almaty city", "KZ-75"),
    ("Almaty region", "KZ-19"),
    ("Алматинская область", "KZ-19"),
    ("Алматинская", "KZ-19"),
    ("Алматы облысы", "KZ-19"),
    ("Kustanai", "KZ-39"),
    ("Qostanaı", "KZ-39"),
    ("Dzhambul region", "KZ-31"),
    ("Гурьевская", "KZ-23"),
    ("Целиноградская", "KZ-11"),
    ("Qyzylorda", "KZ-43"),
    ("Qaraǵandy", "KZ-35"),
    ("Mańǵystaý", "KZ-47"),
    ("Shyǵys Qazaqstan", "KZ-63"),
    ("ВКО", "KZ-63"),
    ("ШҚО", "KZ-63"),
    ("EKR", "KZ-63"),
    ("Восточный Казахстан", "KZ-63"),
    ("Soltústik Qazaqstan", "KZ-59"),
    ("СКО", "KZ-59"),
    ("СҚО", "KZ-59"),
    ("NKR", "KZ-59"),
    ("ЗКО", "KZ-27"),
    ("БҚО", "KZ-27"),
    ("WKO", "KZ-27"),
    ("Batys Qazaqstan", "KZ-27"),
    ("Jetisu", "KZ-33"),
    ("Zhetysu", "KZ-33"),
    ("Zhetisu region", "KZ-33"),
    ("область Жетісу", "KZ-33"),
    ("Абайская область", "KZ-10"),
    ("область Абай", "KZ-10"),
    ("Ұлытау облысы", "KZ-62"),
    ("Kazakhstan", "KZ"),
    ("Республика Казахстан", "KZ"),
    ("по стране", "KZ"),
    ("Қазақстан бойынша", "KZ"),
]


@pytest.mark.parametrize(("name", "region"), KNOWN)
def test_knows_the_names_of_a_region(name: str, region: str) -> None:
    assert read_place(name) == Place(region, "")


@pytest.mark.parametrize(
    "name", ["South Kazakhstan", "Южно-Казахстанская область", "Оңтүстік Қазақстан облысында", "ЮКО", "ОҚО"]
)
def test_an_older_name_says_the_older_area(name: str) -> None:
    assert read_place(name) == Place("KZ-61", SOUTH)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "область", "region", "*", "KZ-99", "-"),
        *("город Актобе", "Turkistan city", "Абайский район", "Семей"),  # inside a region
        *("Актюбинская и Атырауская", "Aktobe region schools", "Astana region", "Казахстанская", "а" * 10_000),
    ],
)
def test_refuses_what_names_no_region(name: str) -> None:
    with pytest.raises(UnknownPlace):
        read_place(name)


@pytest.mark.parametrize(
    ("name", "offered"), [("Aktob", "Aktobe"), ("Карагандская обл", "Караганд"), ("Astna", "Astana")]
)
def test_offers_the_nearest_name(name: str, offered: str) -> None:
    with pytest.raises(UnknownPlace, match=f"nearest known name: {offered}"):
        read_place(name)


def test_every_name_and_case_that_we_print_is_read_back() -> None:
    regions = read_table("regions")
    printed = [column for column in regions.columns if column.startswith(("name_", "short_", "in_"))]
    for column in [*printed, "of_kk"]:
        read = read_places(regions[column])
        assert dict(zip(regions[column], read["region"], strict=True)) == dict(
            zip(regions[column], regions["region"], strict=True)
        ), column


def test_regions_are_the_subdivisions_of_iso_3166_2() -> None:
    codes = read_table("regions")["region"].tolist()
    assert codes == ["KZ", *sorted(part.code for part in pycountry.subdivisions.get(country_code="KZ"))]


def test_what_does_not_apply_to_cities_is_in_the_codebook() -> None:
    regions, indicators = read_table("regions"), set(read_table("indicators")["indicator"])
    assert set(" ".join(regions["not_applicable"]).split()) <= indicators
    assert regions["region"][regions["not_applicable"] != ""].tolist() == ["KZ-71", "KZ-75", "KZ-79"]


def test_territories_of_a_region_follow_each_other_without_gap() -> None:
    table = read_table("territories")
    assert table["territory"].is_unique
    for region, rows in table.groupby("region"):
        ends, starts = pd.to_datetime(rows["valid_to"].iloc[:-1]), pd.to_datetime(rows["valid_from"].iloc[1:])
        assert (starts.to_numpy() - ends.to_numpy() == pd.Timedelta(days=1)).all(), region
        assert rows["valid_to"].iloc[-1] == "", region
    parts = table["includes"].str.split()
    assert (parts.str.join("+") == table["territory"]).all()


@pytest.mark.parametrize(
    ("region", "day", "territory"),
    [
        ("KZ-35", date(2022, 6, 7), "KZ-35+KZ-62"),
        ("KZ-35", date(2022, 6, 8), "KZ-35"),
        ("KZ-62", date(2022, 6, 7), None),
        ("KZ-62", date(2022, 6, 8), "KZ-62"),
        ("KZ-63", date(2021, 1, 1), "KZ-63+KZ-10"),
        ("KZ-19", date(2021, 1, 1), "KZ-19+KZ-33"),
        ("KZ-61", date(2018, 6, 18), SOUTH),
        ("KZ-61", date(2018, 6, 19), "KZ-61"),
        ("KZ-79", date(2018, 6, 18), None),
        ("KZ-79", date(2018, 6, 19), "KZ-79"),
        ("KZ-15", date(1995, 1, 1), "KZ-15"),
        ("KZ", date(2024, 1, 1), "KZ"),
    ],
)
def test_the_area_that_a_region_stood_for(region: str, day: date, territory: str | None) -> None:
    assert territory_on(region, day) == territory


def test_an_unknown_code_has_no_area() -> None:
    with pytest.raises(KeyError, match="KZ-99"):
        territory_on("KZ-99", date(2024, 1, 1))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(read_table("regions")["region"].tolist()), st.dates(date(2017, 1, 1), date(2026, 1, 1))
        ),
        max_size=20,
    )
)
def test_columns_of_areas_agree_with_single_ones(rows: list[tuple[str, date]]) -> None:
    index = range(5, 5 + len(rows))
    regions = pd.Series([region for region, _ in rows], index=index, dtype="str")
    days = pd.Series([day for _, day in rows], index=index, dtype="datetime64[ns]")
    found = territories_on(regions, days)
    assert found.index.equals(regions.index)
    assert [None if pd.isna(code) else code for code in found] == [territory_on(*row) for row in rows]


def test_columns_keep_their_index_and_read_like_single_cells() -> None:
    names = pd.Series([*(name for name, _ in KNOWN), "nowhere", "South Kazakhstan", None])
    names.index = pd.Index(range(100, 100 + len(names)))
    read = read_places(names)
    assert read.columns.tolist() == ["region", "territory", "fault"]
    assert read.index.equals(names.index)
    assert read["region"].tolist() == [*(region for _, region in KNOWN), "", "KZ-61", ""]
    assert read["territory"].tolist() == [*("" for _ in KNOWN), "", SOUTH, ""]
    assert read["fault"].ne("").tolist() == [*(False for _ in KNOWN), True, False, True]


WORDS = sorted({word for name, _ in KNOWN for word in name.split()})


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)))
def test_any_text_is_a_place_or_the_named_error(text: str) -> None:
    column = read_places(pd.Series([text])).iloc[0]
    if column["fault"]:
        with pytest.raises(UnknownPlace) as raised:
            read_place(text)
        assert str(raised.value) == column["fault"]
    else:
        assert read_place(text) == Place(column["region"], column["territory"])
