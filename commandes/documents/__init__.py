"""Papers for the packing table, as PDF: delivery notes and pick lists.

They hold no price. What an order still has to deliver counts: carts, cancelled orders
and units refunded or cancelled are left out. Text of customers may hold anything; what
the font does not draw is printed as an empty square.
"""

from commandes.documents.notes import delivery_notes
from commandes.documents.picking import pick_list

__all__ = ["delivery_notes", "pick_list"]
