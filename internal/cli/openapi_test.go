package cli_test

import (
	"bytes"
	"net/http/httptest"
	"testing"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/cli"
)

// TestOpenapiIsWhatIsServed: the command and the server give one document.
func TestOpenapiIsWhatIsServed(t *testing.T) {
	code, printed, errs := run(t, "openapi")
	if code != cli.OK {
		t.Fatal(code, errs)
	}
	cfg := config.Default()
	cfg.Data = dataFolder(t)
	a, err := app.Open(t.Context(), cfg, app.Options{Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	h, _, err := a.Table()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), []byte(printed)) {
		t.Fatalf("status %d; %d bytes served, %d printed, and they differ", w.Code, w.Body.Len(), len(printed))
	}
	for _, path := range []string{`"/healthz"`, `"/api/v1/offline/push"`} {
		if !bytes.Contains(w.Body.Bytes(), []byte(path)) {
			t.Errorf("%s is not told", path)
		}
	}
}
