# The SQL of sql/*.sql as C: build/gen/sql.h (part=sql.h) and build/gen/sql.c (part=sql.c).
#
# schema-NNN.sql, numbered from 001 without a gap, become sql_schemas[], in order. Every other file
# is made of blocks, each headed by a line `-- name: words_like_this`; they become sql_queries[],
# and an enum to index it. Comments and blank lines fall away. For mawk and gawk.

function fail(what, where)
{
    print (where ? where : FILENAME ":" FNR) ": " what >"/dev/stderr"
    failed = 1
    exit 1
}

# Ends the block that stands: a query or a schema without a word of SQL is a mistake.
function finish()
{
    if (quote != "")
        fail("this block leaves a " (quote == "*" ? "comment" : "quote") " open", where[blocks])
    if (blocks > 0 && text[blocks] == "")
        fail("this block has no SQL", where[blocks])
}

function begin(kind, name)
{
    finish()
    blocks++
    kinds[blocks] = kind
    names[blocks] = name
    text[blocks] = ""
    where[blocks] = FILENAME ":" FNR
}

# The line without comments; `quote` remembers what a line leaves open: ', ", ` or * for /*.
function strip(line,    out, i, c, two)
{
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (quote == "*") {
            if (two == "*/") {
                quote = ""
                i++
            }
            continue
        }
        if (quote == "" && two == "--")
            break
        if (quote == "" && two == "/*") {
            quote = "*"
            out = out " "
            i++
            continue
        }
        if (quote == "" && (c == "'" || c == "\"" || c == "`"))
            quote = c
        else if (c == quote)
            quote = ""
        out = out c
    }
    return out
}

# A C string. Character by character, since awks differ in what gsub() makes of a backslash.
function literal(line,    out, i, c)
{
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\\" || c == "\"")
            c = "\\" c
        else if (c == "\t")
            c = "\\t"
        out = out c
    }
    return "\n\t    \"" out "\\n\""
}

FNR == 1 {
    file = FILENAME
    sub(/.*\//, "", file)
    in_schema = file ~ /^schema-/
    if (in_schema) {
        if (file != sprintf("schema-%03d.sql", ++schemas))
            fail("this is schema " schemas ", so its name would be schema-" \
                sprintf("%03d", schemas) ".sql")
        begin("schema", file)
    } else {
        finish()
        in_block = 0
    }
}

!in_schema && quote == "" && /^--[ \t]*name:/ {
    name = $0
    sub(/^--[ \t]*name:[ \t]*/, "", name)
    sub(/[ \t]+$/, "", name)
    if (name !~ /^[a-z][a-z0-9_]*$/)
        fail("\"" name "\" is no name: lower case letters, digits and _")
    if (name in seen)
        fail("the name " name " is taken by " seen[name])
    begin("query", name)
    seen[name] = where[blocks]
    in_block = 1
    next
}

{
    whole = quote == "" || quote == "*"
    line = strip($0)
    if (quote == "" || quote == "*")
        sub(/[ \t]+$/, "", line)
    if (whole && line ~ /^[ \t]*$/)
        next
    if (!in_schema && !in_block)
        fail("SQL before the first `-- name:`")
    text[blocks] = text[blocks] literal(line)
}

END {
    if (failed)
        exit 1
    finish()
    print "/* Made from sql/ by sql/embed.awk. */"
    if (part == "sql.h")
        header()
    else
        source()
}

function header(    i)
{
    print "#ifndef SLAD_SQL_H\n#define SLAD_SQL_H\n\n#include <stddef.h>\n\nenum query {"
    for (i = 1; i <= blocks; i++)
        if (kinds[i] == "query")
            print "\tQUERY_" toupper(names[i]) ","
    print "\tQUERIES\n};\n\nstruct sql_query {\n\tconst char *name, *sql;\n};\n"
    print "extern const struct sql_query sql_queries[QUERIES];"
    print "extern const char *const sql_schemas[];"
    print "extern const size_t sql_schema_count;\n\n#endif"
}

function source(    i)
{
    print "#include \"sql.h\"\n\nconst struct sql_query sql_queries[QUERIES] = {"
    for (i = 1; i <= blocks; i++)
        if (kinds[i] == "query")
            print "\t{ \"" names[i] "\"," text[i] " },"
    print "};\n\nconst char *const sql_schemas[] = {"
    for (i = 1; i <= blocks; i++)
        if (kinds[i] == "schema")
            print "\t/* " names[i] " */" text[i] ","
    print "\tNULL,\n};\n\nconst size_t sql_schema_count = " schemas + 0 ";"
}
