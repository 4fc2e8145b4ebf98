// Command lianxin runs 连心: officials paired with households, visits, diaries
// and what follows from them, for a township or a county office.
package main

import (
	"os"

	"lianxin/internal/cli"
)

func main() { os.Exit(cli.Run(cli.Real(), os.Args[1:])) }
