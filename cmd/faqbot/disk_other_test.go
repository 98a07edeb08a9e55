//go:build !linux

package main

import "errors"

// diskSize is the size of the disk that mount would make, in bytes.
const diskSize = 8 << 20

func mount(string) error { return errors.ErrUnsupported }

func unmount(string) error { return errors.ErrUnsupported }
