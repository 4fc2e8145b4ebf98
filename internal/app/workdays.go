package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lianxin/internal/base/config"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/workday"
)

// Workdays reads the holiday files of the data folder and makes the book of
// working days from them and from those of the program.
func Workdays(cfg *config.Config) (*workday.Book, error) {
	entries, err := os.ReadDir(cfg.Calendar())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []workday.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || !e.Type().IsRegular() {
			continue
		}
		b, err := ReadHolidays(filepath.Join(cfg.Calendar(), e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, workday.File{Name: e.Name(), Data: b})
	}
	return workday.New(files...)
}

// ReadHolidays reads a holiday file, no further than one byte over its bound.
func ReadHolidays(name string) ([]byte, error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, calendar.MaxFile+1))
}

// AddHolidays puts a year's file into the data folder, in place of what lay
// there for that year, and says whether something did. A running program takes
// it when it starts again.
func AddHolidays(cfg *config.Config, n calendar.Notice) (name string, replaced bool, err error) {
	dir := cfg.Calendar()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", false, err
	}
	// A file under another name would lie over ours, or under it, by chance.
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", false, err
	}
	name = filepath.Join(dir, calendar.FirstOf(n.Year).String()[:4]+".json")
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || !e.Type().IsRegular() {
			continue
		}
		other := filepath.Join(dir, e.Name())
		b, err := ReadHolidays(other)
		if err != nil {
			return "", false, err
		}
		if old, ps := calendar.Read(b); len(ps) == 0 && old.Year == n.Year {
			if replaced = true; other != name {
				return "", false, fault.New(fault.Conflict, "cli.calendar_other", "file", other, "year", name[len(name)-9:len(name)-5])
			}
		}
	}
	tmp, err := os.CreateTemp(dir, ".adding-*")
	if err != nil {
		return "", false, err
	}
	_, werr := tmp.Write(calendar.Write(n))
	err = errors.Join(werr, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return "", false, errors.Join(err, os.Remove(tmp.Name()))
	}
	return name, replaced, nil
}

// tellRefused logs the files of the data folder that were not taken, in the
// program's language.
func (a *App) tellRefused() {
	for _, r := range a.Workdays.Refused() {
		for _, p := range r.Problems {
			a.Log.Error("a holiday file was not taken", "file", r.File, "problem", p.Text(func(key string, args ...any) string { return a.Texts.T(a.Config.Language, key, args...) }))
		}
	}
}
