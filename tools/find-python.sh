#!/bin/sh
# Prints a Python of version 3.11 or newer, or says how to get one. Among several it prefers the first that was built
# with optimisations: one without them (pyenv's, unless it was asked) takes up to a third more time for everything.
suits='import sys; sys.exit(sys.version_info < (3, 11))'
# What comes with the system is, though its configuration does not say so.
optimised='import ensurepip, sqlite3, ssl, sys, sysconfig, venv
configured = sysconfig.get_config_var("CONFIG_ARGS") or ""
sys.exit(sys.base_prefix != "/usr" and "--enable-optimizations" not in configured)'
if [ -n "${PYTHON:-}" ] && "$PYTHON" -c "$suits" 2>/dev/null; then
  echo "$PYTHON"
  exit 0
fi
found=""
for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
  "$candidate" -c "$suits" 2>/dev/null || continue
  if "$candidate" -c "$optimised" 2>/dev/null; then
    echo "$candidate"
    exit 0
  fi
  found=${found:-$candidate}
done
if [ -n "$found" ]; then
  echo "$found"
  exit 0
fi
echo "Engage needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3" >&2
exit 1
