package db

import (
	"context"
	"database/sql"

	"lianxin/internal/base/vault"
)

// Usual is a write that asks every question through database/sql.
type Usual struct{ Tx *Tx }

func (u Usual) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return u.Tx.Query(ctx, q, args...)
}
func (u Usual) Vault() *vault.Vault { return u.Tx.Vault() }
