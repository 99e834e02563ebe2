"""Navigation and nothing else: a page may be entered without this file having run."""

import streamlit as st

from commandes.ui import language, login
from commandes.words import _

language.use_readers()
menu = login.menu()
page = st.navigation(
    {
        language.shop_name(): [
            st.Page(
                "pages/accueil/tableau_de_bord.py",
                title=":material/dashboard: " + _("Tableau de bord"),
                icon="",
                default=True,
                help=_("Ventes de la période et ce qui attend quelqu’un."),
            ),
        ],
        _("Commandes"): [
            st.Page(
                "pages/commandes/liste.py",
                visibility=menu.shows("orders.read"),
                title=":material/receipt_long: " + _("Commandes"),
                icon="",
                url_path="commandes",
                help=_("Toutes les transactions : filtrer, ouvrir, exporter."),
            ),
            st.Page(
                "pages/commandes/fiche.py",
                title=":material/receipt: " + _("Commande"),
                icon="",
                url_path="commande",
                visibility="hidden",
            ),
            st.Page(
                "pages/commandes/conversations.py",
                visibility=menu.shows("orders.read"),
                title=":material/forum: " + _("Conversations"),
                icon="",
                url_path="conversations",
                help=_("Messages aux clients et leurs réponses."),
            ),
            st.Page(
                "pages/commandes/suivis.py",
                visibility=menu.shows("orders.track"),
                title=":material/local_shipping: " + _("Numéros de suivi"),
                icon="",
                url_path="suivis",
                help=_("Noter les numéros de suivi d’un fichier, colis par colis."),
            ),
            st.Page(
                "pages/commandes/remboursements.py",
                visibility=menu.shows("orders.read"),
                title=":material/undo: " + _("Remboursements à effectuer"),
                icon="",
                url_path="remboursements",
                help=_("L’argent qui reste à rendre chez le prestataire de paiement."),
            ),
            st.Page(
                "pages/commandes/stock.py",
                visibility=menu.shows("stock.read"),
                title=":material/inventory_2: " + _("Stock"),
                icon="",
                url_path="stock",
                help=_("Niveaux, mouvements et corrections, dates comprises."),
            ),
        ],
        _("Rapports"): [
            st.Page(
                "pages/rapports/ventes.py",
                visibility=menu.shows("reports.money"),
                title=":material/bar_chart: " + _("Ventes"),
                icon="",
                url_path="ventes",
                help=_("Encaissé, remboursé et net, par jour, semaine ou mois."),
            ),
            st.Page(
                "pages/rapports/paniers.py",
                visibility=menu.shows("carts.read"),
                title=":material/remove_shopping_cart: " + _("Paniers abandonnés"),
                icon="",
                url_path="paniers",
                help=_("Combien sont abandonnés, combien reviennent, qui relancer."),
            ),
            st.Page(
                "pages/rapports/analyses.py",
                visibility=menu.shows("notebook.use"),
                title=":material/query_stats: " + _("Analyses libres (SQL)"),
                icon="",
                url_path="analyses",
                help=_("Vos propres questions, en SQL, sans donnée personnelle."),
            ),
        ],
        _("Réglages"): [
            st.Page(
                "pages/reglages/importer.py",
                visibility=menu.shows("imports.make"),
                title=":material/upload_file: " + _("Importer"),
                icon="",
                url_path="importer",
                help=_("Apporter les commandes d’un fichier de sa plateforme."),
            ),
            st.Page(
                "pages/reglages/webhooks.py",
                visibility=menu.shows("webhooks.read"),
                title=":material/webhook: " + _("Webhooks"),
                icon="",
                url_path="webhooks",
                help=_("Ce que les plateformes annoncent elles-mêmes, et les échecs."),
            ),
            st.Page(
                "pages/reglages/modeles.py",
                visibility=menu.shows("settings.change"),
                title=":material/drafts: " + _("Modèles de message"),
                icon="",
                url_path="modeles",
                help=_("Textes prêts pour écrire aux clients."),
            ),
            st.Page(
                "pages/reglages/transporteurs.py",
                visibility=menu.shows("settings.change"),
                title=":material/local_shipping: " + _("Transporteurs"),
                icon="",
                url_path="transporteurs",
                help=_("L’adresse où chaque transporteur montre ses colis."),
            ),
            st.Page(
                "pages/reglages/acces.py",
                visibility=menu.shows("access.read"),
                title=":material/admin_panel_settings: " + _("Accès"),
                icon="",
                url_path="acces",
                help=_("Qui peut quoi, et qui a accès."),
            ),
            st.Page(
                "pages/reglages/etiquettes.py",
                visibility=menu.shows("settings.change"),
                # An icon called « label » would be taken for a property of CSS.
                title=":material/sell: " + _("Étiquettes"),
                icon="",
                url_path="etiquettes",
                help=_("Créer, renommer, recolorer et supprimer des étiquettes."),
            ),
            st.Page(
                "pages/reglages/sauvegardes.py",
                visibility=menu.shows("backups.make"),
                title=":material/save: " + _("Sauvegardes"),
                icon="",
                url_path="sauvegardes",
                help=_("La dernière sauvegarde, et une de plus maintenant."),
            ),
            st.Page(
                "pages/reglages/donnees_personnelles.py",
                visibility=menu.shows("customers.export"),
                title=":material/shield_person: " + _("Données personnelles"),
                icon="",
                url_path="donnees-personnelles",
                help=_("Exporter ou effacer un client, durées de conservation."),
            ),
        ],
    },
    expanded=True,
    position=menu.position,
)
page.run()
