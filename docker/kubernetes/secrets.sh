#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# secrets.sh coordinator PKI TOKEN.sha256     the coordinators' Secrets, from `mpicd pki init PKI` and
#                                             `mpicd token new --file TOKEN`
# secrets.sh perspective PKI ID               one perspective's
# Prints YAML: pipe it into `kubectl apply -f -` of the cluster that it is for.
set -eu

secret() { # name, key=file...
    name=$1
    shift
    for file; do set -- "$@" "--from-file=$file"; shift; done
    echo ---
    kubectl create secret generic "$name" --namespace mpicd --dry-run=client -o yaml "$@"
}

pki=$2
case $1 in
    coordinator)
        secret mpicd-coordinator-agents "tls.crt=$pki/coordinator.pem" "tls.key=$pki/coordinator.key" "ca.crt=$pki/ca.pem"
        secret mpicd-coordinator-server "tls.crt=$pki/server.pem" "tls.key=$pki/server.key"
        secret mpicd-coordinator-clients "issuance-pipeline.sha256=$3" ;;
    perspective)
        secret mpicd-perspective "tls.crt=$pki/perspective-$3.pem" "tls.key=$pki/perspective-$3.key" "ca.crt=$pki/ca.pem" ;;
    *)
        echo "usage: secrets.sh coordinator PKI TOKEN.sha256 | perspective PKI ID" >&2
        exit 2 ;;
esac
