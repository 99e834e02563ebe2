"""What a free analysis may say: one SELECT over known tables with known functions.

DuckDB's own parser reads the text and gives its tree as JSON; here the tree is walked.
All that is not on a list is refused: a node, a table, a function that a later DuckDB
brings is unknown until someone has put it here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# What a tree is made of: queries, what they read from, how rows are ordered and cut.
NODES = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE "
    "EMPTY BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST "
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER".split()
)
EXPRESSIONS = frozenset(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION "
    "LAMBDA OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW".split()
)

TABLE_FUNCTIONS = frozenset("generate_series range unnest".split())

_OPERATORS = """
!~~ !~~* !__postfix % & && * ** + - ->> / // < <-> << <= <=> <@ <> = != > >= >> @ @> ^
^@ | || ~ ~~ ~~* ~~~ and or not
"""

_FUNCTIONS = """
abs acos acosh add age ago any_value apply approx_count_distinct approx_quantile
approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null
arg_min_nulls_last argmax argmin array_agg array_aggr array_aggregate array_append
array_apply array_cat array_concat array_contains array_distinct array_extract
array_filter array_has array_has_all array_has_any array_indexof array_intersect
array_length array_pop_back array_pop_front array_position array_prepend
array_push_back array_push_front array_reduce array_reverse array_reverse_sort
array_select array_slice array_sort array_to_string array_transform array_unique
array_where array_zip ascii asin asinh atan atan2 atanh avg bar bin bit_and bit_count
bit_length bit_or bit_xor bool_and bool_or cbrt ceil ceiling century char_length
character_length chr coalesce concat concat_ws constant_or_null contains corr cos cosh
cot count count_if count_star countif covar_pop covar_samp cume_dist current_date
current_localtime current_localtimestamp damerau_levenshtein date_add date_diff
date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
dayofmonth dayofweek dayofyear days_in_month decade degrees dense_rank divide
element_at ends_with entropy epoch epoch_ms epoch_ns epoch_us equi_width_bins era even
exp factorial favg fdiv fill filter first first_value flatten floor fmod format
formatreadabledecimalsize formatreadablesize format_bytes fsum gamma gcd
generate_series generate_subscripts geomean geometric_mean get_current_time
get_current_timestamp greatest greatest_common_divisor grouping grouping_id
group_concat hamming hash hex histogram hour if ifnull instr is_histogram_other_bin
isfinite isinf isnan isodow isoyear jaccard jaro_similarity jaro_winkler_similarity
julian kahan_sum kurtosis kurtosis_pop lag last last_day last_value lcase lcm lead
least least_common_multiple left left_grapheme len length length_grapheme levenshtein
lgamma list list_aggr list_aggregate list_any_value list_append list_apply
list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and
list_bool_or list_cat list_concat list_contains list_count list_distinct list_element
list_entropy list_extract list_filter list_first list_has list_has_all list_has_any
list_histogram list_indexof list_intersect list_kurtosis list_kurtosis_pop list_last
list_mad list_max list_median list_min list_mode list_pack list_position list_prepend
list_product list_reduce list_resize list_reverse list_reverse_sort list_select
list_sem list_skewness list_slice list_sort list_stddev_pop list_stddev_samp
list_string_agg list_sum list_transform list_unique list_value list_var_pop
list_var_samp list_where list_zip listagg ln log log10 log2 lower lpad lttb ltrim mad
make_date make_time make_timestamp make_timestamptz map map_concat map_contains
map_contains_entry map_contains_value map_entries map_extract map_extract_value
map_from_entries map_keys map_values max max_by md5 mean median microsecond millennium
millisecond min min_by minute mismatches mod mode money month monthname multiply
nanosecond nextafter nfc_normalize not_ilike_escape not_like_escape ilike_escape
like_escape now nth_value ntile nullif octet_length ord overlay percent_rank pi
position pow power prefix printf product quantile quantile_cont quantile_disc quarter
radians random range rank rank_dense reduce regexp_escape regexp_extract
regexp_extract_all regexp_full_match regexp_matches regexp_replace
regexp_split_to_array regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
regr_sxx regr_sxy regr_syy repeat replace reservoir_quantile reverse right
right_grapheme round round_even roundbankers row row_number rpad rtrim second sem sign
signbit sin sinh skewness split split_part sqrt starts_with stddev stddev_pop
stddev_samp str_split str_split_regex strftime string_agg string_split
string_split_regex string_to_array strip_accents strlen strpos strptime struct_concat
struct_contains struct_extract struct_extract_at struct_has struct_indexof
struct_insert struct_keys struct_pack struct_position struct_update struct_values
substr substring substring_grapheme subtract suffix sum sumkahan switch tan tanh
time_bucket timezone timezone_hour timezone_minute to_base to_centuries to_days
to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months
to_quarters to_seconds to_timestamp to_weeks to_years today transaction_timestamp
translate trim trunc try try_strptime typeof ucase unicode unnest upper var_pop
var_samp variance wavg week weekday weekofyear weighted_avg xor year yearweek
"""

FUNCTIONS = frozenset(_OPERATORS.split()) | frozenset(_FUNCTIONS.split())

# The name of a part of a query (WITH name AS …): a word, never a path or an address.
_PART = re.compile(r"\w[\w ]{0,62}")


@dataclass(frozen=True)
class Refusal:
    """What is not allowed: a code that the parent words, what it is about, where."""

    code: str
    about: str = ""
    position: int = -1


def refusal(
    tree: dict[str, Any], tables: Collection[str], hidden: Collection[str]
) -> Refusal | None:
    """The first thing in a tree that an analysis may not say.

    Args:
        tree: what `json_serialize_sql` gives.
        tables: the names of the tables that it may read.
        hidden: the names of DuckDB's own tables, which no part may take.
    """
    if tree.get("error"):
        return Refusal("not_select")
    if len(tree.get("statements", ())) != 1:
        return Refusal("several")
    cells = list(_cells(tree["statements"][0]["node"]))
    parts = {name.lower() for cell in cells for name in _parts(cell)}
    for name in parts:
        if not _PART.fullmatch(name) or name in hidden:
            return Refusal("part", name)
    for cell in cells:
        if found := _refused(cell, {*tables, *parts}, set(tables)):
            return found
    return None


def _cells(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (a value of JSON)
    """Every object of the tree, whatever its depth."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(reversed(found.values()))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    """The names that a WITH gives to parts of the query."""
    for entry in cell.get("cte_map", {}).get("map", ()):
        yield entry["key"]
    if "cte_name" in cell:
        yield cell["cte_name"]


def _refused(
    cell: dict[str, Any], readable: set[str], tables: set[str]
) -> Refusal | None:
    at = cell.get("query_location", -1)
    if strange := _strange(cell):
        return Refusal("expression", strange, at)
    if cell.get("class") is None and "table_name" in cell:
        return _refused_table(cell, readable, tables, at)
    if cell.get("type") == "TABLE_FUNCTION":
        cell, known = cell["function"], TABLE_FUNCTIONS
    else:
        known = FUNCTIONS
    name = str(cell.get("function_name", "")).lower()
    return Refusal("function", name, at) if name and name not in known else None


def _strange(cell: dict[str, Any]) -> str:
    """What a cell is, when it is none of those that are known."""
    if "class" in cell:
        known, what = EXPRESSIONS, str(cell["class"])
    else:
        known, what = NODES, str(cell.get("type"))
        # Other cells (the type of a cast, the order of a column) read from nothing.
        if "query_location" not in cell and not what.endswith(("_NODE", "_MODIFIER")):
            known = frozenset({what})
    if cell.get("at_clause") or "show_type" in cell:
        return what
    return "" if what in known else what


def _refused_table(
    cell: dict[str, Any], readable: set[str], tables: set[str], at: int
) -> Refusal | None:
    path = [str(name).lower() for name in cell["qualified_name"]["path"]]
    if cell.get("catalog_name"):
        return Refusal("table", ".".join(path), at)
    known = (len(path) == 1 and path[0] in readable) or (
        len(path) == 2 and path[0] == "main" and path[1] in tables  # noqa: PLR2004
    )
    return None if known else Refusal("table", ".".join(path), at)
