// Package plans holds the two campaigns' plans as they are shipped: 挂包帮
// (guabangbao.toml) and 四群教育 (siqun.toml). They are data, not code: an
// office copies one, changes values and publishes its own version. Beside them
// lies the catalogue of topics as a county finds it (catalogue/topics.toml).
package plans

import "embed"

// FS holds the plan files.
//
//go:embed *.toml
var FS embed.FS

//go:embed catalogue/topics.toml
var topics []byte

// Topics gives the catalogue of topics as it is shipped.
func Topics() []byte { return topics }

// Names lists the shipped plan files, without ".toml".
func Names() []string { return []string{"guabangbao", "siqun"} }

// Read returns the text of a shipped plan.
func Read(name string) ([]byte, error) { return FS.ReadFile(name + ".toml") }

// Texts gives the text of every shipped plan, for a county that is set up.
func Texts() ([][]byte, error) {
	var out [][]byte
	for _, n := range Names() {
		b, err := Read(n)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
