//go:build !unix

package agent

const nonblock = 0
