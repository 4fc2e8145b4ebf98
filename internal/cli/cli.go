// Package cli is the command line: what the person who keeps the machine runs,
// and what scripts run. Its words are Chinese, or English where the language of
// the system says so or --lang en is given.
//
// Exit codes: 0 done; 1 failed; 2 the command was written wrongly; 3 the command
// did its work and found problems (audit verify, doctor, plan check).
//
// With --json what went wrong is one JSON object, {"error", "problems"}, on the
// last line of the error stream; the output stays what the command did.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/calendar"
)

// The exit codes.
const (
	OK       = 0
	Failed   = 1
	Usage    = 2
	Problems = 3
)

// errProblems says that a check did its work and found something; the findings
// have been printed.
var errProblems = errors.New("cli: problems found")

// misused is a command that was written wrongly in a way the parser cannot see:
// a day that is none, a role nobody knows, an argument that another one needs.
type misused struct{ error }

func (m *misused) Unwrap() error { return m.error }

func misuse(key string, args ...any) error { return &misused{fault.New(fault.Invalid, key, args...)} }

// dayGiven reads the day of a flag; "" where it was not given.
func dayGiven(flag, s string) (calendar.Day, error) {
	d := calendar.Day(s)
	if s != "" && !d.Valid() {
		return "", misuse("cli.day_bad", "flag", flag, "value", s)
	}
	return d, nil
}

// yearGiven checks the year of a flag; 0 means that it was not given.
func yearGiven(y int) error {
	if y != 0 && (y < 2000 || y > 2100) {
		return misuse("cli.year_bad", "value", strconv.Itoa(y))
	}
	return nil
}

// commands is the whole command line. Help tags name texts cli.help.<tag>.
type commands struct {
	Config string            `help:"config" placeholder:"FILE" env:"LIANXIN_CONFIG"`
	Data   string            `help:"data" placeholder:"DIR"`
	Set    map[string]string `help:"set" placeholder:"NAME=VALUE" mapsep:"none"`
	Lang   string            `help:"lang" placeholder:"zh|en"`
	Help   bool              `help:"help" short:"h"`

	Demo      demoCmd     `cmd:"" help:"demo"`
	Serve     serveCmd    `cmd:"" help:"serve"`
	Import    importCmd   `cmd:"" help:"import"`
	Export    exportCmd   `cmd:"" help:"export"`
	User      userCmd     `cmd:"" help:"user"`
	Plan      planCmd     `cmd:"" help:"plan"`
	Backup    backupCmd   `cmd:"" help:"backup"`
	Restore   restoreCmd  `cmd:"" help:"restore"`
	Audit     auditCmd    `cmd:"" help:"audit"`
	Jobs      jobsCmd     `cmd:"" help:"jobs"`
	Search    searchCmd   `cmd:"" help:"search"`
	Doctor    doctorCmd   `cmd:"" help:"doctor"`
	Migrate   migrateCmd  `cmd:"" help:"migrate"`
	ConfigCmd configCmd   `cmd:"" name:"config" help:"config_cmd"`
	Openapi   openapiCmd  `cmd:"" help:"openapi"`
	Version   versionCmd  `cmd:"" help:"version"`
	Calendar  calendarCmd `cmd:"" help:"calendar"`
}

// World is what a run sees of its surroundings.
type World struct {
	Out, Err io.Writer
	In       io.Reader
	Environ  []string
	Terminal bool // Err is a terminal: progress may be drawn
}

// Real is the world of the process.
func Real() World {
	st, err := os.Stderr.Stat()
	return World{os.Stdout, os.Stderr, os.Stdin, os.Environ(), err == nil && st.Mode()&os.ModeCharDevice != 0}
}

// run is one run on its way.
type run struct {
	World
	ctx   context.Context
	cmd   *commands
	texts *lang.Catalog
	lang  string
	cfg   *config.Config

	script bool      // --json was given: a program reads what is said
	found  []trouble // what was found wrong, when it is told after all
}

// Run reads arguments (without the program's name), does what they say and
// gives the exit code.
func Run(w World, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	texts, err := app.Texts()
	if err != nil {
		fmt.Fprintln(w.Err, err)
		return Failed
	}
	r := &run{World: w, ctx: ctx, cmd: &commands{}, texts: texts, lang: language(w.Environ, args)}
	k, err := kong.New(r.cmd, kong.Name("lianxin"), kong.NoDefaultHelp(), kong.Writers(w.Out, w.Err), kong.Exit(func(int) {}))
	if err != nil {
		fmt.Fprintln(w.Err, err)
		return Failed
	}
	if wantsHelp(args) {
		r.help(k, args)
		return OK
	}
	r.script = wantsJSON(args)
	parsed, err := k.Parse(args)
	if err != nil {
		return r.usage(r.misread(err))
	}
	if l := strings.ToLower(r.cmd.Lang); l != "" && !strings.HasPrefix(l, "zh") && !strings.HasPrefix(l, "en") {
		return r.usage(r.t("cli.lang_bad", "value", r.cmd.Lang))
	}
	if r.cfg, err = r.settings(); err != nil {
		r.failed(err)
		return Usage
	}
	err = parsed.Run(r)
	switch {
	case err == nil:
		return OK
	case errors.Is(err, errProblems):
		if r.script && len(r.found) > 0 {
			r.object(failure{r.t("cli.problems_found", "n", len(r.found)), r.found})
		}
		return Problems
	}
	if e, ok := errors.AsType[*misused](err); ok {
		if f, ok := errors.AsType[*fault.Error](e.error); ok {
			return r.usage(r.t(f.Key, f.Args...))
		}
		return r.usage(r.reason(e.error))
	}
	r.failed(err)
	return Failed
}

// usage says that the command was written wrongly, and how.
func (r *run) usage(what string) int {
	if r.script {
		r.object(failure{Error: r.t("cli.usage_error", "error", what)})
		return Usage
	}
	fmt.Fprintln(r.Err, r.t("cli.usage_error", "error", what))
	fmt.Fprintln(r.Err, r.t("cli.usage_hint"))
	return Usage
}

// failed words a failure for a person or, with --json, for a script.
func (r *run) failed(err error) {
	if !r.script {
		r.fail(err)
		return
	}
	r.object(r.failure(err))
}

// settings loads the configuration: file, environment, flags.
func (r *run) settings() (*config.Config, error) {
	flags := map[string]string{}
	for k, v := range r.cmd.Set {
		flags[k] = v
	}
	if r.cmd.Data != "" {
		flags["data"] = r.cmd.Data
	}
	for _, listen := range []string{r.cmd.Serve.Listen, r.cmd.Demo.Listen} {
		if listen != "" {
			flags["listen"] = listen
		}
	}
	text := ""
	file := r.cmd.Config
	if file == "" {
		// Without a word the file beside the data is taken, when it is there.
		folder := flags["data"]
		if folder == "" {
			folder = r.getenv("LIANXIN_DATA")
		}
		if folder == "" {
			folder = config.Default().Data
		}
		file = filepath.Join(folder, "lianxin.toml")
	}
	b, err := os.ReadFile(filepath.Clean(file))
	switch {
	case err == nil:
		text = string(b)
	case !errors.Is(err, fs.ErrNotExist) || r.cmd.Config != "":
		return nil, err
	}
	return config.Load(text, r.Environ, flags)
}

func (r *run) getenv(name string) string {
	for _, kv := range r.Environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// language is that of --lang, LIANXIN_LANG, or the system; Chinese otherwise.
func language(environ, args []string) string {
	pick := func(s string) string {
		if strings.HasPrefix(strings.ToLower(s), "en") {
			return lang.English
		}
		return lang.Chinese
	}
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return pick(v)
		}
		if a == "--lang" && i+1 < len(args) {
			return pick(args[i+1])
		}
	}
	for _, name := range []string{"LIANXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		for _, kv := range environ {
			if v, ok := strings.CutPrefix(kv, name+"="); ok && v != "" {
				return pick(v)
			}
		}
	}
	return lang.Chinese
}

// t gives a text in the language of the run.
func (r *run) t(key string, args ...any) string { return r.texts.T(r.lang, key, args...) }

// say prints a text to the output.
func (r *run) say(key string, args ...any) { fmt.Fprintln(r.Out, r.t(key, args...)) }

// tell prints a text to the error stream, where it does not disturb a script.
func (r *run) tell(key string, args ...any) { fmt.Fprintln(r.Err, r.t(key, args...)) }

// fail words a failure.
func (r *run) fail(err error) {
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // errors.Join is unfolded, not searched
		for _, e := range many.Unwrap() {
			r.fail(e)
		}
		return
	}
	if p, ok := errors.AsType[*config.Problem](err); ok {
		r.tell("cli.config_problem", "where", r.t("cli.where."+p.Where), "name", p.Name, "why", r.setting(p))
		return
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		r.tell("cli.failed", "error", r.t(e.Key, e.Args...))
		for _, f := range e.Fields {
			fmt.Fprintf(r.Err, "  %s: %s\n", f.Name, r.t(f.Key, f.Args...))
		}
		if e.Err != nil {
			if words, ok := r.told(e.Err); ok {
				fmt.Fprintf(r.Err, "  (%s)\n", words)
			}
		}
		return
	}
	r.tell("cli.failed", "error", r.reason(err))
}

// told gives the reason of the system behind a failure. Chinese sentences carry no English ones.
func (r *run) told(err error) (string, bool) {
	words := r.reason(err)
	return words, r.lang == lang.English || words != err.Error()
}

// open opens the program beside a running server or without one.
func (r *run) open(alone bool) (*app.App, error) {
	return app.Open(r.ctx, r.cfg, app.Options{Alone: alone, Log: app.Logger(r.cfg, r.Err), Getenv: r.getenv})
}

// with opens the program, checks that its schema is current, and closes it.
func (r *run) with(f func(*app.App) error) error {
	if r.cfg.Database == "" {
		if _, err := os.Stat(r.cfg.DSN()); errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.NotFound, "cli.no_data", "folder", r.cfg.Data)
		}
	}
	a, err := r.open(false)
	if err != nil {
		return err
	}
	return errors.Join(r.current(a, f), a.Close(r.ctx))
}

func (r *run) operator() app.Operator {
	name := r.getenv("SUDO_USER")
	if name == "" {
		name = r.getenv("USER")
	}
	if name == "" {
		name = "unknown"
	}
	return app.Operator{Name: name, Door: "cli"}
}
