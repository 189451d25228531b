"""What PostgreSQL holds: the statements, with the tables of one generation named after it.

A row of ``pointer`` names the generation that answers. All tables of a generation are made in the transaction that
points at them: a publisher that dies leaves nothing behind.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from qa.errors import SettingsError
from qa.index.engines.inverted_lists import probes_for

# Locks of whoever publishes, and of whoever changes what answers: any numbers that nobody else uses.
PUBLISH_LOCK, POINTER_LOCK = 0x7161_0001, 0x7161_0002

EMBEDDING, MEANING = "embedding", "meaning"  # columns: vectors of the embedder, and of the multilingual one


_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of a generation's tables, qualified; the generation is 16 hexadecimal digits."""

    schema: str
    generation: str

    @property
    def documents(self) -> str:
        return f'"{self.schema}"."documents_{self.generation}"'

    @property
    def passages(self) -> str:
        return f'"{self.schema}"."passages_{self.generation}"'

    @property
    def postings(self) -> str:
        return f'"{self.schema}"."postings_{self.generation}"'


def prepare(schema: str) -> str:
    """Make the extension and what all generations share, where they are not there yet."""
    return f"""
        CREATE EXTENSION IF NOT EXISTS vector;
        CREATE SCHEMA IF NOT EXISTS "{schema}";
        CREATE TABLE IF NOT EXISTS "{schema}".generations (
            id text PRIMARY KEY, number bigserial, dimension int NOT NULL, documents int NOT NULL,
            passages int NOT NULL, exact boolean NOT NULL, published_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS "{schema}".pointer (
            single boolean PRIMARY KEY DEFAULT true CHECK (single), generation text NOT NULL);
        CREATE TABLE IF NOT EXISTS "{schema}".withdrawals (
            generation text NOT NULL, document_id text NOT NULL, number bigint NOT NULL,
            PRIMARY KEY (generation, document_id));
        CREATE SEQUENCE IF NOT EXISTS "{schema}".withdrawal_numbers;
        CREATE TABLE IF NOT EXISTS "{schema}".statistics (
            generation text NOT NULL, name text NOT NULL, part int NOT NULL, content bytea NOT NULL,
            PRIMARY KEY (generation, name, part));
    """


def create(tables: Tables, dimensions: Mapping[str, int]) -> str:
    """Make the tables of a generation; payloads are stored beside the rows, and not compressed again."""
    vectors = "".join(f"{column} vector({dimension}) NOT NULL, " for column, dimension in dimensions.items())
    return f"""
        CREATE TABLE {tables.documents} (
            row int NOT NULL, id text COLLATE "C" NOT NULL, first int NOT NULL, passages int NOT NULL,
            tags text[] NOT NULL, published text COLLATE "C", content bytea NOT NULL);
        CREATE TABLE {tables.passages} (
            row int NOT NULL, document int NOT NULL, {vectors}content bytea NOT NULL);
        ALTER TABLE {tables.passages} ALTER content SET STORAGE EXTERNAL;
        CREATE TABLE {tables.postings} (term int NOT NULL, block int NOT NULL, rows bytea NOT NULL,
            weights bytea NOT NULL);
        ALTER TABLE {tables.postings} ALTER rows SET STORAGE EXTERNAL;
        ALTER TABLE {tables.postings} ALTER weights SET STORAGE EXTERNAL;
    """


def finish(tables: Tables, columns: Iterable[str], lists: int | None) -> str:
    """Index what was filled in; ``lists`` is how many an ivfflat index has, None to do without."""
    name = tables.generation
    ivfflat = "".join(
        f"CREATE INDEX {column}_{name} ON {tables.passages} USING ivfflat ({column} vector_ip_ops) "
        f"WITH (lists = {lists});"
        for column in columns
        if lists
    )
    return f"""
        ALTER TABLE {tables.documents} ADD PRIMARY KEY (row), ADD UNIQUE (id);
        ALTER TABLE {tables.passages} ADD PRIMARY KEY (row);
        CREATE INDEX document_{name} ON {tables.passages} (document);
        ALTER TABLE {tables.postings} ADD PRIMARY KEY (term, block);
        {ivfflat}
    """


def probing(passages: int) -> str:
    """Let the statements of a transaction read as many lists, and more where filters leave too little."""
    probes = probes_for(passages)
    return f"SET LOCAL ivfflat.probes = {probes}; SET LOCAL ivfflat.iterative_scan = relaxed_order"


def point(schema: str) -> str:
    """Let a generation ($1) answer."""
    return f"""
        INSERT INTO "{schema}".pointer (generation) VALUES ($1)
        ON CONFLICT (single) DO UPDATE SET generation = excluded.generation
    """


def carry_over(schema: str) -> str:
    """Withdraw from a generation ($1) what was withdrawn from the one that answers after a mark ($2)."""
    return f"""
        WITH cleared AS (DELETE FROM "{schema}".withdrawals WHERE generation = $1 AND number <= $2)
        INSERT INTO "{schema}".withdrawals (generation, document_id, number)
        SELECT $1, w.document_id, w.number FROM "{schema}".withdrawals w
        JOIN "{schema}".pointer p ON p.generation = w.generation WHERE w.number > $2
        ON CONFLICT (generation, document_id) DO NOTHING
    """


def withdraw(tables: Tables) -> str:
    """Withdraw documents ($1), and those of files with several, from a generation."""
    schema = tables.schema
    return f"""
        INSERT INTO "{schema}".withdrawals (generation, document_id, number)
        SELECT '{tables.generation}', d.id, nextval('"{schema}".withdrawal_numbers')
        FROM {tables.documents} d WHERE EXISTS (
            SELECT FROM unnest($1::text[]) name WHERE d.id = name OR starts_with(d.id, name || '/'))
        ON CONFLICT (generation, document_id) DO UPDATE SET number = excluded.number
    """


def drop(tables: Tables) -> str:
    return f"DROP TABLE IF EXISTS {tables.documents}, {tables.passages}, {tables.postings};"


def admits(first: int) -> str:
    """Which documents are admitted, as ``Filters.admits`` has it; its four arguments are numbered from ``first`` on.

    They are ids, tags and both dates, each null where it filters nothing.
    """
    ids, tags, date_from, date_to = (f"${number}" for number in range(first, first + 4))
    return f"""
        ({ids}::text[] IS NULL OR id = ANY({ids})
            OR EXISTS (SELECT FROM unnest({ids}) AS folder WHERE right(folder, 1) = '/' AND starts_with(id, folder)))
        AND ({tags}::text[] IS NULL OR tags && {tags})
        AND ({date_from}::text IS NULL OR (published IS NOT NULL
            AND left({date_from}, length(published)) <= published
            AND published <= left({date_to}, length(published))))
    """


def nearest(tables: Tables, column: str, *, exact: bool, filtered: bool) -> str:
    """The nearest passages to a vector ($1), so many ($2), not of some documents ($3), of those admitted ($4 to $7).

    ``<#>`` is the negative inner product; an order by an expression keeps the planner from the approximate index.
    """
    order = f"({column} <#> $1) + 0, row" if exact else f"{column} <#> $1"
    withdrawn = f"SELECT row FROM {tables.documents} WHERE id = ANY($3::text[])"
    admitted = f"AND document = ANY(ARRAY(SELECT row FROM {tables.documents} WHERE {admits(4)}))" if filtered else ""
    return f"""
        SELECT row, -({column} <#> $1) AS score FROM {tables.passages}
        WHERE document <> ALL(ARRAY({withdrawn})) {admitted} ORDER BY {order} LIMIT $2
    """


def divided(address: str) -> tuple[str, str]:
    """The address for the driver, and the schema.

    Raises:
        SettingsError: it is no name of a schema.
    """
    parts = urlsplit(address)
    options = parse_qsl(parts.query)
    schema = dict(options).get("qa_schema", "qa")
    if not _SCHEMA.fullmatch(schema):
        raise SettingsError(f"qa_schema cannot be {schema!r}: it consists of small letters, digits and _")
    others = urlencode([(name, value) for name, value in options if name != "qa_schema"])
    return urlunsplit(parts._replace(query=others)), schema
