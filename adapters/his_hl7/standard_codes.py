"""What the codes of HL7's own tables mean; a hospital's map is laid over them."""

from __future__ import annotations

from adapters.his_hl7.map_settings import NOTHING
from adapters.news import AbnormalFlag, ReportStatus

FLAGS = {
    **dict.fromkeys(("", "null", "U", "D", "B", "W", "S", "R", "I", "MS", "VS"), AbnormalFlag.NONE),
    "N": AbnormalFlag.NORMAL,
    "L": AbnormalFlag.LOW,
    "H": AbnormalFlag.HIGH,
    "<": AbnormalFlag.LOW,
    ">": AbnormalFlag.HIGH,
    "↓": AbnormalFlag.LOW,
    "↑": AbnormalFlag.HIGH,
    "LL": AbnormalFlag.CRITICAL_LOW,
    "HH": AbnormalFlag.CRITICAL_HIGH,
    "A": AbnormalFlag.ABNORMAL,
    "AA": AbnormalFlag.CRITICAL,
    "POS": AbnormalFlag.POSITIVE,
    "NEG": AbnormalFlag.NEGATIVE,
}
"""HL7 table 0078 and the arrows of Chinese laboratories; U, D, B, W, S, R, I, MS and VS say nothing of high or low."""

STATUSES = {
    **dict.fromkeys(("O", "I", "S", "Y", "Z"), NOTHING),
    **dict.fromkeys(("P", "A", "R"), ReportStatus.PRELIMINARY),
    "F": ReportStatus.FINAL,
    "C": ReportStatus.CORRECTED,
    "X": ReportStatus.CANCELLED,
    "D": ReportStatus.ENTERED_IN_ERROR,
    "W": ReportStatus.ENTERED_IN_ERROR,
}
"""HL7 table 0123 (OBR-25); D and W belong to table 0085 but are met here too."""

ITEM_STATUSES = {
    **dict.fromkeys(("N", "O", "I"), NOTHING),
    **dict.fromkeys(("P", "R", "S"), ReportStatus.PRELIMINARY),
    **dict.fromkeys(("F", "U"), ReportStatus.FINAL),
    "C": ReportStatus.CORRECTED,
    "X": ReportStatus.CANCELLED,
    "D": ReportStatus.ENTERED_IN_ERROR,
    "W": ReportStatus.ENTERED_IN_ERROR,
}
"""HL7 table 0085 (OBX-11)."""

DOCUMENT_STATUSES = {
    **dict.fromkeys(("DI", "IP", "IN"), NOTHING),
    **dict.fromkeys(("DO", "PA"), ReportStatus.PRELIMINARY),
    **dict.fromkeys(("AU", "LA"), ReportStatus.FINAL),
}
"""HL7 table 0271 (TXA-17)."""

IMAGING = ("CT", "CTH", "CUS", "EC", "NMR", "NMS", "OUS", "RAD", "RUS", "RX", "VUS", "XRC")
"""The sections of HL7 table 0074 whose reports are findings in words."""
