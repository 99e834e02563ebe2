"""The names, streets, towns and devices of invented customers.

First and family names are among the commonest of their countries, so a pair names
nobody in particular; streets are invented, towns and postcodes are real.
"""

from __future__ import annotations

# Origin of a name: (first names, family names).
NAMES = {
    "french": (
        (
            "Camille Léa Chloé Inès Manon Jade Louise Zoé Anaïs Océane Maëlle Noémie "
            "Hélène Béatrice Thérèse Françoise Agnès Solène Éloïse Clémence Margaux "
            "Juliette Aurélie Céline Stéphanie Nathalie Valérie Sylvie Monique Odile "
            "Geneviève Marie-Laure Anne-Sophie Marie-Ève Gaëlle Maud Élodie Apolline "
            "Lucas Hugo Théo Léo Jules Gabriel Raphaël Arthur Noé Maël Éliott Gaëtan "
            "Loïc Benoît Jérôme Rémi François Étienne Grégoire Aurélien Sébastien "
            "Frédéric Stéphane Gérard André Bernard Jean-Luc Jean-Baptiste Pierre-Yves "
            "Michaël Joël Cédric Mickaël Yann Émile Côme Cyprien Félix Anatole "
            "Amine Karim Yasmine Fatou Mamadou Aïcha Samira Nadia Mehdi Linh"
        ).split(),
        (
            "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent "
            "Simon Michel Lefèvre Leroy Roux David Bertrand Morel Fournier Girard "
            "Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefebvre Faure "
            "Andrée Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand "
            "Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu "
            "Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer "
            "Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard "
            "Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin "
            "Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix "
            "Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland "
            "Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger "
            "Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez "
            "Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot "
            "Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly "
            "Hervé Schneider Fernandez Collet Léger Bouvier Julien Prévost Millet "
            "Perrot Daniel L’Hostis D’Angelo Saint-Martin Cœuret Diallo Traoré Benali "
            "Haddad Nguyen"
        ).split(),
    ),
    "european": (
        (
            "Jürgen Łukasz Søren Małgorzata Ángel Beatriz João Inês Giulia Niccolò "
            "Zoë Björn Åsa Jiří Katarína Ștefan Dimitris Ana Mårten Begoña Ömer Ingrid"
        ).split(),
        (
            "Weiß Wójcik Østergaard Nuñez Gonçalves Ferreira Müller Kowalska Lindström "
            "Sørensen Novák Ionescu Papadopoulos Rossi Esposito Yılmaz Jönsson Ibáñez "
            "Groß Szymański Conceição Åkesson"
        ).split(),
    ),
    "british": (
        "Oliver Amelia Harry Isla George Ava Noah Emily Jack Sophie Chloe Rhys".split(),
        "Smith Jones Taylor Brown Williams Wilson Evans Thomas Roberts O’Brien".split(),
    ),
    "japanese": (
        "Yuki Haruto Sakura Ren Aoi Sota Hina Yuto Mei Kaito".split(),
        "Satō Suzuki Takahashi Tanaka Watanabe Itō Yamamoto Nakamura".split(),
    ),
    "tunisian": (
        "Mohamed Amira Youssef Salma Khalil Rim Anis Hela Skander Inès".split(),
        "Trabelsi Gharbi Jaziri Ayari Mansouri Chebbi Mejri Dridi".split(),
    ),
}

# Country: origin of its names, sign between number and street, streets, towns.
# A town is "postcode name"; an underscore stands for the space within a postcode.
PLACES: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "FR": (
        "french",
        "number street",
        (
            "rue des Lilas-Bleus",
            "rue du Moulin-à-Papier",
            "avenue des Trois-Fontaines",
            "impasse du Chat-qui-Dort",
            "allée des Cerisiers-Tardifs",
            "rue de l’Horloge-Perdue",
            "boulevard des Deux-Rivières",
            "chemin de la Fée-Margot",
            "place du Vieux-Kiosque",
            "rue de la Lune-Rousse",
            "quai des Bateliers-Joyeux",
            "rue du Four-Éteint",
            "avenue de la Belle-Étoile",
            "passage de la Brodeuse",
            "rue des Sept-Noyers",
            "sentier des Écureuils",
            "rue du Pâtissier-Vert",
            "cours des Hirondelles",
            "rue de la Cloche-Fêlée",
            "montée du Château-d’Eau",
        ),
        tuple(
            "75003 Paris|75011 Paris|75018 Paris|75020 Paris|69001 Lyon|69007 Lyon|"
            "13001 Marseille|13006 Marseille|31000 Toulouse|06000 Nice|44000 Nantes|"
            "34000 Montpellier|67000 Strasbourg|33000 Bordeaux|59000 Lille|"
            "35000 Rennes|51100 Reims|42000 Saint-Étienne|83000 Toulon|38000 Grenoble|"
            "21000 Dijon|49000 Angers|30000 Nîmes|69100 Villeurbanne|63000 "
            "Clermont-Ferrand|72000 Le Mans|29200 Brest|37000 Tours|80000 Amiens|"
            "87000 Limoges|74000 Annecy|66000 Perpignan|57000 Metz|25000 Besançon|"
            "45000 Orléans|76000 Rouen|54000 Nancy|14000 Caen|64000 Pau|"
            "17000 La Rochelle|86000 Poitiers|62100 Calais|29000 Quimper|"
            "56000 Vannes|22000 Saint-Brieuc|13200 Arles|09000 Foix|97400 "
            "Saint-Denis|20000 Ajaccio|15000 Aurillac".split("|")
        ),
    ),
    "BE": (
        "french",
        "street, number",
        ("rue de la Gaufre-Dorée", "avenue des Houblons", "place du Petit-Beffroi"),
        ("1000 Bruxelles", "4000 Liège", "5000 Namur", "7000 Mons", "9000 Gent"),
    ),
    "CH": (
        "french",
        "street number",
        ("chemin des Marmottes", "rue du Jet-d’Eau-Vieux", "route de l’Alpage"),
        ("1201 Genève", "1003 Lausanne", "2000 Neuchâtel", "1700 Fribourg"),
    ),
    "LU": (
        "french",
        "number, street",
        ("rue des Remparts-Fleuris", "montée du Vieux-Marché"),
        ("L-1111 Luxembourg", "L-4001 Esch-sur-Alzette"),
    ),
    "GB": (
        "british",
        "number street",
        ("Rowan Tree Street", "Old Teapot Lane", "Marigold Crescent"),
        (
            "SW1A_1AA London",
            "M1_1AE Manchester",
            "EH1_1BB Edinburgh",
            "BS1_4DJ Bristol",
        ),
    ),
    "DE": (
        "european",
        "street number",
        ("Kirschblütenweg", "Alte Mühlengasse"),
        ("10115 Berlin", "50667 Köln", "80331 München"),
    ),
    "IT": (
        "european",
        "street, number",
        ("via dei Limoni Gialli", "vicolo del Gatto"),
        ("20121 Milano", "00184 Roma", "10121 Torino"),
    ),
    "ES": (
        "european",
        "street, number",
        ("calle de las Naranjas", "plaza del Reloj Viejo"),
        ("28001 Madrid", "08001 Barcelona", "48001 Bilbao"),
    ),
    "JP": (
        "japanese",
        "number street",
        ("Sakura-zaka", "Hoshi-dōri"),
        ("100-0001 Tōkyō", "600-8001 Kyōto", "530-0001 Ōsaka"),
    ),
    "TN": (
        "tunisian",
        "number, street",
        ("rue des Jasmins-Blancs", "avenue du Figuier"),
        ("1000 Tunis", "4000 Sousse", "3000 Sfax"),
    ),
}

# The country of the customer with this number modulo 100; all the others are FR.
ABROAD = {
    **dict.fromkeys((17, 43, 71), "CH"),
    **dict.fromkeys((29, 58, 86), "GB"),
    **dict.fromkeys((21, 49, 77, 93), "BE"),
    37: "JP",
    64: "TN",
    55: "LU",
    68: "DE",
    83: "IT",
    97: "ES",
}

COMPANIES = (
    "Atelier Fougère",
    "Maison Bergamote",
    "Librairie du Hibou",
    "Les Trois Marmites",
    "Cabinet Alizé",
    "Studio Pamplemousse",
    "Fleurs d’Aurore SARL",
    "Coopérative du Vallon",
    "Menuiserie L’Écorce",
    "Café des Marées",
)

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 "
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) "
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) "
_IPAD = "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) "
_GALAXY = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
)

DESKTOPS = (
    f"{_WINDOWS}) {_CHROME.format(v=142)}Safari/537.36",
    f"{_WINDOWS}) {_CHROME.format(v=138)}Safari/537.36",
    f"{_WINDOWS}) {_CHROME.format(v=141)}Safari/537.36 Edg/141.0.0.0",
    f"{_WINDOWS}; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"{_MAC}{_WEBKIT}Version/18.5 Safari/605.1.15",
    f"{_MAC}{_CHROME.format(v=142)}Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    f"{_WINDOWS}) {_CHROME.format(v=140)}Safari/537.36 OPR/124.0.0.0",
)
MOBILES = (
    f"{_IPHONE}{_WEBKIT}Version/18.6 Mobile/15E148 Safari/604.1",
    f"{_IPAD}{_WEBKIT}Version/17.7 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME.format(v=142)}Mobile Safari/537.36",
    f"{_GALAXY}SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
    f"{_IPHONE}{_WEBKIT}CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
)
INSTAGRAM_APP = (
    f"{_IPHONE}{_WEBKIT}Mobile/22G86 Instagram 405.0.0.25.75 "
    "(iPhone15,2; iOS 18_6; fr_FR; fr; scale=3.00; 1179x2556; 780000000)"
)

STAFF = ("Inès", "Paul", "Maud", "Karim")
CLIENT_NOTES = (
    "Merci de laisser le colis chez la gardienne.",
    "C’est pour un anniversaire : pas de facture dans le colis, s’il vous plaît.",
    "Sonnez deux fois, l’interphone est capricieux.",
    "Une personne est allergique aux fruits à coque.",
    "Nous serons peut-être en retard d’un quart d’heure.",
    "Merci d’écrire « Bonne fête, maman ! » sur la carte.",
    "Livraison après 18 h si possible.",
    "Une place pour une poussette, merci.",
)
STAFF_NOTES = (
    "Client rappelé, tout est en ordre.",
    "Adresse confirmée par téléphone.",
    "Emballage renforcé demandé.",
    "Facture envoyée au service comptable.",
    "À servir près de la fenêtre.",
    "Attend une réponse avant vendredi.",
)
REASONS = (
    "Geste commercial",
    "Article arrivé abîmé",
    "Ne convient pas",
    "Empêchement du client",
    "Commande passée deux fois",
    "Retard de livraison",
)
