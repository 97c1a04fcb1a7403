"""The demo hospital: departments, doctors, prices and the patients whom it already knows.

Of the sandbox's people it knows 王弢 and 郑国强 once, the child 周子涵 once, 李玘 under two
record numbers, and the number of 孙立 under another name; 陈晓明, 赵敏华 and 吴桐 are new to it.
"""

from __future__ import annotations

from adapters.values import Department
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.model import Doctor, HospitalData, Patient, Service
from hospital_bridge.sandbox.people import Person

CN_ID = "CN_ID"

GENERAL = Service("GH01", "普通门诊", 5_000)
SENIOR = Service("GH02", "副主任医师门诊", 8_000)
EXPERT = Service("GH03", "主任医师门诊", 12_000)
FREE = Service("GH00", "便民门诊", 0)

_LEVEL = {"住院医师": GENERAL, "主治医师": GENERAL, "副主任医师": SENIOR, "主任医师": EXPERT}

DEPARTMENTS = (
    Department("0101", "心血管内科", "门诊楼3层A区"),
    Department("0102", "呼吸与危重症医学科", "门诊楼3层B区"),
    Department("0201", "普通外科", "门诊楼4层A区"),
    Department("0301", "儿科", "门诊楼1层C区"),
    Department("0401", "妇科", "门诊楼2层B区"),
    Department("0501", "眼科", "门诊楼5层A区"),
    Department("0901", "便民门诊", "门诊楼1层A区"),
    Department("0902", "24小时门诊", "门诊楼1层B区"),
)

_STAFF = (
    ("0101", (("林若海", "主任医师"), ("何雨晴", "副主任医师"), ("马骏", "主治医师"))),
    ("0102", (("唐文博", "主任医师"), ("邓佳", "主治医师"))),
    ("0201", (("许振华", "副主任医师"), ("冯岩", "主治医师"))),
    ("0301", (("曹静怡", "副主任医师"), ("彭飞", "住院医师"))),
    ("0401", (("袁秀兰", "主任医师"), ("田甜", "主治医师"))),
    ("0501", (("蒋明远", "副主任医师"), ("沈悦", "主治医师"))),
    ("0901", (("韩梅", "主治医师"), ("杜康宁", "住院医师"))),
    ("0902", (("顾北辰", "主治医师"),)),
)


def _doctors() -> tuple[Doctor, ...]:
    return tuple(
        Doctor(f"D{department}{number}", name, title, department, _service(department, title).code)
        for department, staff in _STAFF
        for number, (name, title) in enumerate(staff, start=1)
    )


def _service(department: str, title: str) -> Service:
    return FREE if department == "0901" else _LEVEL[title]


def _patient(mrn: str, person: Person, *, name: str = "") -> Patient:
    return Patient(mrn, name or person.name, person.sex, person.birth_date, CN_ID, person.id_number, person.phone)


DEMO_HOSPITAL = HospitalData(
    departments=DEPARTMENTS,
    doctors=_doctors(),
    services=(FREE, GENERAL, SENIOR, EXPERT),
    patients=(
        _patient("100001", people.WANG_TAO),
        _patient("100002", people.LI_QI),
        _patient("100003", people.LI_QI),
        _patient("100004", people.ZHOU_ZIHAN),
        _patient("100005", people.SUN_LI, name="孙丽"),
        _patient("100006", people.ZHENG_GUOQIANG),
    ),
)
