#!/usr/bin/env bash
# Hosts on one machine: network namespaces on a bridge, joined by TCP. As root.
#
#   network.sh up COUNT [RATE [DELAY]] hosts 10.77.0.1 to 10.77.0.COUNT; each sends at most at RATE
#                                      (as tc knows it: 1gbit, or unlimited), and what it sends is
#                                      with another after DELAY milliseconds, by delay.py
#   network.sh down                    takes them away
#   network.sh bytes                   what each host has sent
#   network.sh agent HOST COMMAND…     runs a command on a host: mpirun's --mca plm_rsh_agent
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=flashlm

hosts() { ip netns list | awk '{ print $1 }' | grep "^$prefix-[0-9]" | sort -V || true; }

down() {
  local host
  for host in $(hosts) "$prefix-hub"; do
    ip netns pids "$host" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    ip netns delete "$host" 2>/dev/null || true
  done
}

# A link from a host to the hub, each end in its own namespace.
link() {
  local host=$1 port=$2 delay=$3 ready
  if [[ -z $delay ]]; then
    ip -n "$host" link add eth0 type veth peer name "$port" netns "$prefix-hub"
    return
  fi
  # Half of the delay on the way to the hub, half on the way from it.
  exec {ready}< <(exec "$here/delay.py" "$prefix-hub" "$port" "$host" eth0 \
    "$(awk -v delay="$delay" 'BEGIN { print delay / 2000 }')")
  read -r -u "$ready"
  # Large frames: a Python program passes them.
  ip -n "$prefix-hub" link set "$port" mtu 60000
  ip -n "$host" link set eth0 mtu 60000
}

up() {
  local count=$1 rate=${2:-unlimited} delay=${3:-} host number
  down
  ip netns add "$prefix-hub"
  ip -n "$prefix-hub" link add bridge type bridge
  ip -n "$prefix-hub" link set bridge up
  for ((number = 1; number <= count; number++)); do
    host=$prefix-$number
    ip netns add "$host"
    link "$host" "port$number" "$delay"
    ip -n "$host" address add "10.77.0.$number/24" dev eth0
    ip -n "$host" link set lo up
    ip -n "$host" link set eth0 up
    ip -n "$prefix-hub" link set "port$number" master bridge up
    if [[ $rate != unlimited ]]; then
      ip netns exec "$host" tc qdisc add dev eth0 root tbf rate "$rate" burst 256kb latency 50ms
    fi
  done
}

case ${1:-} in
  up) shift && up "$@" ;;
  down) down ;;
  bytes)
    for host in $(hosts); do
      echo "$host $(ip netns exec "$host" cat /sys/class/net/eth0/statistics/tx_bytes)"
    done
    ;;
  agent)
    host=$prefix-${2##*.}
    shift 2
    # A name of its own, so that MPI takes it for another machine.
    # shellcheck disable=SC2016  # expanded on the host
    exec ip netns exec "$host" unshare --uts bash -c \
      'hostname "$1"; shift; exec bash -c "$*"' agent "$host" "$@"
    ;;
  *) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 64 ;;
esac
