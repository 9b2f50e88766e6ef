#!/usr/bin/env bash
# Looks for the programs that the NAT lab needs. What is missing is named and, as root on Debian and its
# descendants, installed after saying so. Called by `adit demo` and, with --tests, by `./build verify`. Progress goes to standard
# error; if something stays missing, one line on standard output says what to do, and the exit status is 1.
set -u
PATH=$PATH:/usr/sbin:/sbin
missing=()
need() { command -v "$1" > /dev/null || [[ " ${missing[*]} " == *" $2 "* ]] || missing+=("$2"); }
need wireguard-go wireguard-go
need ip iproute2
need nft nftables
need ping iputils-ping
# without root, the lab is built in namespaces of its own
if (( EUID != 0 )); then need unshare util-linux; need setpriv util-linux; fi
if [[ ${1:-} == --tests ]]; then
  need tcpdump tcpdump
  need faketime faketime
  # for the programs that tests build: Go from PyPI, and a Rust that is newer than Debian 12's own
  python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=(python3-venv)
  PATH=$PATH:$HOME/.cargo/bin need cargo cargo-web
fi
(( ${#missing[@]} )) || exit 0

if (( EUID != 0 )) || ! command -v apt-get > /dev/null; then
  echo "missing: ${missing[*]}; install with your package manager (Debian, as root: apt-get install ${missing[*]})"
  exit 1
fi
echo "adit: missing: ${missing[*]}; installing with apt-get" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
install() { apt-get install -y -q --no-install-recommends "${missing[@]}" > "$log" 2>&1 < /dev/null; }
if install || { apt-get update -q > /dev/null 2>&1; install; }; then rm -f "$log"; exit 0; fi
echo "missing: ${missing[*]}; apt-get could not install them, see $log"
exit 1
