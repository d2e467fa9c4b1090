#!/bin/sh
# The manual names what the program has: commands, routes, parameters, metrics, event types, their
# members, warnings and indicators, read from the tables of the source. And it names no route or
# metric that is not there.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

fail() {
    failed=$((failed + 1))
    echo "$*"
}

# strings: what stands between quotes, one on each line.
strings() {
    grep -o '"[^"]*"' | tr -d '"'
}

# between FROM TO FILE: the lines from the first that matches to the next that does.
between() {
    sed -n "/$1/,/$2/p" "$3"
}

# The entries of a page: what its lists and headings begin with, a line each.
entries() {
    sed -n 's/^\.\(It\|Ss\) \(Ic \|Cm \|\)\(.*\)/ \3 /p' "$1"
}

# The words of a page, in one line.
prose() {
    sed 's/^\.[A-Z][a-z] //' "$1" | tr '\n' ' '
}

# names PAGE WHAT LEAST [READER]: every line of the list is an entry of the page, or what another
# reader finds there; and there are at least so many, lest a table that moved leaves nothing to look
# for.
names() {
    "${4-entries}" "man/$1" >"$scratch/page"
    count=$(wc -l <"$scratch/list")
    if [ "$count" -ge "$3" ]; then passed=$((passed + 1)); else
        fail "$2: $count found in the source, at least $3 are expected"
    fi
    while read -r name; do
        if grep -qF " $name " "$scratch/page"; then passed=$((passed + 1)); else
            fail "man/$1 does not have the $2 '$name'"
        fi
    done <"$scratch/list"
}

# nothing_else PAGE WHAT PATTERN: what matches in the page is in the list.
nothing_else() {
    grep -oE "$3" "man/$1" | sort -u >"$scratch/said"
    while read -r name; do
        if grep -qxF "$name" "$scratch/list"; then passed=$((passed + 1)); else
            fail "man/$1 has the $2 '$name', which the source has not"
        fi
    done <"$scratch/said"
}

between 'commands\[\] = {' '^};' daemon/main.c | sed -n 's/^ *{"\([a-z]*\)".*/\1/p' >"$scratch/list"
names slad.8 command 6

between 'routes\[\] = {' '^};' daemon/routes.c |
    sed -n 's/.*METHOD_\([A-Z]*\), "\([^"]*\)".*/\1 \2/p' >"$scratch/list"
names slad-api.7 route 13
nothing_else slad-api.7 route '(GET|POST|DELETE|OPTIONS) /[A-Za-z0-9/{}_.-]*'

{
    cat daemon/*.c | tr -d '\n\t' | grep -oE '[ *]names\[\] = \{[^;]*;|request_param\(r, "[a-z_]*"'
    sed -n '/^#define QUESTION/,/[^\\]$/p' daemon/*.[ch]
} | strings | sort -u >"$scratch/list"
names slad-api.7 parameter 17

cat daemon/*.c | tr -d '\n\t' | grep -oE 'metric_head\( *b, *"[a-z_]*"' | strings >"$scratch/list"
names slad-api.7 metric 13
grep -oh '"slad_[a-z]*"' lib/codec/message_alertmanager.c | strings >>"$scratch/list" # a label
nothing_else slad-api.7 metric 'slad_[a-z_]*[a-z]|process_[a-z_]*[a-z]'

{
    sed -n 's/^ *TICKETS("\([a-z]*\)".*/\1/p' lib/domain/record.c | while read -r kind; do
        sed -n "s/.*TICKET(prefix \"\(\.[a-z]*\)\".*/$kind\1/p" lib/domain/record.c
    done
    between 'record_types\[\]' '^};' lib/domain/record.c | sed -n 's/^ *{"\([a-z.]*\)".*/\1/p'
} >"$scratch/list"
names slad-events.7 'event type' 53
nothing_else slad-events.7 'event type' '(request|incident|complaint|outage|maintenance|call|report|survey|security|change|measurement|assessment|event)\.[a-z]+'

grep -o '{\.name = "[a-z_]*"' lib/domain/record.c | strings | sort -u >"$scratch/list"
names slad-events.7 member 36
between 'warning_texts\[\] = {' '^};' lib/domain/ticket.c | strings >"$scratch/list"
names slad-events.7 warning 10 prose
between 'exclusion_names\[\] = {' ';' lib/domain/record.c | strings >"$scratch/list"
names slad-events.7 exclusion 6 prose

# The catalogue: each indicator with its Chinese name.
between 'indicator_table\[INDICATORS\] = {' '^};' lib/domain/indicator.c | tr -d '\n\t' |
    sed 's/},/&\n/g' |
    sed -n 's/^[^"]*{"\([a-z_]*\)", *"[^"]*", *"\([^"]*\)".*},.*/\1 No \2/p' >"$scratch/indicators"
sed -n 's/^\.It Ic \([a-z_]* No .*\)/\1/p' man/slad-indicators.7 >"$scratch/catalogue"
if [ "$(wc -l <"$scratch/indicators")" = 32 ] &&
    diff "$scratch/indicators" "$scratch/catalogue" >"$scratch/differs"; then
    passed=$((passed + 1))
else
    cat "$scratch/differs"
    fail "man/slad-indicators.7: the catalogue is not that of lib/domain/indicator.c"
fi

# Pages that are named are there, unless they are others'.
sed -n 's/^\.Xr \(slad[^ ]*\) \([0-9]\).*/\1.\2/p' man/*.[1-8] | sort -u >"$scratch/list"
while read -r xref; do
    if [ -e "man/$xref" ]; then passed=$((passed + 1)); else fail "there is no man/$xref"; fi
done <"$scratch/list"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
