package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"

	"lianxin/internal/base/lang"
	"lianxin/internal/door"
)

// Page is one page of the program: ui/pages/<Name>.html, shown with a value of
// the type of Of. Files in the same folder that begin with "_" hold parts which
// the pages of that noun share.
type Page struct {
	Name string
	Of   based
}

// Pages lists every page; a test checks each template against its struct in
// every language. Add a noun's pages here and its routes in Routes.
func Pages() []Page {
	return slices.Concat(
		basePages(),
		loginPages(),
		setupPages(),
		mePages(),
		noticePages(),
		todayPages(),
		visitPages(),
		diaryPages(),
		matterPages(),
		householdPages(),
		advicePages(),
		cadrePages(),
		pairingPages(),
		cardPages(),
		regionPages(),
		stayPages(),
		practicalPages(),
		planPages(),
		leadingPages(),
		rosterPages(),
		settingPages(),
		feedbackPages(),
		complaintPages(),
		accountPages(),
		auditPages(),
		progressPages(),
		exportPages(),
		searchPages(),
	)
}

// Routes gives the rows of the office door.
func (w *Web) Routes() []door.Route {
	return slices.Concat(
		w.fileRoutes(),
		w.baseRoutes(),
		w.loginRoutes(),
		w.setupRoutes(),
		w.meRoutes(),
		w.noticeRoutes(),
		w.todayRoutes(),
		w.visitRoutes(),
		w.diaryRoutes(),
		w.matterRoutes(),
		w.householdRoutes(),
		w.adviceRoutes(),
		w.cadreRoutes(),
		w.pairingRoutes(),
		w.cardRoutes(),
		w.regionRoutes(),
		w.stayRoutes(),
		w.practicalRoutes(),
		w.planRoutes(),
		w.leadingRoutes(),
		w.rosterRoutes(),
		w.settingRoutes(),
		w.feedbackRoutes(),
		w.complaintRoutes(),
		w.accountRoutes(),
		w.auditRoutes(),
		w.progressRoutes(),
		w.exportRoutes(),
		w.searchRoutes(),
	)
}

// parse makes the templates of every page in every language.
func (w *Web) parse(f fs.FS, pages []Page) (map[string]map[string]*template.Template, error) {
	out := map[string]map[string]*template.Template{}
	for _, tag := range []string{lang.Chinese, lang.English} {
		parts, err := template.New("parts").Funcs(w.funcs(tag)).ParseFS(f, "parts/*.html")
		if err != nil {
			return nil, err
		}
		out[tag] = map[string]*template.Template{}
		for _, p := range pages {
			if out[tag][p.Name] != nil {
				return nil, fmt.Errorf("web: page %s is listed twice", p.Name)
			}
			if out[tag][p.Name], err = one(f, parts, p.Name); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func one(f fs.FS, parts *template.Template, name string) (*template.Template, error) {
	t, err := parts.Clone()
	if err != nil {
		return nil, err
	}
	shared, err := fs.Glob(f, path.Join("pages", path.Dir(name), "_*.html"))
	if err != nil {
		return nil, err
	}
	for _, file := range append(shared, path.Join("pages", name+".html")) {
		if t, err = t.ParseFS(f, file); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	return t.Lookup("layout"), nil
}
