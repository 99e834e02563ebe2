"""Templates of messages: created, changed, deleted; shared by all in the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from commandes.actions.messages import LONGEST_BODY, LONGEST_SUBJECT, as_line, as_text
from commandes.errors import TemplateGone, TemplateIncomplete, TemplateNameTaken
from commandes.rules import fold
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from commandes.store import Store, Writer

LONGEST_NAME = 60


def save(
    store: Store,
    name: str,
    subject: str,
    body: str,
    *,
    language: str = "fr",
    template_id: int | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Keep a template of messages; its variables are filled when it is used.

    Args:
        language: the code of the language that it is written in.
        template_id: the one to change; None makes a new one.

    Raises:
        TemplateIncomplete: name, subject or body is blank or too long.
        TemplateNameTaken: another template has the name (accents and case aside).
        TemplateGone: the one to change was deleted.
    """
    name, subject, body = as_line(name), as_line(subject), as_text(body)
    _refuse(name, subject, body)
    values = {"name": name, "language": language, "subject": subject, "body": body}

    def work(writer: Writer) -> Receipt:
        known = {
            row.id: row.name
            for row in writer.connection.execute(select(tables.message_templates))
        }
        if template_id is not None and template_id not in known:
            raise TemplateGone
        others = [other for id_, other in known.items() if id_ != template_id]
        if fold(name) in map(fold, others):
            raise TemplateNameTaken(name=name)
        saved = _write(writer, template_id, values)
        writer.record(None, "template_saved", {"template": saved})
        return Receipt(
            "", "", "save_template", changed=True, result={"template": saved}
        )

    arguments: dict[str, object] = {"template": template_id, **values}
    return store.perform("save_template", arguments, work, actor=actor, key=key)


def _refuse(name: str, subject: str, body: str) -> None:
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(subject) <= LONGEST_SUBJECT):
        raise TemplateIncomplete(longest=LONGEST_NAME)
    if not body.strip() or len(body) > LONGEST_BODY:
        raise TemplateIncomplete(longest=LONGEST_NAME)


def _write(writer: Writer, template_id: int | None, values: dict[str, str]) -> int:
    templates = tables.message_templates
    if template_id is None:
        return writer.insert(templates, **values)
    writer.connection.execute(
        update(templates).where(templates.c.id == template_id).values(**values)
    )
    return template_id


def remove(
    store: Store, template_id: int, *, actor: str, key: str | None = None
) -> Receipt:
    """Delete a template; messages written with it stay as they are."""

    def work(writer: Writer) -> Receipt:
        templates = tables.message_templates
        gone = writer.delete(templates, templates.c.id == template_id)
        if gone:
            writer.record(None, "template_removed", {"template": template_id})
        message = "" if gone else _("Ce modèle est déjà supprimé.")
        return Receipt("", "", "remove_template", changed=bool(gone), message=message)

    return store.perform(
        "remove_template", {"template": template_id}, work, actor=actor, key=key
    )
