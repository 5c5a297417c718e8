#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh PERSPECTIVE...: the certificates of docker/compose.yaml. The CA stays in /ca, the person's token and the CA's
# certificate go to /client, and each service gets in /to/SERVICE what is its own. What is there is kept.
set -eu

set -- $(for id; do echo --perspective "$id"; done)
mpicd pki init /ca "$@" --host localhost --host 127.0.0.1 --host ::1 --host coordinator
mpicd token new --file /client/token
cp /ca/ca.pem /client/

give() { # service, files
    service=$1
    shift
    cp "$@" "/to/$service/"
    chown -R 65532:65532 "/to/$service"
}
give coordinator /ca/ca.pem /ca/coordinator.pem /ca/coordinator.key /ca/server.pem /ca/server.key /client/token.sha256
for key in /ca/perspective-*.key; do
    id=${key#/ca/perspective-}
    id=${id%.key}
    give "$id" /ca/ca.pem "/ca/perspective-$id.pem" "$key"
done
