"""A4 pages: texts that wrap, tables that go on over pages, a file that is whole.

Lengths are in millimetres, sizes of letters in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF

from commandes import words
from commandes.documents.printable import printable
from commandes.whole import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Color = tuple[int, int, int]
LEFT, TOP, WIDTH, HEIGHT = 15, 15, 180, 297
BOTTOM = HEIGHT - 18
_FONTS = Path(__file__).parent / "fonts"
_FAMILY = "DejaVu"
_MM_PER_POINT = 25.4 / 72
_LEADING = 1.35
_GREY = 110
_CELL_GAP = 2
_TABLE_BEGINS = 20
_USUAL = 40  # letters; the widths of longer words are not kept


@dataclass(frozen=True)
class Text:
    """A text and how it is set; it may hold line breaks."""

    text: str
    size: float = 9.5
    bold: bool = False
    grey: bool = False

    @property
    def height(self) -> float:
        """Of one of its lines."""
        return self.size * _MM_PER_POINT * _LEADING


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, its width, and whether it is set to the right."""

    title: str
    width: float
    right: bool = False


class Paper:
    """A document in the making, page by page.

    Attributes:
        y: where the next line goes.
        head: draws what stands at the top of every further page.
    """

    def __init__(self, title: str) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.set_auto_page_break(auto=False)
        # A customer's « {nb} » is text.
        self._pdf.alias_nb_pages("")
        self._pdf.set_title(title)
        self._pdf.set_creator("Commandes")
        self._pdf.set_lang(words.language())
        self._pdf.add_font(_FAMILY, "", _FONTS / "DejaVuSans.ttf")
        self._pdf.add_font(_FAMILY, "B", _FONTS / "DejaVuSans-Bold.ttf")
        self._drawn = {bold: self._signs(bold=bold) for bold in (False, True)}
        self._width = lru_cache(maxsize=20_000)(self._measured)
        self.y: float = TOP
        self.head: Callable[[], None] = lambda: None

    def _signs(self, *, bold: bool) -> frozenset[int]:
        """The code points that a font draws."""
        self._pdf.set_font(_FAMILY, "B" if bold else "")
        return frozenset(getattr(self._pdf.current_font, "cmap", {}))

    def page(self) -> None:
        """Begin a page."""
        self._pdf.add_page()
        self.y = TOP

    def further_page(self) -> None:
        """Go on over the page, under the head."""
        self.page()
        self.head()

    def room(self, height: float) -> bool:
        """Whether so much still goes on this page."""
        return self.y + height <= BOTTOM

    def gap(self, height: float) -> None:
        """Leave some room."""
        self.y += height

    def rule(self) -> None:
        """A thin line across."""
        self._pdf.set_draw_color(200)
        self._pdf.set_line_width(0.2)
        self._pdf.line(LEFT, self.y, LEFT + WIDTH, self.y)

    def filled(
        self, x: float, width: float, height: float, color: Color, *, y: float
    ) -> None:
        """A filled box: a bar of a chart."""
        self._pdf.set_fill_color(*color)
        self._pdf.rect(x, y, width, height, style="F")

    def label(self, text: Text, x: float) -> float:
        """A short text on this line, wherever it goes on; returns where it ends."""
        line = self.wrapped(text, LEFT + WIDTH - x)[0]
        self._put(line, text, x, self.y, 0, right=False)
        return x + self._measured(line, text.bold) * text.size

    def foot(self, text: str) -> None:
        """What stands at the bottom of this page, on one line."""
        set_ = Text(text, size=8, grey=True)
        line = self.wrapped(set_, WIDTH)[0]
        self._put(line, set_, LEFT, HEIGHT - 10, WIDTH, right=True)

    def title(self, text: str) -> None:
        """What stands at the top of a further page, on one line."""
        set_ = Text(text, bold=True)
        self._put(self.wrapped(set_, WIDTH)[0], set_, LEFT, self.y, WIDTH, right=False)
        self.y += set_.height + 4

    def block(
        self, texts: Sequence[Text], x: float, width: float, *, right: bool = False
    ) -> None:
        """Texts below each other, wrapped; over further pages where they are long."""
        for text in texts:
            for line in self.wrapped(text, width):
                if not self.room(text.height):
                    self.further_page()
                self._put(line, text, x, self.y, width, right=right)
                self.y += text.height

    def wrapped(self, text: Text, width: float) -> list[str]:
        """The lines of a text, none wider than `width`; a long word is cut."""
        signs = printable(text.text, self._drawn[text.bold])
        return [
            line
            for paragraph in signs.split("\n")
            for line in self._filled(paragraph, width / text.size, bold=text.bold)
        ]

    def _filled(self, paragraph: str, room: float, *, bold: bool) -> Iterator[str]:
        blank = self._width(" ", bold)
        line, used = "", 0.0
        # Numbers hold blanks of their own kinds, at which no line ends.
        for word in filter(None, paragraph.split(" ")):
            measured = self._width if len(word) <= _USUAL else self._measured
            wide = measured(word, bold)
            if line and used + blank + wide <= room:
                line, used = f"{line} {word}", used + blank + wide
                continue
            if line:
                yield line
            line, used = word, wide
            if wide > room:
                *full, (line, used) = self._cut(word, room, bold=bold)
                yield from (piece for piece, _wide in full)
        yield line

    def _cut(
        self, word: str, room: float, *, bold: bool
    ) -> Iterator[tuple[str, float]]:
        """A word in pieces that go into the room, each with its width."""
        first, used = 0, 0.0
        for place, sign in enumerate(word):
            wide = self._width(sign, bold)
            if place > first and used + wide > room:
                yield word[first:place], used
                first, used = place, 0.0
            used += wide
        yield word[first:], used

    def _measured(self, text: str, bold: bool) -> float:  # noqa: FBT001 (a key of the cache)
        """The width of a text at a size of one point."""
        self._pdf.set_font(_FAMILY, "B" if bold else "", 100)
        return float(self._pdf.get_string_width(text)) / 100

    def _put(
        self, line: str, text: Text, x: float, y: float, width: float, *, right: bool
    ) -> None:
        if not line:
            return
        if right:
            x += width - self._measured(line, text.bold) * text.size
        self._pdf.set_font(_FAMILY, "B" if text.bold else "", text.size)
        self._pdf.set_text_color(_GREY if text.grey else 0)
        self._pdf.text(x, y + text.size * _MM_PER_POINT, line)

    def table_head(self, columns: Sequence[Column]) -> None:
        """The titles of a table, and a line under them."""
        if not self.room(_TABLE_BEGINS):
            self.further_page()
        self._row(columns, [[Text(c.title, size=8, grey=True)] for c in columns])
        self.rule()
        self.gap(1.5)

    def row(self, columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> float:
        """A row of a table: it stays together where it goes on one page.

        Returns:
            Where on its page it begins.
        """
        set_ = self._set(columns, cells)
        if not self.room(self._height(set_)):
            self.further_page()
            self.table_head(columns)
        top = self.y
        self._draw(columns, set_)
        self.gap(1)
        self.rule()
        self.gap(1.5)
        return top

    def pair(self, columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> None:
        """Texts beside each other, without titles or a line under them."""
        if not self.room(self._height(self._set(columns, cells))):
            self.further_page()
        self._row(columns, cells)

    def _row(self, columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> None:
        self._draw(columns, self._set(columns, cells))

    def _set(
        self, columns: Sequence[Column], cells: Sequence[Sequence[Text]]
    ) -> list[list[tuple[str, Text]]]:
        """The lines of each cell, with how each is set."""
        return [
            [
                (line, text)
                for text in cell
                for line in self.wrapped(text, column.width - _CELL_GAP)
            ]
            for column, cell in zip(columns, cells, strict=True)
        ]

    @staticmethod
    def _height(cells: Sequence[Sequence[tuple[str, Text]]]) -> float:
        return max(sum(text.height for _line, text in cell) for cell in cells)

    def _draw(
        self,
        columns: Sequence[Column],
        cells: Sequence[Sequence[tuple[str, Text]]],
    ) -> None:
        """Draw cells beside each other, over as many pages as it takes."""
        left = [list(cell) for cell in cells]
        while any(left):
            top, lowest, x = self.y, self.y, float(LEFT)
            for column, cell in zip(columns, left, strict=True):
                self.y = top
                while cell and self.room(cell[0][1].height):
                    line, text = cell.pop(0)
                    room = column.width - (0 if column.right else _CELL_GAP)
                    self._put(line, text, x, self.y, room, right=column.right)
                    self.y += text.height
                lowest, x = max(lowest, self.y), x + column.width
            self.y = lowest
            if any(left):
                self.further_page()
                self.table_head(columns)

    def save(self, path: Path) -> None:
        """Write the file: whole, or not at all.

        Raises:
            ExportUnwritable: the file cannot be written.
        """
        with whole(path) as aside:
            self._pdf.output(str(aside))
