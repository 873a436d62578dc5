"""Files of lists as their publishers give them out, and own ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.core.errors import BadInput
from skills.fx.screening import Entry, read_list, screen
from skills.fx.screening.formats import read_file, read_files

SDN = b'36,"ALBATROSS SEA LINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'ASL\'." \r\n\x1a'
ALT = b'36,12,"aka","ALBA-TROSS LINES",-0- \r\n36,13,"aka",-0- ,-0- \r\n'
OFAC_XML = b"""<?xml version="1.0"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd">
  <publshInformation><Publish_Date>11/20/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry><uid>36</uid><lastName>ALBATROSS SEA LINES</lastName><sdnType>Entity</sdnType>
    <programList><program>CUBA</program></programList>
    <akaList><aka><uid>12</uid><type>a.k.a.</type><category>strong</category><lastName>ASL</lastName></aka></akaList>
  </sdnEntry>
  <sdnEntry><uid>40</uid><firstName>Viktor</firstName><lastName>ALMAREN</lastName><sdnType>Individual</sdnType>
    <remarks>Seaman.</remarks>
    <dateOfBirthList><dateOfBirthItem><uid>1</uid><dateOfBirth>1970</dateOfBirth></dateOfBirthItem></dateOfBirthList>
  </sdnEntry>
</sdnList>"""
UN_XML = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
  <INDIVIDUALS><INDIVIDUAL><DATAID>69</DATAID><FIRST_NAME>VIKTOR</FIRST_NAME><SECOND_NAME>ALMAREN</SECOND_NAME>
    <UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.900</REFERENCE_NUMBER>
    <NAME_ORIGINAL_SCRIPT>Виктор Альмарен</NAME_ORIGINAL_SCRIPT>
    <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Victor Almarin</ALIAS_NAME></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1971</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
  </INDIVIDUAL></INDIVIDUALS>
  <ENTITIES><ENTITY><DATAID>70</DATAID><FIRST_NAME>NORTHERN LANTERN</FIRST_NAME>
    <ENTITY_ALIAS><QUALITY/><ALIAS_NAME>Lantern of the North</ALIAS_NAME></ENTITY_ALIAS>
  </ENTITY></ENTITIES>
</CONSOLIDATED_LIST>""".encode()


def written(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_list_with_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, "Name,Aliases\n黑石礁贸易,Blackreef;Heishijiao\n\n,\n".encode())
    assert read_list(path).entries == (Entry("2", "黑石礁贸易", ("Blackreef", "Heishijiao")),)


def test_a_list_with_a_chinese_header_as_a_spreadsheet_saves_it_in_china(tmp_path: Path) -> None:
    path = written(tmp_path, "编号;名称;别名;类别\nB1;黑石礁贸易;Blackreef；Heishijiao;公司\n".encode("gb18030"))
    assert read_list(path).entries == (Entry("B1", "黑石礁贸易", ("Blackreef", "Heishijiao"), "公司"),)


def test_a_list_with_tabs(tmp_path: Path) -> None:
    path = written(tmp_path, b'"Name"\t"City"\n"VIKTOR ALMAREN"\t"X, Y"\n', "denied.txt")
    assert [entry.name for entry in read_list(path).entries] == ["VIKTOR ALMAREN"]


def test_ofacs_names_and_aliases_become_one_list(tmp_path: Path) -> None:
    sdn, alt = written(tmp_path, SDN, "sdn.csv"), written(tmp_path, ALT, "alt.csv")
    for files in ([sdn, alt], [alt, sdn]):
        read = read_files(files)
        assert read.source == "OFAC"
        (entry,) = read.entries
        assert (entry.name, entry.aliases) == ("ALBATROSS SEA LINES", ("ALBA-TROSS LINES",))
        assert entry.detail == "CUBA; a.k.a. 'ASL'."
    assert read_list(alt).entries == (Entry("36", "ALBA-TROSS LINES"),)


def test_ofacs_xml(tmp_path: Path) -> None:
    read = read_file(written(tmp_path, OFAC_XML, "sdn.xml"))
    assert (read.source, read.day) == ("OFAC", date(2026, 11, 20))
    assert read.entries == (
        Entry("36", "ALBATROSS SEA LINES", ("ASL",), "entity", "CUBA"),
        Entry("40", "ALMAREN, Viktor", (), "individual", "Seaman.; DOB 1970"),
    )


def test_the_uns_xml_with_the_original_script(tmp_path: Path) -> None:
    path = written(tmp_path, UN_XML, "consolidated.xml")
    read = read_file(path)
    assert (read.source, read.day) == ("UN", date(2026, 2, 27))
    person, body = read.entries
    assert (person.name, person.aliases) == ("VIKTOR ALMAREN", ("Victor Almarin", "Виктор Альмарен"))
    assert person.detail == "DRC; CDi.900; EXACT 1971"
    assert body == Entry("70", "NORTHERN LANTERN", ("Lantern of the North",), "entity")
    assert screen("Альмарен Виктор", [read_list(path)])[0].entry == "69"


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sdnList>&b;</sdnList>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"name\n",
        b"\x00\x01\x02",
        b"PK\x03\x04\x00binary",
        b"1,2,3\n",
        OFAC_XML[:-60],
        UN_XML[:-60],
        b"<html><body>404</body></html>",
        b"<sdnList></sdnList>",
        BOMB,
    ],
)
def test_what_is_no_list_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match=r"list\.csv"):
        read_list(written(tmp_path, content))


def test_wrong_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="company, city"):
        read_list(written(tmp_path, b"company,city\nX,Y\n"))


def test_files_of_two_publishers_are_no_list(tmp_path: Path) -> None:
    sdn, un = written(tmp_path, SDN, "sdn.csv"), written(tmp_path, UN_XML, "un.xml")
    with pytest.raises(BadInput, match="OFAC / UN"):
        read_files([sdn, un])


def test_a_missing_list_is_told_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_list(tmp_path / "nowhere.csv")
    assert "nowhere.csv" in caught.value.message
    assert str(tmp_path) not in caught.value.message
