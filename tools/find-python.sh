#!/bin/sh
# Prints a Python of version 3.11 or newer, or says how to get one.
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$candidate"
    exit 0
  fi
done
echo "Engage needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3" >&2
exit 1
