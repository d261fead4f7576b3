"""The closed lists of labels: what the classifier may say about a post, with the Chinese names.

The annotation manual of the labelled corpus is the source of every code here.
"""

from enum import IntEnum, StrEnum
from typing import Final


class Category(StrEnum):
    """What right is infringed; a post may carry several, most important first."""

    DOMESTIC_VIOLENCE = "domestic_violence"
    CHILD_SEXUAL_ABUSE = "child_sexual_abuse"
    SEXUAL_ASSAULT = "sexual_assault"
    SEXUAL_HARASSMENT = "sexual_harassment"
    TRAFFICKING = "trafficking"
    FORCED_PROSTITUTION = "forced_prostitution"
    ILLEGAL_DETENTION = "illegal_detention"
    HOMICIDE_INJURY = "homicide_injury"
    CHILD_ABUSE = "child_abuse"
    ABANDONMENT_NEGLECT = "abandonment_neglect"
    SCHOOL_BULLYING = "school_bullying"
    EMPLOYMENT_DISCRIMINATION = "employment_discrimination"
    CHILD_LABOUR = "child_labour"
    LAND_PROPERTY = "land_property"
    MARRIAGE_FAMILY = "marriage_family"
    PRIVACY_ONLINE = "privacy_online"
    HEALTH_RIGHTS = "health_rights"
    SCHOOL_SAFETY = "school_safety"


class Severity(IntEnum):
    """The four colours of emergency warning; 1 is the gravest."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4


class Victim(StrEnum):
    CHILD = "child"
    WOMAN = "woman"


class Status(StrEnum):
    """What stage of a case the post speaks of."""

    ALLEGED = "alleged"
    CONFIRMED = "confirmed"
    JUDICIAL = "judicial"
    REFUTED = "refuted"
    FOLLOWUP = "followup"


class Scope(StrEnum):
    DOMESTIC = "domestic"
    FOREIGN = "foreign"


PROTECTED: Final = (
    Category.CHILD_SEXUAL_ABUSE,
    Category.DOMESTIC_VIOLENCE,
    Category.TRAFFICKING,
    Category.CHILD_ABUSE,
)
"""Categories whose recall a new model may not lower."""

CHINESE: Final[dict[str, str]] = {
    "domestic_violence": "家庭暴力",
    "child_sexual_abuse": "性侵未成年人",
    "sexual_assault": "性侵妇女",
    "sexual_harassment": "性骚扰",
    "trafficking": "拐卖妇女儿童",
    "forced_prostitution": "组织强迫卖淫",
    "illegal_detention": "限制人身自由",
    "homicide_injury": "伤害致死致残",
    "child_abuse": "虐待儿童",
    "abandonment_neglect": "遗弃与监护失职",
    "school_bullying": "校园欺凌",
    "employment_discrimination": "就业性别歧视",
    "child_labour": "使用童工",
    "land_property": "土地与财产权益",
    "marriage_family": "婚姻家庭权益",
    "privacy_online": "网络侵害与隐私",
    "health_rights": "健康与生育权益",
    "school_safety": "校园与儿童用品安全",
    "child": "儿童",
    "woman": "妇女",
    "alleged": "网传待核",
    "confirmed": "已证实",
    "judicial": "司法程序中",
    "refuted": "已辟谣",
    "followup": "后续进展",
    "domestic": "国内",
    "foreign": "境外",
    "home": "家庭",
    "school": "学校",
    "work": "单位",
    "public": "公共场所",
    "online": "网络",
    "institution": "机构",
}
"""The Chinese name of every code above except the severities, and of every setting."""

COLOURS: Final[dict[int, str]] = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}
