#!/bin/sh
# Installs the Debian packages that the tests use: a browser, SIP phones and a SIP server, an IMAP server, PostgreSQL.
set -eu
packages="baresip-core baresip-ffmpeg chromium chromium-headless-shell dovecot-imapd fonts-dejavu-core fonts-noto-core kamailio libatomic1 linphone-cli postgresql sip-tester sipsak"
missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  echo "The tests need system packages. As root, run:  apt-get update && $install" >&2
  exit 1
fi
echo "Installing$missing …"
log=$(mktemp)
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "Installing failed; the lines above say why." >&2
  exit 1
fi
rm -f "$log"
