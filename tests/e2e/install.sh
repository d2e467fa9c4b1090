#!/bin/sh
# configure, install, install again, uninstall: what lies where, and what is left alone.
set -eu
cd "$(dirname "$0")/../.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
passed=0
failed=0
unset MAKEFLAGS MFLAGS MAKELEVEL

# holds WHAT COMMAND...: the command succeeds.
holds() {
    what=$1
    shift
    if "$@" >"$root/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what: $*"
        cat "$root/said"
    fi
}

run_make() {
    make -s MODE="${MODE:-release}" CC="${CC:-gcc}" DESTDIR="$root/to" prefix=/usr "$@"
}

holds "make install" run_make install
holds "the program runs" "$root/to/usr/bin/slad" version
holds "the unit names the program" \
    grep -qx 'ExecStart=/usr/bin/slad serve -c /etc/slad/slad.yaml' "$root/to/usr/lib/systemd/system/slad.service"
holds "the user" cmp systemd/slad.sysusers "$root/to/usr/lib/sysusers.d/slad.conf"
holds "the example for nginx" cmp conf/nginx/slad.conf "$root/to/usr/share/slad/nginx/slad.conf"
holds "the configuration" cmp conf/slad.yaml "$root/to/etc/slad/slad.yaml"
for page in man/*.[1-8]; do
    [ -e "$page" ] || continue
    holds "the manual" cmp "$page" "$root/to/usr/share/man/man${page##*.}/${page##*/}"
done

for mapping in conf/mappings/*.yaml; do
    holds "a mapping" cmp "$mapping" "$root/to/usr/share/slad/mappings/${mapping##*/}"
    name=$(basename "$mapping" .yaml)
    printf 'agreements: [{id: a, from: 2026-01-01}]\nhooks: [{source: s, mapping: %s, agreement: a, verify: none}]\n' \
        "$name" >"$root/one.yaml"
    holds "it is found by its name" "$root/to/usr/bin/slad" check -c "$root/one.yaml"
done

echo "# mine" >"$root/to/etc/slad/slad.yaml"
holds "make install again" run_make install
holds "a configuration that is there stays" grep -qx '# mine' "$root/to/etc/slad/slad.yaml"
holds "make uninstall" run_make uninstall
left=$(cd "$root/to" && find . -type f)
holds "only the configuration is left" test "$left" = ./etc/slad/slad.yaml

# Another sysconfdir would be compiled in, and build/ be made anew under the other tests' feet.
holds "make install elsewhere" run_make install prefix=/opt/slad
holds "its unit names it" grep -qx 'ExecStart=/opt/slad/bin/slad serve -c /etc/slad/slad.yaml' \
    "$root/to/opt/slad/lib/systemd/system/slad.service"
holds "its unit shows it" grep -q '^BindReadOnlyPaths=.* /opt/slad/bin/slad ' \
    "$root/to/opt/slad/lib/systemd/system/slad.service"

if command -v autoconf >/dev/null; then
    cp -R Makefile configure.ac config.mk.in daemon "$root"
    configured() { (cd "$root" && autoconf && ./configure -q "$@"); }
    holds "configure" configured --prefix=/usr --with-systemd=no CC=gcc
    holds "it writes the prefix" grep -qx 'prefix = /usr' "$root/config.mk"
    holds "/etc stays /etc" grep -qx 'sysconfdir = /etc' "$root/config.mk"
    holds "it writes --with-systemd" grep -qx 'SYSTEMD = no' "$root/config.mk"
    holds "its version is the Makefile's" \
        grep -q "PACKAGE_VERSION='$(sed -n 's/^VERSION = //p' Makefile)'" "$root/configure"
    refused() { ! configured "$@"; }
    holds "it refuses --with-systemd=maybe" refused --with-systemd=maybe
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
