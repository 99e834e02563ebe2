"""Carriers that people edit, and who a reply came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Where each carrier's parcels are followed; {n} is the number, URL-encoded.
_CARRIERS = (
    ("Colissimo", "https://www.laposte.fr/outils/suivre-vos-envois?code={n}"),
    ("La Poste", "https://www.laposte.fr/outils/suivre-vos-envois?code={n}"),
    (
        "Chronopost",
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={n}",
    ),
    (
        "Mondial Relay",
        "https://www.mondialrelay.fr/suivi-de-colis?numeroExpedition={n}",
    ),
    ("UPS", "https://www.ups.com/track?tracknum={n}"),
    ("FedEx", "https://www.fedex.com/fedextrack/?trknbr={n}"),
    (
        "DHL Express",
        (
            "https://www.dhl.com/fr-fr/home/tracking/tracking-express.html"
            "?submit=1&tracking-id={n}"
        ),
    ),
)


def upgrade() -> None:
    """Bring the store to this revision."""
    carriers = op.create_table(
        "carriers",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers")),
        sa.UniqueConstraint("name_key", name=op.f("uq_carriers_name_key")),
    )
    op.bulk_insert(
        carriers,
        [
            {"id": place, "name": name, "name_key": name.lower(), "url": url}
            for place, (name, url) in enumerate(_CARRIERS, start=1)
        ],
    )
    op.add_column("messages", sa.Column("sender", sa.Text(), nullable=True))
    op.create_index(op.f("ix_messages_state"), "messages", ["state"])
