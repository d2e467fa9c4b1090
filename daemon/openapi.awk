# openapi.json as C: the text that GET /openapi.json answers with, without the blanks of its lines.
BEGIN { print "/* Made from daemon/openapi.json by daemon/openapi.awk. */\n#include \"openapi.h\"\n\nconst char openapi_text[] =" }
{
    sub(/^ +/, "")
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    print "    \"" $0 "\\n\""
}
END { print "    \"\";\n\nconst size_t openapi_size = sizeof(openapi_text) - 1;" }
