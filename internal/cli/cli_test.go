package cli_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lianxin/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lianxin": func() { os.Exit(cli.Run(cli.Real(), os.Args[1:])) }})
}

// The stories in testdata/*.txtar run the command line as a person or a script
// would.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true, Setup: func(e *testscript.Env) error {
		e.Setenv("LIANXIN_LANG", "zh")
		e.Setenv("USER", "tester")
		return nil
	}})
}
