#!/bin/sh
# Remove from an environment what neither indexing nor serving reads: libraries' own tests, and Babel's data of languages
# that the page does not speak. Usage: deploy/trim.sh FOLDER
set -eu
find "$1" -type d \( -name tests -o -name test \) -prune -exec rm -rf {} +
find "$1" -path '*/babel/locale-data/*.dat' \
  ! -name 'root.dat' ! -name 'ar*.dat' ! -name 'de*.dat' ! -name 'en*.dat' ! -name 'es*.dat' ! -name 'fr*.dat' \
  ! -name 'zh*.dat' -delete
"$1/bin/python" -m pip uninstall -q -y pip setuptools
