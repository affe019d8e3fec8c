"""The words for demo clients, by country; `clients.py` draws from them.

In a pattern `#` stands for a digit, `@` for a letter. Phone numbers are from the ranges that a
country reserves for fiction, if it has any.
"""

from typing import NamedTuple

from msgspec import Struct


class People(NamedTuple):
    """First and family names of one sex: a Czech or Polish family name depends on the sex."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


class Town(NamedTuple):
    """A town with its position; `postal_code` is a pattern."""

    name: str
    state: str
    postal_code: str
    longitude: float
    latitude: float


class Locale(Struct, frozen=True, kw_only=True):
    """The names of people, companies and places in one country; `currency_id` is Ninja's.

    `companies`, `street_line` and `town_line` are formats.
    """

    country_id: int
    currency_id: int
    women: People
    men: People
    companies: tuple[str, ...]
    trades: tuple[str, ...]
    streets: tuple[str, ...]
    street_line: str = "{street} {house}"
    second_lines: tuple[str, ...]
    towns: tuple[Town, ...]
    town_line: str = "{postal_code} {city}"
    phones: tuple[str, ...]
    vat_number: str
    register: str
    directions: tuple[str, ...]
    notes: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split("; "))


GERMAN_FAMILIES = words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schäfer Koch Bauer Richter Groß"
    " Schröder Neumann Zimmermann Krüger Hofmann Lange Köhler König Böhm Weiß Jäger Vogel Günther"
)
GERMANY = Locale(
    country_id=276,
    currency_id=3,
    women=People(words("Anna Käthe Lena Sabine Jördis Ursula Heike Zoë Mareike"), GERMAN_FAMILIES),
    men=People(words("Jürgen Björn Stefan Uwe Jörg Lukas Götz Matthias Tim"), GERMAN_FAMILIES),
    companies=phrases("{last} & {other} {trade}; {last} {trade} GmbH; {trade} {town}; {last} KG"),
    trades=words("Gebäudetechnik Fensterbau Bäckerei Elektro Logistik Heizungsbau Möbelhaus"),
    streets=phrases("Hauptstraße; Bahnhofstraße; Gartenweg; Mühlenweg; Schloßplatz; An der Brücke"),
    second_lines=phrases("Hinterhaus; #. OG; Gebäude @; c/o Empfang"),
    towns=(
        Town("Berlin", "Berlin", "101##", 13.405, 52.52),
        Town("München", "Bayern", "803##", 11.576, 48.137),
        Town("Köln", "Nordrhein-Westfalen", "506##", 6.96, 50.938),
        Town("Leipzig", "Sachsen", "041##", 12.374, 51.34),
    ),
    phones=("+49 30 23125 ###", "+49 40 66969 ###", "+49 221 4710 ###", "+49 89 99998 ###"),
    vat_number="DE#########",
    register="HRB",
    directions=phrases("Klingel links; Zufahrt über den Hof; Bitte am Empfang melden; Tor #"),
    notes=phrases("Zahlt pünktlich; Nur vormittags anrufen; Rechnung bitte per Post"),
)

SPANISH_FAMILIES = words(
    "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Jiménez Ruiz Núñez"
    " Muñoz Álvarez Romero Ibáñez Peña Castaño Ordóñez Vázquez Ortega Santamaría"
)
SPAIN = Locale(
    country_id=724,
    currency_id=3,
    women=People(words("María Lucía Begoña Inés Carmen Ángela Rocío Nuria"), SPANISH_FAMILIES),
    men=People(words("José Íñigo Javier Ramón Andrés Joaquín Óscar Pablo"), SPANISH_FAMILIES),
    companies=phrases("{trade} {last} y {other} S.L.; {last} e Hijos; {trade} {last} {town} S.A."),
    trades=words("Construcciones Panadería Instalaciones Talleres Viñedos Cerámicas Limpiezas"),
    streets=phrases("Calle Mayor; Calle de Alcalá; Plaza España; Calle Peñuelas; Ronda San Martín"),
    street_line="{street}, {house}",
    second_lines=phrases("#º izq.; #º dcha.; Bajo; Local #"),
    towns=(
        Town("Madrid", "Madrid", "280##", -3.704, 40.417),
        Town("Barcelona", "Cataluña", "080##", 2.173, 41.385),
        Town("Málaga", "Andalucía", "290##", -4.421, 36.721),
        Town("A Coruña", "Galicia", "150##", -8.411, 43.362),
    ),
    phones=("+34 91 ### ## ##", "+34 93 ### ## ##", "+34 6## ## ## ##"),
    vat_number="ESB########",
    register="CIF",
    directions=phrases("Llamar al portero; Entrada por el patio; Detrás de la iglesia; Portón #"),
    notes=phrases("Cliente desde hace años; Llamar por la mañana; Pago a 30 días"),
)

FRENCH_FAMILIES = words(
    "Martin Bernard Lefèvre Dubois Moreau Hébert Garçon Chevallier Noël Bénard Gauthier Lemaître"
    " Perrin Rousseau Béranger Marchand D'Aubigné Crépin Vasseur Poulain Lacoste"
)
FRANCE = Locale(
    country_id=250,
    currency_id=3,
    women=People(words("Zoé Hélène Françoise Chloé Amélie Anaïs Maëlys Claire"), FRENCH_FAMILIES),
    men=People(words("François Gaël Étienne Jérôme Benoît Loïc Thibault Rémi"), FRENCH_FAMILIES),
    companies=phrases("{trade} {last} & {other} SARL; {last} et Fils; {trade} {last} {town} SA"),
    trades=words("Boulangerie Menuiserie Électricité Transports Pâtisserie Plomberie Crémerie"),
    streets=phrases(
        "rue Molière; avenue Victor-Hugo; rue du Château; place de l'Église; quai Nord"
    ),
    street_line="{house} {street}",
    second_lines=phrases("Bâtiment @; #e étage; BP ###; Escalier @"),
    towns=(
        Town("Paris", "Île-de-France", "7500#", 2.352, 48.857),
        Town("Lyon", "Auvergne-Rhône-Alpes", "6900#", 4.835, 45.764),
        Town("Orléans", "Centre-Val de Loire", "45#00", 1.909, 47.903),
        Town("Nîmes", "Occitanie", "30#00", 4.36, 43.837),
    ),
    phones=("+33 1 99 00 ## ##", "+33 4 65 71 ## ##", "+33 6 39 98 ## ##"),
    vat_number="FR###########",
    register="RCS",
    directions=phrases("Sonner à l'accueil; Passer par la cour; Code à demander; Portail #"),
    notes=phrases("Paye toujours à l'échéance; Préfère le courrier; Devis envoyé"),
)

POLAND = Locale(
    country_id=616,
    currency_id=49,
    women=People(
        words("Małgorzata Agnieszka Zofia Bożena Joanna Elżbieta Łucja Kinga"),
        words("Kowalska Wiśniewska Dąbrowska Zielińska Nowak Wójcik Kamińska Jabłońska Gołąb"),
    ),
    men=People(
        words("Paweł Łukasz Krzysztof Michał Grzegorz Wojciech Jędrzej Stanisław"),
        words("Kowalski Wiśniewski Dąbrowski Zieliński Nowak Wójcik Kamiński Jabłoński Gołąb"),
    ),
    companies=phrases("{trade} {last} sp. z o.o.; {last} & {other} {trade} S.A.; {trade} {town}"),
    trades=words("Piekarnia Hurtownia Stolarnia Księgarnia Budownictwo Ślusarstwo Usługi"),
    streets=phrases("ul. Długa; ul. Świętokrzyska; ul. Żelazna; pl. Wolności; ul. Łąkowa"),
    second_lines=phrases("m. ##; lok. #; klatka @; piętro #"),
    towns=(
        Town("Warszawa", "mazowieckie", "00-###", 21.012, 52.23),
        Town("Kraków", "małopolskie", "31-###", 19.945, 50.065),
        Town("Łódź", "łódzkie", "90-###", 19.456, 51.759),
        Town("Gdańsk", "pomorskie", "80-###", 18.647, 54.352),
    ),
    phones=("+48 22 ### ## ##", "+48 12 ### ## ##", "+48 6## ### ###"),
    vat_number="PL##########",
    register="KRS",
    directions=phrases("Wejście od podwórza; Dzwonić do ochrony; Brama nr #; Za kościołem"),
    notes=phrases("Stały klient; Dzwonić przed wizytą; Płaci przelewem"),
)

CZECHIA = Locale(
    country_id=203,
    currency_id=51,
    women=People(
        words("Jiřina Kateřina Lenka Tereza Zdeňka Eliška Růžena Šárka"),
        words("Nováková Dvořáková Černá Procházková Kučerová Veselá Horáková Růžičková Němcová"),
    ),
    men=People(
        words("Jiří Ondřej Tomáš Václav Bedřich Zdeněk Matěj Štěpán"),
        words("Novák Dvořák Černý Procházka Kučera Veselý Horák Růžička Němec Šťastný Kříž"),
    ),
    companies=phrases("{trade} {last} s.r.o.; {last} & {other} {trade} a.s.; {trade} {town}"),
    trades=words("Pekařství Truhlářství Stavebniny Zámečnictví Pivovar Účetnictví Květinářství"),
    streets=phrases("Dlouhá; Náměstí Míru; Vinohradská; Křižíkova; Žitná; Na Příkopě; U Řeky"),
    second_lines=phrases("#. patro; byt ##; vchod @; dvůr"),
    towns=(
        Town("Praha", "Praha", "1#0 00", 14.438, 50.076),
        Town("Brno", "Jihomoravský kraj", "6## 00", 16.608, 49.195),
        Town("Plzeň", "Plzeňský kraj", "3## 00", 13.378, 49.738),
    ),
    phones=("+420 2## ### ###", "+420 54# ### ###", "+420 60# ### ###"),
    vat_number="CZ########",
    register="IČO",
    directions=phrases("Zvonek vpravo; Vjezd ze dvora; Hlaste se na vrátnici; Brána #"),
    notes=phrases("Dlouholetý zákazník; Volat dopoledne; Platí převodem"),
)

ENGLISH_FAMILIES = words(
    "Smith Taylor O'Brien Walker Wright Patel Fitzgerald Ashworth Hughes McAllister Thornton"
    " Bennett Okafor Lovelace Kipling Whitfield Nguyen Marlowe Garrett Brontë Hargreaves"
)
ENGLISH_WOMEN = People(words("Ada Charlotte Siobhán Grace Emily Zoe Priya Renée"), ENGLISH_FAMILIES)
ENGLISH_MEN = People(words("James Oliver Seán Henry Arjun William Liam George"), ENGLISH_FAMILIES)
BRITAIN = Locale(
    country_id=826,
    currency_id=2,
    women=ENGLISH_WOMEN,
    men=ENGLISH_MEN,
    companies=phrases("{last} & Sons Ltd; {last} {town} {trade}; {last} and {other} {trade} Ltd"),
    trades=words("Joinery Bakery Plumbing Haulage Interiors Roofing Brewing Instruments"),
    streets=phrases("High Street; Station Road; Church Lane; King's Parade; Mill Lane; The Green"),
    street_line="{house} {street}",
    second_lines=phrases("Flat ##; Unit #; Floor #; Rose Cottage"),
    towns=(
        Town("London", "Greater London", "SE# #@@", -0.128, 51.507),
        Town("Manchester", "Greater Manchester", "M# #@@", -2.243, 53.481),
        Town("York", "North Yorkshire", "YO1 #@@", -1.082, 53.96),
    ),
    town_line="{city} {postal_code}",
    phones=("+44 20 7946 0###", "+44 161 496 0###", "+44 117 496 0###", "+44 7700 900###"),
    vat_number="GB#########",
    register="CRN",
    directions=phrases("Ring twice; Use the side gate; Report to reception; Loading bay #"),
    notes=phrases("Pays on time; Call before noon; Asked for paper invoices"),
)
AMERICA = Locale(
    country_id=840,
    currency_id=1,
    women=ENGLISH_WOMEN,
    men=ENGLISH_MEN,
    companies=phrases("{last} {trade} LLC; {last} & {other} {trade} Inc.; {town} {trade} Corp."),
    trades=words("Plumbing Hardware Landscaping Freight Robotics Dental Analytics Roofing"),
    streets=phrases("Main Street; Oak Avenue; Maple Drive; Washington Boulevard; Sunset Road"),
    street_line="{house} {street}",
    second_lines=phrases("Apt. ##; Suite ###; Floor #; PO Box ####"),
    towns=(
        Town("New York", "NY", "100##", -74.006, 40.713),
        Town("Austin", "TX", "787##", -97.743, 30.267),
        Town("San José", "CA", "951##-####", -121.886, 37.338),
    ),
    town_line="{city}, {state} {postal_code}",
    phones=("+1 212-555-01##", "(512) 555-01##", "+1 408-555-01##", "617-555-01##"),
    vat_number="##-#######",
    register="EIN",
    directions=phrases("Leave it at the front desk; Gate code on request; Dock #; Beware of dog"),
    notes=phrases("Pays on time; Prefers e-mail; Net 30 agreed; Met at the trade fair"),
)

LOCALES = (GERMANY, SPAIN, FRANCE, POLAND, CZECHIA, BRITAIN, AMERICA)
PLACEHOLDERS = {"#": "0123456789", "@": "ABDEFGHJLNPQRSTUWXYZ"}
CUSTOM_SAMPLES = ("VIP", "Net 30", "Region Süd", "B2B", "ročně", "à rappeler", "3", "2024-05-31")
