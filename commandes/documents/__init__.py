"""Papers: delivery notes and pick lists for the packing table, the monthly report.

The first two hold no price. What an order still has to deliver counts: carts, cancelled
orders and units refunded or cancelled are left out; `shipped` says which orders of a
selection are goods at all. Text of customers may hold
anything; what the font of a PDF does not draw is printed as an empty square.
"""

from commandes.documents.customer import customer_file
from commandes.documents.monthly_file import monthly_report
from commandes.documents.notes import delivery_notes
from commandes.documents.picking import pick_list
from commandes.documents.shipping import shipped

__all__ = [
    "customer_file",
    "delivery_notes",
    "monthly_report",
    "pick_list",
    "shipped",
]
