#!/bin/sh
# sql/embed.awk under each awk there is: what it makes of good SQL, and what it says of bad.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

pass() {
    passed=$((passed + 1))
}

fail() {
    failed=$((failed + 1))
    printf '%s: %s\n' "$awk" "$*"
}

embed() {
    part=$1
    shift
    (cd "$scratch" && LC_ALL=C $awk -v part="$part" -f "$OLDPWD/sql/embed.awk" "$@")
}

# good NAME EXPECTED: the C of the file NAME holds this line.
good() {
    if embed sql.c "$1" | grep -qxF "$2"; then pass; else
        fail "$1: no line $2"
        embed sql.c "$1" || true
    fi
}

# bad EXPECTED FILE...: refused with this sentence.
bad() {
    expected=$1
    shift
    if said=$(embed sql.c "$@" 2>&1 >/dev/null); then
        fail "$*: was taken"
    elif [ "$said" = "$expected" ]; then pass; else
        fail "$*: said: $said"
    fi
}

tab=$(printf '\t')
cat >"$scratch/good.sql" <<'END'
-- Words before the first block.

-- name: first
SELECT 'it''s -- no comment', "a", '\n' -- but this is
  /* and
     this */  FROM t;

-- name:second_2
-- why
SELECT 'a

-- name: x
 b'
END
printf 'CREATE TABLE a (x);\n' >"$scratch/schema-001.sql"
printf 'CREATE TABLE b (x);\n' >"$scratch/schema-002.sql"
printf 'SELECT 1;\n-- name: late\nSELECT 1;\n' >"$scratch/early.sql"
printf -- '-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n' >"$scratch/twice.sql"
printf -- '-- name: Upper\nSELECT 1;\n' >"$scratch/upper.sql"
printf -- '-- name: a\n-- nothing\n-- name: b\nSELECT 1;\n' >"$scratch/empty.sql"
printf -- "-- name: a\nSELECT '1;\n" >"$scratch/quote.sql"
printf -- '-- name: a\nSELECT 1; /*\n' >"$scratch/comment.sql"

for awk in mawk gawk; do
    command -v $awk >/dev/null || continue
    good good.sql "$tab    \"SELECT 'it''s -- no comment', \\\"a\\\", '\\\\n'\\n\""
    good good.sql "$tab    \"  FROM t;\\n\" },"
    good good.sql "$tab    \"\\n\""
    good good.sql "$tab    \"-- name: x\\n\""
    good good.sql "$tab    \" b'\\n\" },"
    if [ "$(embed sql.h good.sql | sed -n '/^enum/,/^}/p' | tr -d '\n\t')" = \
        "enum query {QUERY_FIRST,QUERY_SECOND_2,QUERIES};" ]; then pass; else fail "the enum is wrong"; fi
    if [ "$(embed sql.c schema-001.sql schema-002.sql | grep -c 'CREATE TABLE')" = 2 ] &&
        embed sql.c schema-001.sql schema-002.sql | grep -qx 'const size_t sql_schema_count = 2;'; then
        pass
    else fail "the schemas are wrong"; fi
    if embed sql.h >"$scratch/sql.h" && embed sql.c >"$scratch/sql.c" &&
        ${CC:-cc} -Wall -Wextra -Werror -c -o "$scratch/sql.o" "$scratch/sql.c"; then pass; else
        fail "without SQL it makes no C"
    fi
    if embed sql.h good.sql schema-001.sql >"$scratch/sql.h" &&
        embed sql.c good.sql schema-001.sql >"$scratch/sql.c" &&
        ${CC:-cc} -Wall -Wextra -Werror -c -o "$scratch/sql.o" "$scratch/sql.c"; then pass; else
        fail "with SQL it makes no C"
    fi
    bad "early.sql:1: SQL before the first \`-- name:\`" early.sql
    bad "twice.sql:3: the name a is taken by twice.sql:1" twice.sql
    bad "upper.sql:1: \"Upper\" is no name: lower case letters, digits and _" upper.sql
    bad "empty.sql:1: this block has no SQL" empty.sql
    bad "quote.sql:1: this block leaves a quote open" quote.sql
    bad "comment.sql:1: this block leaves a comment open" comment.sql good.sql
    bad "schema-002.sql:1: this is schema 1, so its name would be schema-001.sql" schema-002.sql
done
if [ $((passed + failed)) = 0 ]; then
    echo "there is no mawk and no gawk"
    failed=1
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
