package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"lianxin/internal/app"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/demo"
	"lianxin/internal/sample"
)

// demoFolder is where the demonstration keeps its data unless --data says otherwise.
const demoFolder = "lianxin-demo"

type demoCmd struct {
	Listen string `help:"listen" placeholder:"ADDR"`
	Scale  string `help:"scale" default:"township" enum:"township,county"`
	Seed   uint64 `help:"seed" default:"7"`
}

// Run fills an empty folder with an invented township and serves it. A folder
// it filled before is served as it is; any other is left alone.
func (c *demoCmd) Run(r *run) error {
	if r.cmd.Data == "" {
		r.cfg.Data = demoFolder
	}
	file := filepath.Join(r.cfg.Data, "accounts.json")
	accounts, err := readAccounts(file)
	switch {
	case err == nil:
		r.say("cli.demo_kept", "data", r.cfg.Data)
	case !errors.Is(err, os.ErrNotExist):
		return err
	default:
		if accounts, err = c.fill(r, file); err != nil {
			return err
		}
	}
	log := app.Logger(r.cfg, r.Err)
	r.warnOpen(log)
	return app.Serve(r.ctx, r.cfg, app.Options{Log: log, Getenv: r.getenv}, func(x app.Ready) {
		for i := range accounts {
			accounts[i].URL = x.URL
		}
		if err := writeAccounts(file, accounts); err != nil {
			r.fail(err)
		}
		if err := readdressCards(cardsFile(file), x.URL); err != nil {
			r.fail(err)
		}
		r.say("cli.serving", "url", x.URL, "addr", x.Addr)
		r.say("cli.demo_synthetic")
		t := tabwriter.NewWriter(r.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, r.t("cli.demo_head"))
		for _, a := range accounts {
			fmt.Fprintln(t, r.t("cli.demo_account", "role", r.t("web.role."+a.Role), "township", a.Township, "name", a.Name, "username", a.Username, "password", a.Password))
		}
		if err := t.Flush(); err != nil {
			r.fail(err)
		}
	})
}

func (c *demoCmd) fill(r *run, file string) (accounts []demo.Account, err error) {
	a, err := app.Open(r.ctx, r.cfg, app.Options{Alone: true, Getenv: r.getenv})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close(r.ctx)) }()
	if _, err := a.Migrate(r.ctx); err != nil {
		return nil, err
	}
	empty, err := login.None(r.ctx, a.DB)
	if err != nil {
		return nil, err
	}
	if !empty {
		return nil, fault.New(fault.Conflict, "cli.demo_foreign", "data", r.cfg.Data)
	}
	tick, end := r.progress("cli.demo_filling", false)
	got, err := demo.Fill(r.ctx, a.DB, a.Logins, demo.Options{Seed: c.Seed, Scale: sample.Scale(c.Scale), URL: r.cfg.URL(), Workdays: a.Workdays, Progress: func(done, about int) {
		if tick != nil {
			tick(int64(done), int64(about))
		}
	}})
	end()
	if err != nil {
		return nil, err
	}
	r.say("cli.demo_ready", "visits", got.Visits, "data", r.cfg.Data, "file", file)
	if err := writeList(cardsFile(file), got.Cards); err != nil {
		return nil, err
	}
	return got.Accounts, writeAccounts(file, got.Accounts)
}

// cardsFile lies beside the list of accounts.
func cardsFile(accounts string) string { return filepath.Join(filepath.Dir(accounts), "cards.json") }

// readdressCards writes the address that is served into the list of cards; a
// demonstration from before there were any has none.
func readdressCards(file, url string) error {
	b, err := os.ReadFile(filepath.Clean(file))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var cards []demo.Card
	if err == nil {
		err = json.Unmarshal(b, &cards)
	}
	if err != nil {
		return err
	}
	for i := range cards {
		cards[i].URL = url + cards[i].Path
	}
	return writeList(file, cards)
}

func readAccounts(file string) (as []demo.Account, err error) {
	b, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	return as, json.Unmarshal(b, &as)
}

// writeAccounts keeps the demonstration's passwords readable for its owner only.
func writeAccounts(file string, as []demo.Account) error { return writeList(file, as) }

func writeList(file string, list any) error {
	b, err := json.MarshalIndent(list, "", "  ") // #nosec G117 -- the demonstration prints its invented accounts
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o600)
}

type openapiCmd struct{}

// Run prints the document that the server serves at /api/v1/openapi.json.
func (c *openapiCmd) Run(r *run) error {
	b, err := app.Document(r.cfg, r.texts)
	if err != nil {
		return err
	}
	_, err = r.Out.Write(b)
	return err
}
