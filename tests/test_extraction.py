"""What `edstats.extract` reads from small texts: each numeral's value, unit, indicator, region, period and status."""

import math
import re
import subprocess
import sys
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edstats import extract
from edstats.codebook import read_table
from edstats.extraction.result import FIGURE_COLUMNS, Extraction
from edstats.extraction.tokens import LONGEST, Tokens


def read(text: str, *columns: str, **context: str) -> list[tuple[object, ...]]:
    """These columns of each figure; an integer value as such."""
    items = extract(text, **context).items
    return [tuple(getattr(item, column) for column in columns) for item in items]


def one(text: str, column: str, **context: str) -> object:
    """The column of the text's only figure."""
    found = read(text, "as_printed", column, **context)
    assert len(found) == 1, found
    return found[0][1]


def check_places(text: str, result: Extraction) -> None:
    """Figures stand in order, apart from one another, where they say they do."""
    last = 0
    for item in result.items:
        assert last <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == item.as_printed
        last = item.end


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("In the region 434 schools operate.", 434),
        ("In the region 12 480 pupils study.", 12480),
        ("In the region 12,480 pupils study.", 12480),
        ("In the region 12\u00a0480 pupils study.", 12480),
        ("In the region 12\u202f480 pupils study.", 12480),
        ("In the region 1,204,480 pupils study.", 1204480),
        ("In the region 58 thousand pupils study.", 58000),
        ("In the region 1.2 million pupils study.", 1200000),
        ("In the region three hundred and twelve schools operate.", 312),
        ("In the region twenty-one schools operate.", 21),
        ("KZT 6.3bn was allocated for the repair of schools.", 6300000000),
        ("3 billion 250 million tenge was allocated for the repair of schools.", 3250000000),
        ("$5 million was allocated for the repair of schools.", 5000000),
        ("В области работают 434 школы.", 434),
        ("В области обучаются 12 480 учащихся.", 12480),
        ("В области обучаются 12\u00a0480 учащихся.", 12480),
        ("В области обучаются 58 тыс. учащихся.", 58000),
        ("В области обучаются 3 тыс. 480 учащихся.", 3480),
        ("В области обучаются 11,3 тысячи школьников.", 11300),
        ("В области работает двадцать одна школа.", 21),
        ("В области работают двести тридцать пять школ.", 235),
        ("В области работают сорок школ.", 40),
        ("На ремонт школ выделено 96 млрд 495 млн тенге.", 96495000000),
        ("На ремонт школ выделено 3 миллиарда 95 миллионов тенге.", 3095000000),
        ("На ремонт школ выделено 5,2 млрд тенге.", 5200000000),
        ("На ремонт школ выделено 1 265,4 млн тенге.", 1265400000),
        ("На строительство школ выделен 1 трлн 96 млрд тенге.", 1096000000000),
        ("Облыста 434 мектеп жұмыс істейді.", 434),
        ("Облыста 12 480 оқушы білім алады.", 12480),
        ("Облыста 58 мың оқушы білім алады.", 58000),
        ("Облыста жиырма бір мектеп жұмыс істейді.", 21),
        ("Облыста үш жүз он екі мектеп жұмыс істейді.", 312),
        ("Мектептерді жөндеуге 96 млрд 495 млн теңге бөлінді.", 96495000000),
        ("Мектептерді жөндеуге 2,35 млрд теңге бөлінді.", 2350000000),
        ("Oblysta 434 mektep jumys isteıdi, óńirde.", 434),
        ("Oblysta jıyrma bir mektep jumys isteıdi, óńirde.", 21),
        ("Mektepterdi jóndeýge 5 mlrd 870 mln teńge bólindi.", 5870000000),
        ("Oblysta 434 mektep jumys isteidi, öñirde.", 434),
        ("Mektepterdi jöndeuge 5 mlrd 870 mln teñge bölindi.", 5870000000),
    ],
)
def test_value(text: str, value: float) -> None:
    assert read(text, "value", "value_high") == [(value, None)]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("In the district 4-5 schools work in three shifts.", 4, 5, "school"),
        ("In the district 4–5 schools work in three shifts.", 4, 5, "school"),
        ("The region needs between 120 and 150 teachers.", 120, 150, "teacher"),
        ("In these schools 8 to 10 percent of pupils take part.", 8, 10, "percent"),
        ("В районе не хватает 800–850 мест.", 800, 850, "place"),
        ("В районе построят от 10 до 12 школ.", 10, 12, "school"),
        ("В районе учатся 11-12 тыс. детей.", 11000, 12000, "child"),
        ("Качество знаний в школах выросло на 4-11%.", 4, 11, "percent"),
        ("Кезекте 11-12 мың бала тұр.", 11000, 12000, "child"),
        ("Мектептерде білім сапасы 3-9%-ға жақсарды.", 3, 9, "percent"),
        ("Ауданда 4-5 мектеп үш ауысымда оқиды.", 4, 5, "school"),
    ],
)
def test_range_is_one_figure(text: str, low: float, high: float, unit: str) -> None:
    assert read(text, "value", "value_high", "qualifier", "unit") == [(low, high, "range", unit)]


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("In the region 300 schools operate.", "exact"),
        ("In the region more than 300 schools operate.", "at_least"),
        ("In the region over 300 schools operate.", "at_least"),
        ("In the region at least 300 schools operate.", "at_least"),
        ("In the region no fewer than 300 schools operate.", "at_least"),
        ("In the region about 300 schools operate.", "about"),
        ("In the region some 300 schools operate.", "about"),
        ("In the region approximately 300 schools operate.", "about"),
        ("In the region up to 300 schools operate.", "at_most"),
        ("In the region almost 300 schools operate.", "at_most"),
        ("In the region no more than 300 schools operate.", "at_most"),
        ("В области работают более 300 школ.", "at_least"),
        ("В области работают свыше 300 школ.", "at_least"),
        ("В области работают не менее 300 школ.", "at_least"),
        ("В области работают около 300 школ.", "about"),
        ("В области работают порядка 300 школ.", "about"),
        ("В области работают примерно 300 школ.", "about"),
        ("В области работают почти 300 школ.", "at_most"),
        ("В области работают не более 300 школ.", "at_most"),
        ("Облыста 300-ден астам мектеп жұмыс істейді.", "at_least"),
        ("Облыста 300-ден аса мектеп жұмыс істейді.", "at_least"),
        ("Облыста кемінде 300 мектеп жұмыс істейді.", "at_least"),
        ("Облыста шамамен 300 мектеп жұмыс істейді.", "about"),
        ("Облыста 300-дей мектеп жұмыс істейді.", "about"),
        ("Облыста 300-ге жуық мектеп жұмыс істейді.", "at_most"),
        ("Oblysta 300-den astam mektep jumys isteıdi, óńirde.", "at_least"),
        ("Oblysta shamamen 300 mektep jumys isteıdi, óńirde.", "about"),
        ("Oblysta 300-den astam mektep jumys isteidi, öñirde.", "at_least"),
    ],
)
def test_qualifier(text: str, qualifier: str) -> None:
    assert read(text, "value", "unit", "qualifier") == [(300, "school", qualifier)]


# ---------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the noun behind, with words between
        ("The region has 250 rural schools.", [(250, "school")]),
        ("The region has 250 small rural general education schools.", [(250, "school")]),
        ("The building has 1,200 student places.", [(1200, "place")]),
        ("В области 250 сельских школ.", [(250, "school")]),
        ("В области 250 малокомплектных сельских школ.", [(250, "school")]),
        ("В области создано 1 200 ученических мест.", [(1200, "place")]),
        ("The region has 5 new city schools and 7 district schools.", [(5, "school"), (7, "school")]),
        ("Облыста 250 ауыл мектебі бар.", [(250, "school")]),
        ("Облыста 5 қала мектебі жөнделді.", [(5, "school")]),
        ("Облыста 250 шағын жинақты мектеп бар.", [(250, "school")]),
        ("Облыста 1200 оқушы орны ашылды.", [(1200, "place")]),
        ("Óńirde 57 shaǵyn ortalyq jumys isteıdi.", [(57, "mini-centre")]),
        # the noun in front
        ("Number of schools: 280.", [(280, "school")]),
        ("Число школ - 280.", [(280, "school")]),
        ("Число школ – 280, учащихся – 95 300.", [(280, "school"), (95300, "student")]),
        ("Количество школ составляет 280.", [(280, "school")]),
        ("Өңірде апатты мектеп саны - 2.", [(2, "school")]),
        ("Өңірде мектептер саны – 280.", [(280, "school")]),
        # elided
        ("The region has 50 schools, 26 of which are rural.", [(50, "school"), (26, "school")]),
        ("The region has 50 schools, 26 of them rural.", [(50, "school"), (26, "school")]),
        ("The region has 50 schools, including 20 private.", [(50, "school"), (20, "school")]),
        ("В области 50 школ, 26 из которых сельские.", [(50, "school"), (26, "school")]),
        ("В области 50 школ, из них 26 сельских.", [(50, "school"), (26, "school")]),
        ("В области 50 школ, в том числе 20 частных.", [(50, "school"), (20, "school")]),
        ("Облыста 50 мектеп бар, оның 26-сы ауылдық.", [(50, "school"), (26, "school")]),
        ("Облыста 50 мектеп бар, оның ішінде 20-сы жекеменшік.", [(50, "school"), (20, "school")]),
        ("Óńirde 50 mektep bar, onyń 26-sy aýyldyq.", [(50, "school"), (26, "school")]),
        ("Öñirde 50 mektep bar, onyñ 26-sy auyldyq.", [(50, "school"), (26, "school")]),
        # shared
        ("The region has 12 basic and 134 small schools.", [(12, "school"), (134, "school")]),
        ("В области 12 опорных и 134 малокомплектные школы.", [(12, "school"), (134, "school")]),
        ("Облыста 12 тірек және 134 шағын жинақты мектеп бар.", [(12, "school"), (134, "school")]),
        # several figures, each its own noun
        ("85 teachers and eleven principals were trained.", [(85, "teacher"), (11, "principal")]),
        ("Курсы прошли 85 педагогов и 11 директоров.", [(85, "teacher"), (11, "principal")]),
        ("85 педагог пен он бір директор оқыды.", [(85, "teacher"), (11, "principal")]),
        # the size of a building
        ("A school with 600 places was opened.", [(600, "place")]),
        ("Открыта школа на 600 мест.", [(600, "place")]),
        ("600 орындық мектеп ашылды.", [(600, "place")]),
        # percent and points
        ("Coverage with preschool education is 96%.", [(96, "percent")]),
        ("Coverage with preschool education is 96 per cent.", [(96, "percent")]),
        ("The gap in quality of knowledge is 12.5 percentage points.", [(12.5, "percentage_point")]),
        ("Охват детей дошкольным воспитанием составил 97,3 %.", [(97.3, "percent")]),
        ("Разрыв в качестве знаний – 12,5 процентных пункта.", [(12.5, "percentage_point")]),
        ("Балаларды мектепке дейінгі тәрбиемен қамту – 94,2 пайыз.", [(94.2, "percent")]),
        ("Qamtý deńgeıi 88,4 paıyz boldy.", [(88.4, "percent")]),
        # money
        ("150 mln tenge was allocated to schools.", [(150000000, "KZT")]),
        ("Школам выделено 150 млн тенге.", [(150000000, "KZT")]),
        ("Школам выделено $1,4 млн.", [(1400000, "USD")]),
        ("Мектептерге 1,4 млн доллар бөлінді.", [(1400000, "USD")]),
        # other things
        ("17 buses and 2 100 cameras were bought.", [(17, "bus"), (2100, "camera")]),
        ("Закуплено 17 автобусов и 2 100 камер.", [(17, "bus"), (2100, "camera")]),
        ("17 автобус пен 2 100 камера алынды.", [(17, "bus"), (2100, "camera")]),
        ("29 colleges and 105 kindergartens work.", [(29, "college"), (105, "kindergarten")]),
        ("Работают 29 колледжей и 105 детских садов.", [(29, "college"), (105, "kindergarten")]),
        ("29 колледж және 105 балабақша жұмыс істейді.", [(29, "college"), (105, "kindergarten")]),
    ],
)
def test_unit(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text, "value", "unit") == expected


def test_table_takes_the_unit_of_its_column() -> None:
    text = "Сеть школ области на начало года:\nГород | школ | учащихся\nАктобе | 74 | 96 250\nХромтау | 19 | 7 310"
    expected = [(74, "school"), (96250, "student"), (19, "school"), (7310, "student")]
    assert read(text, "value", "unit") == expected
    assert read(text.replace(" | ", "\t"), "value", "unit") == expected


# ---------------------------------------------------------------- pairs


@pytest.mark.parametrize(
    ("text", "unit", "indicator"),
    [
        ("Coverage with preschool education will grow from 84 to 86.5%.", "percent", "preschool_coverage"),
        ("Охват дошкольным воспитанием планируется увеличить с 84 до 86,5%.", "percent", "preschool_coverage"),
        ("Мектепке дейінгі тәрбиемен қамту 84-тен 86,5%-ға жеткізіледі.", "percent", "preschool_coverage"),
        ("Мектепке дейінгі тәрбиемен қамтуды 84%-дан 86,5%-ға арттыру көзделген.", "percent", "preschool_coverage"),
        (
            "Мектепке дейінгі тәрбиемен қамтуды 84 пайыздан 86,5 пайызға арттыру көзделген.",
            "percent",
            "preschool_coverage",
        ),
    ],
)
def test_target_pair_is_a_level_and_a_target(text: str, unit: str, indicator: str) -> None:
    expected = [(84, None, unit, indicator, "actual"), (86.5, None, unit, indicator, "target")]
    assert read(text, "value", "value_high", "unit", "indicator", "status") == expected


def test_reached_pair_is_two_levels() -> None:
    text = "Охват дошкольным воспитанием вырос с 84 до 86,5%."
    assert read(text, "value", "status") == [(84, "actual"), (86.5, "actual")]


# ---------------------------------------------------------------- indicators


@pytest.mark.parametrize(
    ("indicator", "text"),
    [
        ("schools_total", "There are 434 schools in the region."),
        ("schools_total", "В области функционируют 434 школы."),
        ("schools_total", "Өңірде 434 мектеп бар."),
        ("schools_rural", "280 rural schools operate in the region."),
        ("schools_rural", "В области 280 сельских школ."),
        ("schools_rural", "Облыста 280 ауыл мектебі бар."),
        ("schools_small", "131 small schools operate in the region."),
        ("schools_small", "В области 131 малокомплектная школа."),
        ("schools_small", "Облыста 131 шағын жинақты мектеп бар."),
        ("schools_hub", "There are 12 hub schools in the region."),
        ("schools_hub", "В области работают 12 опорных школ."),
        ("schools_hub", "Облыста 12 тірек мектеп бар."),
        ("schools_emergency", "5 schools in the region are in emergency condition."),
        ("schools_emergency", "В области 5 аварийных школ."),
        ("schools_emergency", "Өңірде 5 апатты мектеп бар."),
        ("schools_multi_shift", "7 three-shift schools remain in the region."),
        ("schools_multi_shift", "В области 7 трехсменных школ."),
        ("schools_multi_shift", "Өңірде 7 үш ауысымды мектеп бар."),
        ("schools_built", "14 new schools were built in the region."),
        ("schools_built", "В области построено 14 новых школ."),
        ("schools_built", "Облыста 14 жаңа мектеп салынды."),
        ("school_places_built", "A new school with 600 places was opened."),
        ("school_places_built", "Построена новая школа на 600 мест."),
        ("school_places_built", "600 орындық жаңа мектеп салынды."),
        ("schools_renovated", "41 schools were renovated in the region."),
        ("schools_renovated", "В области отремонтирована 41 школа."),
        ("schools_renovated", "Облыста 41 мектеп жөнделді."),
        ("renovation_spending", "150 mln tenge was spent on the renovation of schools."),
        ("renovation_spending", "На ремонт школ направлено 150 млн тенге."),
        ("renovation_spending", "Мектептерді жөндеуге 150 млн теңге бөлінді."),
        ("construction_spending", "150 mln tenge was spent on the construction of schools."),
        ("construction_spending", "На строительство школ направлено 150 млн тенге."),
        ("construction_spending", "Мектеп құрылысына 150 млн теңге бөлінді."),
        ("students_total", "97 600 pupils study in the region's schools."),
        ("students_total", "В школах области обучаются 97 600 учащихся."),
        ("students_total", "Облыс мектептерінде 97 600 оқушы білім алады."),
        ("first_graders", "14 700 children will go to first grade."),
        ("first_graders", "В первый класс пойдут 14 700 детей."),
        ("first_graders", "Бірінші сыныпқа 14 700 бала барады."),
        ("hot_meals_students", "58 000 pupils receive free hot meals."),
        ("hot_meals_students", "Бесплатным горячим питанием охвачены 58 000 учащихся."),
        ("hot_meals_students", "58 000 оқушы тегін ыстық тамақпен қамтылған."),
        ("teacher_shortage", "The region is short of 143 teachers."),
        ("teacher_shortage", "В области не хватает 143 педагогов."),
        ("teacher_shortage", "Облыста 143 мұғалім жетіспейді."),
        ("teachers_trained", "640 teachers completed advanced training courses."),
        ("teachers_trained", "Курсы повышения квалификации прошли 640 педагогов."),
        ("teachers_trained", "640 педагог біліктілігін арттырды."),
        ("place_shortage", "The country is short of 190 thousand student places."),
        ("place_shortage", "В стране дефицит 190 тысяч ученических мест."),
        ("place_shortage", "Елде 190 мың оқушы орны жетіспейді."),
        ("preschool_coverage", "Coverage of children with preschool education reached 97%."),
        ("preschool_coverage", "Охват детей дошкольным образованием достиг 97%."),
        ("preschool_coverage", "Балаларды мектепке дейінгі тәрбиемен қамту 97% болды."),
        ("security_coverage", "Security systems are installed in 94% of schools."),
        ("security_coverage", "Системами безопасности оснащены 94% школ."),
        ("extracurricular_coverage", "Additional education covers 71.3% of children."),
        ("extracurricular_coverage", "Дополнительным образованием охвачены 71,3% детей."),
        ("dual_training_coverage", "30% of college students are in dual training."),
        ("dual_training_coverage", "Дуальным обучением охвачены 30% студентов колледжей."),
        ("classrooms_equipped", "45 modern subject rooms were bought for schools."),
        ("classrooms_equipped", "Для школ закуплено 45 предметных кабинетов."),
        ("cameras", "2 100 cameras were installed in schools."),
        ("cameras", "В школах установлено 2 100 камер."),
        ("school_buses", "17 buses were bought for rural schools."),
        ("school_buses", "Для сельских школ закуплено 17 автобусов."),
        ("other", "In the region 12 dormitories were repaired."),
    ],
)
def test_indicator(indicator: str, text: str) -> None:
    assert one(text, "indicator", published="2024-12-02") == indicator


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        ("В области работают 150 школ, из них 60 сельских.", ["schools_total", "schools_rural"]),
        ("The region has 150 schools, and 60 of them are rural.", ["schools_total", "schools_rural"]),
        ("There are 521 schools in the region, 305 of them small.", ["schools_total", "schools_small"]),
        ("Of the 521 schools in the region, 305 are small.", ["schools_total", "schools_small"]),
        ("Өңірде 150 мектеп бар, оның 60-ы шағын жинақты.", ["schools_total", "schools_small"]),
        ("В области трудятся 900 учителей. Трехсменных школ много, их 50.", ["teachers_total", "schools_multi_shift"]),
        ("Облыста 900 мұғалім бар. Үш ауысымды мектептер көп, олар 50.", ["teachers_total", "schools_multi_shift"]),
    ],
)
def test_part_and_pronoun_are_of_the_noun_that_they_stand_for(text: str, indicators: list[str]) -> None:
    assert [figure.indicator for figure in extract(text, published="2024-12-02").items] == indicators


# ---------------------------------------------------------------- title and date

HEADED = "Schools of Akmola region get ready\n14.08.2026\n\nThis year 35 schools have been renovated there."


def test_title_and_date_that_are_not_given_are_looked_for_in_the_text() -> None:
    read = extract(HEADED)
    assert (read.document.title, read.document.published) == ("Schools of Akmola region get ready", "2026-08-14")
    assert [(figure.region, figure.period) for figure in read.items] == [("KZ-11", "2026")]
    bare = extract(HEADED, title="", published="")
    assert (bare.document.title, bare.document.published) == ("", "")


@pytest.mark.parametrize(
    ("written", "read"),
    [("14.08.2026", "2026-08-14"), (date(2026, 8, 14), "2026-08-14"), ("2026", "2026"), ("", "")],
)
def test_the_date_may_be_given_in_every_form(written: str | date, read: str) -> None:
    assert extract("35 schools", published=written).document.published == read


@pytest.mark.parametrize("written", ["soon", "14.13.2026", "2026-13"])
def test_a_date_that_is_none_is_told(written: str) -> None:
    with pytest.raises(ValueError, match=f"published: '{written}' is no date; write 2024-12-02, a year"):
        extract("35 schools", published=written)


# ---------------------------------------------------------------- regions


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("There are 434 schools in Aktobe region.", "KZ-15"),
        ("In Astana 13 schools are under construction.", "KZ-71"),
        ("В Актюбинской области 434 школы.", "KZ-15"),
        ("В Астане строится 13 школ.", "KZ-71"),
        ("В городе Шымкенте работают 150 школ.", "KZ-79"),
        ("Ақтөбе облысында 434 мектеп бар.", "KZ-15"),
        ("Астанада үш мектептің құрылысы жүріп жатыр.", "KZ-71"),
        ("Atyraý oblysynda 200 mektep bar, óńirde.", "KZ-23"),
        ("Atyrau oblysynda 200 mektep bar, öñirde.", "KZ-23"),
        ("In Khromtau district 19 schools operate.", "KZ-15"),
        ("В Хромтауском районе работают 19 школ.", "KZ-15"),
        ("Хромтау ауданында 19 мектеп жұмыс істейді.", "KZ-15"),
        ("There are 7 800 schools in Kazakhstan.", "KZ"),
        ("В Казахстане работают 7 800 школ.", "KZ"),
        ("Қазақстанда 7 800 мектеп бар.", "KZ"),
        ("There are 7 800 schools.", "KZ"),
    ],
)
def test_region_of_the_sentence(text: str, region: str) -> None:
    assert one(text, "region") == region


def test_region_of_the_title() -> None:
    assert one("There are 434 schools.", "region", title="News of Aktobe region") == "KZ-15"
    assert one("Работают 434 школы.", "region", title="Новости Актюбинской области") == "KZ-15"
    assert one("434 мектеп бар.", "region", title="Ақтөбе облысының жаңалықтары") == "KZ-15"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The results were announced.\n\nAktobe region:\n434 schools operate.\n\nIn Astana:\n150 schools operate.\n",
            [(434, "KZ-15"), (150, "KZ-71")],
        ),
        (
            "Подведены итоги.\n\nАктюбинская область\nРаботают 434 школы.\n\nВ городе Астана:\nРаботают 150 школ.\n",
            [(434, "KZ-15"), (150, "KZ-71")],
        ),
        (
            "Қорытынды шығарылды.\n\nАқтөбе облысы\n434 мектеп бар.\n\nШымкент қаласы\n150 мектеп бар.\n",
            [(434, "KZ-15"), (150, "KZ-79")],
        ),
    ],
)
def test_region_of_the_heading(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text, "value", "region") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There are 434 schools in Aktobe region, and 150 in Astana.", [(434, "KZ-15"), (150, "KZ-71")]),
        ("В Актюбинской области 434 школы, в Астане – 150 школ.", [(434, "KZ-15"), (150, "KZ-71")]),
        ("Ақтөбе облысында 434 мектеп, Астанада 150 мектеп бар.", [(434, "KZ-15"), (150, "KZ-71")]),
    ],
)
def test_several_regions_in_one_sentence(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text, "value", "region") == expected


def test_region_of_the_document_stands_for_its_later_sentences() -> None:
    text = "The akim of Aktobe region reported. In the region there are 434 schools. Of these, 280 schools are rural."
    assert read(text, "value", "region") == [(434, "KZ-15"), (280, "KZ-15")]


# ---------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("In 2024, 41 schools were renovated.", "2024"),
        ("By 2027, 41 schools will be renovated.", "2027"),
        ("In 2022-2024 41 schools were renovated.", "2022/2024"),
        ("From 2022 to 2024, 41 schools were renovated.", "2022/2024"),
        ("In the 2024-2025 school year 97 600 pupils study in schools.", "2024-2025"),
        ("This year 41 schools were renovated.", "2024"),
        ("Last year 41 schools were renovated.", "2023"),
        ("Next year 41 schools will be renovated.", "2025"),
        ("В 2024 году отремонтирована 41 школа.", "2024"),
        ("До 2027 года отремонтируют 41 школу.", "2027"),
        ("В 2022-2024 годах отремонтирована 41 школа.", "2022/2024"),
        ("За 2022–2024 годы отремонтирована 41 школа.", "2022/2024"),
        ("С 2022 по 2024 год отремонтирована 41 школа.", "2022/2024"),
        ("В 2024-2025 учебном году в школах обучаются 97 600 учащихся.", "2024-2025"),
        ("В этом году отремонтирована 41 школа.", "2024"),
        ("В текущем году отремонтирована 41 школа.", "2024"),
        ("В прошлом году отремонтирована 41 школа.", "2023"),
        ("В следующем году отремонтируют 41 школу.", "2025"),
        ("2024 жылы 41 мектеп жөнделді.", "2024"),
        ("2027 жылға дейін 41 мектеп жөнделеді.", "2027"),
        ("2022-2024 жылдары 41 мектеп жөнделді.", "2022/2024"),
        ("2024-2025 оқу жылында мектептерде 97 600 оқушы білім алады.", "2024-2025"),
        ("Биыл 41 мектеп жөнделді.", "2024"),
        ("Былтыр 41 мектеп жөнделді.", "2023"),
        ("Өткен жылы 41 мектеп жөнделді.", "2023"),
        ("Келесі жылы 41 мектеп жөнделеді.", "2025"),
        ("Byıl 41 mektep jóndeldi.", "2024"),
        ("2023 jyly 41 mektep jóndeldi.", "2023"),
        ("Biyl 41 mektep jöndeldi.", "2024"),
    ],
)
def test_period(text: str, period: str) -> None:
    assert one(text, "period", published="2024-12-02") == period


def test_year_is_not_guessed_where_nothing_tells_it() -> None:
    for text in ("41 schools were renovated this year.", "Биыл 41 мектеп жөнделді.", "Отремонтирована 41 школа."):
        assert one(text, "period") == ""


def test_year_of_publication_stands_for_a_figure_without_a_time() -> None:
    assert one("There are 434 schools.", "period", published="2024-12-02") == "2024"
    assert one("There are 434 schools.", "period", published="2021") == "2021"


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("In 2024, 14 schools were built.", "actual"),
        ("14 schools have been renovated.", "actual"),
        ("14 schools will be built next year.", "planned"),
        ("It is planned to build 14 schools.", "planned"),
        ("By 2027, 14 schools are to be renovated.", "planned"),
        ("14 schools are under construction.", "started"),
        ("В 2024 году построено 14 школ.", "actual"),
        ("В 2024 году введено в эксплуатацию 14 школ.", "actual"),
        ("В следующем году построят 14 школ.", "planned"),
        ("Планируется построить 14 школ.", "planned"),
        ("Будет отремонтировано 14 школ.", "planned"),
        ("До 2027 года будет построено 14 школ.", "planned"),
        ("В области строится 14 школ.", "started"),
        ("2024 жылы 14 жаңа мектеп салынды.", "actual"),
        ("Биыл 14 мектеп пайдалануға берілді.", "actual"),
        ("Келесі жылы 14 мектеп салынады.", "planned"),
        ("Өңірде 14 мектеп салу жоспарлануда.", "planned"),
        ("Өңірде 14 мектеп салынып жатыр.", "started"),
        ("2024 jyly 14 mektep salyndy, óńirde.", "actual"),
        ("Kelesi jyly 14 mektep salynady, óńirde.", "planned"),
    ],
)
def test_status(text: str, status: str) -> None:
    assert read(text, "value", "unit", "status", published="2024-12-02") == [(14, "school", status)]


# ---------------------------------------------------------------- not figures


@pytest.mark.parametrize(
    "text",
    [
        # dates and times
        "The meeting took place on 2 December 2024 in Aktobe.",
        "The meeting took place on December 2, 2024 in Aktobe.",
        "The schools were discussed on 02.12.2024 at 15:30.",
        "The schools were discussed on 2024-12-02.",
        "Совещание о школах прошло 2 декабря 2024 года в 15:30.",
        "О школах говорили 02.12.2024.",
        "Жиын 2024 жылғы 2 желтоқсанда сағат 15:30-да өтті.",
        "2 желтоқсанда мектептер туралы жиын өтті.",
        "Jıyn 2024 jylǵy 2 jeltoqsanda ótti.",
        # years
        "The school was opened in 2019.",
        "Школа открыта в 2019 году.",
        "Мектеп 2019 жылы ашылды.",
        "В 2024-2025 учебном году начались уроки в школах.",
        # ages and grades
        "Children aged 6 go to school.",
        "My daughter is 7 years old and goes to school.",
        "В школу идут дети в возрасте 6 лет.",
        "Дети 6-7 лет идут в школу.",
        "Учащиеся 5-х классов сдали экзамен.",
        "Ученики 1-4 классов питаются бесплатно.",
        "6 жастан 18 жасқа дейінгі балалар оқиды.",
        "9-сынып оқушылары емтихан тапсырды.",
        # numbers of schools and laws
        "School No. 15 was renovated.",
        "School No 15 and lyceum No. 101 were renovated.",
        "Отремонтирована школа № 15.",
        "Отремонтированы школы №15 и №27.",
        "СШ-15 отремонтирована.",
        "№ 15 мектеп жөнделді.",
        "№4 мектеп пен №7 мектеп жөнделді.",
        "The rules were approved by order No. 130 of the minister.",
        "Правила утверждены приказом № 130 министра.",
        "Согласно статье 9 закона «Об образовании» школы открыты всем.",
        "Заң бойынша № 118 бұйрықпен бекітілді.",
        # telephones and counters
        "For questions about schools call 8 (7132) 54-12-30.",
        "Press office: +7 7132 54 12 30",
        "Телефон: 8 (7132) 54-12-30",
        "2 декабря 2024, 15:30   1644 просмотра   3 комментария",
        "Views: 1 906",
        "14.10.2026 17:42   1 906 қаралым",
        # rates, weather, adverts
        "USD 478.15  EUR 506.90  RUB 4.88",
        "USD 538,2   EUR 626,9   RUB 6,61",
        "Dollar 538.20 ₸ · Euro 612.45 ₸",
        "Доллар 538,20 ₸ · Еуро 612,45 ₸",
        "Aktobe +11 °C",
        "Актобе −5 °C",
        "Advertisement: laptops from 189 990 tenge",
        "РЕКЛАМА. Скидки до 40%! Звоните: +7 (7132) 30-18-55",
        "ЖАРНАМА: Пластик терезе, 25% жеңілдік! 8 (777) 404-18-63",
        # years before those of the data
        "In 1971 the school was built.",
        "The 1971 building of the school is closed.",
        "The school, built in 1936, was repaired.",
        # ages
        "Children under the age of 16 are admitted.",
        "Children under 16 are admitted.",
        "Children up to 16 are admitted.",
        "Children from 7 to 16 study in schools.",
        "Дети от 7 до 16 учатся в школах.",
        # names
        'The programme "50 successful schools" was presented.',
        "Представлена программа «1000 сельских школ».",
        "«Табысты 50 мектеп» жобасы таныстырылды.",
        # ordinals
        "The school takes the 2nd place.",
        "Это 2-й корпус школы.",
        "Мектеп 25-летие отмечает.",
        "Школа отметила 25-летие.",
        "Бұл – 2-ші мектеп.",
        # list numbers
        "1. Repair of schools\n2. Building of schools\n",
        "1) Ремонт школ\n2) Строительство школ\n",
        # idioms
        "This is one of the schools of the region.",
        "Это одна из школ области.",
        # nothing at all
        "",
        " \n\t\r\n\u00a0 ",
        "school",
        "школа",
        "мектеп",
        "§ № + % ( ) « »",
    ],
)
def test_not_a_figure(text: str) -> None:
    assert read(text, "as_printed", "unit", "indicator", published="2024-12-02") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The school of 1200 places was built in 1971.", [(1200, "place")]),
        ("In 1971, 5 schools were built.", [(5, "school")]),
        ("In the region 1971 schools were built.", [(1971, "school")]),
        ("Открыта школа на 1971 место.", [(1971, "place")]),
        ("В области 1950 сельских школ.", [(1950, "school")]),
        ("The number of children grew from 7 to 16.", [(7, "child"), (16, "child")]),
        ("The number of children up to 16 is wanted.", [(16, "child")]),
    ],
)
def test_counts_like_years_and_ages(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text, "value", "unit") == expected


def test_list_numbers_are_left_out_and_the_list_is_read() -> None:
    text = "1. 41 schools were renovated\n2. 14 schools were built\n3) 6 schools were closed\n"
    assert read(text, "value", "unit") == [(41, "school"), (14, "school"), (6, "school")]


def test_numbers_around_a_figure_are_no_figures() -> None:
    text = (
        "On 2 December 2024 at 15:30 it was said that by order No. 130 school No. 4 is closed for "
        "pupils of grade 5; 41 schools were renovated. Call 8 (7132) 54-12-30."
    )
    assert read(text, "as_printed", "indicator") == [("41 schools", "schools_renovated")]


# ---------------------------------------------------------------- places in the text


@pytest.mark.parametrize(
    "text",
    [
        "В\u00a0области 12\u00a0480\u00a0учащихся и\u00a0434\u00a0школы.",
        "В области 434 шко\u00adлы, из них 280 сель\u00adских.",
        "В области 434 шко́лы, из них 280 се́льских, й и\u0306 е\u0308 434 ш\u0301колы\u0301.",
        "In the region\r\n434 schools work,\r\n\r\n280 of them rural.\r\n",
        "Город\tшкол\tучащихся\r\nАктобе\t74\t96\u202f250\r\n",
        "\ufeffIn the region 434 schools work, 4\u20135 of them in three shifts.",
        "İn the region İ 434 schools İ work.",
        "434\u200b schools, 280\u00a0\u00ad rural.",
        "«Школа №4» учит 434 ученика, “School No. 5” – 280 учеников.",
        "🏫 434 schools 🚌 17 buses",
        "На ремонт школ 96\u00a0млрд 495\u00a0млн\u00a0тенге, ещё 5,2\u202fмлрд\u202fтенге.",
    ],
)
def test_places_hold_in_texts_with_unusual_signs(text: str) -> None:
    result = extract(text)
    assert result.items
    check_places(text, result)


@pytest.mark.parametrize(
    ("plain", "odd"),
    [
        (
            "В области 434 школы, из них 280 сельских.",
            "В\u00a0области 434\u00a0шко\u00adлы, из них 280 се\u0301льских.",
        ),
        ("Облыста 434 мектеп бар, оның 26-сы ауылдық.", "Облыста\t434\u202fмек\u00adтеп бар, оның 26\u2011сы ауылдық."),
        ("In the region 434 schools work.", "In the region 434\u2009sch\u00adools work."),
        ("Работает 41 детский сад и 12 480 учеников.", "Работает 41 детскии\u0306 сад и 12\u2009480 учеников."),
    ],
)
def test_unusual_signs_do_not_change_what_is_read(plain: str, odd: str) -> None:
    columns = ("value", "unit", "qualifier", "indicator", "region", "period", "status")
    assert read(odd, *columns) == read(plain, *columns)


# ---------------------------------------------------------------- the result


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "school", "There are 434 schools in Aktobe region."])
def test_table_has_its_columns_and_types(text: str) -> None:
    table = extract(text, doc="aktobe").figures
    assert tuple(table.columns) == FIGURE_COLUMNS
    assert len(table) == len(extract(text).items)
    types = {column: str(table[column].dtype) for column in table.columns}
    numbers = {"start": "int64", "end": "int64", "value": "float64", "value_high": "float64", "confidence": "float64"}
    assert {column: kind for column, kind in types.items() if column in numbers} == numbers
    assert all(pd.api.types.is_string_dtype(table[column]) for column in table.columns if column not in numbers)
    assert table["doc"].eq("aktobe").all()
    assert table["confidence"].between(0, 1).all()
    assert not table.drop(columns="value_high").isna().to_numpy().any()


def test_reason_is_given_for_every_figure() -> None:
    table = extract("In Aktobe region 434 schools operate, 280 of them rural.", published="2024-12-02").figures
    assert len(table) == 2
    assert table["reason"].str.len().gt(0).all()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "There are 434 schools in the region."),
        ("ru", "В области работают 434 школы."),
        ("kk", "Облыста 434 мектеп жұмыс істейді."),
        ("kk", "Óńirde 434 mektep jumys isteıdi, bıyl taǵy 5 mektep ashylady."),
        ("kk", "Öñirde 434 mektep jūmys isteidi, biyl tağy 5 mektep aşylady."),
    ],
)
def test_language(language: str, text: str) -> None:
    assert extract(text).language == language


# ---------------------------------------------------------------- any text

SIGNS = (
    "abdeghiklmnoprstuzабвгдежийклмнорстуыьәғқңөұүһіóýǵńúáışğÄİß0123456789 \n\t\r\u00a0\u202f\u00ad\u0301\u200b"
    "%№#+-–—.,;:/()«»\"'“”|•°²½$₸"
)
FRAGMENTS = (
    *("434 школы", "280 сельских", "из них 26", "(96 млрд 495 млн тенге)", "с 84 до 86,5%", "от 10 до 12", "№ 15"),
    *(
        "2 декабря 2024 года",
        "2024-2025 учебный год",
        "Актюбинская область",
        "В городе Астана:",
        "планируется построить",
    ),
    *("двести тридцать пять", "8 (7132) 54-12-30", "на 600 мест", "не менее", "более", "введено", "школ | мест"),
    *(
        "434 schools",
        "26 of which",
        "12 basic and 134",
        "more than",
        "from 4 to",
        "between 5 and",
        "4-5",
    ),
    *(
        "Aktobe region",
        "will be built",
        "last year",
        "three hundred and",
        "per cent",
        "percentage points",
    ),
    *("434 мектеп", "оның 26-сы", "300-ден астам", "50-ге жуық", "үш жүз он екі", "84-тен", "Ақтөбе облысы", "биыл"),
    *("жоспарлануда", "берілді", "600 орындық", "пайыз", "2 желтоқсанда", "434 mektep", "bes myńǵa jýyq", "2023 jyly"),
    *(
        "million",
        "миллион",
        "мың",
        "%",
        "-",
        ":",
        "\n",
        "\n\n",
        "\t",
        " | ",
        "1)",
        "1.",
        "•",
        '"',
        "«",
        "»",
        "USD 478,15",
        "$5 million",
        "KZT 6.3bn",
    ),
)
ANY_TEXT = st.one_of(
    st.text(st.sampled_from(SIGNS), max_size=300),
    st.text(max_size=100),
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).flatmap(
        lambda parts: st.sampled_from([" ", ", ", ". ", "", "\u00a0", "\n"]).map(lambda link: link.join(parts))
    ),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(st.sampled_from(SIGNS), max_size=8)), max_size=25).map(
        "".join
    ),
)
PUBLISHED = st.sampled_from(["", "2024", "2024-12-02", "2021-08-20"])


def test_title_over_an_empty_text() -> None:
    assert extract("", title="News of Aktobe region").items == ()


@pytest.mark.parametrize("text", ["123", "12 34%", "№ 5"])
def test_text_without_letters(text: str) -> None:
    check_places(text, extract(text))


def test_number_with_an_unreadable_part() -> None:
    assert read("2 млн 1.030 мест", "as_printed", "value") == [("2 млн", 2e6), ("1.030 мест", 1030)]
    assert read("2million813254-12-30", "as_printed") == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Выделено 5 $ 6 млн.", ["5 $", "6 млн"]),
        ("Выделено 5 тенге миллион.", ["5 тенге", "миллион"]),
        ("Выделено 5 $6 млн.", ["$6 млн"]),
        ("0KZT0", ["0KZT"]),
    ],
)
def test_currency_between_two_numbers_is_that_of_one(text: str, printed: list[str]) -> None:
    result = extract(text)
    check_places(text, result)
    assert [item.as_printed for item in result.items] == printed


@given(text=ANY_TEXT.map(lambda text: f"{text} ."), title=ANY_TEXT, published=PUBLISHED)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str, title: str, published: str) -> None:
    """Nothing in a text raises; figures stand where they say, and say only what the codebook knows."""
    result = extract(text, title=title, published=published)
    check_places(text, result)
    for item in result.items:
        assert item.value >= 0
        assert math.isfinite(item.value)
        assert item.value_high is None or item.value_high > item.value
        assert (item.value_high is None) == (item.qualifier != "range")
        assert item.unit in known("units", "unit")
        assert item.indicator in {*known("indicators", "indicator"), "other"}
        assert item.region in known("regions", "region")
        assert item.status in {"actual", "started", "planned", "target"}
        assert re.fullmatch(r"|\d{4}|\d{4}-\d{4}|\d{4}/\d{4}", item.period), item.period
        assert 0 <= item.confidence <= 1
    assert len(result.figures) == len(result.items)


@given(text=ANY_TEXT.map(lambda text: f"{text} ."), title=ANY_TEXT, published=PUBLISHED)
@settings(max_examples=60, deadline=None)
def test_a_text_is_always_read_alike(text: str, title: str, published: str) -> None:
    assert extract(text, title=title, published=published) == extract(text, title=title, published=published)


def test_what_was_read_before_does_not_matter() -> None:
    """A new process, which reads the texts the other way round, finds in each what this one does."""
    texts = [
        "В Актюбинской области 434 школы, из них 280 сельских. В 2024 году построено 14 школ на 8 400 мест.",
        "There are 150 schools in Astana, 26 of which are private. Next year 14 will be built.",
        "В школах страны обучаются 12 480 учащихся, охват питанием вырастет с 84 до 86,5%.",
        "Шымкентте 150 мектеп бар, оның 26-сы жекеменшік. Былтыр 300-ден астам мұғалім оқыды.",
        "Óńirde 57 shaǵyn ortalyq jumys isteıdi, 88,4 paıyz.",
        "Öñirde 434 mektep jūmys isteidi, biyl tağy 5 mektep aşylady.",
    ]
    program = (
        "import sys; from edstats import extract\n"
        "for text in sys.argv[:0:-1]: print(extract(text, published='2024-12-02').items)"
    )
    here = [extract(text, published="2024-12-02").items for text in texts]
    command = [sys.executable, "-X", "utf8", "-c", program, *texts]
    there = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
    assert all(here)
    assert there[::-1] == [str(items) for items in here]


@cache
def known(table: str, column: str) -> frozenset[str]:
    return frozenset(read_table(table)[column])


# ---------------------------------------------------------------- hostile texts

HOSTILE = {
    "digits": "0123456789",
    "digits in threes": "123 456 ",
    "digits and commas": "1,2.345,",
    "spaces": " ",
    "no-break spaces": "\u00a0\u202f",
    "tabs": "\t",
    "newlines": "\n",
    "newlines and spaces": "\r\n \n\t",
    "soft hyphens": "\u00ad",
    "combining accents": "а\u0301",
    "quotation marks": '"',
    "open quotation marks": "«слово ",
    "brackets": "(",
    "signs": "!?.,;:-+%№#/*",
    "one word": "ш",
    "million million": "million ",
    "and and": "and ",
    "bars": "|",
    "dates": "1 сентября 2024 года, 01.09.2025, ",
    "school numbers": "школа № 15, школы №27 и №28, ",
    "years": "2024, ",
    "telephones": "8 (7172) 74-20-31, ",
}
SANE = {
    "from 1 to": "from 1 to ",
    "миллион миллион": "миллион ",
    "number words": "двести тридцать пять тысяч ",
    "percentages": "5% ",
    "table": "| 5 | 6 школ |\n",
    "planned": "планируется построить 5 школ ",
}
LENGTH = 100_000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_holds_no_figure(name: str) -> None:
    text = HOSTILE[name] * (LENGTH // len(HOSTILE[name]))
    assert read(text, "as_printed", "unit") == []


@pytest.mark.parametrize("name", SANE)
def test_hostile_text_gives_figures_that_stand_in_it(name: str) -> None:
    text = SANE[name] * (LENGTH // len(SANE[name]))
    result = extract(text)
    check_places(text, result)
    assert all(0 <= item.value <= 1e15 and len(item.as_printed) < 200 for item in result.items)


@pytest.mark.parametrize(
    ("language", "clause"),
    [("en", "and 5 schools "), ("ru", "и 5 школ "), ("kk", "және 5 мектеп ")],
)
def test_endless_sentence_is_read_to_its_end(language: str, clause: str) -> None:
    text = clause * 2000
    result = extract(text)
    check_places(text, result)
    assert result.language == language
    assert {(item.value, item.unit) for item in result.items} == {(5, "school")}
    assert len(result.items) == 2000


def test_endless_sentence_is_cut() -> None:
    sentences = Tokens("and five schools, " * 2000).sentences
    assert [sentence.start for sentence in sentences[1:]] == [sentence.stop for sentence in sentences[:-1]]
    assert (sentences[0].start, sentences[-1].stop) == (0, 8000)
    assert max(sentence.stop - sentence.start for sentence in sentences) == LONGEST
    assert len({sentence.line for sentence in sentences}) == 1
