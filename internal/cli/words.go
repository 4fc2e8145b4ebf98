package cli

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"lianxin/internal/base/config"
	"lianxin/internal/base/lang"
)

// slips are what the parser of the command line says in English, and the texts
// that say the same in the language of the run; %1 is what was written.
var slips = []struct {
	is  *regexp.Regexp
	key string
}{
	{regexp.MustCompile(`^unexpected (?:argument|token) "?([^",]*)"?`), "cli.slip_argument"},
	{regexp.MustCompile(`^unknown flag "?([^",]*)"?`), "cli.slip_flag"},
	{regexp.MustCompile(`^missing flags: (.*)$`), "cli.slip_missing"},
	{regexp.MustCompile(`^expected one of (.*)$`), "cli.slip_one_of"},
	{regexp.MustCompile(`^(?:expected|missing positional arguments?) (.*)$`), "cli.slip_missing"},
	{regexp.MustCompile(`^(?:--)?<?([a-z-]+)>? must be one of .* but got .*$`), "cli.slip_enum"},
	{regexp.MustCompile(`^<([a-z-]+)>: expected`), "cli.slip_value"},
	{regexp.MustCompile(`^(--[a-z-]+).*(?:expected|must be|missing value)`), "cli.slip_value"},
}

// misread says in the run's language what is wrong with the command.
func (r *run) misread(err error) string {
	if r.lang == lang.English {
		return err.Error()
	}
	for _, s := range slips {
		m := s.is.FindStringSubmatch(err.Error())
		if m == nil {
			continue
		}
		what := strings.ReplaceAll(m[1], `"`, "")
		if s.key == "cli.slip_enum" {
			_, rest, _ := strings.Cut(err.Error(), " must be one of ")
			words, got, _ := strings.Cut(rest, " but got ")
			return r.t(s.key, "what", what, "words", strings.NewReplacer(`"`, "", ",", " ").Replace(words), "value", strings.Trim(got, `"`))
		}
		return r.t(s.key, "what", what)
	}
	return r.t("cli.slip_other")
}

// setting says what is wrong with a setting.
func (r *run) setting(p *config.Problem) string {
	if p.Key == "" {
		return p.Why
	}
	text := r.t("cli.config."+p.Key, p.Args...)
	if r.lang == lang.English && (p.Key == "toml" || p.Key == "file") { // the reader of TOML speaks English
		return text + ": " + p.Why
	}
	return text
}

// reason says why the system refused a file. Other reasons are told as they
// are in English; in Chinese they are left to the log.
func (r *run) reason(err error) string {
	if f, ok := r.damage(err); ok {
		return r.t(f.Key, "page", f.Page)
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		for _, x := range []struct {
			is  error
			key string
		}{{fs.ErrNotExist, "cli.file_missing"}, {fs.ErrExist, "cli.file_there"}, {fs.ErrPermission, "cli.file_closed"}} {
			if errors.Is(p, x.is) {
				return r.t(x.key, "file", p.Path)
			}
		}
		if r.lang != lang.English {
			return r.t("cli.file_failed", "file", p.Path)
		}
	}
	return err.Error()
}
