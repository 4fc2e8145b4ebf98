package cli

import (
	"lianxin/internal/app"
)

type serveCmd struct {
	Listen string `help:"listen" placeholder:"ADDR"`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(r *run) error {
	return app.Serve(r.ctx, r.cfg, app.Options{Log: app.Logger(r.cfg, r.Err), Getenv: r.getenv}, func(x app.Ready) {
		r.say("cli.serving", "url", x.URL, "addr", x.Addr)
		if x.Setup != "" {
			r.say("cli.setup_link", "link", x.Setup)
		}
	})
}

type versionCmd struct {
	JSON bool `help:"json"`
}
