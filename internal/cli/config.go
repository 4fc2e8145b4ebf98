package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
)

type configCmd struct {
	Describe configDescribe `cmd:"" help:"config_describe"`
	Show     configShow     `cmd:"" help:"config_show"`
}

type configDescribe struct{}

// Run prints the commented sample.
func (*configDescribe) Run(r *run) error { return config.Describe(r.Out) }

type configShow struct{}

// Run prints the settings in force.
func (*configShow) Run(r *run) error { return config.Show(r.Out, r.cfg) }

// Run prints what this program is.
func (c *versionCmd) Run(r *run) error {
	steps, err := db.Migrations()
	if err != nil {
		return err
	}
	v := struct {
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Schema  int    `json:"schema"`
		Go      string `json:"go"`
		System  string `json:"system"`
	}{Version: app.Version, Schema: steps[len(steps)-1].Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	if c.JSON {
		return r.json(v)
	}
	_, err = fmt.Fprintf(r.Out, "lianxin %s %s\n%s %d\n%s %s\n", v.Version, v.Commit, r.t("cli.schema"), v.Schema, v.Go, v.System)
	return err
}
