"""The countries of the demo's customers, with the word lists their names are made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Land:
    """One country: where its people live, how its companies and people are called."""

    country: str
    region: str
    share: float
    zones: tuple[str, ...]
    hours_east: int
    currency: str
    currency_share: float
    legal: str
    pattern: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    trades: tuple[str, ...]
    quarters: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("_", " ") if "_" in text else text for text in text.split())


GERMANY = Land(
    "DE",
    "DACH",
    0.32,
    ("Europe/Berlin",),
    1,
    "EUR",
    1.0,
    "GmbH",
    "{stem} {trade}{quarter} {legal}",
    _words(
        "Alt Birk Brand Buch Dorn Eber Eich Erlen Falken Fichten Grün Hasel Hirsch Hohen Kalten "
        "Kirch Klein Lang Licht Linden Mark Neu Nord Ober Reh Rosen Silber Stein Weiden Wind"
    ),
    _words("au bach beck berg brück dorf eck feld furt hagen heim hof holz kamp ried tal"),
    _words(
        "Logistik Kältetechnik Aufzüge Haustechnik Gebäudedienste Spedition Kurier "
        "Medizintechnik Brandschutz Elektro Wartung Klimatechnik Transporte Entsorgung"
    ),
    _words("Nord Süd West Ost"),
    _words(
        "Anna Lena Katrin Sabine Miriam Jana Petra Heike Ulrike Nadine Jonas Lukas Stefan Markus "
        "Tobias Dirk Florian Matthias Henrik Carsten Yusuf Emine Marek Sven"
    ),
    _words(
        "Albers Brinkmann Dietz Ebert Falk Gerlach Hartwig Ihle Jansen Kessler Lorenz Menzel "
        "Nagel Ott Pohl Reimann Seidel Thiel Ulbrich Vogt Wendt Yilmaz Zander Kowalski Brandes "
        "Hellwig"
    ),
)

BRITAIN = Land(
    "GB",
    "UK & Ireland",
    0.22,
    ("Europe/London",),
    0,
    "GBP",
    0.2,
    "Ltd",
    "{stem} {trade}{quarter} {legal}",
    _words(
        "Ash Barrow Beck Birch Black Bram Carr Cold Crow East Elm Fair Fern Green Hart Hazel "
        "Holm King Lang Marl Mill North Oak Ren Sand Stan Thorn Wether Whit Wool"
    ),
    _words("bridge bury combe cote dale don field ford gate ham hurst ley mere stead ton worth"),
    _words(
        "Haulage Lifts Facilities Heating Couriers Refrigeration Drainage Electrical Fleet "
        "Freight Medical_Supplies Pest_Control Property_Care Waste"
    ),
    _words("North South Midlands Coastal"),
    _words(
        "Amelia Beth Charlotte Diane Emma Fiona Grace Hannah Imogen Joanne Alan Ben Colin Darren "
        "Edward Gareth Harry Imran Jack Kieran Liam Priya Nadia Tariq"
    ),
    _words(
        "Ashworth Bennett Calloway Davies Ellison Fletcher Gough Harding Iqbal Jarvis Kendall "
        "Lacey Marsden Naylor Osborne Patel Quinn Radcliffe Sutton Tranter Underhill Vickers "
        "Whitmore Yates"
    ),
)

FRANCE = Land(
    "FR",
    "France",
    0.17,
    ("Europe/Paris",),
    1,
    "EUR",
    1.0,
    "SAS",
    "{trade} {stem}{quarter} {legal}",
    _words(
        "Bel Beau Blanc Bois Champ Clair Côte Fleur Font Grand Haut Mont Neuf Noir Pierre Pont "
        "Roche Sainte Val Vert Vieux Aubé Gran Lor Mar Ner Sau Ter Vau Vill"
    ),
    _words("ac aigne ais ancourt anne ard aumont court elle ens ette euil eval ières mont ville"),
    _words(
        "Transports Ascenseurs Chauffage Froid Messagerie Maintenance Énergies Nettoyage "
        "Électricité Logistique Fret Dépannage Plomberie Sanitaires"
    ),
    _words("Nord Sud Ouest Est"),
    _words(
        "Aline Camille Chloé Delphine Élise Fabienne Inès Julie Manon Sophie Antoine Bastien "
        "Cédric Damien Étienne Fabrice Guillaume Hugo Karim Laurent Mehdi Nicolas Olivier Yann"
    ),
    _words(
        "Aubry Bertin Chevalier Delmas Estève Ferrand Girault Hamel Jacquet Kerbrat Lemoine "
        "Marchand Naudin Ollivier Perrot Quentin Rivière Salmon Texier Vasseur Benali Diallo "
        "Haddad Moreau"
    ),
)

SWEDEN = Land(
    "SE",
    "Nordics",
    0.15,
    ("Europe/Stockholm",),
    1,
    "EUR",
    1.0,
    "AB",
    "{stem} {trade}{quarter} {legal}",
    _words(
        "Al Asp Berg Björk Björn Dal Ek Fjäll Furu Gran Grön Hav Häger Järn Kvarn Lind Lund Mal "
        "Norr Ny Ros Sjö Skog Sol Sten Ström Söder Tall Väster Öster"
    ),
    _words("backa berga by dala fors hamn holm hult lunda näs rum sta strand sund torp vik"),
    _words("Frakt Åkeri Hiss Kyla Värme Fastighet El Service Bud Logistik Ventilation Städ Rör Larm"),
    _words("Norr Söder Väst Öst"),
    _words(
        "Agnes Birgitta Cecilia Ebba Elin Frida Hanna Ingrid Johanna Karin Anders Björn Erik "
        "Fredrik Gustav Håkan Isak Johan Kalle Lars Magnus Nils Amir Samira"
    ),
    _words(
        "Ahlgren Bergqvist Carlberg Dahlin Edlund Forsman Grahn Hedberg Isaksson Jonsson "
        "Kjellberg Lindh Mellgren Norell Olofsson Palm Rosén Sjöberg Tornberg Ulander Viklund "
        "Wallin Åberg Öman"
    ),
)

STATES = Land(
    "US",
    "North America",
    0.14,
    ("America/New_York", "America/Chicago", "America/Denver"),
    -5,
    "USD",
    0.25,
    "Inc.",
    "{stem} {trade}{quarter} {legal}",
    _words(
        "Amber Aspen Bay Blue Bright Cedar Clear Copper Eagle Elk Fox Gold Granite Heron Iron "
        "Juniper Lake Lone Maple Mesa Moss Pine Prairie Red River Sage Silver Stone Summit "
        "Willow"
    ),
    _words(
        "_Creek _Ridge _Hollow _Valley _Point _Grove _Harbor _Bluff _Canyon _Fork _Meadow _Crest "
        "_Run _Landing _Mill _Pass"
    ),
    _words(
        "Mechanical Freight Elevator HVAC Plumbing Delivery Electric Facilities Trucking "
        "Restoration Medical_Service Fire_Safety Landscaping Hauling"
    ),
    _words("East West North Central"),
    _words(
        "Alicia Brooke Carmen Dana Erica Faith Gabriela Heather Jasmine Kayla Aaron Brian Carlos "
        "Derek Evan Frank Greg Hector Ivan Jamal Kevin Luis Mike Trevor"
    ),
    _words(
        "Abbott Barnes Castillo Dawson Espinoza Foster Garrison Holloway Ingram Jefferson Kline "
        "Lawson Mercer Norris Ortega Parrish Quigley Ramsey Sandoval Thornton Upton Vance "
        "Whitaker Zimmer"
    ),
)

LANDS = (GERMANY, BRITAIN, FRANCE, SWEDEN, STATES)
PARTNERS = ("Harbourline Consulting", "Meridia Systems", "Tresco Integration", "Nordlys Partners")
