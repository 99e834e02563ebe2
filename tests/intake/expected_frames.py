"""The frames that each fixture becomes, money in minor units."""

from __future__ import annotations

EXPECTED = {
    "amazon.txt": {
        "orders": [("402-1", "done", "EUR", 4500, 500, 500, 200, 750, True, 4700)],
        "lines": [
            ("402-1", 1, "LAMPE", "Lampe", 2, 2000, 500, 3500, 0),
            ("402-1", 2, "STYLO", "Stylo", 1, 500, 0, 500, 0),
        ],
        "payments": [("402-1", 4700, None, "full", False)],
        "refunds": [],
    },
    "boutique.csv": {
        "orders": [
            ("B-1", "done", "EUR", 248600, 1000, 490, 0, None, True, 248090),
            ("B-2", "in_progress", "EUR", 2000, 0, 0, 0, None, True, 2000),
            ("B-3", "cancelled", "EUR", 500, 0, 0, 0, None, True, 500),
        ],
        "lines": [
            ("B-1", 1, "LAMPE", "Lampe", 2, 124050, 0, 248100, 0),
            ("B-1", 2, "STYLO", "Stylo", 1, 500, 0, 500, 0),
            ("B-2", 1, "STYLO", "Stylo", 4, 500, 0, 2000, 0),
            ("B-3", 1, "STYLO", "Stylo", 1, 500, 0, 500, 0),
        ],
        "payments": [
            ("B-1", 248090, "Carte", "full", True),
            ("B-2", 2000, "Carte", "full", True),
        ],
        "refunds": [("B-2", 500)],
    },
    "creneaux.csv": {
        "orders": [
            ("C-1", "new", "EUR", 7500, 0, 0, 0, None, True, 7500),
            ("C-2", "new", "EUR", 5500, 0, 0, 0, None, True, 5500),
            ("C-3", "new", "EUR", 5500, 0, 0, 0, None, True, 5500),
        ],
        "lines": [
            ("C-1", 1, None, "Massage suédois", 1, 7500, 0, 7500, 0),
            ("C-2", 1, None, "Cours de poterie", 1, 5500, 0, 5500, 0),
            ("C-3", 1, None, "Cours de poterie", 1, 5500, 0, 5500, 0),
        ],
        "payments": [
            ("C-1", 2500, "gift_card", "full", True),
            ("C-1", 5000, "Carte", "full", True),
        ],
        "refunds": [],
    },
    "etsy.csv": {
        "orders": [
            ("3001", "done", "USD", 2800, 250, 400, 0, 180, False, 3130),
            ("3002", "new", "USD", 300, 0, 0, 0, 0, False, 300),
        ],
        "lines": [
            ("3001", 1, "PR-1", "Print", 2, 1250, 250, 2250, 0),
            ("3001", 2, "CA-1", "Card", 1, 300, 0, 300, 0),
            ("3002", 1, None, "Card", 1, 300, 0, 300, 0),
        ],
        "payments": [
            ("3001", 3130, None, "full", True),
            ("3002", 300, None, "full", True),
        ],
        "refunds": [],
    },
    "evenements.csv": {
        "orders": [
            ("E-1", "new", "EUR", 4750, 0, 0, 0, None, True, 4750),
            ("E-2", "new", "CHF", 2000, 0, 0, 0, None, True, 2000),
            ("E-3", "cancelled", "EUR", 0, 0, 0, 0, None, True, 0),
        ],
        "lines": [
            ("E-1", 1, None, "Plein tarif", 1, 2800, 0, 2800, 0),
            ("E-1", 2, None, "Tarif réduit", 1, 1950, 0, 1950, 0),
            ("E-2", 1, None, "Entrée", 2, 1000, 0, 2000, 0),
            ("E-3", 1, None, "Entrée", 1, 0, 0, 0, 0),
        ],
        "payments": [
            ("E-1", 4750, None, "full", False),
            ("E-3", 0, None, "full", False),
        ],
        "refunds": [],
    },
    "restaurant.tsv": {
        "orders": [
            ("R-1", "new", "EUR", 11600, 0, 0, 0, None, True, 11600),
            ("R-2", "done", "EUR", 0, 0, 0, 0, None, True, 0),
            ("R-4", "cancelled", "EUR", 6800, 0, 0, 0, None, True, 6800),
        ],
        "lines": [
            ("R-1", 1, None, "Menu du marché", 4, 2900, 0, 11600, 0),
            ("R-2", 1, None, "Réservation de table", 2, 0, 0, 0, 0),
            ("R-4", 1, None, "Brunch", 2, 3400, 0, 6800, 0),
        ],
        "payments": [
            ("R-1", 4000, None, "deposit", False),
            ("R-4", 6800, None, "full", False),
        ],
        "refunds": [],
    },
    "shopify.csv": {
        "orders": [
            ("#5001", "done", "EUR", 4500, 0, 490, 0, 832, True, 4990),
            ("#5002", "cancelled", "EUR", 2000, 0, 0, 0, 333, True, 2000),
            ("#5003", "in_progress", "EUR", 4000, 0, 0, 0, 667, True, 4000),
            ("#5004", "new", "JPY", 1000, 100, 500, 0, 140, False, 1540),
            ("#5005", "new", "EUR", 10000, 0, 0, 0, 0, True, 10000),
            ("#5006", "new", "EUR", 1200, 0, 0, 0, 0, True, 1200),
            ("#5007", "new", "TND", 12500, 0, 0, 0, 0, True, 12500),
            ("#5008", "done", "EUR", 1200, 0, 0, 0, 0, True, 1300),
            ("#5010", "done", "EUR", 1200, 0, 0, 0, 0, True, 1200),
        ],
        "lines": [
            ("#5001", 1, "LAMPE", "Lampe", 2, 2000, 0, 4000, 0),
            ("#5001", 2, "STYLO", "Stylo", 1, 500, 0, 500, 0),
            ("#5002", 1, "LAMPE", "Lampe", 1, 2000, 0, 2000, 1),
            ("#5003", 1, "LAMPE", "Lampe", 2, 2000, 0, 4000, 0),
            ("#5004", 1, "CARNET", "Carnet", 1, 1000, 0, 1000, 0),
            ("#5005", 1, "TABLE", "Table", 1, 10000, 0, 10000, 0),
            ("#5006", 1, "STYLO", "Stylo", 1, 1200, 0, 1200, 0),
            ("#5007", 1, "STYLO", "Stylo", 1, 12500, 0, 12500, 0),
            ("#5008", 1, "STYLO", "Stylo", 1, 1200, 0, 1200, 0),
            ("#5010", 1, "STYLO", "Stylo", 1, 1200, 0, 1200, 1),
        ],
        "payments": [
            ("#5001", 4990, "Stripe", "full", True),
            ("#5002", 2000, None, "full", True),
            ("#5003", 4000, None, "full", True),
            ("#5005", 3000, "Virement", "deposit", False),
            ("#5008", 1300, None, "full", False),
            ("#5010", 1200, None, "full", False),
        ],
        "refunds": [("#5002", 2000), ("#5003", 1500), ("#5010", 1500)],
    },
    "shopify_old.csv": {
        "orders": [
            ("#5001", "done", "EUR", 4500, 0, 490, 0, 832, True, 4990),
            ("#5002", "cancelled", "EUR", 2000, 0, 0, 0, 333, True, 2000),
        ],
        "lines": [
            ("#5001", 1, "LAMPE", "Lampe", 2, 2000, 0, 4000, 0),
            ("#5001", 2, "STYLO", "Stylo", 1, 500, 0, 500, 0),
            ("#5002", 1, "LAMPE", "Lampe", 1, 2000, 0, 2000, 1),
        ],
        "payments": [
            ("#5001", 4990, "Stripe", "full", True),
            ("#5002", 2000, None, "full", True),
        ],
        "refunds": [("#5002", 2000)],
    },
    "squarespace.csv": {
        "orders": [
            ("00101", "done", "USD", 3000, 0, 500, 0, 240, False, 3740),
            ("00102", "new", "USD", 3000, 500, 500, 0, 0, True, 3000),
            ("00103", "cancelled", "USD", 1000, 0, 0, 0, 0, True, 1000),
        ],
        "lines": [
            ("00101", 1, "MUG", "Mug", 2, 1000, 0, 2000, 0),
            ("00101", 2, "TEA", "Tea", 1, 1000, 0, 1000, 0),
            ("00102", 1, None, "Mug", 3, 1000, 0, 3000, 0),
            ("00103", 1, None, "Mug", 1, 1000, 0, 1000, 1),
        ],
        "payments": [
            ("00101", 3740, "Stripe", "full", True),
            ("00102", 3000, None, "full", False),
            ("00103", 1000, None, "full", False),
        ],
        "refunds": [("00102", 450), ("00103", 1000)],
    },
    "tarifs.ndjson": {
        "orders": [
            ("T-1", "done", "EUR", 2900, 0, 0, 0, 483, True, 2900),
            ("T-2", "done", "EUR", 2900, 0, 0, 0, None, True, 2900),
            ("T-4", "done", "EUR", 59000, 0, 0, 0, None, True, 59000),
        ],
        "lines": [
            ("T-1", 1, "PRO-M", "Pro", 1, 2900, 0, 2900, 0),
            ("T-2", 1, "PRO-M", "Pro", 1, 2900, 0, 2900, 0),
            ("T-4", 1, "EQU-A", "Équipe", 1, 59000, 0, 59000, 0),
        ],
        "payments": [
            ("T-1", 2900, "Prélèvement", "full", True),
            ("T-2", 2900, None, "renewal", True),
        ],
        "refunds": [],
    },
    "wix.csv": {
        "orders": [
            ("10001", "done", "EUR", 3200, 0, 500, 0, 0, True, 3700),
            ("10002", "in_progress", "EUR", 3600, 0, 0, 0, None, True, 3600),
            ("10003", "new", "EUR", 3000, 500, 0, 0, None, True, 2500),
            ("10004", "cancelled", "EUR", 1000, 0, 0, 0, None, True, 1000),
            ("10005", "new", "EUR", 1000, 0, 0, 0, None, True, 1000),
        ],
        "lines": [
            ("10001", 1, "BOU-1", "Bougie", 2, 1000, 0, 2000, 0),
            ("10001", 2, "SAV-1", "Savon", 1, 1200, 0, 1200, 0),
            ("10002", 1, "SAV-1", "Savon", 3, 1200, 0, 3600, 1),
            ("10003", 1, None, "Bougie", 3, 1000, 0, 3000, 0),
            ("10004", 1, None, "Bougie", 1, 1000, 0, 1000, 1),
            ("10005", 1, None, "Bougie", 1, 1000, 0, 1000, 0),
        ],
        "payments": [
            ("10001", 3700, "Carte", "full", False),
            ("10002", 3600, None, "full", False),
            ("10003", 1000, "gift_card", "full", False),
            ("10003", 1500, "PayPal", "full", False),
            ("10004", 1000, None, "full", False),
        ],
        "refunds": [("10002", 1200), ("10004", 1000)],
    },
    "wix_cp1252.csv": {
        "orders": [("10001", "done", "EUR", 3200, 0, 500, 0, 0, True, 3700)],
        "lines": [
            ("10001", 1, "BOU-1", "Bougie", 2, 1000, 0, 2000, 0),
            ("10001", 2, "SAV-1", "Savon", 1, 1200, 0, 1200, 0),
        ],
        "payments": [("10001", 3700, "Carte", "full", False)],
        "refunds": [],
    },
    "woocommerce_analytics.csv": {
        "orders": [
            ("701", "done", "EUR", 124050, 0, 0, 0, None, True, 124050),
            ("702", "new", "EUR", 3000, 0, 0, 0, None, True, 3000),
            ("703", "cancelled", "EUR", 800, 0, 0, 0, None, True, 800),
        ],
        "lines": [
            ("701", 1, None, "Lampe, grande", 2, 0, 0, 0, 0),
            ("701", 2, None, "Stylo", 1, 0, 0, 0, 0),
            ("702", 1, None, "Carnet", 3, 1000, 0, 3000, 0),
            ("703", 1, None, "Savon", 1, 800, 0, 800, 0),
        ],
        "payments": [("701", 124050, None, "full", False)],
        "refunds": [],
    },
    "woocommerce_export.csv": {
        "orders": [
            ("801", "done", "EUR", 4500, 500, 400, 100, 900, False, 5400),
            ("802", "new", "EUR", 1000, 0, 0, 0, 200, False, 1200),
            ("803", "done", "EUR", 1000, 0, 0, 0, 200, False, 1200),
            ("804", "new", "EUR", 500, 0, 0, 0, 100, False, 600),
            ("805", "cancelled", "EUR", 500, 0, 0, 0, 100, False, 600),
            ("807", "new", "EUR", 500, 0, 0, 0, 100, False, 600),
        ],
        "lines": [
            ("801", 1, "LAMPE", "Lampe", 2, 2000, 444, 3556, 0),
            ("801", 2, "STYLO", "Stylo", 1, 500, 56, 444, 0),
            ("802", 1, "CARNET", "Carnet", 2, 500, 0, 1000, 0),
            ("803", 1, "CARNET", "Carnet", 2, 500, 0, 1000, 2),
            ("804", 1, "STYLO", "Stylo", 1, 500, 0, 500, 0),
            ("805", 1, "STYLO", "Stylo", 1, 500, 0, 500, 0),
            ("807", 1, "STYLO", "Stylo", 1, 500, 0, 500, 0),
        ],
        "payments": [
            ("801", 5400, "Carte bancaire", "full", True),
            ("803", 1200, None, "full", True),
        ],
        "refunds": [("803", 1200)],
    },
}
