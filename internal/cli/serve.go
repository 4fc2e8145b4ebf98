package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"lianxin/internal/app"
)

type serveCmd struct {
	Listen string `help:"listen" placeholder:"ADDR"`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(r *run) error {
	log := app.Logger(r.cfg, r.Err)
	r.warnOpen(log)
	return app.Serve(r.ctx, r.cfg, app.Options{Log: log, Getenv: r.getenv}, func(x app.Ready) {
		r.say("cli.serving", "url", x.URL, "addr", x.Addr)
		if x.Setup != "" {
			r.say("cli.setup_link", "link", x.Setup)
		}
	})
}

// warnOpen says at the start that others on the machine can read the data
// folder. Its rights are left alone: whoever made it may have meant them.
func (r *run) warnOpen(log *slog.Logger) {
	mode, open := readable(r.cfg.Data)
	if !open {
		return
	}
	log.Warn("others on this machine can read the data folder; close it with: chmod 700", "folder", r.cfg.Data, "mode", mode)
	folder := r.cfg.Data
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	r.tell("cli.folder_open", "folder", folder, "mode", mode)
}

// readable says whether anybody but the owner may look into a folder or file,
// and its rights as chmod writes them. Windows has no such rights.
func readable(path string) (mode string, open bool) {
	st, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return "", false
	}
	return fmt.Sprintf("%o", st.Mode().Perm()), st.Mode().Perm()&0o077 != 0
}

type versionCmd struct {
	JSON bool `help:"json"`
}
