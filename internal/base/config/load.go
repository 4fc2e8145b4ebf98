package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Prefix begins the name of every environment variable of the program.
const Prefix = "LIANXIN_"

// elsewhere are variables with the prefix that are read by others.
var elsewhere = []string{"LIANXIN_KEY", "LIANXIN_CONFIG", "LIANXIN_LANG"}

// Problem is one setting that cannot be used.
type Problem struct {
	Where string // "file", "environment", "flag" or "value"
	Name  string
	Why   string // in English, for the log
	Key   string // of the text that says why, under cli.config.; "" when there is none
	Args  []any
}

// Error says where and why in English, for the log; the command line words it.
func (p *Problem) Error() string { return fmt.Sprintf("config: %s: %s: %s", p.Where, p.Name, p.Why) }

// Default is the configuration with nothing set.
func Default() *Config {
	c := new(Config)
	for _, f := range Fields() {
		if f.Default != "" {
			if err := f.set(c, f.Default); err != nil {
				panic("config: default of " + f.Name + ": " + err.Error()) // a mistake in a tag; a test loads it
			}
		}
	}
	return c
}

// Load reads text (the settings file, "" when there is none), the environment
// ("NAME=value" as of os.Environ) and flags (name → value, names as in the
// file). All problems are reported at once.
func Load(text string, environ []string, flags map[string]string) (*Config, error) {
	c := Default()
	var errs []error
	md, err := toml.Decode(text, c)
	if err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			return nil, &Problem{"file", fmt.Sprintf("line %d", pe.Position.Line), pe.Message, "toml", []any{"line", pe.Position.Line}}
		}
		return nil, &Problem{Where: "file", Why: err.Error(), Key: "file"}
	}
	for _, k := range md.Undecoded() {
		errs = append(errs, unknown("file", k.String()))
	}
	byEnv, byName := map[string]Field{}, map[string]Field{}
	for _, f := range Fields() {
		byEnv[f.Env], byName[f.Name] = f, f
	}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, Prefix) || slices.Contains(elsewhere, name) {
			continue
		}
		f, ok := byEnv[name]
		if !ok {
			errs = append(errs, unknown("environment", name))
			continue
		}
		if err := f.set(c, value); err != nil {
			errs = append(errs, named(err, "environment", name))
		}
	}
	for _, name := range sorted(flags) {
		f, ok := byName[name]
		if !ok {
			errs = append(errs, unknown("flag", name))
			continue
		}
		if err := f.set(c, flags[name]); err != nil {
			errs = append(errs, named(err, "flag", name))
		}
	}
	fill(c)
	return c, errors.Join(append(errs, check(c)...)...)
}

func unknown(where, name string) *Problem {
	return &Problem{Where: where, Name: name, Why: "unknown", Key: "unknown"}
}

// named completes what a value's own reader found wrong.
func named(err error, where, name string) *Problem {
	p := &Problem{Why: err.Error()}
	if x, ok := errors.AsType[*Problem](err); ok {
		*p = *x
	}
	p.Where, p.Name = where, name
	return p
}

// fill gives zero values written in a file their meaning: the default.
func fill(c *Config) {
	d := reflect.ValueOf(Default()).Elem()
	v := reflect.ValueOf(c).Elem()
	for _, f := range Fields() {
		if x := v.FieldByIndex(f.index); x.IsZero() {
			x.Set(d.FieldByIndex(f.index))
		}
	}
}

func check(c *Config) (errs []error) {
	bad := func(name, key, why string, args ...any) {
		errs = append(errs, &Problem{"value", name, why, key, args})
	}
	for _, f := range Fields() {
		if len(f.One) > 0 && !slices.Contains(f.One, f.Get(c)) {
			words := strings.Join(f.One, ", ")
			bad(f.Name, "one_of", "must be one of "+words, "words", words)
		}
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen", "host_port", "must be host:port")
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		bad("listen", "port", "the port must be a number up to 65535")
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			bad("public_url", "address", "must be an address such as https://host")
		}
	}
	for name, at := range map[string]string{"backup.at": c.Backup.At, "jobs.nightly": c.Jobs.Nightly} {
		if _, ok := Clock(at); !ok && at != "off" {
			bad(name, "clock", "must be a time such as 02:30, or off")
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls", "pair", "cert and key belong together")
	}
	for name, x := range map[string][3]int{"jobs.workers": {c.Jobs.Workers, 1, 256}, "backup.copies": {c.Backup.Copies, 1, 10000},
		"keep.operation_days": {c.Keep.OperationDays, 30, 36500}, "readers": {c.Readers, 0, 1024}, "requests": {c.Requests, 1, 100000}} {
		if x[0] < x[1] || x[0] > x[2] {
			bad(name, "range", fmt.Sprintf("must be from %d to %d", x[1], x[2]), "from", x[1], "to", x[2])
		}
	}
	for _, h := range c.Outbound.Allow {
		if h == "" || strings.ContainsAny(h, "/@*? \t") || strings.Contains(h, "://") {
			bad("outbound.allow", "hosts", "must be hosts or address:port, without scheme and path")
		}
	}
	for _, r := range c.Backup.Recipients {
		if !strings.HasPrefix(r, "age1") {
			bad("backup.recipients", "age", "must be age public keys, which begin with age1")
		}
	}
	return errs
}
