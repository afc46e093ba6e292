# The first process of a machine of a test: $1 is a folder for what it keeps in memory, $2 the folders
# of the system that it may change. It ends with whoever made it, and everything on it too.
set -eu
mount -t tmpfs none "$1"
for folder in $2; do
    mkdir -p "$1/$folder/changed" "$1/$folder/work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$1/$folder/changed,workdir=$1/$folder/work" "/$folder"
done
mount -t tmpfs none /run
mkdir -p /run/haproxy /run/lock
ip link set lo up
ip link add eth0 type veth peer name wire
ip address add 192.0.2.1/24 dev eth0
ip link set eth0 up
ip link set wire up
hostname debian
echo ready
exec >/dev/null
while :; do sleep 3600 & wait; done
