package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// unacknowledged limits how long what was sent may go without being received; the system tries for a quarter of an hour otherwise.
func unacknowledged(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silence.Milliseconds()))
	})
}
