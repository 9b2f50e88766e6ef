#!/usr/bin/env bash
#
# natlab.sh - two hosts behind NATs or firewalls, out of Linux network namespaces and nftables.
#
#   natlab.sh up LEFT RIGHT PREFIX        build; prints the addresses as KEY=VALUE
#   natlab.sh down PREFIX                 kill what runs inside, remove everything; safe to call twice
#   natlab.sh ctl PREFIX l|r KNOB         disturb a running lab
#   natlab.sh counters PREFIX             what passed between the sites, as nft's JSON, one document per line
#   natlab.sh list                        types, options, nodes, knobs
#
# Needs root, iproute2 and nftables >= 1.0.2. Every device lives inside a namespace called PREFIX-NODE, so
# several labs run side by side and nothing of the host's own network is touched.
#
#                 P-srv                  public server: coordinator, relay, STUN; two addresses of each family
#                   |
#                 P-inet                 "the Internet": a plain router, which counts and can block
#                /      \
#            P-lgw      P-rgw            the NAT or firewall under test
#              |          |
#             P-l        P-r             the two hosts
#
set -euo pipefail

NODES=(inet srv l lgw r rgw)
PREFIX=""

die() { echo "natlab: $*" >&2; exit 1; }

list() { cat <<'TXT'
scenario = TYPE[+OPTION...]

types
  direct      public addresses, nothing filtered
  fw          public addresses behind a stateful firewall (v4 and v6), no NAT
  fullcone    NAT44, endpoint-independent mapping and filtering
  addrcone    NAT44, endpoint-independent mapping, address-dependent filtering
  portcone    NAT44, endpoint-independent mapping, address-and-port-dependent filtering
  sym         NAT44, address-and-port-dependent mapping, random ports ("symmetric")
  udpblock    portcone for TCP, every UDP packet silently dropped (v4 and v6)
  same        (right only) second host on the left side's LAN

options
  +v4 +v6     the host has that address family only         (default: dual stack)
  +shift      external port never equals the internal one   (default: kept if free)
  +fwd        static port forward of UDP 51820 to the host
  +t<sec>     UDP mapping and filter lifetime in seconds    (default: 30 / 120)

knobs (natlab.sh ctl PREFIX l|r ...)
  block-udp    | unblock-udp     every UDP packet, at this side's gateway
  block-peer   | unblock-peer    UDP between the two sides, both ways, in the core router
  block-oneway | unblock-oneway  UDP from this side to the other side only, in the core router
  rebind                         this side's NAT forgets every mapping, as one that was restarted
  loss PERCENT                   random loss of UDP at this side's gateway, both ways; 0 = off
TXT
}

# ---------------------------------------------------------------- small pieces
ns()  { ip netns exec "$PREFIX-$1" "${@:2}"; }          # run in a node
have(){ [[ -e /run/netns/$PREFIX-$1 ]]; }
opt() { [[ "+$OPTS+" == *"+$1+"* ]]; }                  # current scenario has option?

mknode() {
  ip netns add "$PREFIX-$1"
  ns "$1" sh -c '
    echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
    echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
    echo 0 > /proc/sys/net/ipv6/conf/default/router_solicitations
    ip link set lo up'
}
mkrouter() {
  mknode "$1"
  ns "$1" sh -c '
    echo 1 > /proc/sys/net/ipv4/ip_forward
    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
    echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects
    echo 0 > /proc/sys/net/ipv4/conf/default/send_redirects'
}
# wire NODE-A IF-A NODE-B IF-B: veth between two nodes, both ends up
wire() {
  ip link add name "$2" netns "$PREFIX-$1" type veth peer name "$4" netns "$PREFIX-$3"
  ip -n "$PREFIX-$1" link set dev "$2" up
  ip -n "$PREFIX-$3" link set dev "$4" up
}
# addr NODE IF CIDR...
addr() {
  local n=$1 i=$2 a; shift 2
  for a in "$@"; do
    if [[ $a == *:* ]]; then ip -n "$PREFIX-$n" -6 addr add "$a" dev "$i" nodad
    else ip -n "$PREFIX-$n" addr add "$a" dev "$i"; fi
  done
}
# route NODE DEST VIA
route() {
  if [[ $3 == *:* ]]; then ip -n "$PREFIX-$1" -6 route add "$2" via "$3"
  else ip -n "$PREFIX-$1" route add "$2" via "$3"; fi
}

# ------------------------------------------------------------- nftables rulesets
#
# Facts the rules below rely on:
#  * a netfilter NAT chain sees only the first packet of a conntrack entry, so maps that must be refreshed by
#    every packet are updated from a *filter* chain at a later priority of the same hook;
#  * netfilter keeps the source port if that is free, so plain masquerade is an endpoint-independent mapping
#    for one host;
#  * the reverse direction of a conntrack entry matches one remote address and port only, so plain masquerade
#    is address-and-port-dependent filtering;
#  * weaker filtering is therefore built by DNAT from a map "external port -> internal address and port" that
#    outbound packets fill in.
#
# nat_rules TYPE EXTERNAL-V4 HOST-V4
nat_rules() {
  local type=$1 ext=$2 host=$3 t=${TMO:-120}
  local learn="" dnat="" adopt="" first="masquerade"
  # First packet of an unknown internal endpoint: which external port?
  if opt shift; then first="masquerade to :20000-60000 fully-random"; fi
  case $type in
    fullcone|addrcone|portcone)
      # Endpoint-independent mapping: reuse the external endpoint of an earlier flow. (Only needed where ports
      # are not simply preserved, but it never hurts.)
      adopt="oifname \"wan\" snat ip to ip saddr . udp sport map @in2ext"
      learn="oifname \"wan\" meta l4proto udp update @in2ext { ct original ip saddr . ct original proto-src : ip saddr . udp sport }" ;;
    sym) first="masquerade fully-random" ;;
  esac
  case $type in
    fullcone) dnat="iifname \"wan\" dnat ip to udp dport map @out2in" ;;
    addrcone) dnat="iifname \"wan\" ip saddr . udp dport @seen dnat ip to udp dport map @out2in" ;;
  esac
  cat <<NFT
table ip natlab {
  # internal endpoint -> external endpoint
  map in2ext  { type ipv4_addr . inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # external port -> internal endpoint
  map out2in  { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # (remote address, external port) pairs that were written to from inside
  set seen    { type ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # static port forwards
  map portfwd { type inet_service : ipv4_addr . inet_service; $( opt fwd && echo "elements = { 51820 : $host . 51820 };" ) }
  chain pre  { type nat hook prerouting priority dstnat; policy accept;
    ip daddr $ext dnat ip to udp dport map @portfwd
    $dnat
  }
  chain post { type nat hook postrouting priority srcnat; policy accept;
    $adopt
    oifname "wan" meta l4proto udp $first
    oifname "wan" masquerade
  }
  chain learn { type filter hook postrouting priority srcnat + 200; policy accept;
    $learn
    oifname "wan" meta l4proto udp update @out2in { udp sport : ct original ip saddr . ct original proto-src }
    oifname "wan" meta l4proto udp update @seen { ip daddr . udp sport }
  }
}
NFT
}

# fw_rules open|stateful|udpblock      the same policy for both families
fw_rules() {
  # Stray packets to the gateway itself are dropped, as home routers do: accepting one would confirm a
  # conntrack entry that blocks the port-preserving mapping of a later outbound packet.
  echo "table inet natlabfw {"
  echo "  chain input { type filter hook input priority filter; policy drop;"
  echo "    iifname { \"lo\", \"lan\" } accept"
  echo "    ct state established,related accept"
  echo "    meta l4proto { icmp, ipv6-icmp } accept"
  if [[ $1 == open ]]; then echo "    meta nfproto ipv4 accept"; fi
  echo "  }"
  echo "  chain forward { type filter hook forward priority filter; policy accept;"
  echo "    iifname \"lan\" oifname \"lan\" accept"
  if [[ $1 == udpblock ]]; then echo "    meta l4proto udp drop"; fi
  if [[ $1 != open ]]; then
    echo "    ct state established,related accept"
    echo "    ct status dnat accept"
    echo "    iifname \"lan\" oifname \"wan\" accept"
    echo "    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, echo-reply } accept"
    echo "    drop"
  fi
  echo "  }"
  echo "}"
}

# A place for disturbances (ctl): runs before everything else, empty at first.
dist_rules() { cat <<'NFT'
table inet natlabctl {
  chain dist { type filter hook forward priority -300; policy accept; }
}
NFT
}

# count_rules FAMILY SITE=INTERFACE...  counters FROM_TO_udp|tcp|other of what is forwarded. They come last
# (priority 300), so what a rule of an earlier priority drops is not counted.
count_rules() {
  local family=$1 a b p; shift
  echo "table $family natlabcount {"
  for a in "$@"; do for b in "$@"; do for p in udp tcp other; do
    echo "  counter ${a%=*}_${b%=*}_$p { }"
  done; done; done
  echo "  chain count { type filter hook forward priority 300; policy accept;"
  for a in "$@"; do for b in "$@"; do
    echo "    iifname \"${a#*=}\" oifname \"${b#*=}\" meta l4proto udp counter name ${a%=*}_${b%=*}_udp accept"
    echo "    iifname \"${a#*=}\" oifname \"${b#*=}\" meta l4proto tcp counter name ${a%=*}_${b%=*}_tcp accept"
    echo "    iifname \"${a#*=}\" oifname \"${b#*=}\" counter name ${a%=*}_${b%=*}_other accept"
  done; done
  echo "  }"
  echo "}"
}

# ------------------------------------------------------------------ one side
# side l|r SCENARIO PUBLIC-/24 LAN-OCTET V6-PREFIX
side() {
  local s=$1 scen=$2 pub=$3 oct=$4 p6=$5
  local type=${scen%%+*} gw=${1}gw
  OPTS=""; [[ $scen == *+* ]] && OPTS=${scen#*+}
  TMO=""; [[ "+$OPTS+" =~ \+t([0-9]+)\+ ]] && TMO=${BASH_REMATCH[1]}
  local want4=1 want6=1
  opt v4 && want6=0
  opt v6 && want4=0
  local policy=stateful nat="" gwlan4 host4 len4
  case $type in
    direct)   policy=open ;;
    fw)       ;;
    udpblock) policy=udpblock; nat=portcone ;;
    fullcone|addrcone|portcone|sym) nat=$type ;;
    *) die "unknown scenario '$scen' (natlab.sh list)" ;;
  esac
  if [[ -z $nat ]]; then gwlan4=$pub.129 host4=$pub.130 len4=25
  else gwlan4=192.168.$oct.1 host4=192.168.$oct.10 len4=24; fi

  mkrouter "$gw"; mknode "$s"
  if [[ ${RIGHT_SCEN%%+*} == same && $s == l ]]; then
    # a switch, so that the right host can share the left LAN
    ip -n "$PREFIX-$gw" link add lan type bridge
    ns "$gw" sh -c 'cd /proc/sys/net/bridge 2>/dev/null || exit 0
      echo 0 > bridge-nf-call-iptables; echo 0 > bridge-nf-call-ip6tables'
    ip -n "$PREFIX-$gw" link set dev lan up
    wire "$s" eth0 "$gw" lanp0
    ip -n "$PREFIX-$gw" link set dev lanp0 master lan
  else
    wire "$s" eth0 "$gw" lan
  fi
  if (( want4 )); then
    addr "$gw" lan "$gwlan4/$len4"; addr "$s" eth0 "$host4/$len4"; route "$s" default "$gwlan4"
  fi
  if (( want6 )); then
    addr "$gw" lan "$p6:1::1/64"; addr "$s" eth0 "$p6:1::10/64"; route "$s" default "$p6:1::1"
  fi
  wire "$gw" wan inet "$s"
  addr "$gw" wan "$pub.2/25" "$p6:ffff::2/64"
  addr inet "$s" "$pub.1/25" "$p6:ffff::1/64"
  route "$gw" default "$pub.1"
  route "$gw" default "$p6:ffff::1"
  route inet "$pub.128/25" "$pub.2"
  route inet "$p6:1::/64" "$p6:ffff::2"
  {
    dist_rules
    fw_rules "$policy"
    if [[ -n $nat ]]; then nat_rules "$nat" "$pub.2" "$host4"; fi
  } | ns "$gw" nft -f -
  if [[ -n $TMO ]]; then
    ns "$gw" sh -c "cd /proc/sys/net/netfilter; echo $TMO > nf_conntrack_udp_timeout; echo $TMO > nf_conntrack_udp_timeout_stream"
  fi
  local S=${s^^}
  echo "${S}_SCENARIO=$scen"
  if (( want4 )); then echo "${S}_HOST4=$host4"; if [[ -n $nat ]]; then echo "${S}_PUBLIC4=$pub.2"; else echo "${S}_PUBLIC4=$host4"; fi; fi
  if (( want6 )); then echo "${S}_HOST6=$p6:1::10"; fi
}

# the right host as a second one on the left side's LAN
side_same() {
  local scen=$1 left=${LEFT_SCEN%%+*} p6=2001:db8:1 host=192.168.1.11 gwa=192.168.1.1 len=24 pub4=203.0.113.2
  OPTS=""; [[ $scen == *+* ]] && OPTS=${scen#*+}
  case $left in direct|fw) host=203.0.113.131 gwa=203.0.113.129 len=25 pub4=$host ;; esac
  mknode r; wire r eth0 lgw lanp1; ip -n "$PREFIX-lgw" link set dev lanp1 master lan
  echo "R_SCENARIO=$scen"
  if ! opt v6; then addr r eth0 "$host/$len"; route r default "$gwa"; echo "R_HOST4=$host"; echo "R_PUBLIC4=$pub4"; fi
  if ! opt v4; then addr r eth0 "$p6:1::11/64"; route r default "$p6:1::1"; echo "R_HOST6=$p6:1::11"; fi
  count_rules bridge l=lanp0 r=lanp1 | ns lgw nft -f -
}

# ------------------------------------------------------------------- commands
up() {
  LEFT_SCEN=$1 RIGHT_SCEN=$2
  local n
  for n in "${NODES[@]}"; do
    if have "$n"; then die "lab '$PREFIX' is already up (natlab.sh down $PREFIX)"; fi
  done
  trap 'echo "natlab: building failed, cleaning up" >&2; trap - EXIT; down' EXIT
  mkrouter inet
  mknode srv; wire srv eth0 inet srv
  addr inet srv 198.51.100.1/26 2001:db8:5::1/64
  addr srv eth0 198.51.100.10/26 198.51.100.11/26 2001:db8:5::10/64 2001:db8:5::11/64
  route srv default 198.51.100.1; route srv default 2001:db8:5::1
  echo "PREFIX=$PREFIX"
  echo "SRV4=198.51.100.10"; echo "SRV4B=198.51.100.11"
  echo "SRV6=2001:db8:5::10"; echo "SRV6B=2001:db8:5::11"
  side l "$LEFT_SCEN" 203.0.113 1 2001:db8:1
  case ${RIGHT_SCEN%%+*} in
    same) side_same "$RIGHT_SCEN" ;;
    *) side r "$RIGHT_SCEN" 192.0.2 2 2001:db8:2 ;;
  esac
  { dist_rules; count_rules inet l=l r=r srv=srv; } | ns inet nft -f -
  trap - EXIT
}

# This lab's namespaces, those too that somebody added under its prefix.
spaces() { ip netns list | awk -v prefix="$PREFIX-" 'index($1, prefix) == 1 { print $1 }'; }

pids() {
  local n
  for n in $(spaces); do ip netns pids "$n" 2>/dev/null || true; done
}

# Only processes that live in this lab's own namespaces; they get a second to end by themselves.
down() {
  local n all i
  all=$(pids)
  if [[ -n $all ]]; then
    kill $all 2>/dev/null || true
    for i in $(seq 50); do
      all=$(pids); [[ -z $all ]] && break
      sleep 0.02
    done
    if [[ -n $all ]]; then kill -9 $all 2>/dev/null || true; fi
  fi
  for n in $(spaces); do ip netns del "$n" 2>/dev/null || true; done
}

counters() {
  ns inet nft -j list table inet natlabcount
  if ns lgw nft list table bridge natlabcount > /dev/null 2>&1; then ns lgw nft -j list table bridge natlabcount; fi
}

rule() { ns "$1" nft "add rule inet natlabctl dist $2 counter drop comment \"$3\""; }
unrule() {
  local h
  for h in $(ns "$1" nft -a list chain inet natlabctl dist | sed -n "s/.*comment \"$2\".*# handle \([0-9]*\).*/\1/p"); do
    ns "$1" nft delete rule inet natlabctl dist handle "$h"
  done
}

ctl() {
  local s=$1 knob=$2; shift 2
  local o=r gw=${s}gw; [[ $s == r ]] && o=l
  [[ $s == [lr] ]] || die "ctl: side is l or r, not '$s'"
  have "$gw" || gw=lgw
  case $knob in
    block-udp)      rule "$gw" 'meta l4proto udp' blockudp ;;
    unblock-udp)    unrule "$gw" blockudp ;;
    block-peer)     rule inet "iifname \"$s\" oifname \"$o\" meta l4proto udp" blockpeer
                    rule inet "iifname \"$o\" oifname \"$s\" meta l4proto udp" blockpeer ;;
    unblock-peer)   unrule inet blockpeer ;;
    block-oneway)   rule inet "iifname \"$s\" oifname \"$o\" meta l4proto udp" "oneway-$s" ;;
    unblock-oneway) unrule inet "oneway-$s" ;;
    rebind)
      # Whatever was known counts for another zone from now on: every packet begins a flow of its own. Of NATs
      # with +shift, and of sym, the new mappings have other ports.
      for m in 'map ip natlab in2ext' 'map ip natlab out2in' 'set ip natlab seen'; do ns "$gw" nft "flush $m"; done
      ns "$gw" nft "table ip natlabzone; delete table ip natlabzone; table ip natlabzone { chain pre {
        type filter hook prerouting priority raw; ct zone set $(( RANDOM + 1 )); }; }" ;;
    loss)
      unrule "$gw" loss
      if (( $1 >= 100 )); then rule "$gw" 'meta l4proto udp' loss
      elif (( $1 > 0 )); then rule "$gw" "meta l4proto udp numgen random mod 100 < $1" loss; fi ;;
    *) die "unknown knob '$knob'" ;;
  esac
}

named() {
  PREFIX=$1
  [[ $PREFIX =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "bad prefix '$PREFIX'"
  (( EUID == 0 )) || die "must be root"
}

command=${1:-help}; shift || true
case $command in
  up)       (( $# == 3 )) || die "up LEFT RIGHT PREFIX"; named "$3"; up "$1" "$2" ;;
  down)     (( $# == 1 )) || die "down PREFIX"; named "$1"; down ;;
  ctl)      (( $# >= 3 )) || die "ctl PREFIX l|r KNOB"; named "$1"; shift; ctl "$@" ;;
  counters) (( $# == 1 )) || die "counters PREFIX"; named "$1"; counters ;;
  list)     list ;;
  *)        sed -n '3,12p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; list ;;
esac
