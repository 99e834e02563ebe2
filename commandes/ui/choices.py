"""Choices whose labels change, with the counts in them or with the language.

A selectbox and a multiselect get from the browser the label that it shows. One that has
changed since would be taken as it is written: which code each label stood for is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

_SENT = "labels_sent"
# Labels kept per widget: those of many counts, and of both languages.
_MOST = 2_000


def labelled(key: str, label: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same labels, for `format_func`; what each stands for is kept.

    Args:
        key: the widget's.
    """
    sent: dict[str, Any] = st.session_state.setdefault(_SENT, {}).setdefault(key, {})
    if len(sent) > _MOST:
        sent.clear()

    def said(code: Any) -> str:  # noqa: ANN401 (an option of any type)
        if isinstance(code, str) and code in sent:
            return code  # a label that came back; `meant` says what it is
        text = label(code)
        sent[text] = code
        return text

    return said


def meant(key: str, default: Any = None) -> Any:  # noqa: ANN401 (each widget has its type)
    """The value of a widget in codes, whatever labels the browser still shows."""
    sent: dict[str, Any] = st.session_state.get(_SENT, {}).get(key, {})
    value = st.session_state.get(key, default)
    if isinstance(value, list):
        return [sent.get(one, one) for one in value]
    return sent.get(value, value) if isinstance(value, str) else value
