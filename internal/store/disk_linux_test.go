package store

import "syscall"

// mount makes a folder a disk of 1 MiB.
func mount(folder string) error { return syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m") }

func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }
