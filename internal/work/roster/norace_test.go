//go:build !race

package roster_test

const slower = 1
