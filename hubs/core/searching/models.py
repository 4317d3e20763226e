"""The index: which words stand in what, and which words there are, each within one scope (docs/adr/0010)."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hubs.core.types import Id
from hubs.extensions import Base

WORD_LENGTH = 32
# compared byte by byte on both databases, so that "begins with" is a range of the index whatever the locale
Word = String(WORD_LENGTH).with_variant(String(WORD_LENGTH, collation="C"), "postgresql")
Key = String(WORD_LENGTH + 1).with_variant(String(WORD_LENGTH + 1, collation="C"), "postgresql")


class SearchDocument(Base):
    """What was indexed of one thing for one scope: an organisation's id, or everybody's."""

    __tablename__ = "search_documents"
    __table_args__ = {"sqlite_with_rowid": False}

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)
    scope: Mapped[str] = mapped_column(Id, primary_key=True)
    words: Mapped[str] = mapped_column(Text)  # with a space between, in order


class SearchEntry(Base):
    """A word of a document; in this order a page of the newest with a word is one range of the key."""

    __tablename__ = "search_entries"
    __table_args__ = {"sqlite_with_rowid": False}

    scope: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)


class SearchWord(Base):
    """A word of a scope by what it may be found by: itself behind `=`, or what its beginning leaves with a letter
    or two left out, so that a word with a typing error meets it."""

    __tablename__ = "search_words"
    __table_args__ = {"sqlite_with_rowid": False}

    scope: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
