//go:build race

package roster_test

// The race detector makes everything slower by an order of magnitude.
const slower = 10
