#!/usr/bin/env bash
#
# natlab.sh - hosts behind NATs or firewalls, out of Linux network namespaces and nftables.
#
#   natlab.sh up [--servers N] SITE... PREFIX   build; prints the addresses as KEY=VALUE
#   natlab.sh down PREFIX                       kill what runs inside, remove everything; safe to call twice
#   natlab.sh ctl PREFIX SITE KNOB              disturb a running lab
#   natlab.sh counters PREFIX                   what passed between the sites, as nft's JSON, one document per line
#   natlab.sh list                              types, options, names, knobs
#
# A SITE is TYPE[+OPTION...], such as portcone+v4. The first is called l, the second r, the others s3, s4, ...;
# servers are srv, srv2, ... (one, unless --servers says otherwise).
#
# Needs root, iproute2 and nftables >= 1.0.2. Every device lives inside a namespace called PREFIX-NODE, so
# several labs run side by side and nothing of the host's own network is touched.
#
#               P-srv   P-srv2          public servers: coordinator, relay, STUN; two addresses of each family
#                   \   /
#                   P-inet              "the Internet": a plain router, which counts and can block
#                  /      \
#              [P-lcgn]  P-rgw          a carrier's NAT (cgnat types only); the NAT or firewall under test
#                 |         |
#               P-lgw      P-r          the hosts
#                 |
#                P-l
#
set -euo pipefail

PREFIX=""
MOST_SITES=100 MOST_SERVERS=20

die() { echo "natlab: $*" >&2; exit 1; }

list() { cat <<'TXT'
site = TYPE[+OPTION...]

types
  direct      public addresses, nothing filtered
  fw          public addresses behind a stateful firewall (v4 and v6), no NAT
  fullcone    NAT44, endpoint-independent mapping and filtering
  addrcone    NAT44, endpoint-independent mapping, address-dependent filtering
  portcone    NAT44, endpoint-independent mapping, address-and-port-dependent filtering
  linux       NAT44 by plain masquerade, as Linux routers do: portcone, until two hosts or a stray packet
              want the same port
  adm         NAT44, address-dependent mapping, address-and-port-dependent filtering
  sym         NAT44, address-and-port-dependent mapping, random ports ("symmetric")
  symseq      as sym, with ports given out one after the other
  cgnat       portcone at home, behind a carrier's fullcone NAT with shifted ports
  cgnatport   portcone at home, behind a carrier's portcone NAT with shifted ports
  cgnatsym    portcone at home, behind a carrier's sym NAT
  udpblock    portcone for TCP, every UDP packet silently dropped (v4 and v6)
  tcp443      portcone of which only TCP to port 443 gets out (v4 and v6)
  same        (not the first) another host on the first site's LAN
  isolated    (not the first) a host behind the first site's gateway, on a LAN of its own that reaches the
              first one by hairpinning only
  samecgn     (not the first) another home (portcone) of the first site's carrier

options
  +v4 +v6     the host has that address family only         (default: dual stack)
  +shift      external port never equals the internal one   (default: kept if free)
  +hairpin    the NAT loops back what is sent to its own external address
  +fwd        static port forward of UDP 51820 to the host
  +leaky      the router accepts stray packets to itself, which spoils mappings
  +reject     what is blocked is answered by ICMP (admin prohibited)
  +t<sec>     UDP mapping and filter lifetime in seconds    (default: 30 / 120)
  +v6open     no IPv6 firewall
  +nat66      IPv6 is masqueraded too, with random ports
  +overlap    (not the first) the same private addresses as the first site
  +pool       (sym, cgnatsym) mappings take turns on two external addresses

knobs (natlab.sh ctl PREFIX SITE ...)
  block-udp    | unblock-udp             every UDP packet, at this site's gateway
  block-peer   | unblock-peer   [OTHER]  UDP between this site and another (or all others), in the core router
  block-oneway | unblock-oneway [OTHER]  UDP from this site to another (or all others) only, in the core router
  rebind                                 this site's NAT or firewall forgets all, as one that was restarted
  mtu BYTES                              of the link between this site's gateway and the core router
  blackhole    | unblackhole             no ICMP message says that a packet is too large for that link
  loss PERCENT                           random loss of UDP at this site's gateway, both ways; 0 = off
TXT
}

# ---------------------------------------------------------------- small pieces
ns()  { ip netns exec "$PREFIX-$1" "${@:2}"; }          # run in a node
have(){ [[ -e /run/netns/$PREFIX-$1 ]]; }
opt() { [[ "+$OPTS+" == *"+$1+"* ]]; }                  # current site has option?

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
# together COMMAND ARGUMENT...: the command once for each argument, side by side
together() {
  local command=$1 a running=() failed=0; shift
  for a in "$@"; do "$command" "$a" & running+=($!); done
  for a in "${running[@]}"; do wait "$a" || failed=1; done
  return $failed
}

# -------------------------------------------------------------- what a site is
# read_site SCENARIO: sets TYPE, OPTS, TMO
read_site() {
  TYPE=${1%%+*} OPTS="" TMO=""
  [[ $1 == *+* ]] && OPTS=${1#*+}
  [[ "+$OPTS+" =~ \+t([0-9]+)\+ ]] && TMO=${BASH_REMATCH[1]}
  return 0
}

# check_site NUMBER SCENARIO: says what is wrong with it, before anything is built
check_site() {
  local o nat=1 first=${SCENARIOS[0]%%+*}
  read_site "$2"
  case $TYPE in
    direct|fw) nat=0 ;;
    fullcone|addrcone|portcone|linux|adm|sym|symseq|cgnat|cgnatport|cgnatsym|udpblock|tcp443) ;;
    same|isolated|samecgn)
      (( $1 > 1 )) || die "'$2' cannot be the first site: it is a neighbour of the first"
      case $TYPE/$first in
        isolated/direct|isolated/fw) die "'$2' needs a NAT as the first site, not '$first'" ;;
        samecgn/cgnat*) ;;
        samecgn/*) die "'$2' needs cgnat, cgnatport or cgnatsym as the first site, not '$first'" ;;
      esac ;;
    *) die "there is no type '$TYPE' (in '$2'); natlab.sh list shows them" ;;
  esac
  for o in ${OPTS//+/ }; do
    case $o in
      v4|v6) ;;
      t[0-9]*) [[ $o =~ ^t[1-9][0-9]*$ ]] || die "'+$o' (in '$2') is no lifetime; +t20 is one" ;;
      shift|hairpin|fwd|leaky|reject|v6open|nat66|overlap|pool) ;;
      *) die "there is no option '+$o' (in '$2'); natlab.sh list shows them" ;;
    esac
    case $TYPE/$o in
      samecgn/v6) die "'$2': samecgn has IPv4 only" ;;
      same/v[46]|isolated/v[46]|samecgn/v4) ;;
      same/*|isolated/*|samecgn/*) die "'$2': $TYPE takes +v4 and +v6 only, its gateway is the first site's" ;;
      sym/pool|cgnatsym/pool) ;;
      */pool) die "'$2': only sym and cgnatsym take +pool" ;;
    esac
    case $nat/$o in
      0/shift|0/hairpin|0/fwd|0/overlap) die "'$2': $TYPE has no NAT that could take +$o" ;;
    esac
    [[ $o != overlap || $1 != 1 ]] || die "'$2': +overlap is for the other sites, whose addresses shall be the first one's"
  done
  if opt v4 && opt v6; then die "'$2': +v4 and +v6 exclude each other"; fi
}

# site_name NUMBER
site_name() { case $1 in 1) echo l ;; 2) echo r ;; *) echo "s$1" ;; esac; }
server_name() { if (( $1 == 1 )); then echo srv; else echo "srv$1"; fi; }

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
#    outbound packets fill in;
#  * numgen counts in the host's byte order, so its number becomes a port by way of a map.
#
# nat_rules TYPE EXTERNAL-V4 HOST-V4
nat_rules() {
  local type=$1 ext=$2 host=$3 t=${TMO:-120}
  local learn="" dnat="" adopt="" first="masquerade" loop_in="" loop_out="" loop_learn=""
  # First packet of an unknown internal endpoint: which external port?
  if opt shift; then first="masquerade to :20000-60000 fully-random"; fi
  case $type in
    fullcone|addrcone|portcone)
      # Endpoint-independent mapping: reuse the external endpoint of an earlier flow. (Only needed where ports
      # are not simply preserved, but it never hurts.)
      adopt="oifname \"wan\" snat ip to ip saddr . udp sport map @in2ext"
      learn="oifname \"wan\" meta l4proto udp update @in2ext { ct original ip saddr . ct original proto-src : ip saddr . udp sport }" ;;
    adm)
      # The same with one mapping for each remote address.
      adopt="oifname \"wan\" snat ip to ip saddr . udp sport . ip daddr map @inaddr2ext"
      learn="oifname \"wan\" meta l4proto udp update @inaddr2ext { ct original ip saddr . ct original proto-src . ip daddr : ip saddr . udp sport }"
      first="masquerade to :20000-60000 fully-random" ;;
    sym)
      first="masquerade fully-random"
      if opt pool; then first="snat to $ext-${ext%.*}.$(( ${ext##*.} + 1 )):1024-65535 fully-random"; fi ;;
    symseq)
      local i ports=""
      for (( i = 0; i < 512; i++ )); do ports+="$i : $(( 30000 + i )), "; done
      first="snat to $ext : numgen inc mod 512 map { ${ports%, } }" ;;
  esac
  case $type in
    fullcone) dnat="iifname \"wan\" dnat ip to udp dport map @out2in" ;;
    addrcone) dnat="iifname \"wan\" ip saddr . udp dport @seen dnat ip to udp dport map @out2in" ;;
  esac
  if opt hairpin; then
    # Both ends are translated, so that the receiver sees the sender's external endpoint (RFC 4787, REQ-9), and
    # what is looped back makes a mapping as any other packet does.
    loop_in="iifname \"lan*\" ip daddr $ext dnat ip to udp dport map @out2in"
    loop_out="oifname \"lan*\" ct status dnat snat ip to ip saddr . udp sport map @in2ext
    oifname \"lan*\" ct status dnat meta l4proto udp snat to $ext"
    loop_learn="oifname \"lan*\" ct status dnat ct status snat meta l4proto udp update @out2in { udp sport : ct original ip saddr . ct original proto-src }"
  fi
  cat <<NFT
table ip natlab {
  # internal endpoint -> external endpoint
  map in2ext  { type ipv4_addr . inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # internal endpoint and remote address -> external endpoint
  map inaddr2ext { type ipv4_addr . inet_service . ipv4_addr : ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # external port -> internal endpoint
  map out2in  { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # (remote address, external port) pairs that were written to from inside
  set seen    { type ipv4_addr . inet_service; flags dynamic,timeout; timeout ${t}s; size 65535; }
  # static port forwards
  map portfwd { type inet_service : ipv4_addr . inet_service; $( opt fwd && echo "elements = { 51820 : $host . 51820 };" ) }
  chain pre  { type nat hook prerouting priority dstnat; policy accept;
    ip daddr $ext dnat ip to udp dport map @portfwd
    $dnat
    $loop_in
  }
  chain post { type nat hook postrouting priority srcnat; policy accept;
    $loop_out
    $adopt
    oifname "wan" meta l4proto udp $first
    oifname "wan" masquerade
  }
  chain learn { type filter hook postrouting priority srcnat + 200; policy accept;
    $learn
    oifname "wan" meta l4proto udp update @out2in { udp sport : ct original ip saddr . ct original proto-src }
    oifname "wan" meta l4proto udp update @seen { ip daddr . udp sport }
    $loop_learn
  }
}
NFT
}

nat66_rules() { cat <<'NFT'
table ip6 natlab6 {
  chain post { type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" masquerade fully-random
  }
}
NFT
}

# fw_rules V4-POLICY V6-POLICY, each of open stateful udpblock tcp443
fw_rules() {
  local no="drop" stray="drop" policy family
  if opt reject; then no="reject with icmpx admin-prohibited"; fi
  # Stray packets to the gateway itself are dropped, as home routers do: accepting one would confirm a
  # conntrack entry that blocks the port-preserving mapping of a later outbound packet.
  if opt leaky; then stray="accept"; fi
  echo "table inet natlabfw {"
  echo "  chain input { type filter hook input priority filter; policy $stray;"
  echo "    iifname \"lo\" accept"
  echo "    iifname \"lan*\" accept"
  echo "    ct state established,related accept"
  echo "    meta l4proto { icmp, ipv6-icmp } accept"
  if [[ $1 == open ]]; then echo "    meta nfproto ipv4 accept"; fi
  echo "  }"
  echo "  chain forward { type filter hook forward priority filter; policy accept;"
  echo "    iifname \"lan\" oifname \"lan\" accept"
  for family in ipv4 ipv6; do
    policy=$1; if [[ $family == ipv6 ]]; then policy=$2; fi
    echo "    meta nfproto $family jump $family"
  done
  echo "  }"
  for family in ipv4 ipv6; do
    policy=$1; if [[ $family == ipv6 ]]; then policy=$2; fi
    echo "  chain $family {"
    if [[ $policy == udpblock ]]; then echo "    meta l4proto udp $no"; fi
    echo "    ct state established,related accept"
    case $policy in
      open)
        echo "    ct status dnat accept"
        echo "    iifname \"lan*\" oifname \"lan*\" $no"
        echo "    accept" ;;
      stateful|udpblock)
        echo "    ct status dnat accept"
        echo "    iifname \"lan*\" oifname \"wan\" accept" ;;
      tcp443) echo "    iifname \"lan*\" oifname \"wan\" tcp dport 443 accept" ;;
    esac
    if [[ $family == ipv6 && $policy != tcp443 ]]; then
      echo "    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, echo-reply } accept"
    fi
    echo "    $no"
    echo "  }"
  done
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
  for a in "$@"; do
    echo "  chain from_${a%=*} {"
    for b in "$@"; do
      echo "    oifname \"${b#*=}\" meta l4proto udp counter name ${a%=*}_${b%=*}_udp accept"
      echo "    oifname \"${b#*=}\" meta l4proto tcp counter name ${a%=*}_${b%=*}_tcp accept"
      echo "    oifname \"${b#*=}\" counter name ${a%=*}_${b%=*}_other accept"
    done
    echo "  }"
  done
  echo "  chain count { type filter hook forward priority 300; policy accept;"
  for a in "$@"; do echo "    iifname \"${a#*=}\" jump from_${a%=*}"; done
  echo "  }"
  echo "}"
}

# ------------------------------------------------------------------ one site
# site_place NUMBER: sets PUB (public /24), OCT (of the LAN), P6 (IPv6 /48)
site_place() {
  case $1 in
    1) PUB=203.0.113 P6=2001:db8:1 ;;
    2) PUB=192.0.2 P6=2001:db8:2 ;;
    *) PUB=198.18.$1 P6=2001:db8:$(printf %x $(( 256 + $1 ))) ;;
  esac
  OCT=$1
}

say_site() { # NAME SCENARIO HOST4 PUBLIC4 HOST6
  local S=${1^^}
  echo "${S}_SCENARIO=$2"
  if [[ -n $3 ]]; then echo "${S}_HOST4=$3"; echo "${S}_PUBLIC4=$4"; fi
  if [[ -n $5 ]]; then echo "${S}_HOST6=$5"; fi
}

# site NUMBER: a host, its gateway, and its carrier's NAT
site() {
  local s gw cgn scen=${SCENARIOS[$1 - 1]} PUB OCT P6
  s=$(site_name "$1") gw=${s}gw cgn=${s}cgn
  read_site "$scen"
  site_place "$1"
  if opt overlap; then OCT=1; fi
  local want4=1 want6=1
  if opt v4; then want6=0; fi
  if opt v6; then want4=0; fi
  local policy4=stateful policy6 nat="" gwlan4 host4="" host6="" len4 public4
  case $TYPE in
    direct)   policy4=open ;;
    fw)       ;;
    udpblock|tcp443) policy4=$TYPE nat=portcone ;;
    cgnat*)   nat=portcone ;;
    *)        nat=$TYPE ;;
  esac
  policy6=$policy4
  if opt v6open; then policy6=open; fi
  if [[ -z $nat ]]; then gwlan4=$PUB.129 host4=$PUB.130 len4=25 public4=$host4
  else gwlan4=192.168.$OCT.1 host4=192.168.$OCT.10 len4=24 public4=$PUB.2; fi

  if [[ $1 == 1 && -n $SWITCH ]]; then
    # a switch, so that others can share the LAN
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
  else host4=""; fi
  if (( want6 )); then
    host6=$P6:1::10
    addr "$gw" lan "$P6:1::1/64"; addr "$s" eth0 "$host6/64"; route "$s" default "$P6:1::1"
  fi
  local up=$gw ext=$PUB.2
  if [[ $TYPE == cgnat* ]]; then
    up=$cgn ext=100.64.$OCT.2
    wire "$gw" wan "$cgn" lan
    addr "$gw" wan "100.64.$OCT.2/24" "$P6:fffe::2/64"
    addr "$cgn" lan "100.64.$OCT.1/24" "$P6:fffe::1/64"
    route "$gw" default "100.64.$OCT.1"; route "$gw" default "$P6:fffe::1"
    route "$cgn" "$P6:1::/64" "$P6:fffe::2"
  fi
  wire "$up" wan inet "$s"
  addr "$up" wan "$PUB.2/25" "$P6:ffff::2/64"
  if opt pool; then addr "$up" wan "$PUB.3/25"; fi
  addr inet "$s" "$PUB.1/25" "$P6:ffff::1/64"
  route "$up" default "$PUB.1"
  route "$up" default "$P6:ffff::1"
  route inet "$PUB.128/25" "$PUB.2"
  route inet "$P6:1::/64" "$P6:ffff::2"
  if [[ $up == "$cgn" ]]; then route inet "$P6:fffe::/64" "$P6:ffff::2"; fi
  {
    dist_rules
    fw_rules "$policy4" "$policy6"
    if [[ -n $nat ]]; then nat_rules "$nat" "$ext" "$host4"; fi
    if opt nat66; then nat66_rules; fi
  } | ns "$gw" nft -f -
  lifetime "$gw"
  if [[ $TYPE == cgnat* ]]; then
    # The carrier translates IPv4 and lets IPv6 pass.
    local mapping=sym own=""
    if opt hairpin; then own=hairpin; fi
    case $TYPE in
      cgnat)     mapping=fullcone own+=+shift ;;
      cgnatport) mapping=portcone own+=+shift ;;
      *)         if opt pool; then own+=+pool; fi ;;
    esac
    OPTS=$own
    { dist_rules; fw_rules stateful open; nat_rules $mapping "$PUB.2" ""; } | ns "$cgn" nft -f -
    lifetime "$cgn"
  fi
  say_site "$s" "$scen" "$host4" "$public4" "$host6"
}

lifetime() {
  if [[ -n $TMO ]]; then
    ns "$1" sh -c "cd /proc/sys/net/netfilter; echo $TMO > nf_conntrack_udp_timeout; echo $TMO > nf_conntrack_udp_timeout_stream"
  fi
}

# neighbour NUMBER: a host on the first site's LAN, behind its gateway, or of its carrier
neighbour() {
  local s scen=${SCENARIOS[$1 - 1]} P6=2001:db8:1 first=${SCENARIOS[0]%%+*} PUB=203.0.113 host4 host6="" gw4 len=24
  local public4=$PUB.2 gw6 port=lan$1
  s=$(site_name "$1")
  read_site "$scen"
  case $TYPE in
    same)
      host4=192.168.1.$(( 9 + $1 )) gw4=192.168.1.1 host6=$P6:1::$(( 9 + $1 )) gw6=$P6:1::1
      case $first in direct|fw) host4=$PUB.$(( 129 + $1 )) gw4=$PUB.129 len=25 public4=$host4 ;; esac
      wire "$s" eth0 lgw "lanp$(( $1 - 1 ))"; ip -n "$PREFIX-lgw" link set dev "lanp$(( $1 - 1 ))" master lan ;;
    isolated)
      host4=192.168.$1.10 gw4=192.168.$1.1 host6=$P6:1$1::10 gw6=$P6:1$1::1
      wire "$s" eth0 lgw "$port"
      if ! opt v6; then addr lgw "$port" "$gw4/24"; fi
      if ! opt v4; then
        addr lgw "$port" "$gw6/64"; route inet "$P6:1$1::/64" "$P6:ffff::2"
        if have lcgn; then route lcgn "$P6:1$1::/64" "$P6:fffe::2"; fi
      fi ;;
    samecgn)
      host4=192.168.$1.10 gw4=192.168.$1.1
      wire "$s" eth0 "${s}gw" lan; wire "${s}gw" wan lcgn "$port"
      addr "${s}gw" lan "$gw4/24"
      addr "${s}gw" wan "100.64.$1.2/24"; addr lcgn "$port" "100.64.$1.1/24"; route "${s}gw" default "100.64.$1.1"
      { dist_rules; fw_rules stateful stateful; nat_rules portcone "100.64.$1.2" "$host4"; } | ns "${s}gw" nft -f -
      OPTS=v4 ;;
  esac
  if opt v6; then host4=""; else addr "$s" eth0 "$host4/$len"; route "$s" default "$gw4"; fi
  if opt v4; then host6=""; else addr "$s" eth0 "$host6/64"; route "$s" default "$gw6"; fi
  say_site "$s" "$scen" "$host4" "$public4" "$host6"
}

# server NUMBER: two addresses of each family
server() {
  local s n4 base=0 p6 S
  s=$(server_name "$1"); S=${s^^}
  if (( $1 <= 4 )); then n4=198.51.100 base=$(( 64 * ($1 - 1) )); else n4=198.19.$1; fi
  p6=2001:db8:5; if (( $1 > 1 )); then p6=2001:db8:$(printf %x $(( 1280 + $1 ))); fi
  wire "$s" eth0 inet "$s"
  addr inet "$s" "$n4.$(( base + 1 ))/26" "$p6::1/64"
  addr "$s" eth0 "$n4.$(( base + 10 ))/26" "$n4.$(( base + 11 ))/26" "$p6::10/64" "$p6::11/64"
  route "$s" default "$n4.$(( base + 1 ))"; route "$s" default "$p6::1"
  if (( $1 > 1 )); then S+=_; fi
  echo "${S}4=$n4.$(( base + 10 ))"; echo "${S}4B=$n4.$(( base + 11 ))"
  echo "${S}6=$p6::10"; echo "${S}6B=$p6::11"
}

# ------------------------------------------------------------------- commands
up() {
  local servers=1 i s hosts=() routers=(inet) own=() neighbours=() switched=() counted=()
  if [[ $1 == --servers ]]; then
    servers=$2; shift 2
    [[ $servers =~ ^[1-9][0-9]{0,2}$ ]] && (( servers <= MOST_SERVERS )) \
      || die "--servers is 1 to $MOST_SERVERS, not '$servers'"
  fi
  SCENARIOS=("${@:1:$# - 1}") SWITCH=""
  (( ${#SCENARIOS[@]} >= 1 && ${#SCENARIOS[@]} <= MOST_SITES )) || die "a lab has 1 to $MOST_SITES sites, not ${#SCENARIOS[@]}"
  local taken=0
  for i in "${!SCENARIOS[@]}"; do check_site $(( i + 1 )) "${SCENARIOS[$i]}"; done
  for i in $(seq "${#SCENARIOS[@]}"); do
    s=$(site_name "$i") hosts+=("$s") counted+=("$s=$s")
    read_site "${SCENARIOS[$i - 1]}"
    case $TYPE in
      same)     SWITCH=yes neighbours+=("$i") switched+=("$s=lanp$(( i - 1 ))") ;;
      isolated) neighbours+=("$i") ;;
      samecgn)  neighbours+=("$i") routers+=("${s}gw") ;;
      cgnat*)   own+=("$i") routers+=("${s}gw" "${s}cgn") ;;
      *)        own+=("$i") routers+=("${s}gw") ;;
    esac
  done
  local more=()
  for i in $(seq "$servers"); do s=$(server_name "$i") more+=("$s") counted+=("$s=$s"); done
  if [[ -n $(spaces) ]]; then die "lab '$PREFIX' is already up (natlab.sh down $PREFIX)"; fi
  trap 'echo "natlab: building failed, cleaning up" >&2; trap - EXIT; down' EXIT
  together mknode "${hosts[@]}" "${more[@]}" & taken=$!
  together mkrouter "${routers[@]}"
  wait $taken
  echo "PREFIX=$PREFIX"
  echo "SITES=${hosts[*]}"
  echo "SERVERS=${more[*]}"
  together server $(seq "$servers") & taken=$!
  together site "${own[@]}"
  wait $taken
  if (( ${#neighbours[@]} )); then for i in "${neighbours[@]}"; do neighbour "$i"; done; fi
  { dist_rules; count_rules inet "${counted[@]}"; } | ns inet nft -f -
  if [[ -n $SWITCH ]]; then count_rules bridge l=lanp0 "${switched[@]}" | ns lgw nft -f -; fi
  trap - EXIT
}

# This lab's namespaces, those too that somebody added under its prefix.
spaces() { ip netns list | awk -v prefix="$PREFIX-" 'index($1, prefix) == 1 && !index(substr($1, length(prefix) + 1), "-") { print $1 }'; }

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

# The sites that a knob names, or all but the one.
others() {
  local n
  if (( $# > 1 )); then
    have "$2" || die "ctl: this lab has no site '$2'"
    echo "$2"; return
  fi
  for n in $(spaces); do
    n=${n#"$PREFIX-"}
    if [[ $n != "$1" && $n =~ ^(l|r|s[0-9]+)$ ]]; then echo "$n"; fi
  done
}

ctl() {
  local s=$1 knob=$2 n o gw top=${1}gw; shift 2
  [[ $s =~ ^(l|r|s[0-9]+)$ ]] && have "$s" || die "ctl: this lab has no site '$s'"
  have "$top" || top=lgw
  # What a site's NAT is to the world is the carrier's, where there is one.
  gw=$top; if have "${top%gw}cgn"; then top=${top%gw}cgn; fi
  case $knob in
    block-udp)      rule "$gw" 'meta l4proto udp' blockudp ;;
    unblock-udp)    unrule "$gw" blockudp ;;
    block-peer)     for o in $(others "$s" "$@"); do
                      rule inet "iifname \"$s\" oifname \"$o\" meta l4proto udp" "peer-$s-$o"
                      rule inet "iifname \"$o\" oifname \"$s\" meta l4proto udp" "peer-$s-$o"
                    done ;;
    unblock-peer)   for o in $(others "$s" "$@"); do unrule inet "peer-$s-$o"; unrule inet "peer-$o-$s"; done ;;
    block-oneway)   for o in $(others "$s" "$@"); do
                      rule inet "iifname \"$s\" oifname \"$o\" meta l4proto udp" "oneway-$s-$o"
                    done ;;
    unblock-oneway) for o in $(others "$s" "$@"); do unrule inet "oneway-$s-$o"; done ;;
    rebind)         forget "$gw"; if [[ $top != "$gw" ]]; then forget "$top"; fi ;;
    mtu)
      [[ ${1:-} =~ ^[0-9]{3,5}$ ]] || die "ctl: mtu takes a number of bytes"
      ip -n "$PREFIX-$top" link set dev wan mtu "$1"
      ip -n "$PREFIX-inet" link set dev "$s" mtu "$1" ;;
    blackhole)
      for n in "$top" inet; do ns "$n" nft 'table inet natlabhole { chain out { type filter hook output priority 0;
        icmp type destination-unreachable icmp code frag-needed drop; icmpv6 type packet-too-big drop; }; }'; done ;;
    unblackhole)
      for n in "$top" inet; do ns "$n" nft 'table inet natlabhole; delete table inet natlabhole'; done ;;
    loss)
      [[ ${1:-} =~ ^[0-9]{1,3}$ ]] || die "ctl: loss takes a number of percent"
      unrule "$gw" loss
      if (( $1 >= 100 )); then rule "$gw" 'meta l4proto udp' loss
      elif (( $1 > 0 )); then rule "$gw" "meta l4proto udp numgen random mod 100 < $1" loss; fi ;;
    *) die "there is no knob '$knob'; natlab.sh list shows them" ;;
  esac
}

# Whatever was known counts for another zone from now on: every packet begins a flow of its own. Of NATs with
# +shift, and of sym, the new mappings have other ports.
forget() {
  local m
  if ns "$1" nft list table ip natlab > /dev/null 2>&1; then
    for m in 'map ip natlab in2ext' 'map ip natlab inaddr2ext' 'map ip natlab out2in' 'set ip natlab seen'; do
      ns "$1" nft "flush $m"
    done
  fi
  ns "$1" nft "table inet natlabzone; delete table inet natlabzone; table inet natlabzone { chain pre {
    type filter hook prerouting priority raw; ct zone set $(( RANDOM + 1 )); }; }"
}

named() {
  PREFIX=$1
  [[ $PREFIX =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "bad prefix '$PREFIX': small letters, digits and -, 31 at most"
  (( EUID == 0 )) || die "must be root"
}

command=${1:-help}; shift || true
case $command in
  up)       (( $# >= 2 )) || die "usage: natlab.sh up [--servers N] SITE... PREFIX"; named "${*: -1}"; up "$@" ;;
  down)     (( $# == 1 )) || die "usage: natlab.sh down PREFIX"; named "$1"; down ;;
  ctl)      (( $# >= 3 )) || die "usage: natlab.sh ctl PREFIX SITE KNOB"; named "$1"; shift; ctl "$@" ;;
  counters) (( $# == 1 )) || die "usage: natlab.sh counters PREFIX"; named "$1"; counters ;;
  list)     list ;;
  help|-h|--help) sed -n '3,12p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; echo; list ;;
  *)        die "there is no command '$command'; natlab.sh --help shows them" ;;
esac
