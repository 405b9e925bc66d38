#!/usr/bin/env bash
# Makes the vectors of this folder anew, with new keys: needs OpenSSL 3.
set -euo pipefail
to=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$to/ca.cnf" "$work" && cd "$work"
ca=(-config ca.cnf -cert ca.pem -keyfile ca.key)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 36500
touch index.txt && echo 01 >serial && echo 01 >crlnumber
for name in good revoked; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name"
  openssl ca -batch "${ca[@]}" -extensions leaf -notext -in "$name.csr" -out "$name.pem"
done
openssl ca "${ca[@]}" -revoke revoked.pem -crl_compromise 20260101000000Z
openssl ca "${ca[@]}" -gencrl -out list.pem
openssl crl -in list.pem -outform DER -out list.crl
for name in good revoked; do
  openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -cert "$name.pem" -ndays 36500 -no_nonce -respout "$name.ocsp"
done
cp ca.pem good.pem revoked.pem list.crl good.ocsp revoked.ocsp "$to"
