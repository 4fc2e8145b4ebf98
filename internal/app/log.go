package app

import (
	"io"
	"log/slog"
	"strings"

	"lianxin/internal/base/config"
)

// Logger makes the log of the settings.
func Logger(cfg *config.Config, w io.Writer) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(strings.ToUpper(cfg.Log.Level))); err != nil {
		l = slog.LevelInfo // the settings were checked; only these levels pass
	}
	o := &slog.HandlerOptions{Level: l}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
