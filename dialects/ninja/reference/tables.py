"""The reference tables with numbers that only this API has."""

from importlib.resources import files

import msgspec

from storage import COUNTRIES


class Currency(msgspec.Struct, frozen=True):
    """A currency, with its id in this API and its number of decimal places."""

    id: int
    code: str
    name: str
    precision: int


def read_currencies() -> dict[int, Currency]:
    text = files(__package__).joinpath("currencies.json").read_bytes()
    return {c.id: c for c in msgspec.json.decode(text, type=list[Currency])}


def read_setting_types() -> dict[str, str]:
    """Return the type of each known settings key: the name that a refusal calls it by."""
    text = files(__package__).joinpath("setting_types.json").read_bytes()
    keys_of_types = msgspec.json.decode(text, type=dict[str, list[str]])
    return {key: name for name, keys in keys_of_types.items() for key in keys}


SETTING_TYPES = read_setting_types()
CURRENCIES = read_currencies()
CURRENCY_BY_CODE = {c.code: c.id for c in CURRENCIES.values()}

COUNTRY_BY_CODE = {c.iso_3166_2: c.id for c in COUNTRIES.values()} | {
    c.iso_3166_3: c.id for c in COUNTRIES.values()
}

LOCALES = [
    "en",
    "it",
    "de",
    "fr",
    "pt_BR",
    "nl",
    "es",
    "nb_NO",
    "da",
    "ja",
    "sv",
    "es_ES",
    "fr_CA",
    "lt",
    "pl",
    "cs",
    "hr",
    "sq",
    "el",
    "en_GB",
    "pt_PT",
    "sl",
    "fi",
    "ro",
    "tr_TR",
    "th",
    "mk_MK",
    "zh_TW",
    "ru_RU",
    "ar",
    "fa",
    "lv_LV",
    "sr",
    "sk",
    "et",
    "bg",
    "he",
    "km_KH",
    "hu",
    "fr_CH",
    "lo_LA",
]
LANGUAGE_BY_LOCALE = {locale: n for n, locale in enumerate(LOCALES, start=1)}

LANGUAGE_NAMES = (
    "English",
    "Italian",
    "German",
    "French",
    "Portuguese - Brazilian",
    "Dutch",
    "Spanish",
    "Norwegian",
    "Danish",
    "Japanese",
    "Swedish",
    "Spanish - Spain",
    "French - Canada",
    "Lithuanian",
    "Polish",
    "Czech",
    "Croatian",
    "Albanian",
    "Greek",
    "English - United Kingdom",
    "Portuguese - Portugal",
    "Slovenian",
    "Finnish",
    "Romanian",
    "Turkish - Turkey",
    "Thai",
    "Macedonian",
    "Chinese - Taiwan",
    "Russian",
    "Arabic",
    "Persian",
    "Latvian",
    "Serbian",
    "Slovak",
    "Estonian",
    "Bulgarian",
    "Hebrew",
    "Khmer",
    "Hungarian",
    "French - Swiss",
    "Lao",
)

INDUSTRY_NAMES = (
    "Accounting & Legal",
    "Advertising",
    "Aerospace",
    "Agriculture",
    "Automotive",
    "Banking & Finance",
    "Biotechnology",
    "Broadcasting",
    "Business Services",
    "Commodities & Chemicals",
    "Communications",
    "Computers & Hightech",
    "Defense",
    "Energy",
    "Entertainment",
    "Government",
    "Healthcare & Life Sciences",
    "Insurance",
    "Manufacturing",
    "Marketing",
    "Media",
    "Nonprofit & Higher Ed",
    "Pharmaceuticals",
    "Professional Services & Consulting",
    "Real Estate",
    "Retail & Wholesale",
    "Sports",
    "Transportation",
    "Travel & Luxury",
    "Other",
    "Photography",
    "Construction",
    "Restaurant & Catering",
)
SIZE_NAMES = ("1 - 3", "4 - 10", "11 - 50", "51 - 100", "101 - 500", "500+")
INDUSTRIES = dict(enumerate(INDUSTRY_NAMES, start=1))
SIZES = dict(enumerate(SIZE_NAMES, start=1))
CLASSIFICATIONS = (
    "individual",
    "business",
    "company",
    "partnership",
    "trust",
    "charity",
    "government",
    "other",
)
