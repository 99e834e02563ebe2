"""Three hundred ways out of the shut-in process, by family, plain to read.

Each is a text that someone could type. None may read anything but the tables.
"""

from __future__ import annotations

# Files that are there on every machine, and addresses that no test may ask.
PATHS = (
    "/etc/passwd",
    "/proc/self/environ",
    "../mirror-0.duckdb",
    "journal.key",
    "*.duckdb",
    "http://evil.example/a.csv",
    "https://evil.example/a.parquet",
    "s3://evil/a.json",
)
READERS = (
    "read_csv('{}')",
    "read_csv_auto('{}')",
    "read_text('{}')",
    "read_blob('{}')",
    "read_json('{}')",
    "read_ndjson_objects('{}')",
    "read_parquet('{}')",
    "parquet_metadata('{}')",
    "sniff_csv('{}')",
    "glob('{}')",
)
FILES = [f"select * from {r.format(p)}" for r in READERS for p in PATHS]

# A name in quotes that is a file or an address.
NAMED = [
    form.format(path)
    for path in ("/etc/passwd", "a.csv", "a.parquet", "a.json", PATHS[5], "a.duckdb")
    for form in (
        "from '{}'",
        'select * from "{}"',
        "select (select count(*) from '{}')",
        "with a as (from '{}') from a",
        "select * from orders where exists (from '{}')",
    )
]

EXTENSIONS = [
    form.format(name)
    for name in ("httpfs", "sqlite", "postgres", "mysql", "aws", "spatial")
    for form in (
        "install {}",
        "load {}",
        "force install {} from community",
        "install '/tmp/{}.duckdb_extension'",
    )
]

SETTINGS = [
    *(
        form.format(name, value)
        for name, value in (
            ("enable_external_access", "true"),
            ("lock_configuration", "false"),
            ("memory_limit", "'64GB'"),
            ("threads", "64"),
            ("temp_directory", "'/tmp'"),
            ("autoinstall_known_extensions", "true"),
            ("python_enable_replacements", "true"),
        )
        for form in (
            "set {} = {}",
            "set global {} = {}",
            "pragma {} = {}",
            "reset {}",
        )
    ),
    "pragma database_list",
    "pragma version",
    "pragma enable_profiling",
    "set variable a = (select content from read_text('/etc/passwd'))",
]

STATEMENTS = [
    "copy orders to '/tmp/escaped.csv'",
    "copy (select 1) to '/tmp/escaped.parquet'",
    "copy orders from '/etc/passwd'",
    "attach '/tmp/escaped.duckdb'",
    "attach 'mirror-0.duckdb' as m (read_only)",
    "attach 'host=evil.example' as p (type postgres)",
    "attach ':memory:' as m",
    "detach main",
    "use memory",
    "export database '/tmp/escaped'",
    "import database '/tmp/escaped'",
    "call pragma_database_size()",
    "call duckdb_settings()",
    "call checkpoint()",
    "checkpoint",
    "vacuum",
    "create table a as select 1",
    "create temp table a as select 1",
    "create view a as select 1",
    "create macro a() as 1",
    "create secret (type s3, key_id 'a', secret 'b')",
    "create type a as enum ('a')",
    "insert into orders select * from orders",
    "update orders set total = 0",
    "delete from orders",
    "drop table orders",
    "alter table orders add column a integer",
    "truncate orders",
    "begin transaction",
    "commit",
    "prepare a as select 1",
    "execute a",
    "explain select 1",
    "explain analyze select 1",
    "describe orders",
    "show tables",
    "show all tables",
    "summarize orders",
    "comment on table orders is 'a'",
    "pivot orders on module using count(*)",
    "select * from (describe orders)",
    "with a as (insert into orders select * from orders returning id) from a",
    "merge into orders using days on true when matched then delete",
]

# Tables and functions of DuckDB's own that tell paths, settings or others' texts.
SYSTEM = [
    *(
        f"select * from {name}"
        for name in (
            "duckdb_settings()",
            "duckdb_databases()",
            "duckdb_databases",
            "duckdb_tables()",
            "duckdb_secrets()",
            "duckdb_extensions()",
            "duckdb_functions()",
            "duckdb_logs()",
            "duckdb_temporary_files()",
            "duckdb_external_file_cache()",
            "duckdb_variables()",
            "duckdb_memory()",
            "pragma_database_size()",
            "pragma_storage_info('orders')",
            "pragma_table_info('orders')",
            "pragma_show('orders')",
            "sqlite_master",
            "information_schema.tables",
            "information_schema.schemata",
            "pg_catalog.pg_database",
            "pg_class",
            "system.main.duckdb_settings",
            "memory.main.orders",
            "temp.main.orders",
            "which_secret('a', 's3')",
            "test_all_types()",
            "seq_scan('orders')",
            "query('select 1')",
            "query(concat('from read_text(''/etc', '/passwd'')'))",
            "query_table('duckdb_settings')",
            "query_table(['orders', 'duckdb_databases'])",
            "json_execute_serialized_sql('{}')",
            "histogram('orders', 'id')",
            "python_map_function()",
            "arrow_scan(1, 2, 3)",
            "pandas_scan(1)",
            "repeat_row(1, num_rows = 3)",
        )
    ),
    *(
        f"select {call}"
        for call in (
            "getenv('PATH')",
            "current_setting('temp_directory')",
            "current_setting('secret_directory')",
            "getvariable('a')",
            "current_database()",
            "current_schemas(true)",
            "current_query()",
            "version()",
            "pg_get_viewdef(1)",
            "pg_sleep(60)",
            "sleep_ms(60000)",
            "write_log('a')",
            "nextval('a')",
            "setseed(0.5)",
            "json_serialize_sql('select 1')",
            "json_serialize_plan('from orders')",
            "json_deserialize_sql('{}')",
            "parse_duckdb_log_message('a', 'b')",
            "stats(1)",
            "main.current_setting('threads')",
            "pg_catalog.current_setting('threads')",
            "system.main.current_setting('threads')",
            "'threads'.current_setting()",
            "list_transform(['threads'], lambda name: current_setting(name))",
            "max(current_setting('threads')) over () from orders",
            "module from orders order by current_setting('threads')",
            "columns(lambda name: current_setting(name) = 'a') from orders",
            "id from orders limit (select current_setting('threads')::int)",
            "a from range(1) r(a), (select current_setting('threads'))",
            "case when true then current_setting('threads') end",
            "[current_setting('threads') for a in [1]]",
            "{'a': current_setting('threads')}",
        )
    ),
]

# Texts that hide a second one, or what they are.
HIDDEN = [
    "select 1; copy orders to '/tmp/escaped.csv'",
    "select 1;; set threads = 64",
    "; attach '/tmp/escaped.duckdb'",
    "select 1 /* ; */; drop table orders",
    "/* select */ copy orders to '/tmp/escaped.csv'",
    "-- select 1\nattach '/tmp/escaped.duckdb'",
    "select 1 --\n; install httpfs",
    "select ';'; load httpfs",
    "select $$ ; $$; load httpfs",
    "SeT threads = 64",
    "\tset\n\tthreads = 64",
    "\ufeffset threads = 64",
    "\u00a0set threads = 64",
    "s\u0435t threads = 64",
    "select * from \u2018/etc/passwd\u2019",
    "select * from read\u200b_text('/etc/passwd')",
    "select * from \uff52ead_text('/etc/passwd')",
    "select * from READ_TEXT('/etc/passwd')",
    "select * from \"read_text\"('/etc/passwd')",
    "select * from read_text('/etc/' || 'passwd')",
    "select * from read_text(chr(47) || 'etc/passwd')",
    "select * from U&'\\002fetc/passwd'",
    "select * from e'\\x2fetc/passwd'",
    "select * from /**/ duckdb_settings /**/ ()",
    "select * from main . duckdb_settings ()",
    'select * from "duckdb_settings"()',
    "select 1 union all select content from read_text('/etc/passwd')",
    "with read_text as (select 1) select * from read_text('/etc/passwd')",
    "with duckdb_views as (select 1) from duckdb_views",
    "with a as (with duckdb_views as (select 1) from duckdb_views) from duckdb_views",
    "with \"/etc/passwd\" as (select 1) select * from '/etc/passwd'",
    "with recursive pg_class as (select 1) from pg_class",
    "select * from orders, lateral (select * from read_text('/etc/passwd'))",
    "select * from orders at (version => 1)",
    "select $1",
    "select ?",
    "select $path",
    "values ((select content from read_text('/etc/passwd')))",
    "table duckdb_settings",
    "from duckdb_settings() select value",
    "(((select * from duckdb_settings())))",
    "select * from ((from duckdb_settings()))",
    "",
    "   ",
    "--",
    "/* */",
    ";",
    "select\x00 1; set threads = 64",
    "select '\x00'; attach '/tmp/a'",
]

# Python's own names, which DuckDB could take for tables.
PYTHON = [
    f"select * from {name}"
    for name in ("tree", "text", "asked", "connection", "frames", "sys", "__builtins__")
]

ESCAPES = [
    *(FILES + NAMED + EXTENSIONS + SETTINGS + STATEMENTS + SYSTEM),
    *(HIDDEN + PYTHON),
]

# Too long: each would run for hours.
ENDLESS = (
    "with recursive a as (select 1 n union all select n + 1 from a) from a where n < 0",
    "select count(*) from range(1000000000) a, range(9) b where a.range % 7 = b.range",
    "select sum(hash(a.range || b.range)) from range(1000000000) a, range(1000) b",
    "select count(*) from range(100000) a join range(100000) b on a.range <> b.range",
)
# Too much memory, or too deep for the parser.
HUGE = (
    "select repeat('x', 2000000000)",
    "select repeat(repeat('x', 100000), 100000)",
    "select list(range) from range(1000000000)",
    "select range(1000000000)",
    "select string_agg(range::varchar) from range(1000000000)",
    "select count(*) from (select distinct hash(range) from range(1000000000))",
    "select lpad('x', 2000000000, 'y')",
    "select repeat('x', 1000000) from range(1000)",
    "select [repeat('x', 100000) for a in range(100000)]",
    f"select {'(' * 9000}1{')' * 9000}",
    f"select {'[' * 9000}1{']' * 9000}",
    f"select {'+'.join('1' * 9000)}",
    f"select {'not ' * 4000}true",
    f"select * from {'(select * from ' * 1200}orders{')' * 1200}",
    f"select {'case when true then ' * 900}1{' end' * 900}",
    "select '" + "x" * 20_000 + "'",
)
