#!/usr/bin/env bash
# Makes what a guest boots with: build.sh KERNEL FOLDER
#
# KERNEL is 6.1 (Debian 12's own), 7.3 (from trixie-backports, whose module is built in a chroot made by debootstrap),
# or the path of a kernel image, whose headers must be installed (/lib/modules/VERSION/build).
# In FOLDER there are then vmlinuz, version, auxscenario.ko, runner, busybox, modules/.
# Needs Debian 12 and, for 6.1 and 7.3, root. What is there already is not made again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$1
# Debian's users have no /sbin in their PATH; modprobe and depmod are there.
export PATH=$PATH:/usr/sbin:/sbin
mirror=http://deb.debian.org/debian
export DEBIAN_FRONTEND=noninteractive

say() { echo "build: $*" >&2; }

case $kernel in
  6.1 | 7.3) ;;
  */*)
    # What is made of it is no answer when it is not there any more.
    if [ ! -f "$kernel" ] || [ ! -r "$kernel" ]; then
      say "there is no kernel image $kernel"
      exit 2
    fi
    kernel=$(realpath "$kernel")
    ;;
  *)
    say "there is no kernel $kernel here; give 6.1, 7.3 or the path of an image"
    exit 2
    ;;
esac
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cache=$(dirname "$folder")

# lock FD: waits until no other build has that file. It is given back when this one ends.
lock() { flock -n "$1" || { say "waiting for another build"; flock "$1"; }; }

exec 8>"$folder/lock"
lock 8

# need COMMAND PACKAGE…: installs the packages when the command is not there.
updated=no
need() {
  local command=$1
  shift
  if command -v "$command" >/dev/null; then return; fi
  install "$@"
}

install() {
  if [ "$(id -u)" -ne 0 ]; then
    say "these Debian packages are missing: $*; install them, or run this as root"
    exit 2
  fi
  # The packages of the machine are one for all kernels. What a package starts does not hold the locks.
  exec 9>"$cache/lock"
  lock 9
  say "installing $*"
  if [ $updated = no ]; then apt-get update -qq 8>&- 9>&-; fi
  updated=yes
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >&2 8>&- 9>&-
  exec 9>&-
}

need gcc gcc libc6-dev
need make make
need modprobe kmod
need qemu-system-x86_64 qemu-system-x86
if [ ! -x /bin/busybox ] || ldd /bin/busybox >/dev/null 2>&1; then install busybox-static; fi

# The version that a kernel image says it is: at the offset that its header names.
version_of() {
  local offset
  offset=$(od -An -tu2 -j 526 -N 2 "$1" | tr -d ' ')
  dd if="$1" bs=1 skip=$((offset + 512)) count=200 2>/dev/null | tr '\0' '\n' | head -1 | cut -d' ' -f1
}

build_here() { # build_here VMLINUZ HEADERS
  cp "$1" "$folder/vmlinuz"
  rm -rf "$folder/module"
  mkdir "$folder/module"
  cp "$here/auxscenario.c" "$here/Makefile" "$folder/module/"
  make -s -C "$2" M="$folder/module" modules >&2
  mv "$folder/module/auxscenario.ko" "$folder/"
}

# The newest image of Debian's plain kernel 6.1 (none for the cloud, no -rt) whose headers and modules are there, too.
newest_61() {
  local image version
  for image in $(find /boot -maxdepth 1 -regextype posix-extended \
    -regex '/boot/vmlinuz-6\.1\.[0-9]+-[0-9]+-amd64' | sort -rV); do
    version=${image#/boot/vmlinuz-}
    if [ -r "$image" ] && [ -d "/lib/modules/$version/kernel" ] && [ -e "/usr/src/linux-headers-$version/Makefile" ]; then
      echo "$image"
      return
    fi
  done
}

build_61() { # build_61 VMLINUZ
  local version=${1#/boot/vmlinuz-}
  build_here "$1" "/usr/src/linux-headers-$version"
  ln -sfn "/lib/modules/$version" "$folder/modules"
}

# What is mounted there for a command is mounted for nobody else, and gone when the command is, however it ends.
in_own_mounts() { unshare --mount --propagation private "$@"; }

# remove_root ROOT: nothing of the machine may be deleted with it.
remove_root() {
  local name
  for name in proc sys dev; do
    if mountpoint -q "$1/$name"; then umount -R "$1/$name"; fi
  done
  if grep -qF " $1/" /proc/self/mountinfo; then
    say "something is mounted in $1; unmount it first"
    exit 1
  fi
  rm -rf --one-file-system "$1"
}

newest_73() { # newest_73 ROOT: the version whose headers are there, if any
  find "$1/usr/src" -maxdepth 1 -name 'linux-headers-7.3.*-amd64' -printf '%f\n' 2>/dev/null |
    sed -n 's/^linux-headers-\(7\.3\.[0-9]*[-+][a-z0-9+.~]*-amd64\)$/\1/p' | sort -V | tail -1
}

# get_73 ROOT: the headers, the image and the modules of the newest 7.3 that trixie-backports has.
get_73() {
  local root=$1 name package
  say "installing the headers of trixie-backports' kernel"
  chroot "$root" apt-get update -qq >&2 || return 1
  chroot "$root" apt-get install -y -qq --no-install-recommends -t trixie-backports \
    make binutils linux-headers-amd64 >&2 || return 1
  name=$(newest_73 "$root")
  if [ -z "$name" ]; then
    say "trixie-backports has no kernel 7.3 any more; its kernel is" \
      "$(chroot "$root" dpkg-query -W -f '${Version}' linux-headers-amd64)"
    return 1
  fi
  say "getting the image and the modules of $name"
  rm -rf "$root/image"
  mkdir "$root/image"
  chroot "$root" sh -c 'cd /image && apt-get download -qq "$@"' sh \
    "linux-binary-$name" "linux-modules-$name" "linux-base-$name" >&2 || return 1
  for package in "$root"/image/*.deb; do dpkg-deb -x "$package" "$root/image" || return 1; done
  # No package has made the lists of its modules.
  depmod -b "$root/image/usr" "$name" || return 1
  touch "$root/image/$name"
}

build_73() {
  local root=$folder/chroot name
  if [ "$(id -u)" -ne 0 ]; then
    say "7.3 is built in a chroot: run this as root"
    exit 2
  fi
  need debootstrap debootstrap
  need depmod kmod
  if [ ! -e "$root/ready" ]; then
    remove_root "$root"
    say "making a chroot of Debian 13 in $root"
    in_own_mounts debootstrap --variant=minbase trixie "$root" $mirror >&2
    echo "deb $mirror trixie-backports main" >"$root/etc/apt/sources.list.d/backports.list"
    touch "$root/ready"
  fi
  name=$(newest_73 "$root")
  if [ -z "$name" ] || [ ! -e "$root/image/$name" ]; then
    # The lists may be old, and what they name gone: the next attempt begins anew.
    get_73 "$root" || { rm -f "$root/ready"; exit 1; }
    name=$(newest_73 "$root")
  fi
  rm -rf "$root/module"
  mkdir "$root/module"
  cp "$here/auxscenario.c" "$here/Makefile" "$root/module/"
  # objtool reads the limits of the stack in /proc.
  # shellcheck disable=SC2016 -- the inner shell is to see the dollars
  in_own_mounts sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" make -s -C "$2" M=/module modules' \
    sh "$root" "/usr/src/linux-headers-$name" >&2
  mv "$root/module/auxscenario.ko" "$folder/"
  cp "$root/image/usr/lib/modules/$name/vmlinuz" "$folder/vmlinuz"
  ln -sfn "$root/image/usr/lib/modules/$name" "$folder/modules"
}

# Anew only when something has changed: what is built, or the image. That of 7.3 is in the folder itself.
stamp=$(cat "$here"/auxscenario.c "$here"/Makefile "$here"/runner.c "$here"/build.sh | sha256sum)
image=
case $kernel in
  6.1)
    image=$(newest_61)
    if [ -z "$image" ]; then
      install linux-image-amd64 linux-headers-amd64
      image=$(newest_61)
    fi
    if [ -z "$image" ]; then
      say "this machine has no kernel 6.1 of Debian 12, whose packages are linux-image-amd64 and linux-headers-amd64"
      exit 2
    fi
    ;;
  */*) image=$kernel ;;
esac
if [ -n "$image" ]; then stamp="$stamp $(sha256sum "$image")"; fi
if [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
rm -f "$folder/stamp"
case $kernel in
  6.1) build_61 "$image" ;;
  7.3) build_73 ;;
  */*)
    headers=/lib/modules/$(version_of "$kernel")/build
    if [ ! -d "$headers" ]; then
      say "the headers of $kernel are not installed: there is no $headers"
      exit 2
    fi
    build_here "$kernel" "$headers"
    ln -sfn "/lib/modules/$(version_of "$kernel")" "$folder/modules"
    ;;
esac
version_of "$folder/vmlinuz" >"$folder/version"
gcc -static -O2 -Wall -Wextra -Werror -Wno-format-truncation -o "$folder/runner" "$here/runner.c"
cp /bin/busybox "$folder/busybox"
echo "$stamp" >"$folder/stamp"
say "$(cat "$folder/version") is ready in $folder"
