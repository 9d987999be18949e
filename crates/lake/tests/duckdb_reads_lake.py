"""Reads a lake with DuckDB, which knows nothing of Quarterdeck, and prints what it finds as JSON.

    duckdb_reads_lake.py CATALOGUE [DATA_DIR] [--schema SCHEMA] [--sql QUERY]...

CATALOGUE is a SQLite file, or a postgres:// URL with --schema. DATA_DIR is only needed when the data folder
is not where the catalogue says. Every column of every row is read, so a file that DuckDB cannot decode fails.
With --sql (the lake is attached as `lake` and is the default) the answers are added under "answers".

Needs what requirements.txt beside this file names; nothing is fetched at run time.
"""

import argparse
import importlib
import json
import pathlib

import duckdb


def connect(scanner):
    """A DuckDB with the lake's extensions, loaded from their installed packages."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    for name in (scanner, "ducklake"):
        package = importlib.import_module(f"duckdb_extension_{name}")
        folder = pathlib.Path(package.__file__).parent
        (binary,) = folder.glob(f"extensions/*/{name}.duckdb_extension")
        connection.load_extension(str(binary))
    return connection


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def attach(catalogue, data_dir, schema):
    remote = catalogue.startswith(("postgres://", "postgresql://"))
    connection = connect("postgres_scanner" if remote else "sqlite_scanner")
    options = ["READ_ONLY"]
    if data_dir:
        options += [f"DATA_PATH {quoted(str(pathlib.Path(data_dir).resolve()) + '/')}", "OVERRIDE_DATA_PATH true"]
    if schema:
        options.append(f"METADATA_SCHEMA {quoted(schema)}")
    name = f"ducklake:{'postgres' if remote else 'sqlite'}:{catalogue}"
    connection.execute(f"attach {quoted(name)} as lake ({', '.join(options)})")
    connection.execute("use lake")
    return connection


def describe(connection):
    tables = {}
    names = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'lake' order by 1"
    ).fetchall()
    for (name,) in names:
        columns = [row[0] for row in connection.execute(f'describe "{name}"').fetchall()]
        sums = ", ".join(f'count("{column}")' for column in columns)
        rows, *filled = connection.execute(f'select count(*), {sums} from "{name}"').fetchone()
        # Hashing needs every value, so every page of every column is decoded.
        every = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f'select bit_xor(hash({every})) from "{name}"').fetchone()
        tables[name] = {"rows": rows, "filled": dict(zip(columns, filled))}
    snapshots = connection.execute("select snapshot_id from ducklake_snapshots('lake') order by 1").fetchall()
    return {"snapshots": [row[0] for row in snapshots], "tables": tables}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue")
    parser.add_argument("data_dir", nargs="?")
    parser.add_argument("--schema")
    parser.add_argument("--sql", action="append", default=[])
    args = parser.parse_args()
    connection = attach(args.catalogue, args.data_dir, args.schema)
    found = describe(connection)
    if args.sql:
        found["answers"] = [connection.execute(query).fetchall() for query in args.sql]
    print(json.dumps(found, indent=2, default=str))


if __name__ == "__main__":
    main()
