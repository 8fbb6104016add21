"""Names and streets to invent customers from. No person is meant; e-mail goes to a domain reserved for examples."""

from __future__ import annotations

import unicodedata

FIRST_NAMES = {
    "DE": ("Anna", "Ben", "Clara", "Emil", "Greta", "Jonas", "Lena", "Lukas", "Mia", "Paul", "Sophie", "Till"),
    "FR": ("Adèle", "Antoine", "Camille", "Chloé", "Hugo", "Inès", "Jules", "Léa", "Louis", "Manon", "Théo", "Zoé"),
    "NL": ("Anouk", "Bram", "Daan", "Eva", "Femke", "Jasper", "Lotte", "Maud", "Sem", "Sanne", "Thijs", "Fleur"),
    "BE": ("Arthur", "Elise", "Emma", "Jef", "Julie", "Lars", "Louise", "Lucas", "Marie", "Noor", "Seppe", "Victor"),
    "ES": ("Carmen", "Daniel", "Elena", "Hugo", "Irene", "Javier", "Laura", "Lucía", "Marta", "Pablo", "Sara"),
    "IT": ("Alice", "Andrea", "Beatrice", "Chiara", "Davide", "Elisa", "Giulia", "Luca", "Marco", "Martina", "Sofia"),
    "AT": ("David", "Elias", "Hannah", "Jakob", "Julia", "Katharina", "Laura", "Maximilian", "Simon", "Valentin"),
    "PL": ("Agata", "Aleksandra", "Jakub", "Jan", "Julia", "Kacper", "Magda", "Marta", "Michał", "Ola", "Piotr"),
}  # fmt: skip
LAST_NAMES = {
    "DE": ("Becker", "Fischer", "Hoffmann", "Keller", "Krüger", "Lange", "Neumann", "Richter", "Schäfer", "Vogel"),
    "FR": ("Bernard", "Dubois", "Fontaine", "Garnier", "Lambert", "Laurent", "Mercier", "Moreau", "Roux", "Vidal"),
    "NL": ("Bakker", "de Boer", "de Vries", "Dijkstra", "Jansen", "Meijer", "Mulder", "Smit", "van Dijk", "Visser"),
    "BE": ("Claes", "Desmet", "Dupont", "Goossens", "Jacobs", "Lambert", "Maes", "Peeters", "Willems", "Wouters"),
    "ES": ("Castro", "Díaz", "Fernández", "García", "Gil", "López", "Moreno", "Navarro", "Ortega", "Serrano"),
    "IT": ("Bianchi", "Colombo", "Conti", "Esposito", "Ferrari", "Gallo", "Greco", "Ricci", "Romano", "Russo"),
    "AT": ("Bauer", "Egger", "Gruber", "Hofer", "Huber", "Leitner", "Moser", "Pichler", "Steiner", "Wagner"),
    "PL": ("Dudek", "Kaczmarek", "Kowalska", "Krawczyk", "Lewandowski", "Mazur", "Nowak", "Pawlak", "Wójcik", "Zając"),
}
STREETS = {
    "DE": ("Ahornweg {}", "Bahnhofstraße {}", "Gartenstraße {}", "Hauptstraße {}", "Lindenstraße {}", "Schulstraße {}"),
    "FR": ("{} rue de la Gare", "{} rue des Lilas", "{} rue Jean Jaurès", "{} rue Victor Hugo", "{} place du Marché"),
    "NL": ("Dorpsstraat {}", "Kerkstraat {}", "Molenweg {}", "Nieuwstraat {}", "Schoolstraat {}", "Stationsweg {}"),
    "BE": ("Kerkstraat {}", "Rue de l'Église {}", "Stationsstraat {}", "Rue du Moulin {}", "Molenstraat {}"),
    "ES": ("Calle Ancha {}", "Calle del Sol {}", "Avenida del Mar {}", "Calle Nueva {}", "Plaza de España {}"),
    "IT": ("Via Garibaldi {}", "Via Mazzini {}", "Via Roma {}", "Corso Italia {}", "Via Verdi {}", "Via Dante {}"),
    "AT": ("Bahnhofstraße {}", "Dorfstraße {}", "Feldgasse {}", "Hauptstraße {}", "Kirchengasse {}", "Schulgasse {}"),
    "PL": ("ul. Długa {}", "ul. Kwiatowa {}", "ul. Leśna {}", "ul. Ogrodowa {}", "ul. Polna {}", "ul. Szkolna {}"),
}  # fmt: skip
COMPANIES = ("Studio", "Atelier", "Café", "Hotel", "Office")
SAFE_PLACES = ("porch", "garage", "garden shed", "with a neighbour")
EMAIL_DOMAIN = "example.com"  # RFC 2606
_UNFOLDED = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss"})
# Numbers that the regulators of these countries keep for films and examples; nowhere else do we give any.
PHONES = {"DE": "+49 30 23125 {:03d}", "FR": "+33 1 99 00 {:02d} {:02d}"}


def email(first: str, last: str, number: int) -> str:
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".translate(_UNFOLDED)).encode("ascii", "ignore").decode()
    return f"{plain.lower().replace(' ', '')}.{number}@{EMAIL_DOMAIN}"


def phone(country: str, number: int) -> str:
    """A number that rings nowhere, or none. `number` is in [0, 1000)."""
    if country == "DE":
        return PHONES["DE"].format(number)
    return PHONES["FR"].format(number // 100, number % 100) if country == "FR" else ""
