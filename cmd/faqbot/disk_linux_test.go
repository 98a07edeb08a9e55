package main

import (
	"strconv"
	"syscall"
)

// diskSize is the size of the disk that mount makes, in bytes.
const diskSize = 8 << 20

// mount makes a folder a small disk.
func mount(folder string) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+strconv.Itoa(diskSize))
}

func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }
